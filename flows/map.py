"""The map: a flow as boxes and lines, and a call's way through it.

``flows.map_plan`` decides where everything stands; here it is put into words and drawn. The
same for screen readers is in ``flows.outline``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

from flows.document import WRONG, Flow, Menu
from flows.drawing import Box, Drawing, Edge, End, Move, Row, Sign, State, Text
from flows.lanes import Point, smooth
from flows.map_plan import BOX_WIDTH, CELL, MOST_COLUMNS, NAME_WIDTH, Plan, Way, same_goal, ways_out
from flows.memo import PerMenu
from flows.paths import Map
from flows.said import joined, said, shortened
from flows.step_words import key_does, key_short, menu_names
from flows.trail import Connected, Ended, Event, Heard, WentTo
from flows.widths import one_line

INDENT, KEY_INDENT = 54, 12
"""Pixels before the words, and before the number and the keys."""

FIRST_BASE, ROW_BASE = 24, 14
"""Pixels from the top of a box, or of a row, to the baseline of its text."""

WORDS_WIDTH = 27
"""How many character widths fit in a row."""

STUB = 14
"""Pixels from a box to the sign that a call ends there."""

UNHEARD = said("No caller hears these menus")

HEADS: Mapping[str, Callable[[int, int], str]] = {
    "arrow": lambda x, y: f"M{x} {y}l-7 -4v8z",
    "arrow back": lambda x, y: f"M{x} {y}l7 -4v8z",
    "again": lambda x, y: f"M{x} {y}m-5 0a5 5 0 1 0 -5 -5m-3 -1l3 2l2 -3",
    "hang up": lambda x, y: f"M{x} {y - 5}v10",
    "connect": lambda x, y: f"M{x - 3} {y - 5}l5 5l-5 5",
    "end": lambda x, y: f"M{x} {y}a3 3 0 1 0 6 0a3 3 0 1 0 -6 0",
}
"""The sign at the end of a line: an arrow, from either side, or how the call ends."""

END_NAMES: Mapping[End, str] = {
    "": "",
    "hang up": said("hang up"),
    "connect": said("connect"),
    "end": said("end"),
}
"""What stands for a menu where a call ends."""

Moves = Mapping[tuple[str, str], list[int]]
"""(menu id, trigger) -> the places of a call at which it went that way."""


def _say(menu: Menu, *named: tuple[str, str]) -> tuple[tuple[str, str], ...]:
    names = dict(named)
    return tuple(
        (
            key_short(names, menu, way.trigger, WORDS_WIDTH),
            joined([_key_title(way.trigger), key_does(names, menu, way.trigger)], ": "),
        )
        for way in ways_out(menu)
    )


def _key_title(trigger: str) -> str:
    """How a sentence about a key begins."""
    if trigger == WRONG:
        return said("Anything else, or silence")
    return said("Key {key}", key=trigger)


_said: PerMenu[tuple[tuple[str, str], ...]] = PerMenu(_say)
"""(words that fit, whole sentence) of each way out of a menu, given its goals' names."""


def lay_out(
    flow: Flow,
    path: Sequence[Event] = (),
    troubled: Collection[str] = frozenset(),
    most_columns: int = MOST_COLUMNS,
) -> Drawing:
    """The map of a flow, with the trail of a call drawn over it.

    ``path`` is a ``Call.trail``; what it says of menus and links that are not there (any more)
    is left out. ``troubled`` are ids of menus to show as trouble besides those that no key
    leads out of, or in which silence goes on for ever. ``most_columns`` stand beside each other.
    """
    plan = Plan(flow, most_columns)
    visits, moves = _on_the_way(flow, path)
    return Drawing(
        width=plan.network.width,
        height=plan.network.height,
        boxes=tuple(_boxes(flow, plan, visits, {*troubled, *_traps(flow)})),
        edges=tuple(_edges(flow, plan, moves)),
        headings=tuple(_headings(plan)),
        moves=tuple(_moves(flow, plan, moves)),
    )


def _traps(flow: Flow) -> Iterator[str]:
    found = Map.of(flow)
    for index in (*found.lost, *(index for ring in found.silent_rings for index in ring)):
        yield flow.menus[index].id


def _on_the_way(flow: Flow, path: Sequence[Event]) -> tuple[Mapping[str, list[int]], Moves]:
    """(when each menu was heard, when each way was taken) as far as the flow still has them."""
    visits: dict[str, list[int]] = defaultdict(list)
    moves: dict[tuple[str, str], list[int]] = defaultdict(list)
    places = flow.indexes()
    heard = taken = 0
    for event in path:
        if isinstance(event, Heard):
            heard += 1
            visits[event.menu_id].append(heard)
        place = places.get(event.menu_id)
        ways = () if place is None else ways_out(flow.menus[place])
        if any(way.trigger == event.trigger and _is_way(event, way, places) for way in ways):
            taken += 1
            moves[event.menu_id, event.trigger].append(taken)
    return visits, moves


def _is_way(event: Event, way: Way, places: Mapping[str, int]) -> bool:
    """Whether the event still means this way out of its menu."""
    to, end = _goal(way, places)
    if isinstance(event, WentTo):
        return to == event.target
    if isinstance(event, Connected):
        return end == "connect"
    return isinstance(event, Ended) and end in ("hang up", "end")


def _boxes(
    flow: Flow, plan: Plan, visits: Mapping[str, list[int]], troubled: Collection[str]
) -> Iterator[Box]:
    names = menu_names(flow)
    for place, menu in enumerate(flow.menus):
        x, y = plan.corner(place)
        lines = plan.names[place] if one_line(menu.name) else (names[menu.id],)
        yield Box(
            menu_id=menu.id,
            number=Text(str(place + 1), x + KEY_INDENT, y + FIRST_BASE),
            name=tuple(
                Text(line, x + INDENT, y + FIRST_BASE + CELL * number)
                for number, line in enumerate(lines)
            ),
            unnamed=not one_line(menu.name),
            title=names[menu.id],
            x=x,
            y=y,
            width=BOX_WIDTH,
            height=plan.height(place),
            state=_state(plan, place, menu.id in troubled),
            rows=tuple(_rows(plan, place, menu, names)),
            visits=tuple(visits.get(menu.id, ())),
        )


def _state(plan: Plan, place: int, troubled: bool) -> State:
    if not plan.is_heard(place):
        return "unreachable"
    if troubled:
        return "trouble"
    return "reachable" if place else "start"


def _rows(plan: Plan, place: int, menu: Menu, names: Mapping[str, str]) -> Iterator[Row]:
    x, y = plan.corner(place)
    ways = plan.ways[place]
    goals = dict.fromkeys(way.to for way in ways if way.to in names)
    said = _said(menu, *((goal, names[goal]) for goal in goals))
    top = y + plan.row_top(place, 0)
    for way, (words, title) in zip(ways, said, strict=True):
        yield Row(
            way.trigger, way.label, words, title, way.tone,
            x, top, BOX_WIDTH, CELL, x + KEY_INDENT, x + INDENT, top + ROW_BASE,
        )  # fmt: skip
        top += CELL


def _edges(flow: Flow, plan: Plan, moves: Moves) -> Iterator[Edge]:
    """One edge for all keys of a menu that lead to the same place."""
    names = menu_names(flow)
    for place, menu in enumerate(flow.menus):
        unheard, name = not plan.is_heard(place), names[menu.id]
        for rows, ways, triggers, label in same_goal(menu):
            first = ways[0]
            to, end = _goal(first, names)
            sign = _sign(menu.id, to, end)
            x, y = _start(plan, place, rows[0])
            path, head = _lines(plan, place, rows, sign)
            yield Edge(
                menu.id, first.trigger, first.step_id, triggers, to, end, path, head, sign,
                Text(label, x + 4, y - 3), _way_title(label, name, names.get(to) or END_NAMES[end]),
                unheard, _moves_along(menu.id, ways, moves) if moves else (),
            )  # fmt: skip


def _way_title(label: str, name: str, goal: str) -> str:
    return joined([joined([label, name], ": "), goal], " → ")


def _goal(way: Way, names: Mapping[str, object]) -> tuple[str, End]:
    """(menu id, end); a link to a menu that is not there ends the call."""
    return (way.to, way.end) if way.end or way.to in names else ("", "end")


def _moves_along(menu_id: str, ways: Sequence[Way], moves: Moves) -> tuple[int, ...]:
    return tuple(sorted(n for way in ways for n in moves.get((menu_id, way.trigger), ())))


def _start(plan: Plan, place: int, row: int) -> Point:
    """Where the line of a row begins."""
    x, y = plan.corner(place)
    return x + BOX_WIDTH, y + plan.row_top(place, row) + CELL // 2


def _lines(plan: Plan, place: int, rows: Sequence[int], sign: Sign) -> tuple[str, str]:
    """(the path of all these rows, the signs at its ends).

    A further row's line to a menu is drawn until it runs with the first one's.
    """
    x, y = _start(plan, place, 0)
    line = plan.line(place, rows[0])
    if line is None:
        end, head = x + STUB, HEADS[sign]
        ys = [y + CELL * row for row in rows]
        return "".join([f"M{x} {y}H{end}" for y in ys]), "".join([head(end, y) for y in ys])
    corners = plan.network.points(line)
    _, (track, _), turn, beyond = corners[:4]
    path = smooth(corners)
    for row in rows[1:]:
        path += smooth([(x, y + CELL * row), (track, y + CELL * row), turn, beyond])
    end, level = corners[-1]
    return path, HEADS["arrow back" if corners[-2][0] > end else sign](end, level)


def _sign(menu_id: str, to: str, end: End) -> Sign:
    return end or ("again" if to == menu_id else "arrow")


def _headings(plan: Plan) -> Iterator[Text]:
    for column in plan.columns[plan.heard : plan.heard + 1]:
        x, y = plan.corner(column[0])
        yield Text(shortened(UNHEARD, NAME_WIDTH + 5), x, y - CELL // 2)


def _moves(flow: Flow, plan: Plan, moves: Moves) -> Iterator[Move]:
    places = flow.indexes()
    for (menu_id, trigger), numbers in moves.items():
        place = places[menu_id]
        row = [way.trigger for way in plan.ways[place]].index(trigger)
        to, end = _goal(plan.ways[place][row], places)
        sign = _sign(menu_id, to, end)
        path, head = _lines(plan, place, (row,), sign)
        x, y = _start(plan, place, row)
        label = Text(", ".join(map(str, numbers)), x + 4, y - 3)
        yield Move(label, menu_id, trigger, to, end, path, head, sign)
