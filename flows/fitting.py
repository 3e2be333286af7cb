"""Which service has all that a call flow asks for: its kinds of steps, and room for its menus."""

from __future__ import annotations

from functools import lru_cache

from flows.checks import CANNOT
from flows.document import Flow, Menu
from flows.memo import FLOWS, EachMenu, Found, PerMenu
from flows.targets import voice_api

MOST_MENUS = {voice_api.TARGET: 1}
"""Target -> how many menus a flow may have; the others play them all."""


def _kinds(menu: Menu) -> frozenset[str]:
    return frozenset(step.kind for _trigger, _number, step in menu.all_actions())


_all_kinds = EachMenu(PerMenu[frozenset[str]](_kinds))


@lru_cache(maxsize=FLOWS)
def _fitting(kinds: Found[frozenset[str]]) -> str:
    used = frozenset[str]().union(*kinds.each)
    return next(
        target
        for target, cannot in CANNOT.items()
        if cannot.isdisjoint(used) and len(kinds.each) <= MOST_MENUS.get(target, len(kinds.each))
    )


def fitting(flow: Flow) -> str:
    """The first target that can carry the flow, whatever else is wrong with it; one always can."""
    return _fitting(_all_kinds(flow))
