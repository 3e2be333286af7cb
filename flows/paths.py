"""Where a call can go: what is proved about a whole flow, exactly and without sampling.

A menu's keys lead to another menu or to the end. A list without a hang-up or a link, a missing
``wrong`` and a link to a menu that is not there end the call, just as ``flows.call`` plays
them; a bounded repeat takes so many more presses. The players' own cut after many menus is no
part of the document and is not counted as an end.

The arithmetic is in ``flows.graphs`` and ``flows.longest``.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property, lru_cache
from itertools import groupby
from typing import NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from flows.call import SILENCE
from flows.document import KEYS, WRONG, AnyAction, Flow, GoTo, Menu, Repeat, menu_label
from flows.durations import is_known, prompt_ms, seconds_in_words, wait_ms
from flows.graphs import END, Routes, Step, Steps, leads_to, routes, silent_rings, traps
from flows.longest import Longest, OnceOnly, longest, once_only
from flows.memo import EachMenu, Found, PerMenu
from flows.said import joined, one_after_another, said

MOST_PHRASES = 12
"""How many keys a sentence names before its middle is left out."""


SHAPES = 64
"""How many maps are remembered (ours; one of 200 menus takes some 500 kB)."""


class Exit(NamedTuple):
    """One way to leave a menu: ``given`` (a key or "silence"), ``presses`` times.

    ``target`` is a menu id, "" for the end of the call.
    """

    given: str
    presses: int
    target: str


def _exit(given: str, actions: tuple[AnyAction, ...]) -> Exit:
    again = 0
    for action in actions:
        if isinstance(action, Repeat):
            again = max(again, action.times)
        elif isinstance(action, GoTo):
            return Exit(given, again + 1, action.menu)
        elif action.kind in ("hangup", "connect"):
            break
    return Exit(given, again + 1, "")


def _exits(menu: Menu) -> tuple[Exit, ...]:
    keys = (_exit(key, menu.keys[key]) for key in KEYS if menu.keys.get(key))
    return (*keys, _exit(SILENCE, menu.actions(WRONG)))


exits: PerMenu[tuple[Exit, ...]] = PerMenu(_exits)
"""exits(menu): the ways to leave it, keys in their order on the phone, silence last."""


@lru_cache(maxsize=SHAPES)
def _same(order: tuple[str, ...]) -> tuple[str, ...]:
    """The very same tuple for equal ones, which is found equal without a look inside."""
    return order


@lru_cache(maxsize=SHAPES)
def _places(order: tuple[str, ...]) -> dict[str, int]:
    return {menu_id: place for place, menu_id in enumerate(order)}


def _ways(menu: Menu, order: tuple[str, ...]) -> tuple[Step, ...]:
    place = _places(order)
    return tuple(
        Step(place.get(target, END), presses, given, given == SILENCE)
        for given, presses, target in exits(menu)
    )


_all_ways = EachMenu(PerMenu[tuple[Step, ...]](_ways))


class Map(Struct, frozen=True, eq=False, dict=True):
    """Everything about where calls can go, computed when first asked for.

    ``steps`` has per menu, by place, the ways to leave it. An edit of what callers hear leaves
    the map as it was: ``Map.of`` gives the very same one again.
    """

    steps: Steps

    @classmethod
    def of(cls, flow: Flow) -> Map:
        """The map of a flow."""
        return _map_of(flow)

    @cached_property
    def once_only(self) -> OnceOnly:
        """The calls that enter no menu twice."""
        return once_only(self.steps, self.routes.order)

    @cached_property
    def again(self) -> tuple[int, ...]:
        """By place, how often silence has the menu said again."""
        return tuple([ways[-1].presses - 1 for ways in self.steps])

    @cached_property
    def routes(self) -> Routes:
        """The shortest way to each menu; its ``order`` lists the menus that can be reached."""
        return routes(self.steps)

    def longest(self, pressed: tuple[int, ...], silent: tuple[int, ...]) -> Longest | None:
        """The longest call, every silence that has a menu said again among its keys.

        Remembered, since few edits change how long calls are.
        """
        return _longest(self, pressed, silent)

    @cached_property
    def ending(self) -> set[int]:
        """The places of the menus from which some keys lead to the end."""
        return leads_to(self.steps, [END])

    @cached_property
    def lost(self) -> tuple[int, ...]:
        """The places of the reachable menus that no key leads out of, nearest first."""
        return tuple(index for index in self.routes.order if index not in self.ending)

    @cached_property
    def traps(self) -> tuple[tuple[int, ...], ...]:
        """The innermost groups of ``lost``; one way out in each sets every caller free."""
        return traps(self.steps, self.lost)

    @cached_property
    def silence_ends(self) -> bool:
        """Whether someone who never presses a key reaches the end."""
        return not silent_rings(self.steps, self.routes.order[:1])

    @cached_property
    def silent_rings(self) -> tuple[tuple[int, ...], ...]:
        """The rings of reachable menus that a silent caller goes round for ever."""
        return silent_rings(self.steps, self.routes.order)

    @cached_property
    def risky(self) -> set[int]:
        """The places of all menus, reachable or not, that lead into one without a way out."""
        stuck = [index for index in range(len(self.steps)) if index not in self.ending]
        return leads_to(self.steps, stuck)


_map = lru_cache(maxsize=SHAPES)(Map)


@lru_cache(maxsize=SHAPES)
def _map_found(ways: Found[tuple[Step, ...]]) -> Map:
    return _map(ways.each)


def _map_of(flow: Flow) -> Map:
    return _map_found(_all_ways(flow, _same(tuple([menu.id for menu in flow.menus]))))


@lru_cache(maxsize=SHAPES)
def _longest(found: Map, pressed: tuple[int, ...], silent: tuple[int, ...]) -> Longest | None:
    return _with_repeats(longest(found.once_only, pressed, silent), found)


class Proof(Struct, frozen=True):
    """What holds for every call of a flow.

    ``unreachable`` and ``without_way_out`` are menu ids in document order; the latter counts
    reachable menus only. ``never_ends`` is the shortest sequence of keys after which no key
    leads to the end any more, or None. ``silence_ends`` says that a caller who never presses a
    key reaches the end; ``silent_traps`` are the menus in which someone who falls silent
    waits for ever. ``longest`` is the longest call in which no menu is entered twice (its total
    in milliseconds, every wait and every repeat counted); None when no such call ends.
    ``timed`` says that its length is more than a guess: every menu has a text or a recording
    whose length is known.
    """

    flow: Flow
    map: Map
    unreachable: tuple[str, ...]
    without_way_out: tuple[str, ...]
    never_ends: tuple[str, ...] | None
    silence_ends: bool
    silent_traps: tuple[tuple[str, ...], ...]
    longest: Longest | None
    timed: bool

    @property
    def holds(self) -> bool:
        """Whether every caller can reach an end, and silence leads to one, too."""
        return bool(self.flow.menus) and self.never_ends is None and not self.silent_traps

    def keys_to(self, menu_id: str) -> tuple[str, ...] | None:
        """The shortest way to a menu: keys, and "silence" where no key leads on; None if none."""
        index = self.flow.index_of(menu_id)
        return None if index is None else self.map.routes.given_to(index)

    @property
    def sentence(self) -> str:
        """The proof in words."""
        return joined(filter(None, (self._about_ends(), self._about_length())), " ")

    def _about_ends(self) -> str:
        if not self.flow.menus:
            return said("There is no menu yet, so there is no call.")
        if self.never_ends is not None:
            first = self.map.lost[0]
            name = menu_label(self.flow, self.flow.menus[first].id)
            if not self.never_ends:
                return said("No call ever ends: nothing leads out of {menu}.", menu=name)
            return said(
                "A caller who {does} never reaches an end: nothing leads out of {menu}.",
                does=keys_in_words(self.never_ends),
                menu=name,
            )
        if self.silent_traps:
            name = menu_label(self.flow, self.silent_traps[0][0])
            return said(
                "Keys lead every caller to an end, but silence in {menu} goes on for ever.",
                menu=name,
            )
        return said("Every caller reaches an end.")

    def _about_length(self) -> str:
        if self.never_ends is not None or self.longest is None or not self.timed:
            return ""
        about = said("about") if self.longest.exact else said("at least about")
        time = seconds_in_words(self.longest.total)
        who = keys_in_words(self.longest.given)
        return said(
            "Longest call without coming back to a menu: {about} {time} (the caller {does}).",
            about=about,
            time=time,
            does=who,
        )


class _Timing(NamedTuple):
    """How long a menu plays and waits, in milliseconds; ``known``: the former is no guess."""

    played: int
    wait: int
    known: bool


def _time(menu: Menu, known_seconds: Mapping[str, float] | None = None) -> _Timing:
    lasts = prompt_ms(menu, known_seconds)
    return _Timing(lasts, wait_ms(menu), is_known(menu, known_seconds))


_timings = EachMenu(PerMenu[_Timing](_time))


def prove(flow: Flow, known_seconds: Mapping[str, float] | None = None) -> Proof:
    """The proof for a flow. ``known_seconds`` maps recordings to their lengths in seconds."""
    found = Map.of(flow)
    if known_seconds:
        lasts = _lasts(found, Found(tuple([_time(menu, known_seconds) for menu in flow.menus])))
    else:
        lasts = _lasts_as_found(found, _timings(flow))
    ids = [menu.id for menu in flow.menus]
    reached = set(found.routes.order)
    return Proof(
        flow=flow,
        map=found,
        unreachable=tuple([menu for i, menu in enumerate(ids) if i not in reached]),
        without_way_out=tuple(ids[i] for i in sorted(found.lost)),
        never_ends=found.routes.given_to(found.lost[0]) if found.lost else None,
        silence_ends=found.silence_ends,
        silent_traps=tuple(tuple(ids[i] for i in ring) for ring in found.silent_rings),
        longest=lasts[0],
        timed=lasts[1],
    )


def _lasts(found: Map, timings: Found[_Timing]) -> tuple[Longest | None, bool]:
    """The longest call, and whether its length is no guess."""
    each = timings.each
    # Whoever presses a key at last may have let the menu be said again as often as it is.
    pressed = tuple(
        [n * (at.played + at.wait) + at.played for n, at in zip(found.again, each, strict=True)]
    )
    silent = tuple(
        [(n + 1) * (at.played + at.wait) for n, at in zip(found.again, each, strict=True)]
    )
    return found.longest(pressed, silent), all(each[i].known for i in found.routes.order)


_lasts_as_found = lru_cache(maxsize=SHAPES)(_lasts)


def _with_repeats(found: Longest | None, flow: Map) -> Longest | None:
    """The same call with every silence that has a menu said again."""
    if found is None:
        return None
    here, given = 0, list[str]()
    for key in found.given:
        ways = flow.steps[here]
        step = next(step for step in ways if step.given == key)
        given += [SILENCE] * flow.again[here] + [key]
        here = step.target
    return replace(found, given=tuple(given))


def menus_without_a_way_out(flow: Flow) -> tuple[str, ...]:
    """The ids of the reachable menus from which no key ever leads to the end."""
    found = Map.of(flow)
    return tuple(flow.menus[index].id for index in sorted(found.lost))


@lru_cache(maxsize=SHAPES)
def keys_in_words(given: tuple[str, ...]) -> str:
    """What a caller does: "presses 1, then 2, then stays silent"; long ones lose their middle."""
    phrases: list[str] = []
    pressing = False
    for kind, run in groupby(given):
        times = len(list(run))
        if kind == SILENCE:
            more = said("stays silent {times} times", times=times)
            phrases.append(more if times > 1 else said("stays silent"))
            pressing = False
        else:
            phrases.extend(
                [kind if pressing else said("presses {key}", key=kind), *[kind] * (times - 1)]
            )
            pressing = True
    if len(phrases) > MOST_PHRASES:
        left_out = len(phrases) - MOST_PHRASES + 1
        phrases[6 : 6 + left_out] = [said("{number} more", number=left_out)]
    return one_after_another(phrases)
