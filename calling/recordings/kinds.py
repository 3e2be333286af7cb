"""The kinds of recording, and what is known of one after it was read."""

from __future__ import annotations

from dataclasses import dataclass, field

from flows.said import said

MAX_BYTES = 10 * 1024 * 1024
"""The largest file that is taken."""

MAX_SECONDS = 600
"""The longest recording that is taken (ours: nobody listens to ten minutes of announcement)."""

MIN_SECONDS = 0.05
"""Seconds; anything shorter is no sound at all."""

CONTENT_TYPES = {"mp3": "audio/mpeg", "wav": "audio/wav", "ogg": "audio/ogg", "m4a": "audio/mp4"}
"""Kind, which is the ending of its address -> the type it is served with (RFC 3003, RFC 2361,
RFC 5334, RFC 4337)."""


class NotARecording(Exception):
    """A file that is not taken; the sentence (a ``Said``) tells the person what to do."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Sound:
    """A recording: its kind (see ``CONTENT_TYPES``), its length, its bytes.

    ``loudness`` is in LUFS (ITU-R BS.1770), None where it could not be measured.
    """

    kind: str
    seconds: float
    content: bytes = field(repr=False)
    loudness: float | None = None


def broken_off(kind: str) -> NotARecording:
    """What is said of a file that ends too early, or whose parts do not fit together."""
    return NotARecording(
        said("This {kind} file is damaged or breaks off: save it again.", kind=kind)
    )
