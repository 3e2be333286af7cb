"""The lines of a drawing: beside the boxes, never through them, and one track for each goal.

Columns of boxes stand in bands, one below the other. On both sides of each column is a gutter
with vertical tracks; above each band is a channel with horizontal ones, and left of all bands a
spine. All lines to one box share its track in a gutter or channel, as railway lines join.
Everything is whole pixels; nothing here knows what a menu is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from flows.layering import packed

PAD = 26
"""Pixels between a box and the nearest track: room for the sign of a call's end."""

SPACING = 10
"""Pixels between two tracks."""

MOST = 260
"""Pixels that the tracks of one gutter or channel take at most; more stand closer together."""

EDGE = 16
"""Pixels that stay free round the whole drawing."""

RADIUS = 6
"""Pixels: how far a corner is rounded."""

LONG = 2 * RADIUS
"""Pixels of a line that has room for two corners."""

ABOVE, BELOW = -1_000_000, 1_000_000
"""Where the channels of a band are, before it is known how high they must be."""

Point = tuple[int, int]


class Spot(NamedTuple):
    """Where a box stands: its column, counted through all bands, and its top in its band."""

    column: int
    top: int


class Line(NamedTuple):
    """A line to draw, from ``height`` below the band's top on the right side of a box."""

    source: int
    target: int
    height: int


class Tracks:
    """The tracks of one gutter, channel or spine, one for each goal, as long as it needs."""

    def __init__(self) -> None:
        self._spans: dict[tuple[str, int], tuple[int, int]] = {}
        self._offsets: dict[tuple[str, int], int] = {}
        self.size = 0
        """Pixels from one side to the other, with the room beside the tracks."""

    def take(self, goal: tuple[str, int], first: int, last: int) -> None:
        """The goal's track reaches from ``first`` to ``last``, in any order, and maybe farther."""
        if first > last:
            first, last = last, first
        known = self._spans.get(goal)
        if known is not None:
            first, last = min(first, known[0]), max(last, known[1])
        self._spans[goal] = (first, last)

    def pack(self) -> None:
        """Gives every track its place; tracks that do not meet may have the same one."""
        numbers, count = packed(self._spans.values())
        across = min(MOST, SPACING * (count - 1)) if count else -PAD
        self.size = across + PAD
        self._offsets = {
            goal: across * number // max(1, count - 1)
            for goal, number in zip(self._spans, numbers, strict=True)
        }

    def __getitem__(self, goal: tuple[str, int]) -> int:
        """Pixels of a goal's track from the first track."""
        return self._offsets[goal]


class Network:
    """The lines of one drawing and the sizes that they need.

    ``band_of`` gives each column's band; all boxes are ``box_width`` wide; a line reaches its
    box ``entry`` below its top from the left, or ``back_entry`` below it from the gutter on its
    right when it comes from the same column. ``heights`` are those of the bands.

    Afterwards ``lefts`` says where the columns stand, ``band_tops`` where the bands do, and
    ``width`` and ``height`` how large everything is.
    """

    def __init__(
        self,
        spots: Sequence[Spot],
        band_of: Sequence[int],
        lines: Sequence[Line],
        heights: Sequence[int],
        *,
        box_width: int,
        entry: int,
        back_entry: int,
    ) -> None:
        self._spots, self._band_of = spots, band_of
        self._box_width, self._entry, self._back_entry = box_width, entry, back_entry
        self._gutters: defaultdict[int, Tracks] = defaultdict(Tracks)
        self._channels: defaultdict[int, Tracks] = defaultdict(Tracks)
        self._spine = Tracks()
        for line in lines:
            self._reserve(line)
        for tracks in (*self._gutters.values(), self._spine):
            tracks.pack()
        self.lefts: list[int] = []
        self._gutter_x: dict[int, int] = {}
        self.width = self._stand_columns()
        for line in lines:
            self._reserve_lanes(line)
        for tracks in self._channels.values():
            tracks.pack()
        self.band_tops: list[int] = []
        self._channel_y: list[int] = []
        self.height = self._stand_bands(heights)

    def _gutter_before(self, column: int) -> int:
        """The gutter left of a column: that right of the one before, or one of the band's own."""
        band = self._band_of[column]
        first = column == 0 or self._band_of[column - 1] != band
        return -1 - band if first else column - 1

    def _is_beside(self, line: Line) -> bool:
        return self._spots[line.source].column == self._spots[line.target].column

    def _is_next(self, line: Line) -> bool:
        return self._gutter_before(self._spots[line.target].column) == (
            self._spots[line.source].column
        )

    def _bands(self, line: Line) -> tuple[int, int]:
        """(the channel through which a far line leaves, that through which it arrives)."""
        source = self._band_of[self._spots[line.source].column]
        target = self._band_of[self._spots[line.target].column]
        return source + (target > source), target

    def _reserve(self, line: Line) -> None:
        source, target = self._spots[line.source], self._spots[line.target]
        gutter = self._gutters[source.column]
        if self._is_beside(line):
            gutter.take(("back", line.target), line.height, target.top + self._back_entry)
            return
        arrival, entry = self._gutter_before(target.column), target.top + self._entry
        if arrival == source.column:
            gutter.take(("in", line.target), line.height, entry)
            return
        leaving, arriving = self._bands(line)
        upwards = leaving == self._band_of[source.column]
        gutter.take(("out", line.target), line.height, ABOVE if upwards else BELOW)
        self._gutters[arrival].take(("in", line.target), ABOVE, entry)
        if leaving != arriving:
            self._spine.take(("in", line.target), leaving, arriving)

    def _reserve_lanes(self, line: Line) -> None:
        if self._is_beside(line) or self._is_next(line):
            return
        leaving, arriving = self._bands(line)
        start, end, goal = self._out_x(line), self._in_x(line), ("in", line.target)
        if leaving == arriving:
            self._channels[leaving].take(goal, start, end)
        else:
            self._channels[leaving].take(goal, start, EDGE)
            self._channels[arriving].take(goal, end, EDGE)

    def _stand_columns(self) -> int:
        """Puts the columns and gutters side by side; the width of everything."""
        width, x = 0, 0
        for column in range(len(self._band_of)):
            before = self._gutter_before(column)
            if before < 0:
                self._gutter_x[before] = EDGE + self._spine.size
                x = self._gutter_x[before] + self._gutters[before].size
            self.lefts.append(x)
            x += self._box_width + PAD
            self._gutter_x[column] = x
            x += self._gutters[column].size
            width = max(width, x)
        return width + EDGE

    def _stand_bands(self, heights: Sequence[int]) -> int:
        """Puts the bands and channels below each other; the height of everything."""
        y = EDGE
        for band, height in enumerate(heights):
            self._channel_y.append(y)
            y += self._channels[band].size
            self.band_tops.append(y)
            y += height + PAD
        return y - PAD + EDGE

    def _out_x(self, line: Line) -> int:
        column = self._spots[line.source].column
        return self._gutter_x[column] + self._gutters[column]["out", line.target]

    def _in_x(self, line: Line) -> int:
        gutter = self._gutter_before(self._spots[line.target].column)
        return self._gutter_x[gutter] + self._gutters[gutter]["in", line.target]

    def points(self, line: Line) -> list[Point]:
        """The corners of a line, from its beginning to the side of the box it leads to."""
        source, target = self._spots[line.source], self._spots[line.target]
        start = self.lefts[source.column] + self._box_width
        y = self.band_tops[self._band_of[source.column]] + line.height
        left = self.lefts[target.column]
        top = self.band_tops[self._band_of[target.column]] + target.top
        if self._is_beside(line):
            gutter = self._gutters[source.column]
            x = self._gutter_x[source.column] + gutter["back", line.target]
            to = top + self._back_entry
            return [(start, y), (x, y), (x, to), (left + self._box_width, to)]
        end_x, to = self._in_x(line), top + self._entry
        if self._is_next(line):
            return [(start, y), (end_x, y), (end_x, to), (left, to)]
        return [(start, y), *self._detour(line, y, end_x), (end_x, to), (left, to)]

    def _detour(self, line: Line, y: int, end_x: int) -> list[Point]:
        """Through the channels, and along the spine where the bands are no neighbours."""
        leaving, arriving = self._bands(line)
        goal, x = ("in", line.target), self._out_x(line)
        lane = self._channel_y[leaving] + self._channels[leaving][goal]
        corners = [(x, y), (x, lane)]
        if leaving != arriving:
            spine = EDGE + self._spine[goal]
            arrival = self._channel_y[arriving] + self._channels[arriving][goal]
            corners += [(spine, lane), (spine, arrival)]
            lane = arrival
        return [*corners, (end_x, lane)]


def smooth(points: Sequence[Point]) -> str:
    """Corners, the first line level and each next one at right angles, as a rounded SVG path."""
    x, y = points[0]
    path = f"M{x} {y}"
    for turn, ((cx, cy), (nx, ny)) in enumerate(pairwise(points[1:])):
        if turn % 2:
            before, after = cy - y, nx - cx
            bend, up, on = _bend(before, after), before < 0, after < 0
            path += f"V{cy + bend if up else cy - bend}{_UPRIGHT[bend, up, on]}"
        else:
            before, after = cx - x, ny - cy
            bend, up, on = _bend(before, after), after < 0, before < 0
            path += f"H{cx + bend if on else cx - bend}{_LEVEL[bend, on, up]}"
        x, y = cx, cy
    end_x, end_y = points[-1]
    return f"{path}V{end_y}" if len(points) % 2 else f"{path}H{end_x}"


def _bend(before: int, after: int) -> int:
    """How far a corner can be rounded between two lines of these lengths."""
    if (before > LONG or before < -LONG) and (after > LONG or after < -LONG):
        return RADIUS
    return min(RADIUS, abs(before) // 2, abs(after) // 2)


def _arc(x: int, y: int, corner_x: int, corner_y: int) -> str:
    return f"q{corner_x} {corner_y} {x} {y}" if x or y else ""


_BENDS = [
    (bend, first, second, (-bend if first else bend), (-bend if second else bend))
    for bend in range(RADIUS + 1)
    for first in (False, True)
    for second in (False, True)
]
_LEVEL = {(bend, left, up): _arc(x, y, x, 0) for bend, left, up, x, y in _BENDS}
"""(pixels, to the left, then upwards) -> the corner behind a level line."""
_UPRIGHT = {(bend, up, left): _arc(x, y, 0, y) for bend, up, left, y, x in _BENDS}
"""(pixels, upwards, then to the left) -> the corner behind an upright line."""
