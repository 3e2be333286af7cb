"""Making a recording fit for a phone with ffmpeg: mono, one loudness, a sound any service plays.

ffmpeg gets a file that ``sniff`` has read already, the demuxer for just that kind, the decoders
of that kind and no protocol but files: a playlist, a list of files or a web address inside the
file leads nowhere. What comes out is measured, and read again like any file.
"""

from __future__ import annotations

import json
import logging
import math
import re
from functools import cache
from pathlib import Path
from typing import Any

from calling.recordings.kinds import MAX_SECONDS, NotARecording, Sound
from calling.recordings.programs import ProgramFailed, installed, run, workplace
from calling.recordings.sniff import sniff
from flows.said import said

LOG = logging.getLogger(__name__)

TARGET_LUFS = -18.0
"""How loud recordings are made (ours: between the -16 of podcasts and the -23 of television;
telephone networks take about 10 dB off either end and clip what is louder)."""

PEAK_DB = -2.0
SPREAD_LU = 11.0

PHONE = "highpass=f=80,lowpass=f=3700"
"""A phone carries 300 to 3 400 Hz at 8 000 samples a second: what lies above is taken out, so
that no service folds it back into the voice."""

DEMUXERS = {
    "mp3": ("mp3", "mp3,mp3float"),
    "wav": ("wav", "pcm_u8,pcm_s16le,pcm_s24le,pcm_s32le,pcm_f32le,pcm_f64le,pcm_alaw,pcm_mulaw"),
    "ogg": ("ogg", "opus,libopus,vorbis"),
    "m4a": ("mov", "aac,alac"),
}
"""Kind -> ffmpeg's demuxer, and the decoders that it may use."""

# Both services' documents name .mp3; MPEG 2 at 16 kHz is played by every decoder.
OUTPUTS = (
    ("mp3", ("-c:a", "libmp3lame", "-b:a", "48k", "-ar", "16000", "-f", "mp3")),
    ("wav", ("-c:a", "pcm_s16le", "-ar", "8000", "-f", "wav")),
)
"""The kinds that are made, best first, and how; not every ffmpeg can make mp3."""

MOST_OUTPUT = "20M"
MOST_MEMORY = str(256 * 1024 * 1024)
CPU_S = "25"

_REPORT = re.compile(r"\{[^{}]*\"input_i\"[^{}]*\}")


def can_fit() -> bool:
    """Whether recordings can be made fit for a phone here."""
    return installed("ffmpeg")


def fit(sound: Sound) -> Sound:
    """The recording as it is kept. Raises NotARecording when ffmpeg cannot make sense of it.

    Without ffmpeg the sound stays as it is.
    """
    if not can_fit():
        return sound
    try:
        with workplace() as folder:
            return _fitted(sound, folder)
    except ProgramFailed as problem:
        LOG.warning("ffmpeg did not take a %s file: %s", sound.kind, problem)
        raise NotARecording(
            said("This file cannot be played to the end: save it as mp3 or wav.")
        ) from None


def measured(sound: Sound) -> float | None:
    """How loud a recording is, in LUFS; None for silence, and where nobody can tell."""
    if not can_fit():
        return sound.loudness
    try:
        with workplace() as folder:
            return _loudness(_measure(folder, _put(sound, folder), "anull"), "input_i")
    except ProgramFailed:
        return sound.loudness


def _fitted(sound: Sound, folder: Path) -> Sound:
    source = _put(sound, folder)
    before = _measure(folder, source, PHONE)
    even = PHONE
    if _loudness(before, "input_i") is not None:
        even += f",{_louder(before)}"
    kind, encoding = _output()
    target = f"fit.{kind}"
    limits = ("-fs", MOST_OUTPUT, "-map_metadata", "-1", "-fflags", "+bitexact")
    chain = ("-map", "0:a:0", "-vn", "-sn", "-dn", "-af", even, "-ac", "1")
    _ffmpeg(folder, [*source, *chain, *encoding, *limits, target])
    done = sniff((folder / target).read_bytes())
    after = _measure(folder, _put(done, folder), "anull")
    return Sound(done.kind, done.seconds, done.content, _loudness(after, "input_i"))


def _put(sound: Sound, folder: Path) -> list[str]:
    """Write the sound down for ffmpeg; returns the arguments with which it opens just that."""
    name = f"source.{sound.kind}"
    (folder / name).write_bytes(sound.content)
    demuxer, decoders = DEMUXERS[sound.kind]
    return ["-protocol_whitelist", "file,pipe", "-format_whitelist", demuxer, "-codec_whitelist",
            decoders, "-max_alloc", MOST_MEMORY, "-t", str(MAX_SECONDS + 1), "-f", demuxer,
            "-i", f"file:{name}"]  # fmt: skip


def _measure(folder: Path, source: list[str], chain: str) -> dict[str, Any]:
    """What ffmpeg's loudnorm says of a sound: input_i, input_tp, input_lra, input_thresh…"""
    target = f"loudnorm=I={TARGET_LUFS}:TP={PEAK_DB}:LRA={SPREAD_LU}:print_format=json"
    report = _ffmpeg(
        folder,
        [*source, "-map", "0:a:0", "-ac", "1", "-af", f"{chain},{target}", "-f", "null", "-"],
    )
    found = _REPORT.search(report)
    if found is None:
        raise ProgramFailed("no loudness in what ffmpeg said")
    values: dict[str, Any] = json.loads(found[0])
    return values


def _louder(before: dict[str, Any]) -> str:
    """One gain for all of it; only what would be above the peak is taken back.

    Not loudnorm's own second pass: what is shorter than three seconds came out of it at -47 LUFS
    (measured, ffmpeg 5.1).
    """
    gain = TARGET_LUFS - float(before["input_i"])
    return f"volume={gain:.2f}dB,alimiter=limit={10 ** (PEAK_DB / 20):.4f}:level=false"


def _loudness(report: dict[str, Any], name: str) -> float | None:
    value = float(report[name])
    return round(value, 1) if math.isfinite(value) and value > -70 else None


def _ffmpeg(folder: Path, arguments: list[str]) -> str:
    quiet = ["-hide_banner", "-nostdin", "-nostats", "-loglevel", "info", "-threads", "1"]
    return run("ffmpeg", [*quiet, "-timelimit", CPU_S, "-y", *arguments], folder)


@cache
def _output() -> tuple[str, tuple[str, ...]]:
    """The best encoder that this ffmpeg has."""
    with workplace() as folder:
        for output in OUTPUTS:
            probe = ["-f", "lavfi", "-i", "anullsrc=r=16000:cl=mono", "-t", "0.1"]
            try:
                _ffmpeg(folder, [*probe, *output[1], f"probe.{output[0]}"])
            except ProgramFailed:
                continue
            return output
    raise ProgramFailed("ffmpeg has no encoder that we use")
