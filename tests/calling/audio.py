"""Recordings for tests, made by hand: so small that every byte is known."""

from __future__ import annotations

import math
import shutil
import struct
import subprocess
from array import array
from pathlib import Path

import pytest

needs_ffmpeg = pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="ffmpeg is not installed")
needs_espeak = pytest.mark.skipif(
    shutil.which("espeak-ng") is None, reason="espeak-ng is not installed"
)


def tone(seconds: float = 1.0, rate: int = 8_000, loud: float = 0.3) -> bytes:
    """16-bit samples of a 440 Hz tone: the same few whole waves again and again."""
    count = int(seconds * rate)
    turn = 2 * math.pi * 440 / rate
    waves = array(
        "h", (int(math.sin(at * turn) * loud * 32_767) for at in range(rate // math.gcd(rate, 440)))
    )
    return (waves * (count // len(waves) + 1))[:count].tobytes()


def chunk(name: bytes, body: bytes, length: int | None = None) -> bytes:
    """A chunk of a WAV file; ``length`` is what it claims."""
    claimed = len(body) if length is None else length
    return name + struct.pack("<I", claimed) + body + b"\0" * (len(body) % 2)


def wav(seconds: float = 1.0, rate: int = 8_000, loud: float = 0.3, *more: bytes) -> bytes:
    """A mono WAV file with any further chunks before the sound."""
    form = chunk(b"fmt ", struct.pack("<HHIIHH", 1, 1, rate, rate * 2, 2, 16))
    body = form + b"".join(more) + chunk(b"data", tone(seconds, rate, loud))
    return b"RIFF" + struct.pack("<I", 4 + len(body)) + b"WAVE" + body


def mp3(frames: int = 40) -> bytes:
    """Silent MPEG 2 frames at 16 kHz and 8 kbit/s: 36 bytes and 36 ms each."""
    return (bytes([0xFF, 0xF3, 0x18, 0xC4]) + bytes(32)) * frames


def id3(text: bytes) -> bytes:
    """A tag before an MP3's frames, with any text in it."""
    size = len(text)
    seven = bytes([size >> 21 & 127, size >> 14 & 127, size >> 7 & 127, size & 127])
    return b"ID3\x03\0\0" + seven + text


def box(name: bytes, *parts: bytes) -> bytes:
    """A box of an M4A file."""
    body = b"".join(parts)
    return struct.pack(">I4s", 8 + len(body), name) + body


def m4a(reference: bytes = b"\0\0\0\1", offset: int = 40, seconds: int = 2) -> bytes:
    """An M4A file that is only right in its boxes; ``reference`` are a data reference's flags."""
    dref = box(b"dref", bytes(4), struct.pack(">I", 1), box(b"url ", reference, b"http://x/\0"))
    table = box(
        b"stbl",
        box(b"stsd", bytes(4), struct.pack(">I", 1), box(b"mp4a", bytes(28))),
        box(b"stsz", bytes(4), struct.pack(">II", 100, 80)),
        box(b"stco", bytes(4), struct.pack(">II", 1, offset)),
    )
    media = box(
        b"mdia",
        box(b"mdhd", bytes(12), struct.pack(">II", 8_000, 8_000 * seconds), bytes(4)),
        box(b"hdlr", bytes(8), b"soun", bytes(13)),
        box(b"minf", box(b"dinf", dref), table),
    )
    return (
        box(b"ftyp", b"M4A \0\0\0\0") + box(b"mdat", bytes(100)) + box(b"moov", box(b"trak", media))
    )


def made(tmp_path: Path, name: str, *arguments: str, seconds: float = 2) -> bytes:
    """A real file from ffmpeg: a tone in the format that the name's ending says."""
    source = ["-f", "lavfi", "-i", f"sine=frequency=440:duration={seconds}"]
    subprocess.run(
        ["ffmpeg", "-loglevel", "error", "-y", *source, *arguments, name], cwd=tmp_path, check=True
    )
    return (tmp_path / name).read_bytes()
