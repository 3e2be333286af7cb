"""The longest call in which no menu is entered twice.

Finding the longest path without repetition is NP-hard in general (it contains the Hamiltonian
path problem; Garey and Johnson 1979, ND29), so an answer that is exact for every flow and also
fast cannot exist. Where menus do not lead back to each other the answer is exact and linear.
Inside a group of menus that do, every order is tried, with branch and bound, until a budget
of tried menus is used up; if that happens the answer says that it is only a lower bound.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

from flows.graphs import END, Step, Steps, components, leads_to

BUDGET = 500
"""How many menus may be tried inside groups that lead back to themselves (ours: a few
milliseconds; a main menu with any number of branches that return to it needs one each)."""


class Longest(Struct, frozen=True):
    """Such a call: its keys and its weight, which is only a lower bound unless ``exact``."""

    given: tuple[str, ...]
    total: int
    exact: bool


class Group(Struct, frozen=True):
    """Menus that all lead back to each other; a single menu is a group, too.

    ``inside`` has per menu the steps that stay in the group, the most promising first;
    ``leaving`` per menu the others. ``doors`` are the menus where a caller can come in, and
    ``homeward`` is, for a menu that does not lead out itself, a step on a shortest way to one.
    """

    inside: Mapping[int, tuple[Step, ...]]
    leaving: Mapping[int, tuple[Step, ...]]
    doors: tuple[int, ...]
    homeward: Mapping[int, Step]


class OnceOnly(Struct, frozen=True):
    """The steps a call can take that ends and enters no menu twice, group by group.

    The groups that are led to stand first. A bounded repeat says its menu again, but enters it
    only once. ``start`` is the first menu, None when no such call ends.
    """

    groups: tuple[Group, ...]
    start: int | None


def once_only(steps: Steps, reachable: Sequence[int]) -> OnceOnly:
    """What is left of a flow when no menu may be entered twice; ``reachable[0]`` is its start."""
    useful = leads_to(steps, [END])
    if not reachable or reachable[0] not in useful:
        return OnceOnly((), None)
    links: dict[int, dict[int, Step]] = {}
    for source in reachable:
        if source in useful:
            # Silence stands last, so it wins where a key leads to the same menu: the wait
            # makes that call the longer one.
            kept = {step.target: step for step in steps[source]}
            links[source] = {
                target: step
                for target, step in kept.items()
                if target != source and (target == END or target in useful)
            }
    sets = tuple(components({source: tuple(to) for source, to in links.items()}))
    group_of = {menu: number for number, group in enumerate(sets) for menu in group}
    doors = {reachable[0]}
    for source, targets in links.items():
        home = group_of[source]
        doors.update(target for target in targets if group_of.get(target, home) != home)
    return OnceOnly(tuple(_group(links, group, doors) for group in sets), reachable[0])


def _group(
    links: Mapping[int, Mapping[int, Step]], menus: frozenset[int], doors: set[int]
) -> Group:
    inside, leaving = {}, {}
    for menu in menus:
        ways = links[menu].values()
        staying = [step for step in ways if step.target in menus]
        # Silence takes longest; after that, a menu with few ways onward is best heard early.
        staying.sort(key=lambda step: (not step.silent, len(links[step.target]), step.target))
        inside[menu] = tuple(staying)
        leaving[menu] = tuple(step for step in ways if step.target not in menus)
    return Group(inside, leaving, tuple(sorted(menus & doors)), _homeward(inside, leaving))


def _homeward(
    inside: Mapping[int, tuple[Step, ...]], leaving: Mapping[int, tuple[Step, ...]]
) -> dict[int, Step]:
    back: dict[int, list[tuple[int, Step]]] = {menu: [] for menu in inside}
    for source, ways in inside.items():
        for step in ways:
            back[step.target].append((source, step))
    queue = [menu for menu in sorted(leaving) if leaving[menu]]
    homeward: dict[int, Step] = {}
    seen = set(queue)
    for here in queue:
        for source, step in back[here]:
            if source not in seen:
                seen.add(source)
                homeward[source] = step
                queue.append(source)
    return homeward


def longest(flow: OnceOnly, pressed: Sequence[int], silent: Sequence[int]) -> Longest | None:
    """The heaviest call from the first menu to the end that enters no menu twice.

    A menu weighs ``pressed[menu]`` when it is left by a key and ``silent[menu]``, at least as
    much, when it is left by silence; both with all its repeats. None when no such call ends.
    """
    if flow.start is None:
        return None
    search = _Search(pressed, silent)
    for group in flow.groups:
        search.settle(group)
    best = search.tails[flow.start]
    return Longest(tuple(_given(best)), best.total, search.exact)


class _Tail(Struct, frozen=True):
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

    def __init__(self, pressed: Sequence[int], silent: Sequence[int]) -> None:
        self.tails: dict[int, _Tail] = {}
        self.exact = True
        self._pressed = pressed
        self._silent = silent
        self._budget = BUDGET

    def settle(self, group: Group) -> None:
        """Finds the best tail of every menu of the group where a caller can come in."""
        onward = {menu: self._best(menu, ways) for menu, ways in group.leaving.items() if ways}
        if len(group.inside) == 1:
            self.tails.update(onward)
            return
        for menu in group.doors:
            self.tails[menu] = self._inside(menu, group, onward)

    def _weight(self, menu: int, step: Step) -> int:
        return self._silent[menu] if step.silent else self._pressed[menu]

    def _best(self, menu: int, ways: tuple[Step, ...]) -> _Tail:
        """The best way on from a menu if the caller leaves its group right here."""
        tails = self.tails
        totals = [
            self._weight(menu, step) + (0 if step.target == END else tails[step.target].total)
            for step in ways
        ]
        most = max(totals)
        step = ways[totals.index(most)]
        return _Tail(most, step, tails.get(step.target))

    def _on_from(self, path: list[tuple[int, Step]], tail: _Tail) -> _Tail:
        for menu, step in reversed(path):
            tail = _Tail(tail.total + self._weight(menu, step), step, tail)
        return tail

    def _nearest(self, start: int, group: Group, onward: Mapping[int, _Tail]) -> _Tail:
        """Some way out of the group: a start for the search to better."""
        here, path = start, []
        while here not in onward:
            path.append((here, group.homeward[here]))
            here = group.homeward[here].target
        return self._on_from(path, onward[here])

    def _inside(self, start: int, group: Group, onward: Mapping[int, _Tail]) -> _Tail:
        """Branch and bound from ``start``: the best order of the group's menus, then onward.

        ``hope`` is the most that the menus not yet left could still add.
        """
        inside = {
            menu: tuple((step.target, self._weight(menu, step), step) for step in ways)
            for menu, ways in group.inside.items()
        }
        most = {menu: ways[0][1] for menu, ways in inside.items()}
        leaving = {menu: tail.total for menu, tail in onward.items()}
        hope = sum(most.values()) + max(leaving.values())
        best_path, best_tail = list[tuple[int, Step, int]](), self._nearest(start, group, onward)
        best_total = best_tail.total
        if start in onward and onward[start].total > best_total:
            best_total, best_tail = onward[start].total, onward[start]
        total, heard, path = 0, {start}, list[tuple[int, Step, int]]()
        walk = [(start, iter(inside[start]))]
        while walk:
            here, ways = walk[-1]
            ahead = -1
            if total + hope > best_total:
                for ahead, weight, step in ways:  # noqa: B007  # the first that was not heard
                    if ahead not in heard:
                        break
                else:
                    ahead = -1
            if ahead < 0:
                walk.pop()
                heard.discard(here)
                if path:
                    left, _step, added = path.pop()
                    total -= added
                    hope += most[left]
                continue
            if self._budget <= 0:
                self.exact = False
                break
            self._budget -= 1
            total += weight
            hope -= most[here]
            path.append((here, step, weight))
            heard.add(ahead)
            walk.append((ahead, iter(inside[ahead])))
            rest = leaving.get(ahead)
            if rest is not None and total + rest > best_total:
                best_total, best_tail = total + rest, onward[ahead]
                best_path = list(path)
        return self._on_from([(menu, step) for menu, step, _added in best_path], best_tail)
