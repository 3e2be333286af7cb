"""How long a caller listens and waits, known or estimated, in milliseconds."""

from __future__ import annotations

from collections.abc import Mapping

from flows.document import DEFAULT_WAIT_MS, Menu
from flows.said import said

CHARACTERS_PER_SECOND = 14
"""Reading speed of a script, spaces included (ours: about 150 words a minute, the usual pace of
a recorded announcement, at 5.6 characters a word in English, Ukrainian and Bulgarian alike)."""

SHORTEST_PROMPT_MS = 2_000
"""A menu takes at least this long to say, in milliseconds, however short its script (ours)."""

UNKNOWN_PROMPT_MS = 8_000
"""A menu with neither a known recording nor a script (ours: two spoken sentences)."""


def prompt_ms(menu: Menu, known_seconds: Mapping[str, float] | None = None) -> int:
    """How long the menu plays, in milliseconds.

    ``known_seconds`` maps a recording (the menu's ``recording``) to its length in seconds;
    otherwise the script's length decides, and without a script ``UNKNOWN_PROMPT_MS``.
    """
    known = (known_seconds or {}).get(menu.recording) if menu.recording else None
    if known is not None:
        return round(known * 1000)
    spoken = " ".join(menu.script.split())
    if not spoken:
        return UNKNOWN_PROMPT_MS
    return max(SHORTEST_PROMPT_MS, round(len(spoken) * 1000 / CHARACTERS_PER_SECOND))


def is_known(menu: Menu, known_seconds: Mapping[str, float] | None = None) -> bool:
    """Whether ``prompt_ms`` has more to go by than a guess."""
    return bool(menu.script.strip()) or menu.recording in (known_seconds or {})


def wait_ms(menu: Menu) -> int:
    """How long the menu waits for a key, in milliseconds."""
    return DEFAULT_WAIT_MS if menu.wait_ms is None else menu.wait_ms


def seconds_in_words(milliseconds: int) -> str:
    """For example "52 s" or "3 min 20 s", to the nearest second."""
    minutes, seconds = divmod(round(milliseconds / 1000), 60)
    if minutes < 2:
        return said("{seconds} s", seconds=minutes * 60 + seconds)
    if seconds:
        return said("{minutes} min {seconds} s", minutes=minutes, seconds=seconds)
    return said("{minutes} min", minutes=minutes)
