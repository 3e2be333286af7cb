"""What steps do, in words: the full line of a script and the few words that fit on a map."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
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
from flows.said import Fitting, counted, joined, one_after_another, said
from flows.widths import one_line

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
    return named.get(times) or counted("{number} time", "{number} times", times)


def value_in_words(value: object) -> str:
    """A saved value as people read it: yes, no, a text, a number."""
    if isinstance(value, bool):
        return said("yes") if value else said("no")
    if isinstance(value, (dict, list)) or value is None:
        return json.dumps(value, ensure_ascii=False)
    return str(value)


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
        return said("Says this again")
    if step.menu in names:
        return joined(["→", names[step.menu]], " ")
    return said("→ no menu chosen")


def _goto_does(names: Names, menu_id: str, step: GoTo) -> str:
    if step.menu == menu_id:
        return said("says this again")
    if step.menu in names:
        return said("goes to {menu}", menu=names[step.menu])
    return said("no menu, so the call ends")


def _answer(step: SaveAnswer) -> str:
    return joined([step.name, value_in_words(step.value)], ": ")


WORDINGS: dict[type[Any], Wording] = {
    Webhook: Wording(
        "web",
        said("Tell"),
        lambda _n, _m, _s: said("Tell the web"),
        lambda _n, _m, s: said("tells {url}", url=s.url),
    ),
    SaveAnswer: Wording(
        "answer",
        said("Save"),
        lambda _n, _m, s: said("Save {answer}", answer=_answer(s)),
        lambda _n, _m, s: said(
            "saves the answer {name}: {value}", name=s.name, value=value_in_words(s.value)
        ),
    ),
    GoTo: Wording("goto", "→", _goto_short, _goto_does),
    Repeat: Wording(
        "goto",
        said("Again"),
        lambda _n, _m, s: said("Again {times}", times=times_in_words(s.times)),
        lambda _n, _m, s: said("says it again {times}", times=times_in_words(s.times)),
    ),
    Connect: Wording(
        "call",
        said("Connect"),
        lambda _n, _m, s: said("Connect {number}", number=s.number),
        lambda _n, _m, s: said("connects the caller to {number}", number=s.number),
    ),
    HangUp: Wording(
        "end",
        said("Hang up"),
        lambda _n, _m, _s: said("Hang up"),
        lambda _n, _m, _s: said("hangs up"),
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
        return said("The call ends")
    told = [WORDINGS[type(step)].short(names, menu.id, step) for step in steps]
    if steps[-1].kind not in LEAVES_LIST:
        told.append(said("ends"))
    if len(told) == 1:
        return Fitting(most, joined(told))
    words = [WORDINGS[type(step)].word for step in steps[: len(told) - 1]]
    return Fitting(most, joined(told, " · "), joined([*dict.fromkeys(words), told[-1]], " · "))


def step_in_words(flow: Flow, action: AnyAction) -> str:
    """One step as a person asked for it: "Go to Another day", "Hang up". Never clipped."""
    return _WISHES[action.kind](flow, action)


def steps_in_words(flow: Flow, actions: Sequence[AnyAction]) -> str:
    """All steps, in order: "Tell https://…, then hang up"; "nothing" without any."""
    wishes = [_WISHES[action.kind](flow, action) for action in actions]
    later = [_LATER[action.kind](flow, action) for action in actions]
    return one_after_another([*wishes[:1], *later[1:]]) or said("nothing")


def _go_to(flow: Flow, action: GoTo) -> str:
    if not action.menu:
        return said("Go to no menu yet")
    return said("Go to {menu}", menu=menu_label(flow, action.menu))


def _later_go_to(flow: Flow, action: GoTo) -> str:
    if not action.menu:
        return said("go to no menu yet")
    return said("go to {menu}", menu=menu_label(flow, action.menu))


def _address(step: Webhook) -> str:
    return step.url or said("no web address yet")


_WISHES: dict[str, Callable[[Flow, Any], str]] = {
    "webhook": lambda _flow, step: said("Tell {url}", url=_address(step)),
    "save_answer": lambda _flow, step: said("Save the answer {answer}", answer=_answer(step)),
    "goto": _go_to,
    "repeat": lambda _flow, step: said("Say it again, {times}", times=times_in_words(step.times)),
    "connect": lambda _flow, step: said("Connect to {number}", number=step.number),
    "hangup": lambda _flow, _step: said("Hang up"),
}
"""Action kind -> its words: (flow, step) -> words."""

_LATER: dict[str, Callable[[Flow, Any], str]] = {
    "webhook": lambda _flow, step: said("tell {url}", url=_address(step)),
    "save_answer": lambda _flow, step: said("save the answer {answer}", answer=_answer(step)),
    "goto": _later_go_to,
    "repeat": lambda _flow, step: said("say it again, {times}", times=times_in_words(step.times)),
    "connect": lambda _flow, step: said("connect to {number}", number=step.number),
    "hangup": lambda _flow, _step: said("hang up"),
}
"""The same after another step."""
