"""A flow as numbers, and what can be computed about it in time linear in its keys.

Menus are their 0-based places; nothing here recurses, so no document can exhaust the stack.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from msgspec import Struct

END = -1
"""The place after the last menu: the call is over."""


class Step(NamedTuple):
    """One way to leave a menu: ``given`` (a key or "silence"), ``presses`` times, to ``target``.

    ``target`` is ``END`` for the end of the call. ``presses`` is more than 1 only where a
    bounded repeat says the menu again first.
    """

    target: int
    presses: int
    given: str
    silent: bool


Steps = tuple[tuple[Step, ...], ...]
"""Per menu the ways to leave it; what silence does stands last."""


class Routes(Struct, frozen=True):
    """The shortest way from the first menu to each other: fewest presses, then fewest silences.

    ``order`` lists the menus that can be reached, nearest first.
    """

    came_from: Mapping[int, tuple[int, Step]]
    order: tuple[int, ...]

    def given_to(self, index: int) -> tuple[str, ...] | None:
        """What the caller gives to arrive at a menu; None when nothing leads there."""
        if index not in self.order[:1] and index not in self.came_from:
            return None
        given: list[str] = []
        while index in self.came_from:
            index, step = self.came_from[index]
            given.extend([step.given] * step.presses)
        return tuple(reversed(given))


def routes(steps: Steps) -> Routes:
    """The shortest routes from the first menu, found level by level of presses."""
    cost: dict[int, tuple[int, int]] = {0: (0, 0)} if steps else {}
    came_from: dict[int, tuple[int, Step]] = {}
    levels: list[list[int]] = [[index] for index in cost]
    settled: dict[int, None] = {}
    for presses, level in enumerate(levels):
        for source in level:
            if source in settled or cost[source][0] != presses:
                continue
            settled[source] = None
            for step in steps[source]:
                if step.target == END or step.target in settled:
                    continue
                silences = cost[source][1] + (step.presses if step.silent else 0)
                new = (presses + step.presses, silences)
                known = cost.get(step.target)
                if known is not None and known <= new:
                    continue
                cost[step.target] = new
                came_from[step.target] = (source, step)
                while len(levels) <= new[0]:
                    levels.append([])
                levels[new[0]].append(step.target)
    return Routes(came_from, tuple(settled))


def leads_to(steps: Steps, goals: Iterable[int]) -> set[int]:
    """The menus that some keys lead from to one of ``goals`` (menus or ``END``), goals included."""
    back: list[list[int]] = [[] for _ in range(len(steps) + 1)]
    for source, ways in enumerate(steps):
        for step in ways:
            back[step.target].append(source)
    waiting = list(goals)
    found = set(waiting)
    while waiting:
        for source in back[waiting.pop()]:
            if source not in found:
                found.add(source)
                waiting.append(source)
    found.discard(END)
    return found


def silent_rings(steps: Steps, starts: Iterable[int]) -> tuple[tuple[int, ...], ...]:
    """Each ring of menus that silence alone goes round for ever, in the order it is heard."""
    walked_by: dict[int, int] = {}
    rings: list[tuple[int, ...]] = []
    for walk, start in enumerate(starts):
        trail: list[int] = []
        here = start
        while here != END and here not in walked_by:
            walked_by[here] = walk
            trail.append(here)
            here = steps[here][-1].target
        if here != END and walked_by[here] == walk:
            rings.append(tuple(trail[trail.index(here) :]))
    return tuple(rings)


def traps(steps: Steps, lost: Sequence[int]) -> tuple[tuple[int, ...], ...]:
    """The innermost groups of ``lost`` menus that no key ever leaves, in document order.

    ``lost`` are all menus of interest that cannot reach the end. Giving one menu of every
    group a way out frees all menus that lead into the group, too.
    """
    links = {index: tuple(step.target for step in steps[index]) for index in lost}
    closed = [
        tuple(sorted(group))
        for group in components(links)
        if all(target in group for index in group for target in links[index])
    ]
    return tuple(sorted(closed))


def components(links: Mapping[int, Sequence[int]]) -> Iterator[frozenset[int]]:
    """The groups of nodes that all reach each other (Tarjan 1972), those led to first.

    Targets that are no nodes of ``links`` are left out.
    """
    number: dict[int, int] = {}
    lowest: dict[int, int] = {}
    held: list[int] = []
    done: set[int] = set()
    for root in links:
        if root in number:
            continue
        walk: list[tuple[int, Iterator[int]]] = []
        entered = root
        while True:
            if entered not in number:
                number[entered] = lowest[entered] = len(number)
                held.append(entered)
                walk.append((entered, iter(links[entered])))
            here, rest = walk[-1]
            for target in rest:
                if target not in links or target in done:
                    continue
                if target not in number:
                    entered = target
                    break
                lowest[here] = min(lowest[here], number[target])
            else:
                walk.pop()
                if lowest[here] == number[here]:
                    group = frozenset(_taken_until(here, held))
                    done |= group
                    yield group
                if not walk:
                    break
                entered = walk[-1][0]
                lowest[entered] = min(lowest[entered], lowest[here])


def _taken_until(node: int, held: list[int]) -> Iterator[int]:
    taken = held.pop()
    yield taken
    while taken != node:
        taken = held.pop()
        yield taken
