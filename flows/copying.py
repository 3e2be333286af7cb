"""Copying a menu, or the steps of one key, to another place or another flow.

Ids of what is new are passed in. A step that leads to a menu keeps leading there when it can;
in another flow it leads to the menu of the same name, or nowhere until somebody chooses.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from flows.document import WRONG, AnyAction, Flow, GoTo, Menu, Webhook, menu_label
from flows.edits import NewId, find_menu, free_name, set_actions
from flows.said import said


class Copied(Struct, frozen=True):
    """The flow with the copy in it, and in sentences what could not come along as it was."""

    flow: Flow
    remarks: tuple[str, ...]


class _Links(Struct, frozen=True):
    """Where links lead in the target; ``same``: it is the flow that they come from."""

    source: Flow
    target: Flow
    same: bool
    to_copy: tuple[str, str] = ("", "")

    def lead(self, menu_id: str) -> str:
        """The menu of the target that a link leads to now; "" for none."""
        if menu_id and menu_id == self.to_copy[0]:
            return self.to_copy[1]
        if self.same or not menu_id:
            return menu_id
        there = self.source.menu(menu_id)
        return _named(self.target, there.name) if there else ""


def copy_menu(
    source: Flow, menu_id: str, target: Flow, copy_id: str, new_id: NewId, *, same: bool
) -> Copied:
    """The menu at the end of the target. ``same``: source and target are one flow.

    Links of the menu to itself become links of the copy. Raises Gone.
    """
    menu = find_menu(source, menu_id)
    links = _Links(source, target, same, (menu_id, copy_id))
    name = menu.name
    if any(other.name == name for other in target.menus):
        name = free_name(name, {other.name for other in target.menus})
    keys = {trigger: _fresh(actions, links, new_id) for trigger, actions in menu.keys.items()}
    copy = menu.model_copy(update={"id": copy_id, "name": name, "keys": keys})
    flow = target.model_copy(update={"menus": (*target.menus, copy)})
    return Copied(flow, _lost_links(links, [step for _, _, step in menu.all_actions()]))


def copy_steps(
    source: Flow,
    place: tuple[str, str],
    target: Flow,
    to: tuple[str, str],
    new_id: NewId,
    *,
    same: bool,
    instead: bool,
) -> Copied:
    """The steps of one (menu, trigger) under another, after those there or instead of them.

    "Say again" stays behind when it is copied to a key: it only runs on a wrong one. Raises Gone.
    """
    steps = find_menu(source, place[0]).actions(place[1])
    there = find_menu(target, to[0]).actions(to[1])
    coming = tuple(step for step in steps if to[1] == WRONG or step.kind != "repeat")
    links = _Links(source, target, same)
    actions = _fresh(coming, links, new_id)
    flow = set_actions(target, *to, actions if instead else (*there, *actions))
    left = (said("“Say again” was left out: it only works for any other key, or silence."),)
    left_out = left if len(coming) < len(steps) else ()
    return Copied(flow, (*left_out, *_lost_links(links, coming), *_other_key(coming, place, to)))


def _other_key(
    steps: tuple[AnyAction, ...], place: tuple[str, str], to: tuple[str, str]
) -> Iterator[str]:
    """A sentence for each web address that is told the key which the steps were under before."""
    for step in steps:
        if isinstance(step, Webhook) and place[1] == (step.body or {}).get("key") != to[1]:
            yield said(
                "{address} is still told key {key}: change it there.",
                address=step.url,
                key=place[1],
            )


def _fresh(actions: tuple[AnyAction, ...], links: _Links, new_id: NewId) -> tuple[AnyAction, ...]:
    return tuple(
        step.model_copy(
            update={"id": new_id()}
            | ({"menu": links.lead(step.menu)} if isinstance(step, GoTo) else {})
        )
        for step in actions
    )


def _lost_links(links: _Links, steps: list[AnyAction] | tuple[AnyAction, ...]) -> tuple[str, ...]:
    """A sentence for each menu that the copied steps can no longer lead to."""
    wanted = dict.fromkeys(s.menu for s in steps if isinstance(s, GoTo) and s.menu)
    return tuple(
        said(
            "“{menu}” is not in “{flow}”: choose where the step leads there.",
            menu=menu_label(links.source, menu_id),
            flow=links.target.name,
        )
        for menu_id in wanted
        if not links.lead(menu_id)
    )


def _named(flow: Flow, name: str) -> str:
    """The one menu of this name, case left aside; "" for none or several."""
    same: list[Menu] = [m for m in flow.menus if name and m.name.casefold() == name.casefold()]
    return same[0].id if len(same) == 1 else ""
