"""MP3: frames in a row (ISO/IEC 11172-3 and 13818-3, layer III; header as on mpgedit.org).

Kept are the frames; ID3 and APE tags, pictures and anything between frames are left out.
"""

from __future__ import annotations

from typing import NamedTuple

from calling.recordings.kinds import Sound, broken_off

BITRATES = {
    3: (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    2: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
"""Version bits (MPEG 1, MPEG 2) -> kbit/s by index; MPEG 2.5 has those of MPEG 2."""

RATES = {3: (44_100, 48_000, 32_000), 2: (22_050, 24_000, 16_000), 0: (11_025, 12_000, 8_000)}
"""Version bits -> samples a second by index."""

LEAST_FRAMES = 3
"""Frames in a row below which bytes are no sound: random bytes hold single frames."""

LEAST_SHARE = 0.5
"""The part of a file, tags left out, that frames must make up."""

FARTHEST_GAP = 4_096
"""Bytes that are searched for the next frame after a break."""


class _Frame(NamedTuple):
    length: int
    samples: int
    rate: int


def looks_right(content: bytes) -> bool:
    """Whether it begins with a tag or a frame."""
    return content.startswith(b"ID3") or _frame(content, 0) is not None


def read(content: bytes) -> Sound:
    """The frames, without anything else. Raises NotARecording."""
    at = start = _behind_tags(content)
    frames: list[bytes] = []
    first: _Frame | None = None
    seconds = 0.0
    while at < len(content):
        frame = _frame(content, at)
        if frame is None or (first is not None and frame.rate != first.rate):
            found = _next(content, at + 1)
            if found is None:
                break
            at = found
            continue
        if at + frame.length > len(content):
            break
        first = first or frame
        frames.append(content[at : at + frame.length])
        seconds += frame.samples / frame.rate
        at += frame.length
    kept = b"".join(frames)
    if len(frames) < LEAST_FRAMES or len(kept) < LEAST_SHARE * (len(content) - start):
        raise broken_off("mp3")
    return Sound("mp3", seconds, kept)


def _frame(content: bytes, at: int) -> _Frame | None:
    """The frame whose header stands here."""
    if len(content) < at + 4 or content[at] != 0xFF or content[at + 1] & 0xE0 != 0xE0:
        return None
    version, layer = content[at + 1] >> 3 & 3, content[at + 1] >> 1 & 3
    bitrate_index, rate_index = content[at + 2] >> 4, content[at + 2] >> 2 & 3
    if version == 1 or layer != 1 or bitrate_index in (0, 15) or rate_index == 3:
        return None
    rate = RATES[version][rate_index]
    bitrate = BITRATES[3 if version == 3 else 2][bitrate_index] * 1000
    samples = 1152 if version == 3 else 576
    return _Frame(samples // 8 * bitrate // rate + (content[at + 2] >> 1 & 1), samples, rate)


def _next(content: bytes, at: int) -> int | None:
    """Where the next two frames in a row begin, not far from here."""
    stop = min(len(content), at + FARTHEST_GAP)
    while (at := content.find(b"\xff", at, stop)) >= 0:
        frame = _frame(content, at)
        if frame is not None and _frame(content, at + frame.length) is not None:
            return at
        at += 1
    return None


def _behind_tags(content: bytes) -> int:
    """Behind the ID3v2 tags (id3.org: ten bytes, the last four a size of 7 bits each)."""
    at = 0
    while content[at : at + 3] == b"ID3" and len(content) >= at + 10:
        size = 0
        for byte in content[at + 6 : at + 10]:
            size = size << 7 | byte & 0x7F
        at += 10 + size + (10 if content[at + 5] & 0x10 else 0)
    while at < len(content) and content[at] == 0:
        at += 1
    return at
