"""Ogg with Opus or Vorbis: pages of one stream (RFC 3533, RFC 7845, the Vorbis I specification)."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple

from calling.recordings.kinds import NotARecording, Sound, broken_off
from flows.said import said

OPUS_RATE = 48_000
"""Granules a second of Opus, whatever the sound was (RFC 7845, section 4)."""

LEAST_PAGES = 3
"""Two pages of headers, then sound."""

CHECKED_PAGES = 3
"""Pages whose checksum is worked out."""

NO_GRANULE = -1
"""What a page says on which no packet ends."""


class _Page(NamedTuple):
    whole: bytes
    granule: int
    serial: int
    body: bytes


def looks_right(content: bytes) -> bool:
    """Whether it begins like one."""
    return content.startswith(b"OggS")


def read(content: bytes) -> Sound:
    """The pages of the first stream, without anything else. Raises NotARecording."""
    pages = list(_pages(content))
    if not pages:
        raise broken_off("ogg")
    own = [page for page in pages if page.serial == pages[0].serial]
    if len(own) < LEAST_PAGES or any(not _sound(page) for page in own[:CHECKED_PAGES]):
        raise broken_off("ogg")
    rate, skipped = _rate(own[0].body)
    last = max(page.granule for page in own)
    return Sound("ogg", max(0, last - skipped) / rate, b"".join(page.whole for page in own))


def _rate(head: bytes) -> tuple[int, int]:
    """Granules a second, and how many at the start are not heard."""
    if head.startswith(b"OpusHead") and len(head) >= 19:
        return OPUS_RATE, int.from_bytes(head[10:12], "little")
    if head.startswith(b"\x01vorbis") and len(head) >= 30:
        rate = int.from_bytes(head[12:16], "little")
        if 4_000 <= rate <= 192_000:
            return rate, 0
    raise NotARecording(said("This ogg file holds no Opus or Vorbis sound: save it as mp3."))


def _pages(content: bytes) -> Iterator[_Page]:
    at = 0
    while content[at : at + 4] == b"OggS" and len(content) >= at + 27:
        granule, serial = struct.unpack("<qI", content[at + 6 : at + 18])
        count = content[at + 26]
        body_at = at + 27 + count
        end = body_at + sum(content[at + 27 : body_at])
        if end > len(content) or content[at + 4] != 0:
            return
        yield _Page(content[at:end], max(granule, NO_GRANULE), serial, content[body_at:end])
        at = end


def _sound(page: _Page) -> bool:
    """Whether the page's checksum is right."""
    told = int.from_bytes(page.whole[22:26], "little")
    return _checksum(page.whole[:22] + bytes(4) + page.whole[26:]) == told


def _row(index: int) -> int:
    value = index << 24
    for _ in range(8):
        value = (value << 1 ^ (0x04C1_1DB7 if value & 0x8000_0000 else 0)) & 0xFFFF_FFFF
    return value


_TABLE = tuple(_row(index) for index in range(256))


def _checksum(data: bytes) -> int:
    """CRC-32 with the polynomial 04c11db7, neither reflected nor inverted (RFC 3533)."""
    value = 0
    for byte in data:
        value = (value << 8 & 0xFFFF_FFFF) ^ _TABLE[value >> 24 ^ byte]
    return value
