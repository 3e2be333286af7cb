"""Where everything on a map stands: which menu leads where, its column, band and height.

Layers go from left to right by the fewest links from the first menu; a tall layer stands in
several columns, and many columns fold into bands, as text does. Menus that no caller hears
come last. The arithmetic is in ``flows.layering`` (boxes) and ``flows.lanes`` (lines).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import NamedTuple

from flows.document import KEYS, WRONG, Flow, GoTo, Menu
from flows.drawing import End
from flows.lanes import Line, Network, Spot
from flows.layering import columns, layers, settled, uncrossed
from flows.memo import PerMenu
from flows.said import joined, said
from flows.step_words import WORDINGS, running
from flows.widths import wrap

CELL = 20
"""Pixels of a key's row; all boxes begin and end on this grid."""

HEAD = 36
"""Pixels of the part with the menu's name; each further line of it takes a cell."""

BOX_WIDTH = 248
"""Pixels."""

NAME_WIDTH, NAME_LINES = 24, 2
"""How many character widths fit on a line of a name, and how many lines it may take."""

ENTRY, BACK_ENTRY = 16, 26
"""Pixels below a box's top where lines arrive: never level with a key's row beside it."""

MOST_CELLS = 120
"""Cells of a column before its layer is divided (ours: two to three screens)."""

MOST_COLUMNS = 6
"""Columns of a band (ours: what a wide screen shows)."""

HEADING = 2
"""Cells above the menus that no caller hears."""


KEY_LABELS = {WRONG: said("else")}
"""Triggers that are not written as they are."""


class Way(NamedTuple):
    """How a trigger leaves its menu: to the menu id ``to``, or by an end.

    ``label`` is what stands beside it on the map; ``tone`` (``flows.step_words``) is that of
    the step that leaves.
    """

    trigger: str
    label: str
    step_id: str
    to: str
    end: End
    tone: str


_ENDS: dict[str, End] = {"goto": "", "hangup": "hang up", "connect": "connect"}


def _way(menu: Menu, trigger: str) -> Way:
    label = KEY_LABELS.get(trigger, trigger)
    steps = list(running(menu.actions(trigger)))
    if not steps or steps[-1].kind not in _ENDS:
        return Way(trigger, label, steps[-1].id if steps else "", "", "end", "end")
    last = steps[-1]
    to = last.menu if isinstance(last, GoTo) else ""
    return Way(trigger, label, last.id, to, _ENDS[last.kind], WORDINGS[type(last)].tone)


def _ways(menu: Menu) -> tuple[Way, ...]:
    used = [key for key in KEYS if menu.actions(key)]
    return tuple(_way(menu, trigger) for trigger in (*used, WRONG))


ways_out: PerMenu[tuple[Way, ...]] = PerMenu(_ways)
"""ways_out(menu): its keys in their order on the phone, anything else, or silence, last."""


class Together(NamedTuple):
    """The rows of a box that lead to the same place; ``ways`` are theirs, ``label`` names all."""

    rows: tuple[int, ...]
    ways: tuple[Way, ...]
    triggers: tuple[str, ...]
    label: str


def _together(menu: Menu) -> tuple[Together, ...]:
    rows: dict[tuple[str, End], list[int]] = defaultdict(list)
    ways = ways_out(menu)
    for row, way in enumerate(ways):
        rows[way.to, way.end].append(row)
    return tuple(
        Together(
            tuple(same),
            tuple(ways[row] for row in same),
            tuple(ways[row].trigger for row in same),
            joined(ways[row].label for row in same),
        )
        for same in rows.values()
    )


same_goal: PerMenu[tuple[Together, ...]] = PerMenu(_together)
"""same_goal(menu): its ways out, those to one place together."""


class Plan:
    """One flow laid out. Menus are their 0-based places.

    ``ways`` are the rows of each box and ``goals`` the menu that each leads to (None for an
    end of the call, or a link to no menu); ``names`` are the lines of its name. ``heard`` counts
    the columns with menus that callers hear; the columns behind them hold the others. Of the
    columns ``most_columns`` stand beside each other, so that 1 lays the menus out downwards.
    """

    def __init__(self, flow: Flow, most_columns: int = MOST_COLUMNS) -> None:
        place = flow.indexes()
        self.ways = [ways_out(menu) for menu in flow.menus]
        self.goals = [[place.get(way.to) for way in ways] for ways in self.ways]
        self.names = [wrap(menu.name, NAME_WIDTH, NAME_LINES) for menu in flow.menus]
        self._cells = [
            1 + max(1, len(lines)) + len(ways)
            for lines, ways in zip(self.names, self.ways, strict=True)
        ]
        self.columns: list[list[int]] = []
        self.heard = self._stand()
        self.band_of = [number // most_columns for number in range(len(self.columns))]
        self._column_of = {box: c for c, column in enumerate(self.columns) for box in column}
        self._tops = self._settle()
        self.network = self._network()

    def _stand(self) -> int:
        links = [[goal for goal in goals if goal is not None] for goals in self.goals]
        tall = [cells + 1 for cells in self._cells]
        found = uncrossed(layers(links), links)
        heard = {box for layer in found for box in layer}
        unheard = [box for box in range(len(links)) if box not in heard]
        for layer in found:
            self.columns += columns(layer, tall, MOST_CELLS)
        count = len(self.columns)
        self.columns += columns(unheard, tall, MOST_CELLS) if unheard else []
        return count

    def _settle(self) -> list[int]:
        """The top of each box in its band, in cells: near what leads to it and it leads to."""
        tops = [0] * len(self._cells)
        sources: dict[int, list[tuple[int, int]]] = defaultdict(list)
        targets: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for box, goals in enumerate(self.goals):
            first_row = self._cells[box] - len(goals)
            for row, goal in enumerate(goals, start=first_row):
                if goal is not None and self._is_next(box, goal):
                    sources[goal].append((box, row))
                    targets[box].append((goal, -row))
        inner = range(1, self.heard - 1)
        for number in range(len(self.columns)):
            self._settle_column(number, sources, tops)
        for number in reversed(inner):
            self._settle_column(number, targets, tops)
        for number in range(1, self.heard):
            self._settle_column(number, sources, tops)
        for column in self.columns[self.heard :]:
            for box in column:
                tops[box] += HEADING
        return tops

    def _is_next(self, box: int, goal: int) -> bool:
        here, there = self._column_of[box], self._column_of[goal]
        return there == here + 1 < self.heard and self.band_of[here] == self.band_of[there]

    def _settle_column(
        self, number: int, linked: Mapping[int, list[tuple[int, int]]], tops: list[int]
    ) -> None:
        column = self.columns[number]
        wanted = [
            sum(tops[other] + shift for other, shift in linked[box]) / len(linked[box])
            if box in linked
            else tops[box] or None
            for box in column
        ]
        heights = [self._cells[box] + 1 for box in column]
        for box, top in zip(column, settled(wanted, heights), strict=True):
            tops[box] = top

    def _network(self) -> Network:
        spots = [Spot(self._column_of[box], top * CELL) for box, top in enumerate(self._tops)]
        lines = [
            line
            for box, goals in enumerate(self.goals)
            for row in range(len(goals))
            if (line := self.line(box, row)) is not None
        ]
        heights = [0] * (self.band_of[-1] + 1 if self.band_of else 0)
        for box, column in self._column_of.items():
            bottom = (self._tops[box] + self._cells[box]) * CELL
            heights[self.band_of[column]] = max(heights[self.band_of[column]], bottom)
        return Network(
            spots,
            self.band_of,
            lines,
            heights,
            box_width=BOX_WIDTH,
            entry=ENTRY,
            back_entry=BACK_ENTRY,
        )

    def _row_middle(self, box: int, row: int) -> int:
        """Pixels from the band's top to the middle of a row, from which its line starts."""
        return self._tops[box] * CELL + self.row_top(box, row) + CELL // 2

    def row_top(self, box: int, row: int) -> int:
        """Pixels from the box's top to the top of a row."""
        return HEAD + CELL * (max(1, len(self.names[box])) - 1 + row)

    def height(self, box: int) -> int:
        """Pixels of a box."""
        return self._cells[box] * CELL

    def corner(self, box: int) -> tuple[int, int]:
        """Where a box's left top corner stands in the drawing, in pixels."""
        column = self._column_of[box]
        top = self.network.band_tops[self.band_of[column]] + self._tops[box] * CELL
        return self.network.lefts[column], top

    def line(self, box: int, row: int) -> Line | None:
        """The line from a row to another box; None for an end, or the same menu again."""
        goal = self.goals[box][row]
        return None if goal is None or goal == box else Line(box, goal, self._row_middle(box, row))

    def is_heard(self, box: int) -> bool:
        """Whether callers can hear this menu."""
        return self._column_of[box] < self.heard
