"""The list of calls: what its page shows, and what of it changes by itself."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import urlencode

from flask import request, url_for
from flask_babel import lazy_gettext as _l
from msgspec import Struct
from msgspec.structs import replace

from blueprints import call_chart, db, person, row_id
from blueprints.call_filters import CHIPS, Asked, asked, period
from calling import practice, words
from providers import SERVICES
from storage import call_counts, call_list, connections, flows
from storage import practice as practice_book
from storage.calls import Shown, StoredCall, shown_for
from storage.practice import PracticeCall

INPUTS = {"silence": _l("silence"), "hangup": _l("hung up")}
"""What a caller does besides pressing a key -> its word in a list."""

BRIEF = {words.STATES["unknown"]: words.OUTCOMES["unknown"]}
"""Words of a status -> its words in a list, where they are shorter."""

PAGE = 50
"""How many calls one page of the list shows."""


class Line(Struct, frozen=True):
    """One line of a list: a call and its words."""

    call: StoredCall
    status: str
    tone: str
    service: str
    inputs: tuple[str, ...] = ()

    @property
    def brief(self) -> str:
        """Its status where many are shown: as short as the totals name it."""
        return BRIEF.get(self.status, self.status)

    @property
    def pressed(self) -> str:
        """The keys that were pressed, and the silences, in the page's language."""
        return ", ".join(str(INPUTS.get(given, given)) for given in self.inputs)


class Chip(Struct, frozen=True):
    """How many calls have a status; pressing it shows only those. "" is every status."""

    status: str
    words: str
    calls: int
    query: dict[str, str]
    chosen: bool


def asked_for() -> Asked:
    """The filters of this request, offering what the workspace has."""
    workspace = person().workspace_id
    return asked(flows.list_all(db(), workspace), connections.list_all(db(), workspace))


def shown(found: Asked) -> dict[str, Any]:
    """What the list shows: the ringing phones, the totals, the chart, a page of calls."""
    me = person()
    first, last = period(found.filters, call_counts.first_day(db(), me.workspace_id))
    counts = call_counts.count(db(), me.workspace_id, found.filters, first, last)
    page = _page(found, counts)
    lines = lines_of(page.calls)
    return {
        "asked": found,
        "lines": lines,
        "ringing": [
            (call, _shown(call)) for call in practice.ringing(db(), me.workspace_id, me.id)
        ],
        "chips": _chips(found, counts),
        "counts": counts,
        "chart": _chart(found, counts, first, last) if counts.calls else None,
        "newer": lines[0].call.id if lines and page.newer else None,
        "older": lines[-1].call.id if lines and page.older else None,
        "here": found.but(**{name: request.args.get(name) for name in ("before", "after")}),
    }


def _page(found: Asked, counts: call_counts.Counts) -> call_list.Page:
    if counts.whole and not counts.of(found.filters.status):
        return call_list.Page((), newer=False, older=False)
    before, after = (row_id(request.args.get(name)) for name in ("before", "after"))
    return call_list.page(db(), person().workspace_id, found.filters, before, after, PAGE)


def _chips(found: Asked, counts: call_counts.Counts) -> list[Chip]:
    chosen = found.filters.status
    every = [("", "", counts.calls)]
    kinds = [(key, str(label), counts.by_status.get(key, 0)) for key, label in CHIPS.items()]
    return [
        Chip(key, label, calls, found.but(status=key), key == chosen)
        for key, label, calls in (*every, *kinds)
        if calls or key in ("", chosen)
    ]


def _chart(found: Asked, counts: call_counts.Counts, first: date, last: date) -> call_chart.Chart:
    listing, by_day = url_for("calls.listing"), counts.by_day
    if status := found.filters.status:
        by_day = {day: {status: of[status]} for day, of in by_day.items() if status in of}

    def address(start: date, end: date) -> str:
        return f"{listing}?{urlencode(found.but(since=str(start), until=str(end)))}"

    return call_chart.drawn(by_day, first, last, address)


def lines_of(calls: tuple[StoredCall, ...] | list[StoredCall]) -> list[Line]:
    """The lines of calls, with what was pressed where it is known."""
    ids = [call.message_id for call in calls if call.message_id]
    inputs = practice_book.inputs_of(db(), person().workspace_id, ids)
    return [replace(line_of(call), inputs=tuple(inputs.get(call.message_id, ()))) for call in calls]


def line_of(call: StoredCall) -> Line:
    """The line of one call."""
    return Line(call, words.status_words(call), call.status, SERVICES[call.service].label)


def _shown(ringing: PracticeCall) -> Shown:
    """The call whose page shows this phone: ours if we placed it, else the gateway's."""
    found = shown_for(db(), ringing.workspace_id, ringing.message_id)
    return found or Shown(ringing.call_id, ringing.flow.name)
