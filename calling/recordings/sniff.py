"""What a file really is: its sound is found and parsed; its name and its claims count for nothing.

A reader for each kind takes the bytes and returns the sound in them, without the tags, pictures
and whatever else stood around it, or refuses in words.
"""

from __future__ import annotations

from collections.abc import Callable

from calling.recordings import m4a, mp3, ogg, wav
from calling.recordings.kinds import MAX_BYTES, MAX_SECONDS, MIN_SECONDS, NotARecording, Sound
from flows.said import said

READERS: tuple[tuple[Callable[[bytes], bool], Callable[[bytes], Sound]], ...] = (
    (wav.looks_right, wav.read),
    (ogg.looks_right, ogg.read),
    (m4a.looks_right, m4a.read),
    (mp3.looks_right, mp3.read),
)
"""(does it begin like one, the sound in it); mp3 last: it has no name of its own to begin with."""


def sniff(content: bytes) -> Sound:
    """The sound in a file. Raises NotARecording with a sentence that says what to do."""
    if not content:
        raise NotARecording(said("This file is empty: choose another one."))
    if len(content) > MAX_BYTES:
        raise NotARecording(said("This file is larger than 10 MB: make it shorter or smaller."))
    return _of_good_length(read_sound(content))


def read_sound(content: bytes) -> Sound:
    """The sound in a file, however large and long it is. Raises NotARecording."""
    for looks_right, read in READERS:
        if looks_right(content):
            return read(content)
    raise NotARecording(
        said("This is not a recording that Press One can read: use an mp3, wav, ogg or m4a file.")
    )


def _of_good_length(sound: Sound) -> Sound:
    if sound.seconds < MIN_SECONDS:
        raise NotARecording(said("There is no sound in this file: record it again."))
    if sound.seconds > MAX_SECONDS:
        raise NotARecording(
            said("This lasts longer than {minutes} minutes: cut it.", minutes=MAX_SECONDS // 60)
        )
    return sound
