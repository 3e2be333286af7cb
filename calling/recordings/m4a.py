"""M4A: boxes in boxes with one track of AAC or ALAC (ISO/IEC 14496-12 and 14496-14).

A file that says that its sound lies elsewhere (an external data reference) is refused, and so
is one that says that it lies outside of the file.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from itertools import islice

from calling.recordings.kinds import NotARecording, Sound, broken_off
from flows.said import said

CODECS = frozenset({b"mp4a", b"alac"})
IN_THIS_FILE = 1
"""The flag of a data reference whose data is in the same file (ISO/IEC 14496-12, 8.7.2)."""

MOST_BOXES = 200
"""Boxes in one level that are looked at."""

Box = tuple[bytes, bytes]


def looks_right(content: bytes) -> bool:
    """Whether it begins like one."""
    return content[4:8] == b"ftyp"


def read(content: bytes) -> Sound:
    """The file as it is, once its one track of sound was found good. Raises NotARecording."""
    boxes = list(_boxes(content))
    movie = _only(boxes, b"moov")
    tracks = [dict(_boxes(_only(_boxes(body), b"mdia"))) for name, body in _boxes(movie)
              if name == b"trak"]  # fmt: skip
    kinds = [track.get(b"hdlr", b"")[8:12] for track in tracks]
    if kinds.count(b"soun") != 1 or b"vide" in kinds:
        raise NotARecording(said("This file is not just one sound: save it as mp3 or wav."))
    if not any(name == b"mdat" for name, _ in boxes):
        raise broken_off("m4a")
    track = tracks[kinds.index(b"soun")]
    _check_samples(dict(_boxes(track.get(b"minf", b""))), len(content))
    return Sound("m4a", _seconds(track.get(b"mdhd", b"")), content)


def _boxes(content: bytes) -> Iterator[Box]:
    """The boxes of one level. Raises NotARecording when one does not fit."""
    return islice(_all_boxes(content), MOST_BOXES)


def _all_boxes(content: bytes) -> Iterator[Box]:
    at = 0
    while at + 8 <= len(content):
        size, name = struct.unpack(">I4s", content[at : at + 8])
        head = 8
        if size == 1 and at + 16 <= len(content):
            size, head = int.from_bytes(content[at + 8 : at + 16]), 16
        elif size == 0:
            size = len(content) - at
        if size < head or at + size > len(content):
            raise broken_off("m4a")
        yield name, content[at + head : at + size]
        at += size


def _only(boxes: Iterator[Box] | list[Box], wanted: bytes) -> bytes:
    found = [body for name, body in boxes if name == wanted]
    if len(found) != 1:
        raise broken_off("m4a")
    return found[0]


def _seconds(header: bytes) -> float:
    """The length that the track's header (mdhd) tells."""
    layout, at = (">IQ", 20) if header[:1] == b"\x01" else (">II", 12)
    end = at + struct.calcsize(layout)
    if len(header) < end:
        raise broken_off("m4a")
    scale, duration = struct.unpack(layout, header[at:end])
    return float(duration / scale) if scale else 0.0


def _check_samples(media: dict[bytes, bytes], file_bytes: int) -> None:
    """The sound is in this file, of a kind we know, and every part of it lies inside."""
    references = _only(_boxes(media.get(b"dinf", b"")), b"dref")
    if any(body[3:4] != bytes([IN_THIS_FILE]) for _, body in _boxes(references[8:])):
        raise NotARecording(said("The sound of this file lies elsewhere: save it as mp3 or wav."))
    table = dict(_boxes(media.get(b"stbl", b"")))
    if {name for name, _ in _boxes(table.get(b"stsd", b"")[8:])} - CODECS:
        raise NotARecording(said("This m4a file is packed in a rare way: save it as mp3 or wav."))
    width, offsets = (8, table[b"co64"]) if b"co64" in table else (4, table.get(b"stco", b""))
    starts = [int.from_bytes(offsets[at : at + width]) for at in range(8, len(offsets), width)]
    samples = int.from_bytes(table.get(b"stsz", b"")[8:12])
    if not samples or not starts or max(starts) >= file_bytes or not table.get(b"stsd"):
        raise broken_off("m4a")
