"""Which service has all that a call flow asks for: its kinds of steps, and room for its menus."""

from __future__ import annotations

from functools import lru_cache

from flows.checks import CANNOT
from flows.document import Flow, Menu
from flows.memo import FLOWS, EachMenu, Found, PerMenu
from flows.targets import voice_api

MOST_MENUS = {voice_api.TARGET: 1}
"""Target -> how many menus a flow may have; the others play them all."""

CONNECTS = "connect"
CONNECTS_AGAIN = "connect on a second key"
LACKS = {**CANNOT, voice_api.TARGET: CANNOT[voice_api.TARGET] | {CONNECTS_AGAIN}}
"""Target -> what a flow may use that the target does not have."""


def _used(menu: Menu) -> frozenset[str]:
    found = {(trigger, step.kind) for trigger, _number, step in menu.all_actions()}
    again = {CONNECTS_AGAIN} if sum(kind == CONNECTS for _, kind in found) > 1 else set()
    return frozenset(kind for _, kind in found) | again


_all_used = EachMenu(PerMenu[frozenset[str]](_used))


@lru_cache(maxsize=FLOWS)
def _fitting(found: Found[frozenset[str]]) -> str:
    used, menus = frozenset[str]().union(*found.each), len(found.each)
    return next(
        target
        for target, lacks in LACKS.items()
        if lacks.isdisjoint(used) and menus <= MOST_MENUS.get(target, menus)
    )


def fitting(flow: Flow) -> str:
    """The first target that has all that the flow uses, whatever is wrong with it; one has all."""
    return _fitting(_all_used(flow))
