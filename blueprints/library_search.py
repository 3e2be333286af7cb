"""The library's search: matches grouped by call flow, each leading to its control in the editor."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from msgspec import Struct
from msgspec.structs import replace

from blueprints import db, person
from blueprints.editor_view import View
from blueprints.languages import say, say_ours
from flows.document import Flow, menu_label
from flows.finding import Found, Text, find, words
from flows.words import trigger_name
from storage import flow_search, flows

SHOWN = 6
"""Matches of one flow that are shown; the rest are counted."""

KINDS = {
    "flow": _l("Name of the call flow"),
    "menu": _l("Name of the menu"),
    "script": _l("What the caller hears"),
    "recording": _l("Recording"),
    "address": _l("Tell a web address"),
    "answer": _l("Save the answer"),
    "number": _l("Connect to a number"),
}
"""What was found -> how it is called."""

CONTROLS = {
    "flow": "flow-name", "menu": "name", "script": "script", "recording": "recording",
    "address": "step-url", "answer": "step-name", "number": "step-number",
}  # fmt: skip
"""What was found -> the field of the editor that holds it."""


class Match(Struct, frozen=True):
    """One match: where it stands in words, its pieces, and the address of its control."""

    where: str
    kind: str
    pieces: tuple[tuple[str, bool], ...]
    url: str


class Group(Struct, frozen=True):
    """The matches of one flow; ``more`` are not shown."""

    flow_id: int
    name: str
    archived: bool
    matches: list[Match]
    more: int


class Results(Struct, frozen=True):
    """What a search brought. ``cut``: there are flows beyond those shown."""

    groups: list[Group]
    cut: bool

    @property
    def matches(self) -> int:
        """How many matches there are in these flows."""
        return sum(len(group.matches) + group.more for group in self.groups)


def search(typed: str) -> Results:
    """Every call flow in which all the words stand together, last changed first."""
    wanted, workspace = words(typed), person().workspace_id
    holding = flow_search.holding(db(), workspace, wanted)
    chosen = list(holding)[: flow_search.MOST_FLOWS]
    loaded = {one.id: one.flow for one in flows.load_newest(db(), workspace, chosen)}
    groups = [_group(i, loaded[i], holding[i], wanted) for i in chosen if i in loaded]
    return Results([one for one in groups if one.matches], len(holding) > len(chosen))


def _group(flow_id: int, flow: Flow, archived: bool, wanted: tuple[str, ...]) -> Group:
    shown, more = find(flow, wanted, SHOWN)
    matches = [_match(flow_id, flow, found) for found in shown]
    return Group(flow_id, flow.name, archived, matches, more)


def _match(flow_id: int, flow: Flow, found: Found) -> Match:
    place = found.place
    return Match(_where(flow, place), str(KINDS[place.kind]), found.excerpt, _url(flow_id, place))


def _where(flow: Flow, place: Text) -> str:
    parts = [say_ours(menu_label(flow, place.menu))] if place.menu else []
    if place.trigger:
        parts.append(say(trigger_name(place.trigger)))
    return ", ".join(parts)


def _url(flow_id: int, place: Text) -> str:
    view = View(flow_id, menu=place.menu, ask="settings" if place.kind == "flow" else "")
    if place.step:
        view = replace(view, key=place.trigger, step=place.step)
    if place.step and not person().can_edit:
        return view.at().url(f"step-{place.step}")
    return view.url(CONTROLS[place.kind])
