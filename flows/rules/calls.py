"""What can be wrong with where a whole flow's calls go."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from flows.document import KEYS, WRONG, Flow, GoTo, Menu
from flows.memo import FLOWS, EachMenu, Found, PerMenu
from flows.paths import Map
from flows.problems import Fix, Place, Problem
from flows.prompts import announced_keys
from flows.rules.menus import end_silence_fix, leaving
from flows.rules.spots import MESSAGE, Facts, Spot, menu_spot
from flows.said import said

EASY_KEYS = tuple(sorted(KEYS, key="1234567890*#".index))
"""The keys in the order in which a repair takes a free one."""


def no_menu(flow: Flow, found: Map, facts: Facts) -> Iterator[Problem]:
    """There is nothing to hear."""
    if not flow.menus:
        yield MESSAGE.control("menu", "menu").problem("no_menu")


def free_key(menu: Menu) -> str | None:
    """A key that does nothing and that the script does not name; then one that it does."""
    free = [key for key in EASY_KEYS if not menu.actions(key)]
    announced = announced_keys(menu.script)
    return next((key for key in free if key not in announced), free[0] if free else None)


def inviting_key(menu: Menu, to: Menu) -> str | None:
    """A key for a new link: one that the script names and that does nothing, the one it names
    with the other menu's name first; otherwise ``free_key``.
    """
    said = sorted((start, key) for key, (start, _) in announced_keys(menu.script).items())
    empty = [(start, key) for start, key in said if not menu.actions(key)]
    script, name = menu.script.casefold(), to.name.casefold()
    for start, key in empty:
        until = min((other for other, _ in said if other > start), default=len(script))
        if name and name in script[start:until]:
            return key
    return empty[0][1] if empty else free_key(menu)


def no_way_out(flow: Flow, found: Map, facts: Facts) -> Iterator[Problem]:
    """Reachable menus that no key leads out of: said once for each group that is closed."""
    for group in found.traps:
        menu = flow.menus[group[0]]
        key = free_key(menu)
        hang_up = Fix(
            "hang_up_on_key",
            said("Let key {key} hang up", key=key),
            {"menu_id": menu.id, "key": key},
        )
        spot = Spot(Place(menu.id, group[0] + 1), ("messages", 0, "menu"))
        yield spot.problem(
            "no_way_out",
            {"menus": len(group)},
            [end_silence_fix(menu, facts), hang_up if key else None],
        )


def _links(menu: Menu) -> tuple[tuple[str, int, GoTo], ...]:
    return tuple(
        (trigger, position, action)
        for trigger, position, action in menu.all_actions()
        if isinstance(action, GoTo)
    )


links: PerMenu[tuple[tuple[str, int, GoTo], ...]] = PerMenu(_links)
"""links(menu): (trigger, position, step) of its steps that lead to a menu."""


_led_to = EachMenu(
    PerMenu[frozenset[str]](lambda menu: frozenset(step.menu for _, _, step in links(menu)))
)


@lru_cache(maxsize=FLOWS)
def _targets(led_to: Found[frozenset[str]]) -> frozenset[str]:
    return frozenset().union(*led_to.each)


def missing_target(flow: Flow, found: Map, facts: Facts) -> Iterator[Problem]:
    """Steps that lead to a menu that was not chosen or is gone."""
    places = {menu.id for menu in flow.menus}
    if _targets(_led_to(flow)) <= places:
        return
    for number, menu in enumerate(flow.menus, start=1):
        for trigger, position, action in links(menu):
            if action.menu not in places:
                params = {"menu_id": menu.id, "step_id": action.id}
                spot = menu_spot(menu, number).key(trigger).step(action, position)
                yield spot.control("menu", "menu").problem(
                    "missing_target",
                    fixes=[Fix("hang_up_instead", said("Hang up instead"), params)],
                )


def unreachable_menu(flow: Flow, found: Map, facts: Facts) -> Iterator[Problem]:
    """Menus that no caller hears. A link is offered unless it would lead into a trap."""
    reached = set(found.routes.order)
    for index, menu in enumerate(flow.menus):
        if index in reached:
            continue
        fix, key = None, inviting_key(flow.menus[0], menu)
        if key is not None and index not in found.risky and "goto" not in facts.cannot:
            params = {"menu_id": flow.menus[0].id, "key": key, "target": menu.id}
            fix = Fix(
                "link_menu", said("Let key {key} of the first menu lead here", key=key), params
            )
        yield menu_spot(menu, index + 1).problem("unreachable_menu", fixes=[fix])


def silence_loops_forever(flow: Flow, found: Map, facts: Facts) -> Iterator[Problem]:
    """Menus that a silent caller hears for ever: said once for each ring."""
    for ring in found.silent_rings:
        index = min(ring)
        menu = flow.menus[index]
        end = leaving(menu.actions(WRONG)) or 0
        spot = menu_spot(menu, index + 1).key(WRONG).step(menu.actions(WRONG)[end], end)
        yield spot.problem(
            "silence_loops_forever", {"menus": len(ring)}, [end_silence_fix(menu, facts)]
        )


RULES = (no_menu, no_way_out, missing_target, unreachable_menu, silence_loops_forever)
"""Each takes the flow, its map and the facts."""
