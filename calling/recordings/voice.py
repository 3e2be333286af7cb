"""The draft voice: espeak-ng speaks a script, so that a flow can be heard before it is recorded."""

from __future__ import annotations

import logging
import re

from calling.moderation.language import language_of
from calling.recordings.kinds import NotARecording, Sound
from calling.recordings.narrow import narrowed
from calling.recordings.programs import ProgramFailed, installed, run, workplace
from calling.recordings.sniff import sniff
from calling.recordings.sound import can_fit, fit
from flows.said import said

LOG = logging.getLogger(__name__)

VOICES = {"en": "en-us", "uk": "uk", "bg": "bg", "ru": "ru", "pl": "pl", "ro": "ro", "de": "de",
          "fr": "fr", "es": "es", "it": "it", "pt": "pt", "tr": "tr"}  # fmt: skip
"""Language -> espeak-ng's voice."""

WORDS_A_MINUTE = "150"
"""The usual pace of an announcement (espeak-ng's own 175 is hard to follow on a phone)."""

MOST_CHARACTERS = 4_000
"""The longest script that is spoken: about five minutes."""

SPEAKING_S = 20.0
"""Seconds that speaking may take."""

_HIDDEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_CYRILLIC = re.compile("[\u0400-\u04ff]")


def can_speak() -> bool:
    """Whether scripts can be spoken here."""
    return installed("espeak-ng")


def speak(script: str, language: str) -> Sound:
    """A script as a recording fit for a phone. Raises NotARecording with a sentence.

    ``language`` is the flow's; a script in other letters is spoken in the language it is in.
    """
    text = _HIDDEN.sub(" ", script).strip()
    if not text:
        raise NotARecording(said("There is nothing to say yet: write what the caller hears."))
    if len(text) > MOST_CHARACTERS:
        raise NotARecording(
            said("This is too long to be spoken: at most {most} characters.", most=MOST_CHARACTERS)
        )
    try:
        with workplace() as folder:
            arguments = ["-v", VOICES[spoken_language(text, language)], "-s", WORDS_A_MINUTE,
                         "-b", "1", "-w", "draft.wav", "--stdin"]  # fmt: skip
            run("espeak-ng", arguments, folder, text.encode(), SPEAKING_S)
            spoken = (folder / "draft.wav").read_bytes()
    except (ProgramFailed, OSError) as problem:
        LOG.warning("espeak-ng did not speak: %s", problem)
        raise NotARecording(said("The voice did not work just now: try again.")) from None
    sound = sniff(spoken)
    return fit(sound) if can_fit() else narrowed(sound)


def spoken_language(text: str, language: str) -> str:
    """The language a script is spoken in: the flow's, unless its letters are of another one."""
    wanted = language.partition("-")[0].lower()
    cyrillic = len(_CYRILLIC.findall(text)) > len(re.findall("[A-Za-z]", text))
    if cyrillic != (wanted in ("uk", "bg", "ru")):
        wanted = (language_of(text.lower()) or "uk") if cyrillic else "en"
    return wanted if wanted in VOICES else "en"
