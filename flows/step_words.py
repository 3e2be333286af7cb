"""What steps do, in words: the full line of a script and the few words that fit on a map."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from flows.document import (
    LEAVES_LIST,
    AnyAction,
    Connect,
    Flow,
    GoTo,
    HangUp,
    Menu,
    Repeat,
    SaveAnswer,
    Webhook,
    menu_label,
)
from flows.said import one_after_another, said

Names = Mapping[str, str]
"""Menu id -> "2 Another day", or "Menu 2" for a menu without a name."""

NOTHING_DONE = said("the call ends")
"""What happens where no step hangs up or goes on."""


class Wording(NamedTuple):
    """How a kind of step is told.

    ``tone`` is the name of its meaning ("answer", "web", "goto", "call" or "end"), which a
    screen gives a colour; ``word`` stands where next to no room is. ``short`` and ``does`` take
    the menus' names, the step's own menu id and the step.
    """

    tone: str
    word: str
    short: Callable[[Names, str, Any], str]
    does: Callable[[Names, str, Any], str]


def times_in_words(times: int) -> str:
    """once, twice, 3 times."""
    named = {1: said("once"), 2: said("twice")}
    return named.get(times) or said("{times} times", times=times)


def value_in_words(value: object) -> str:
    """A saved value as people read it: yes, no, a text, a number."""
    if isinstance(value, bool):
        return said("yes") if value else said("no")
    if isinstance(value, (dict, list)) or value is None:
        return json.dumps(value, ensure_ascii=False)
    return str(value)


def one_line(text: str) -> str:
    """The text without line breaks and doubled spaces."""
    return " ".join(text.split())


def menu_names(flow: Flow) -> dict[str, str]:
    """Every menu's number and name, for whoever names many."""
    return {
        menu.id: f"{number} {name}"
        if (name := one_line(menu.name))
        else said("Menu {number}", number=number)
        for number, menu in enumerate(flow.menus, start=1)
    }


def _goto_short(names: Names, menu_id: str, step: GoTo) -> str:
    if step.menu == menu_id:
        return "Says this again"
    return f"→ {names[step.menu]}" if step.menu in names else "→ no menu chosen"


def _goto_does(names: Names, menu_id: str, step: GoTo) -> str:
    if step.menu == menu_id:
        return said("says this again")
    if step.menu in names:
        return said("goes to {menu}", menu=names[step.menu])
    return said("no menu, so the call ends")


def _answer(step: SaveAnswer) -> str:
    return f"{step.name}: {value_in_words(step.value)}"


WORDINGS: dict[type[Any], Wording] = {
    Webhook: Wording(
        "web",
        "Tell",
        lambda _n, _m, _s: "Tell the web",
        lambda _n, _m, s: said("tells {url}", url=s.url),
    ),
    SaveAnswer: Wording(
        "answer",
        "Save",
        lambda _n, _m, s: f"Save {_answer(s)}",
        lambda _n, _m, s: said(
            "saves the answer {name}: {value}", name=s.name, value=value_in_words(s.value)
        ),
    ),
    GoTo: Wording("goto", "→", _goto_short, _goto_does),
    Repeat: Wording(
        "goto",
        "Again",
        lambda _n, _m, s: f"Again {times_in_words(s.times)}",
        lambda _n, _m, s: said("says it again {times}", times=times_in_words(s.times)),
    ),
    Connect: Wording(
        "call",
        "Connect",
        lambda _n, _m, s: f"Connect {s.number}",
        lambda _n, _m, s: said("connects the caller to {number}", number=s.number),
    ),
    HangUp: Wording(
        "end", "Hang up", lambda _n, _m, _s: "Hang up", lambda _n, _m, _s: said("hangs up")
    ),
}
"""Every action of ``flows.document`` -> its words."""


def running(actions: tuple[AnyAction, ...]) -> Iterator[AnyAction]:
    """The steps that can run: up to the first that leaves the list."""
    for action in actions:
        yield action
        if action.kind in LEAVES_LIST:
            return


def key_does(names: Names, menu: Menu, trigger: str) -> str:
    """One plain line: "tells https://…, then hangs up"."""
    steps = list(running(menu.actions(trigger)))
    told = [WORDINGS[type(step)].does(names, menu.id, step) for step in steps]
    if not steps or steps[-1].kind not in LEAVES_LIST:
        told.append(NOTHING_DONE)
    return one_after_another(told)


def key_short(names: Names, menu: Menu, trigger: str, most: int) -> str:
    """The same in at most ``most`` character widths; where the key leads is kept longest."""
    steps = list(running(menu.actions(trigger)))
    if not steps:
        return "The call ends"
    told = [WORDINGS[type(step)].short(names, menu.id, step) for step in steps]
    if steps[-1].kind not in LEAVES_LIST:
        told.append("ends")
    if len(told) == 1:
        return clip(told[0], most)
    whole = " · ".join(told)
    if width(whole) <= most:
        return whole
    words = [WORDINGS[type(step)].word for step in steps[: len(told) - 1]]
    return clip(" · ".join([*dict.fromkeys(words), told[-1]]), most)


def width(text: str) -> int:
    """How wide a text is, in ordinary characters: Chinese ones count twice, accents nothing."""
    return len(text) if text.isascii() else sum(map(_width, text))


def _width(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def clip(text: str, most: int) -> str:
    """The text on one line, cut with "…" when it is wider than ``most``."""
    text = one_line(text)
    if width(text) <= most:
        return text
    kept, used = "", 0
    for character in text:
        used += _width(character)
        if used > most - 1:
            break
        kept += character
    return kept.rstrip() + "…"


def wrap(text: str, most: int, lines: int) -> tuple[str, ...]:
    """The text on at most ``lines`` lines of ``most`` character widths, the last one clipped."""
    words = one_line(text).split(" ")
    done: list[str] = []
    while words and len(done) < lines - 1:
        line = words.pop(0)
        while words and width(line) + 1 + width(words[0]) <= most:
            line += f" {words.pop(0)}"
        done.append(clip(line, most))
    return (*done, clip(" ".join(words), most)) if words else tuple(done)


def step_in_words(flow: Flow, action: AnyAction) -> str:
    """One step as a person asked for it: "Go to Another day", "Hang up". Never clipped."""
    return _WISHES[action.kind](flow, action)


def steps_in_words(flow: Flow, actions: Iterable[AnyAction]) -> str:
    """All steps, in order: "Tell https://…, then hang up"; "nothing" without any."""
    said = [step_in_words(flow, action) for action in actions]
    later = (words[:1].lower() + words[1:] for words in said[1:])
    return ", then ".join([*said[:1], *later]) or "nothing"


def _go_to(flow: Flow, action: GoTo) -> str:
    return f"Go to {menu_label(flow, action.menu)}" if action.menu else "Go to no menu yet"


_WISHES: dict[str, Callable[[Flow, Any], str]] = {
    "webhook": lambda _flow, step: f"Tell {step.url or 'no web address yet'}",
    "save_answer": lambda _flow, step: f"Save the answer {_answer(step)}",
    "goto": _go_to,
    "repeat": lambda _flow, step: f"Say it again, {times_in_words(step.times)}",
    "connect": lambda _flow, step: f"Connect to {step.number}",
    "hangup": lambda _flow, _step: "Hang up",
}
"""Action kind -> its words: (flow, step) -> words."""
