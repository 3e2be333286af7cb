"""WAV: a RIFF file of chunks, of which the format and the samples are kept.

Source: Microsoft, "Multimedia Programming Interface and Data Specifications 1.0", and the
WAVEFORMATEXTENSIBLE structure.
"""

from __future__ import annotations

import math
import struct
from array import array
from collections.abc import Iterator

from calling.recordings.kinds import NotARecording, Sound, broken_off
from flows.said import said

FORMATS = {1: (8, 16, 24, 32), 3: (32, 64), 6: (8,), 7: (8,)}
"""Format tag -> bits of a sample: PCM, floating point, A-law, mu-law."""

EXTENSIBLE = 0xFFFE
RATES = range(4_000, 192_001)
"""Samples a second."""

MOST_CHANNELS = 8
UNKNOWN_LENGTH = 0x7F00_0000
"""Programs that write while they record (espeak-ng, ffmpeg) put a length above this."""


def looks_right(content: bytes) -> bool:
    """Whether it begins like one."""
    return content[:4] == b"RIFF" and content[8:12] == b"WAVE"


def read(content: bytes) -> Sound:
    """Format and samples, without any other chunk. Raises NotARecording."""
    form, samples = b"", b""
    for name, body in _chunks(content):
        if name == b"fmt " and not form:
            form = body[:40]
        elif name == b"data" and form:
            samples = body
            break
    if len(form) < 16 or not samples:
        raise broken_off("wav")
    tag, channels, rate, _, align, bits = struct.unpack("<HHIIHH", form[:16])
    if tag == EXTENSIBLE and len(form) >= 26:
        tag = int.from_bytes(form[24:26], "little")
    if bits not in FORMATS.get(tag, ()):
        raise NotARecording(said("This wav file is packed in a rare way: save it as 16-bit PCM."))
    fits = align == channels * bits // 8 and 1 <= channels <= MOST_CHANNELS and rate in RATES
    if not fits:
        raise broken_off("wav")
    samples = samples[: len(samples) // align * align]
    loudness = _loudness(samples) if (tag, bits) == (1, 16) else None
    clean = written(form, samples)
    return Sound("wav", len(samples) / align / rate, clean, loudness)


def written(form: bytes, samples: bytes) -> bytes:
    """A file of just these two chunks."""
    chunks = b"fmt " + struct.pack("<I", len(form)) + form
    chunks += b"data" + struct.pack("<I", len(samples)) + samples + b"\0" * (len(samples) % 2)
    return b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WAVE" + chunks


def _chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 12
    while at + 8 <= len(content):
        name, length = struct.unpack("<4sI", content[at : at + 8])
        body = content[at + 8 : at + 8 + length]
        if len(body) < length and not (name == b"data" and length >= UNKNOWN_LENGTH):
            raise broken_off("wav")
        yield name, body
        at += 8 + length + length % 2


def _loudness(samples: bytes) -> float | None:
    """The plain level of 16-bit samples, close to LUFS for speech; None for silence.

    BS.1770 adds a filter for the ear, which hardly changes a voice's level, and the -0.691.
    """
    values = array("h", samples[: len(samples) // 2 * 2])
    step = max(1, len(values) // 400_000)
    some = values[::step]
    power = sum(value * value for value in some) / max(1, len(some))
    return round(10 * math.log10(power / 32_768**2) - 0.691, 1) if power else None
