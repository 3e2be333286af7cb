"""The longest call in which no menu is heard twice.

Finding the longest path without repetition is NP-hard in general (it contains the Hamiltonian
path problem; Garey and Johnson 1979, ND29), so an answer that is exact for every flow and also
fast cannot exist. Where menus do not lead back to each other the answer is exact and linear.
Inside a group of menus that do, every order is tried, with branch and bound, until a budget
of tried menus is used up; if that happens the answer says that it is only a lower bound.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from flows.graphs import END, Step, Steps, components, leads_to

BUDGET = 600
"""How many menus may be tried inside groups that lead back to themselves (ours: a few
milliseconds; a main menu with any number of branches that return to it needs one each)."""


@dataclass(frozen=True)
class Longest:
    """Such a call: its keys and its weight, which is only a lower bound unless ``exact``."""

    given: tuple[str, ...]
    total: int
    exact: bool


@dataclass(frozen=True)
class OnceOnly:
    """The steps a call can take that ends and hears no menu twice.

    ``links`` has per menu, per target, one step: silence where silence leads there, because a
    call in which the wait runs out is the longer one. Steps behind a bounded repeat are left
    out, because they say their menu again.
    """

    links: Mapping[int, Mapping[int, Step]]
    start: int | None

    @cached_property
    def groups(self) -> tuple[frozenset[int], ...]:
        """The groups of menus that lead back to each other, those led to first."""
        return tuple(components({source: tuple(to) for source, to in self.links.items()}))

    @cached_property
    def doors(self) -> frozenset[int]:
        """The menus where a caller can come into a group."""
        group_of = {menu: number for number, group in enumerate(self.groups) for menu in group}
        doors = {
            target
            for source, targets in self.links.items()
            for target in targets
            if target != END and group_of[source] != group_of[target]
        }
        return frozenset(doors if self.start is None else doors | {self.start})


def once_only(steps: Steps, reachable: Sequence[int]) -> OnceOnly:
    """What is left of a flow when no menu may be heard twice; ``reachable[0]`` is its start."""
    once = tuple(tuple(step for step in ways if step.presses == 1) for ways in steps)
    useful = leads_to(once, [END])
    links: dict[int, dict[int, Step]] = {}
    for source in reachable:
        if source in useful:
            # Silence stands last, so it wins where a key leads to the same menu.
            kept = {step.target: step for step in once[source]}
            links[source] = {
                target: step
                for target, step in kept.items()
                if target != source and (target == END or target in useful)
            }
    start = reachable[0] if reachable and reachable[0] in links else None
    return OnceOnly(links, start)


def longest(flow: OnceOnly, pressed: Sequence[int], silent: Sequence[int]) -> Longest | None:
    """The heaviest call from the first menu to the end that hears no menu twice.

    A menu weighs ``pressed[menu]`` when it is left by a key and ``silent[menu]``, at least as
    much, when it is left by silence. None when no such call ends.
    """
    if flow.start is None:
        return None
    search = _Search(flow, pressed, silent)
    for group in flow.groups:
        search.settle(group)
    best = search.tails[flow.start]
    return Longest(tuple(_given(best)), best.total, search.exact)


@dataclass(frozen=True)
class _Tail:
    """The best way from a menu to the end: its total, the first step, and how it goes on."""

    total: int
    step: Step
    rest: _Tail | None


def _given(tail: _Tail | None) -> Iterator[str]:
    while tail is not None:
        yield tail.step.given
        tail = tail.rest


class _Search:
    """Settles group after group, those led to first, so that all ways onward are known."""

    def __init__(self, flow: OnceOnly, pressed: Sequence[int], silent: Sequence[int]) -> None:
        self.flow = flow
        self.tails: dict[int, _Tail] = {}
        self.exact = True
        self._pressed = pressed
        self._silent = silent
        self._budget = BUDGET

    def settle(self, group: frozenset[int]) -> None:
        """Finds the best tail of every menu of the group where a caller can come in."""
        onward = {menu: tail for menu in group if (tail := self._leaving(menu, group))}
        if len(group) == 1:
            self.tails.update(onward)
            return
        inner = {menu: self._staying(menu, group) for menu in group}
        nearest = _nearest_ways_out(inner, onward)
        for menu in sorted(group & self.flow.doors):
            self.tails[menu] = self._inside(menu, inner, onward, nearest[menu])

    def _weight(self, menu: int, step: Step) -> int:
        return self._silent[menu] if step.silent else self._pressed[menu]

    def _leaving(self, menu: int, group: frozenset[int]) -> _Tail | None:
        """The best way on from a menu if the caller leaves the group right here."""
        best, most = None, -1
        for target, step in self.flow.links[menu].items():
            if target in group:
                continue
            total = self._weight(menu, step)
            if target != END:
                total += self.tails[target].total
            if total > most:
                best, most = step, total
        return None if best is None else _Tail(most, best, self.tails.get(best.target))

    def _staying(self, menu: int, group: frozenset[int]) -> list[tuple[int, int, Step]]:
        """(weight, target, step) inside the group: heaviest first, then fewest ways onward."""
        links = self.flow.links
        ways = [
            (self._weight(menu, step), target, step)
            for target, step in links[menu].items()
            if target in group
        ]
        return sorted(ways, key=lambda way: (-way[0], len(links[way[1]]), way[1]))

    def _inside(
        self,
        start: int,
        inner: Mapping[int, list[tuple[int, int, Step]]],
        onward: Mapping[int, _Tail],
        known: _Tail,
    ) -> _Tail:
        """Branch and bound from ``start``: the best order of the group's menus, then onward.

        ``hope`` is the most that the menus not yet left could still add.
        """
        most = {menu: ways[0][0] if ways else 0 for menu, ways in inner.items()}
        hope = sum(most.values()) + max(tail.total for tail in onward.values())
        best_total, best_path, best_tail = known.total, list[tuple[int, Step]](), known
        first = onward.get(start)
        if first is not None and first.total > best_total:
            best_total, best_tail = first.total, first
        total, heard, path = 0, {start}, list[tuple[int, Step]]()
        walk = [(start, iter(inner[start]))]
        while walk:
            here, ways = walk[-1]
            ahead = None
            if total + hope > best_total:
                ahead = next((way for way in ways if way[1] not in heard), None)
            if ahead is None:
                walk.pop()
                heard.discard(here)
                if path:
                    total -= path.pop()[0]
                    hope += most[walk[-1][0]]
                continue
            if self._budget <= 0:
                self.exact = False
                break
            self._budget -= 1
            weight, menu, step = ahead
            total += weight
            hope -= most[here]
            heard.add(menu)
            path.append((weight, step))
            walk.append((menu, iter(inner[menu])))
            tail = onward.get(menu)
            if tail is not None and total + tail.total > best_total:
                best_total, best_path, best_tail = total + tail.total, list(path), tail
        for weight, step in reversed(best_path):
            best_tail = _Tail(best_tail.total + weight, step, best_tail)
        return best_tail


def _nearest_ways_out(
    inner: Mapping[int, list[tuple[int, int, Step]]], onward: Mapping[int, _Tail]
) -> dict[int, _Tail]:
    """For every menu of a group some way out of it: a start for the search to better."""
    back: dict[int, list[tuple[int, int, Step]]] = {menu: [] for menu in inner}
    for source, ways in inner.items():
        for weight, target, step in ways:
            back[target].append((weight, source, step))
    found = dict(onward)
    queue = sorted(found)
    for here in queue:
        for weight, source, step in back[here]:
            if source not in found:
                found[source] = _Tail(found[here].total + weight, step, found[here])
                queue.append(source)
    return found
