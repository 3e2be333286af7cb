"""Starters: complete flows for the uses that people come with, to begin from.

What they do is in ``shapes``, what they say in a module for each language. Nothing is missing
from them but the recordings, and for a transfer the number of the person to speak to.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from flows.document import (
    DEFAULT_WAIT_MS,
    WRONG,
    AnyAction,
    Connect,
    Flow,
    GoTo,
    HangUp,
    Menu,
    Repeat,
    SaveAnswer,
)
from flows.starters.bg import BULGARIAN
from flows.starters.en import ENGLISH
from flows.starters.shapes import SHAPES, Deed, Keys, Save, Shape, Transfer
from flows.starters.uk import UKRAINIAN
from flows.starters.wording import Language, Wording
from flows.values import MAX_SENDER

LANGUAGES: dict[str, Language] = {"en": ENGLISH, "uk": UKRAINIAN, "bg": BULGARIAN}

AGAIN = 2
"""How often a menu is said again to somebody who presses nothing useful (ours)."""

PAUSE_MS = 3_000
"""Milliseconds that an announcement waits before the call ends (ours)."""


class Starter(Struct, frozen=True):
    """One flow to begin from. ``target`` is the service it is meant for."""

    key: str
    name: str
    what_for: str
    target: str
    flow: Flow


def starters(language: str) -> tuple[Starter, ...]:
    """Every starter in a language ("en", "uk" or "bg"). Raises KeyError for another one."""
    return tuple(
        Starter(key, wording.name, wording.what_for, SHAPES[key].target, starter(key, language))
        for key, wording in LANGUAGES[language].starters.items()
    )


def starter(key: str, language: str, sender: str = "", company: str = "") -> Flow:
    """The flow of a starter, always with the same ids. Raises KeyError if there is none.

    ``sender`` is who rings, ``company`` the name that the scripts say; without one a sender's
    name is said, and without that the scripts show where to write it. The Voice API shows
    numbers only, so there a sender's name is only said.
    """
    spoken, shape = LANGUAGES[language], SHAPES[key]
    wording = spoken.starters[key]
    sender = " ".join(sender.split())[:MAX_SENDER]
    named = any(letter.isalpha() for letter in sender)
    company = " ".join(company.split()) or (sender if named else spoken.company)
    return Flow(
        name=wording.name,
        sender="" if named and shape.target == "voice_api" else sender,
        language=language,
        menus=tuple(
            _menu(menu_id, keys, shape, wording, company) for menu_id, keys in shape.menus.items()
        ),
    )


def _menu(menu_id: str, keys: Keys, shape: Shape, wording: Wording, company: str) -> Menu:
    said = wording.menus[menu_id]
    steps: Mapping[str, tuple[AnyAction, ...]] = {
        key: tuple(
            _step(deed, f"{menu_id}-{key}-{number}", wording)
            for number, deed in enumerate(deeds, start=1)
        )
        for key, deeds in keys.items()
    }
    again = (Repeat(id=f"{menu_id}-wrong-1", times=AGAIN),)
    may_repeat = keys and shape.target == "speechcall"
    end = HangUp(id=f"{menu_id}-wrong-2")
    return Menu(
        id=menu_id,
        name=said.name,
        script=said.script.replace("{company}", company),
        wait_ms=DEFAULT_WAIT_MS if keys else PAUSE_MS,
        keys={**steps, WRONG: (*again, end) if may_repeat else (end,)},
    )


def _step(deed: Deed, step_id: str, wording: Wording) -> AnyAction:
    if isinstance(deed, Save):
        value = wording.values[deed.value] if isinstance(deed.value, str) else deed.value
        return SaveAnswer(id=step_id, name=wording.answers[deed.answer], value=value)
    if isinstance(deed, Transfer):
        return Connect(id=step_id, number=deed.number)
    return GoTo(id=step_id, menu=deed.menu)
