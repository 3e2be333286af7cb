"""A finding of the checks as the editor shows it: its place, its sentence, its buttons."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from flask import request
from msgspec import Struct

from blueprints.editor_view import SLUGS, View
from flows.document import Flow
from flows.problems import Problem
from flows.said import joined

CHECKS_SHOWN = 40
"""How many findings stand beside the menus; more can hardly be read at once."""

MENU_CONTROLS = {"name": "name", "script": "script", "recording": "recording", "wait_ms": "wait"}
FLOW_CONTROLS = {"name": "flow-name", "sender": "sender", "recipient": "recipient", "text": "text"}
STEP_CONTROLS = {
    "url": "step-url",
    "menu": "step-menu",
    "number": "step-number",
    "name": "step-name",
    "value": "step-value",
    "times": "step-times",
}
"""A problem's field -> the id of the control that holds its value."""


class Check(Struct, frozen=True):
    """One finding beside the menus; ``also`` names the other menus it is true of."""

    severity: str
    where: str
    sentence: str
    show_url: str
    fixes: tuple[tuple[int, str], ...]
    code: str
    mark: str
    also: str


def check_views(problems: tuple[Problem, ...], view: View, flow: Flow) -> tuple[Check, ...]:
    """The findings, each with the address that leads to its place.

    What is the same for several whole menus is said once, with the other menus' names. Most
    edits leave the findings as they were: then these are the very same, too.
    """
    names = tuple([(menu.id, menu.name) for menu in flow.menus])
    return _views(problems, view, names, request.script_root)


@lru_cache(maxsize=64)
def _views(
    problems: tuple[Problem, ...], view: View, named: tuple[tuple[str, str], ...], _root: str
) -> tuple[Check, ...]:
    names = dict(named)
    alike: dict[tuple[str, ...], list[Problem]] = {}
    for number, problem in enumerate(problems):
        place = problem.place
        whole = place.menu_id and not place.trigger
        key = (problem.code, problem.message) if whole else (str(number),)
        alike.setdefault(key, []).append(problem)
    return tuple(_check(same[0], view, names, same[1:]) for same in alike.values())


def _check(problem: Problem, view: View, names: Mapping[str, str], others: list[Problem]) -> Check:
    place = problem.place
    at = view.at(menu=place.menu_id or view.menu, key=place.trigger or view.key)
    if place.step_id:
        at = at.at(step=place.step_id)
    elif not place.menu_id and place.field:
        at = at.at(ask="settings")
    return Check(
        problem.severity,
        _where(problem, names),
        problem.message,
        at.url(_anchor(problem)),
        tuple((number, fix.label) for number, fix in enumerate(problem.fixes)),
        problem.code,
        problem.mark,
        joined(_where(other, names) for other in others),
    )


def _where(problem: Problem, names: Mapping[str, str]) -> str:
    """The place in words, with the menu's own name: "2 Another day, key 3, step 1"."""
    place = problem.place
    name = names.get(place.menu_id, "")
    is_named = name not in ("", f"Menu {place.menu_number}")
    return place.in_words(f"{place.menu_number} {name}" if is_named else "")


def _anchor(problem: Problem) -> str:
    """The id of the control that holds the value, or of the nearest thing to it."""
    place = problem.place
    if place.step_id:
        return STEP_CONTROLS.get(place.field, f"step-{place.step_id}")
    if place.trigger:
        return f"key-{SLUGS[place.trigger]}"
    if place.menu_id:
        return MENU_CONTROLS.get(place.field, "name")
    return FLOW_CONTROLS.get(place.field, "menus")
