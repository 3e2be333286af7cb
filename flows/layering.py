"""Where the boxes of a drawing go: layers, their order, columns and heights, all as numbers.

Boxes are 0-based places; ``links[i]`` are the places that box i leads to. The method is the
layered drawing of Sugiyama, Tagawa and Toda (1981), with columns that are folded like text.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from heapq import heappop, heappush
from typing import NamedTuple

Links = Sequence[Sequence[int]]


def layers(links: Links) -> list[list[int]]:
    """The boxes that can be reached from the first, by the fewest links that lead there."""
    found: list[list[int]] = [[0]] if links else []
    seen = {0}
    for layer in found:
        following = [target for box in layer for target in links[box]]
        new = [box for box in dict.fromkeys(following) if box not in seen]
        seen.update(new)
        if new:
            found.append(new)
    return found


def uncrossed(found: Sequence[Sequence[int]], links: Links) -> list[list[int]]:
    """The layers, each ordered by the middle of the boxes it is linked with."""
    ordered = [list(layer) for layer in found]
    depth = {box: level for level, layer in enumerate(ordered) for box in layer}
    onward = {
        box: [target for target in links[box] if depth.get(target) == depth[box] + 1]
        for box in depth
    }
    back: dict[int, list[tuple[int, float]]] = {box: [] for box in depth}
    for box, targets in onward.items():
        for number, target in enumerate(targets):
            back[target].append((box, number / len(targets)))
    places = {box: (i + 0.5) / len(layer) for layer in ordered for i, box in enumerate(layer)}

    def sort(level: int, middle: Mapping[int, float]) -> None:
        ordered[level].sort(key=lambda box: middle.get(box, places[box]))
        count = len(ordered[level])
        places.update({box: (i + 0.5) / count for i, box in enumerate(ordered[level])})

    def down() -> None:
        for level in range(1, len(ordered)):
            # How far down its box a link starts decides between children of one box.
            size = 1 / len(ordered[level - 1])
            sort(level, _means(ordered[level], back, places, size))

    down()
    for level in range(len(ordered) - 2, 0, -1):
        middles = {
            box: sum(places[target] for target in onward[box]) / len(onward[box])
            for box in ordered[level]
            if onward[box]
        }
        sort(level, middles)
    down()
    return ordered


def _means(
    layer: Iterable[int],
    back: Mapping[int, list[tuple[int, float]]],
    places: Mapping[int, float],
    size: float,
) -> dict[int, float]:
    return {
        box: sum(places[source] + size * part for source, part in back[box]) / len(back[box])
        for box in layer
        if back[box]
    }


def columns(layer: Sequence[int], heights: Sequence[int], most: int) -> list[list[int]]:
    """The layer in columns of about the same height, none higher than ``most`` if possible."""
    total = sum(heights[box] for box in layer)
    share = total / max(1, -(-total // most))
    made: list[list[int]] = [[]]
    filled = 0
    for box in layer:
        if made[-1] and filled + heights[box] / 2 > share * len(made):
            made.append([])
        made[-1].append(box)
        filled += heights[box]
    return made


class _Block(NamedTuple):
    """Boxes that stand close together; ``pull`` is the sum of where each would put the top."""

    boxes: int
    height: int
    pull: float


def settled(wanted: Sequence[float | None], heights: Sequence[int]) -> list[int]:
    """The tops of boxes in this order, near to where each wants to be, none above 0.

    Boxes do not overlap, and keep the smallest sum of squared distances from ``wanted``
    (pooling adjacent violators, linear in the boxes); None follows the box before it.
    """
    blocks: list[_Block] = []
    bottom = 0.0
    for want, height in zip(wanted, heights, strict=True):
        block = _Block(1, height, bottom if want is None else max(0.0, want))
        while blocks and _end(blocks[-1]) > block.pull / block.boxes:
            last = blocks.pop()
            pull = last.pull + block.pull - last.height * block.boxes
            block = _Block(last.boxes + block.boxes, last.height + block.height, pull)
        blocks.append(block)
        bottom = _end(block)
    tops: list[int] = []
    below = 0
    for block in blocks:
        below = max(below, int(block.pull / block.boxes))
        for height in heights[len(tops) : len(tops) + block.boxes]:
            tops.append(below)
            below += height
    return tops


def _end(block: _Block) -> float:
    return block.pull / block.boxes + block.height


def packed(spans: Iterable[tuple[int, int]]) -> tuple[list[int], int]:
    """A track for each span (first, last), so that spans of one track do not touch; and how many.

    Takes no more tracks than there are spans over one point.
    """
    listed = list(spans)
    tracks = [0] * len(listed)
    ends: list[tuple[int, int]] = []
    for number in sorted(range(len(listed)), key=listed.__getitem__):
        first, last = listed[number]
        track = heappop(ends)[1] if ends and ends[0][0] < first else len(ends)
        heappush(ends, (last, track))
        tracks[number] = track
    return tracks, len(ends)
