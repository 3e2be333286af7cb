"""Folding: a document that unrolled "say it again" is read back as that one step.

A menu followed by copies of itself, each reached only from the one before under ``wrong``, is
what ``flows.targets.speechcall`` writes for a Repeat. Only an exact unrolling is folded: the
folded flow must compile to the very document it came from.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from msgspec import Struct

from flows.document import MAX_TIMES, WRONG, Flow, GoTo, Menu, Repeat
from flows.targets.base import Compiled
from flows.targets.speechcall import compile_flow


class Folded(Struct, frozen=True):
    """A flow, and for every copy that went into a step the menu it was a copy of."""

    flow: Flow
    originals: Mapping[str, str]


class _Unfolded(Struct, frozen=True):
    """What folding needs to know of a flow, found out once.

    ``next_copy``: menu id -> place of the menu that ``wrong`` leads to at its very end.
    ``sameness``: per menu a text of everything but ``wrong``; equal texts are equal menus.
    """

    flow: Flow
    text: str
    next_copy: Mapping[str, int]
    sameness: tuple[str, ...]


def fold(flow: Flow) -> Folded:
    """The flow with its unrolled copies as Repeat steps; the flow itself when there are none."""
    next_copy = _next_copies(flow)
    compiled = compile_flow(flow) if next_copy else None
    if not isinstance(compiled, Compiled):
        return Folded(flow, {})
    unfolded = _Unfolded(flow, _text(compiled), next_copy, _sameness(compiled))
    tries = (_fold_from(unfolded, place) for place in _possible_first_copies(unfolded))
    folded = next((found for found in tries if found is not None), None)
    if folded is not None:
        again = compile_flow(folded.flow)
        # Texts, not values: to Python 1, 1.0 and True are equal, in a document they are not.
        if isinstance(again, Compiled) and _text(again) == unfolded.text:
            return folded
    return Folded(flow, {})


def _text(compiled: Compiled) -> str:
    return json.dumps(compiled.body)


def _next_copies(flow: Flow) -> dict[str, int]:
    index_of = flow.indexes()
    found = {}
    for index, menu in enumerate(flow.menus):
        actions = menu.actions(WRONG)
        last = actions[-1] if actions else None
        if isinstance(last, GoTo) and last.form == "string":
            target = index_of.get(last.menu, 0)
            if target > index:
                found[menu.id] = target
    return found


def _sameness(compiled: Compiled) -> tuple[str, ...]:
    return tuple(
        json.dumps(
            {**menu, "dtmfActions": {k: v for k, v in menu["dtmfActions"].items() if k != WRONG}},
            sort_keys=True,
        )
        for menu in compiled.body["messages"][0]["menu"]
    )


def _possible_first_copies(unfolded: _Unfolded) -> list[int]:
    """The places at which the copies could begin: a later menu that repeats an earlier one."""
    same = unfolded.sameness
    return sorted(
        {
            target
            for index, menu in enumerate(unfolded.flow.menus)
            if (target := unfolded.next_copy.get(menu.id, 0)) and same[index] == same[target]
        }
    )


def _fold_from(unfolded: _Unfolded, first_copy: int) -> Folded | None:
    """The flow whose menus end at ``first_copy``, or None if what follows are not its copies."""
    menus = unfolded.flow.menus
    kept: list[Menu] = []
    originals: dict[str, str] = {}
    place = first_copy
    for index, menu in enumerate(menus[:first_copy]):
        start, last = place, menu
        while place < len(menus) and unfolded.next_copy.get(last.id) == place:
            last = menus[place]
            same = unfolded.sameness[index] == unfolded.sameness[place]
            if not same or place - start == MAX_TIMES:
                return None
            originals[last.id] = menu.id
            place += 1
        kept.append(_with_repeat(menu, last, place - start) if place > start else menu)
    if place != len(menus):
        return None
    return Folded(unfolded.flow.model_copy(update={"menus": tuple(kept)}), originals)


def _with_repeat(menu: Menu, last_copy: Menu, times: int) -> Menu:
    """The menu with its link to the first copy as a Repeat, then what the last copy does."""
    before, link = menu.actions(WRONG)[:-1], menu.actions(WRONG)[-1]
    after = last_copy.actions(WRONG)[len(before) :]
    repeat = Repeat(id=link.id, times=times, extra=link.extra)
    return menu.model_copy(update={"keys": {**menu.keys, WRONG: (*before, repeat, *after)}})
