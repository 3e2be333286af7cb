"""One small function per thing a person can do to a flow. Each returns a new Flow.

Ids of new menus and steps are passed in. A function that names a menu or step that is not
there raises ``Gone``: somebody else removed it meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flows.document import DEFAULT_WAIT_MS, LEAVES_LIST, AnyAction, Flow, GoTo, Menu

NewId = Callable[[], str]


class Gone(Exception):
    """The menu or step an edit speaks of does not exist (any more)."""


def find_menu(flow: Flow, menu_id: str) -> Menu:
    """The menu with this id. Raises Gone."""
    menu = flow.menu(menu_id)
    if menu is None:
        raise Gone("That menu is not there any more.")
    return menu


def find_step(menu: Menu, step_id: str) -> tuple[str, int, AnyAction]:
    """(trigger, position, action) of a step. Raises Gone."""
    for trigger, position, action in menu.all_actions():
        if action.id == step_id:
            return trigger, position, action
    raise Gone("That step is not there any more.")


def replace_menu(flow: Flow, menu: Menu) -> Flow:
    """The flow with the menu of the same id replaced. Raises Gone."""
    find_menu(flow, menu.id)
    return _with_menus(flow, tuple(menu if m.id == menu.id else m for m in flow.menus))


def change_settings(flow: Flow, **values: Any) -> Flow:
    """Name, sender, recipient, text, language of the whole flow."""
    return flow.model_copy(update=values)


def change_menu(flow: Flow, menu_id: str, **values: Any) -> Flow:
    """Name, script, recording, wait_ms of one menu. Raises Gone."""
    return replace_menu(flow, find_menu(flow, menu_id).model_copy(update=values))


def add_menu(flow: Flow, new_id: str, name: str = "") -> Flow:
    """A new, empty menu at the end."""
    return _with_menus(flow, (*flow.menus, Menu(id=new_id, name=name, wait_ms=DEFAULT_WAIT_MS)))


def move_menu(flow: Flow, menu_id: str, to_index: int) -> Flow:
    """The menu at another place (0-based, kept inside the list). Links follow by id."""
    menu = find_menu(flow, menu_id)
    rest = [m for m in flow.menus if m.id != menu_id]
    rest.insert(max(0, min(to_index, len(rest))), menu)
    return _with_menus(flow, tuple(rest))


def duplicate_menu(flow: Flow, menu_id: str, copy_id: str, new_id: NewId) -> Flow:
    """A copy right after the menu; links of the menu to itself become links of the copy."""
    menu = find_menu(flow, menu_id)
    taken = {m.name for m in flow.menus}
    copy = menu.model_copy(
        update={
            "id": copy_id,
            "name": free_name(menu.name, taken),
            "keys": {
                trigger: tuple(
                    _retarget(action, menu_id, copy_id).model_copy(update={"id": new_id()})
                    for action in actions
                )
                for trigger, actions in menu.keys.items()
            },
        }
    )
    place = [m.id for m in flow.menus].index(menu_id) + 1
    return _with_menus(flow, (*flow.menus[:place], copy, *flow.menus[place:]))


def delete_menu(flow: Flow, menu_id: str, links_to: str = "") -> Flow:
    """Without the menu; steps that led to it lead to ``links_to`` ("" leaves them unset)."""
    find_menu(flow, menu_id)
    return _with_menus(
        flow,
        tuple(_retarget_menu(m, menu_id, links_to) for m in flow.menus if m.id != menu_id),
    )


def links_to(flow: Flow, menu_id: str) -> tuple[tuple[Menu, str, GoTo], ...]:
    """Every (menu, trigger, step) of other menus that leads to this one."""
    return tuple(
        (menu, trigger, action)
        for menu in flow.menus
        if menu.id != menu_id
        for trigger, _, action in menu.all_actions()
        if isinstance(action, GoTo) and action.menu == menu_id
    )


def set_actions(flow: Flow, menu_id: str, trigger: str, actions: tuple[AnyAction, ...]) -> Flow:
    """All actions of one key. No actions: the key does nothing of its own. Raises Gone."""
    menu = find_menu(flow, menu_id)
    keys = {key: value for key, value in menu.keys.items() if key != trigger}
    if actions:
        keys[trigger] = actions
    return replace_menu(flow, menu.model_copy(update={"keys": keys}))


def add_step(flow: Flow, menu_id: str, trigger: str, action: AnyAction) -> Flow:
    """The action after the key's others, but before one after which none runs. Raises Gone."""
    actions = find_menu(flow, menu_id).actions(trigger)
    ends = (place for place, step in enumerate(actions) if step.kind in LEAVES_LIST)
    place = len(actions) if action.kind in LEAVES_LIST else next(ends, len(actions))
    return set_actions(flow, menu_id, trigger, (*actions[:place], action, *actions[place:]))


def change_step(flow: Flow, menu_id: str, action: AnyAction) -> Flow:
    """The step of the same id replaced. Raises Gone."""
    menu = find_menu(flow, menu_id)
    trigger, position, _ = find_step(menu, action.id)
    actions = list(menu.actions(trigger))
    actions[position] = action
    return set_actions(flow, menu_id, trigger, tuple(actions))


def move_step(flow: Flow, menu_id: str, step_id: str, to_position: int) -> Flow:
    """The step at another place (0-based) of the same key. Raises Gone."""
    menu = find_menu(flow, menu_id)
    trigger, position, action = find_step(menu, step_id)
    rest = list(menu.actions(trigger))
    del rest[position]
    rest.insert(max(0, min(to_position, len(rest))), action)
    return set_actions(flow, menu_id, trigger, tuple(rest))


def remove_step(flow: Flow, menu_id: str, step_id: str) -> Flow:
    """Without the step. Raises Gone."""
    menu = find_menu(flow, menu_id)
    trigger, position, _ = find_step(menu, step_id)
    actions = menu.actions(trigger)
    return set_actions(flow, menu_id, trigger, actions[:position] + actions[position + 1 :])


def _with_menus(flow: Flow, menus: tuple[Menu, ...]) -> Flow:
    return flow.model_copy(update={"menus": menus})


def _retarget(action: AnyAction, old: str, new: str) -> AnyAction:
    if isinstance(action, GoTo) and action.menu == old:
        return action.model_copy(update={"menu": new})
    return action


def _retarget_menu(menu: Menu, old: str, new: str) -> Menu:
    if not any(isinstance(a, GoTo) and a.menu == old for _, _, a in menu.all_actions()):
        return menu
    keys = {
        trigger: tuple(_retarget(action, old, new) for action in actions)
        for trigger, actions in menu.keys.items()
    }
    return menu.model_copy(update={"keys": keys})


def free_name(name: str, taken: set[str]) -> str:
    """A name for a copy that nothing else has: "Name (copy)"; "" for nothing named."""
    if not name:
        return ""
    base, number = f"{name} (copy", 1
    candidate = f"{base})"
    while candidate in taken:
        number += 1
        candidate = f"{base} {number})"
    return candidate
