"""Remembering what was found out about one menu.

Menus are frozen and shared between a flow and its edited copies, so a result that depends on
one menu alone stays true for as long as that very object lives. After an edit of one menu of
two hundred, only that menu is looked at again.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

from flows.document import Menu

Result = TypeVar("Result")


class PerMenu(Generic[Result]):
    """``function(menu, *facts)``, asked once per living Menu and set of facts.

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
        """How many menus are remembered."""
        return len(self._kept)
