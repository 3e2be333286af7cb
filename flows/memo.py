"""Remembering what was found out about one menu, or one flow.

Menus are frozen and shared between a flow and its edited copies, so a result that depends on
one menu alone stays true for as long as that very object lives. After an edit of one menu of
two hundred, only that menu is looked at again. The same goes for a flow, which one edit and
its page look at several times.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

from flows.document import Flow, Menu

Thing = TypeVar("Thing", Flow, Menu)
Result = TypeVar("Result")


class _PerThing(Generic[Thing, Result]):
    """``function(thing, *facts)``, asked once per living thing and set of facts.

    Keeps the newest facts only, and forgets a thing when nobody else holds it.
    """

    def __init__(self, function: Callable[..., Result]) -> None:
        self._function = function
        self._kept: dict[int, tuple[weakref.ref[Thing], tuple[Hashable, ...], Result]] = {}

    def __call__(self, thing: Thing, *facts: Hashable) -> Result:
        """The function's result for this thing, remembered or new."""
        place = id(thing)
        kept = self._kept.get(place)
        if kept is not None and kept[0]() is thing and kept[1] == facts:
            return kept[2]
        result = self._function(thing, *facts)
        reference = weakref.ref(thing, lambda _gone: self._kept.pop(place, None))
        self._kept[place] = (reference, facts, result)
        return result

    def __len__(self) -> int:
        """How many are remembered."""
        return len(self._kept)


class PerMenu(_PerThing[Menu, Result]):
    """What is remembered of menus."""


class PerFlow(_PerThing[Flow, Result]):
    """What is remembered of flows."""
