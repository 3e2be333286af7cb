"""The outline: the map as a nested list, for screen readers and for paper."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from flows.document import Flow, Menu
from flows.layering import layers
from flows.map_plan import Way, ways_out
from flows.said import said
from flows.step_words import key_does, menu_names
from flows.words import trigger_name

DEEPEST = 4
"""Menus inside each other before the list begins anew (ours: deeper ones are hard to follow)."""

STARTS, UNHEARD = said("starts the call"), said("no caller hears this")


class OutlineKey(Struct, frozen=True):
    """One key. ``to`` is the menu id it leads to, "" for an end of the call.

    ``opens`` is that menu when it stands right here; otherwise ``see`` names it ("see 2
    Another day"), because every menu stands in the list once.
    """

    trigger: str
    key: str
    does: str
    to: str
    opens: OutlineMenu | None
    see: str


class OutlineMenu(Struct, frozen=True):
    """One menu. ``note`` says "starts the call" or "no caller hears this", or is ""."""

    menu_id: str
    name: str
    note: str
    keys: tuple[OutlineKey, ...]


def outline(flow: Flow) -> tuple[OutlineMenu, ...]:
    """Every menu once: under the key by which callers first come to it, else at the top.

    At the top stand the first menu, those too deep to be nested, and those nobody hears.
    """
    place = flow.indexes()
    ways = [ways_out(menu) for menu in flow.menus]
    links = [[place[way.to] for way in each if way.to in place] for each in ways]
    order = [box for layer in layers(links) for box in layer]
    parents = _parents(links, order)
    heard = set(order)
    unheard = [box for box in range(len(links)) if box not in heard]
    notes = dict.fromkeys(unheard, UNHEARD) | dict.fromkeys(order[:1], STARTS)
    names = menu_names(flow)
    done: dict[int, OutlineMenu] = {}
    for box in (*reversed(order), *unheard):
        menu = flow.menus[box]
        mine = {target: done[target] for target in links[box] if parents.get(target) == box}
        keys = tuple(_key(menu, way, place, names, mine) for way in ways[box])
        done[box] = OutlineMenu(menu.id, names[menu.id], notes.get(box, ""), keys)
    tops = [box for box in order if box not in parents]
    return tuple(done[box] for box in (*tops, *unheard))


def _parents(links: list[list[int]], order: list[int]) -> dict[int, int]:
    """Menu -> the menu in whose list it stands; none for those at the top."""
    parents: dict[int, int] = {}
    depth = dict.fromkeys(order[:1], 0)
    for box in order:
        for target in links[box]:
            if target in depth:
                continue
            depth[target] = (depth[box] + 1) % DEEPEST
            if depth[target]:
                parents[target] = box
    return parents


def _key(
    menu: Menu,
    way: Way,
    place: Mapping[str, int],
    names: Mapping[str, str],
    mine: dict[int, OutlineMenu],
) -> OutlineKey:
    to = way.to if way.to in place else ""
    opens = mine.pop(place[to], None) if to else None
    see = "" if opens is not None or not to or to == menu.id else said("see {menu}", menu=names[to])
    does = key_does(names, menu, way.trigger)
    return OutlineKey(way.trigger, trigger_name(way.trigger), does, to, opens, see)
