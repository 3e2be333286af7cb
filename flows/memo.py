"""Remembering what was found out about one menu, and about each menu of a flow.

Menus are frozen and shared between a flow and its edited copies, so a result that depends on
one menu alone stays true for as long as that very object lives. After an edit of one menu of
two hundred, only that menu is looked at again.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Hashable, Mapping, Sequence
from functools import lru_cache
from typing import Generic, TypeVar

from flows.document import Flow, Menu

Result = TypeVar("Result")
Value = TypeVar("Value")

FLOWS = 16
"""How many flows ``EachMenu`` keeps what it found in: those that are being edited just now."""


class PerMenu(Generic[Result]):
    """``function(menu, *facts)``, asked once per living menu and set of facts.

    Keeps the newest facts only, and forgets a menu when nobody else holds it.
    """

    def __init__(self, function: Callable[..., Result]) -> None:
        self._function = function
        self._kept: dict[int, tuple[weakref.ref[Menu], tuple[Hashable, ...], Result]] = {}

    def __call__(self, menu: Menu, *facts: Hashable) -> Result:
        """The function's result for this menu, remembered or new."""
        place = id(menu)
        kept = self._kept.get(place)
        if kept is not None and kept[0]() is menu and kept[1] == facts:
            return kept[2]
        result = self._function(menu, *facts)
        reference = weakref.ref(menu, lambda _gone: self._kept.pop(place, None))
        self._kept[place] = (reference, facts, result)
        return result

    def __len__(self) -> int:
        """How many are remembered."""
        return len(self._kept)


class Found(Generic[Result]):
    """What was found in each menu of a flow, in order. Equal to itself only, and quick to hash."""

    __slots__ = ("each",)

    def __init__(self, each: tuple[Result, ...]) -> None:
        self.each = each


class _Slot(Generic[Result]):
    """What was found last in a flow, and in which menus; one assignment renews both."""

    __slots__ = ("kept",)

    def __init__(self, *_flow_and_facts: Hashable) -> None:
        self.kept: tuple[list[weakref.ref[Menu]], Found[Result]] = [], Found(())


class EachMenu(Generic[Result]):
    """``look(menu, *facts)`` of every menu of a flow; ``numbered``: ``look(menu, number, *facts)``.

    After an edit only the menus that are others now are looked at, and when they say what they
    said before, the very same ``Found`` is given again: whatever is worked out from it can be
    remembered by it. Keeps the flows that were looked at last, and none of their menus.
    """

    def __init__(self, look: PerMenu[Result], *, numbered: bool = False) -> None:
        self._look, self._numbered = look, numbered
        self._slot = lru_cache(maxsize=FLOWS)(_Slot[Result])

    def __call__(self, flow: Flow, *facts: Hashable) -> Found[Result]:
        """What is found in the flow's menus."""
        menus = flow.menus
        if not menus:
            return Found(())
        slot = self._slot(menus[0].id, menus[-1].id, len(menus), *facts)
        known, found = slot.kept
        if not known:
            known = [weakref.ref(menu) for menu in menus]
            found = Found(tuple([self._at(i, menu, facts) for i, menu in enumerate(menus)]))
        elif others := [i for i, menu in enumerate(menus) if known[i]() is not menu]:
            fresh = {i: self._at(i, menus[i], facts) for i in others}
            known = _with(known, {i: weakref.ref(menus[i]) for i in others})
            if not all(found.each[i] == now for i, now in fresh.items()):
                found = Found(tuple(_with(found.each, fresh)))
        slot.kept = known, found
        return found

    def _at(self, index: int, menu: Menu, facts: tuple[Hashable, ...]) -> Result:
        return self._look(menu, index + 1, *facts) if self._numbered else self._look(menu, *facts)


def _with(values: Sequence[Value], others: Mapping[int, Value]) -> list[Value]:
    """The values, some places having others."""
    changed = list(values)
    for place, value in others.items():
        changed[place] = value
    return changed
