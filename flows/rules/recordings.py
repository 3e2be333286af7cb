"""What is wrong with what a menu plays, as far as the recording itself is known.

Only somebody with a disk or a network can know it, so it is passed in (``Recording``): our own
recordings from disk, others from the last time they were tried. What was tried from here is a
warning at most, because a service may reach what we cannot.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from flows.document import PRACTICE_RECORDING, Menu
from flows.durations import seconds_in_words
from flows.problems import Fix, Problem
from flows.rules.spots import Spot
from flows.said import said

MOST_BYTES = 10 * 1024 * 1024
"""The largest recording that is played without doubt (ours; no service's document says)."""

MOST_SECONDS = 120
"""Seconds after which callers have hung up or chosen (ours)."""

QUIET_LUFS, LOUD_LUFS = -34.0, -9.0
"""Loudness out of which a voice on the phone is hard to follow, or torn (ours)."""

SOUND_TYPES = ("audio/", "application/ogg", "video/mp4")
"""Beginnings of the types that web servers give recordings."""


class Recording(Struct, frozen=True):
    """What is known of one recording. None and "" mean that it is not known.

    ``ours``: kept here, at our own address, so that whether services reach that is a matter of
    this installation and no fault of the flow. ``draft``: spoken by the draft voice, and
    ``spoken`` the mark of the text it said. ``gone``: deleted here. ``present_url``: where our
    own recording is today, when a menu names another address. ``fault``: why it did not come, as
    a sentence. ``size`` in bytes, ``seconds``, ``loudness`` in LUFS. ``sound``: whether it is
    sound at all.
    """

    ours: bool = False
    draft: bool = False
    spoken: str = ""
    gone: bool = False
    present_url: str = ""
    fault: str = ""
    content_type: str = ""
    size: int | None = None
    seconds: float | None = None
    loudness: float | None = None
    sound: bool | None = None


Found = tuple[str, dict[str, Any]]
Rule = Callable[[Menu, Recording], Found | None]


def text_mark(script: str) -> str:
    """A mark of what a voice said; the same for the same words."""
    return hashlib.sha256(" ".join(script.split()).encode()).hexdigest()[:16]


def _draft(menu: Menu, known: Recording) -> Found | None:
    if not known.draft:
        return None
    older = known.spoken and known.spoken != text_mark(menu.script)
    return ("draft_outdated" if older else "draft_recording"), {}


def _gone(_menu: Menu, known: Recording) -> Found | None:
    return ("recording_gone", {}) if known.gone else None


def _moved(_menu: Menu, known: Recording) -> Found | None:
    return ("recording_moved", {}) if known.present_url else None


def _unreachable(_menu: Menu, known: Recording) -> Found | None:
    return ("recording_unreachable", {"reason": known.fault}) if known.fault else None


def _not_sound(_menu: Menu, known: Recording) -> Found | None:
    return ("recording_not_sound", {}) if known.sound is False else None


def _odd_type(_menu: Menu, known: Recording) -> Found | None:
    odd = known.content_type and not known.content_type.startswith(SOUND_TYPES)
    return ("recording_type", {"type": known.content_type}) if odd and known.sound else None


def _large(_menu: Menu, known: Recording) -> Found | None:
    return ("recording_large", {}) if (known.size or 0) > MOST_BYTES else None


def _long(_menu: Menu, known: Recording) -> Found | None:
    if (known.seconds or 0) <= MOST_SECONDS:
        return None
    return "recording_long", {"length": seconds_in_words(round((known.seconds or 0) * 1000))}


def _loudness(_menu: Menu, known: Recording) -> Found | None:
    if known.loudness is not None and known.loudness < QUIET_LUFS:
        return "recording_quiet", {}
    if known.loudness is not None and known.loudness > LOUD_LUFS:
        return "recording_loud", {}
    return None


RULES: tuple[Rule, ...] = (
    _draft,
    _gone,
    _moved,
    _unreachable,
    _not_sound,
    _odd_type,
    _large,
    _long,
    _loudness,
)

ERRORS = frozenset({"recording_gone"})
"""What stops sending: it is certain, and every caller would hear nothing."""

WARNINGS = frozenset(
    {
        "draft_recording",
        "draft_outdated",
        "recording_moved",
        "recording_unreachable",
        "recording_not_sound",
        "recording_type",
        "recording_large",
        "recording_long",
        "recording_quiet",
        "recording_loud",
    }
)

CODES = ERRORS | WARNINGS
"""Every code of this module; each is shown before a real call."""

NOTHING_HEARD = frozenset({"recording_gone", "recording_unreachable", "recording_not_sound"})
"""Codes whose repair takes the recording away."""


def recording_problems(menu: Menu, at: Spot, known: Recording) -> Iterator[Problem]:
    """Everything that is wrong with a menu's recording."""
    spot = at.control("recording", "introUrl")
    for rule in RULES:
        found = rule(menu, known)
        if found is not None:
            code, params = found
            problem = spot.problem(code, params, [_fix(code, menu, known)])
            yield replace(problem, severity="error" if code in ERRORS else "warning")


def _fix(code: str, menu: Menu, known: Recording) -> Fix | None:
    def play(label: str, recording: str) -> Fix:
        return Fix("set_recording", label, {"menu_id": menu.id, "recording": recording})

    if code == "recording_moved":
        return play(said("Use its present address"), known.present_url)
    if code in NOTHING_HEARD:
        return play(said("Use a practice name for now"), PRACTICE_RECORDING)
    return None
