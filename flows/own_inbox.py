"""Our own answers inbox in a document from outside: a web address told becomes "Save the answer".

``flows.targets.speechcall`` writes a saved answer as a web address that is told; a document that
was sent away and comes back says it that way. Whether an address is ours, the caller knows.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from msgspec import Struct

from flows.document import AnyAction, Flow, Menu, SaveAnswer, Webhook

IsOurs = Callable[[Webhook], bool]

_TOLD = {"answer", "value", "step"}
"""What the body of a saved answer names (``flows.targets.speechcall``)."""

_ID = re.compile(r"[A-Za-z0-9*#_-]{1,80}")


class Recognised(Struct, frozen=True):
    """A flow, and the ids that its recognised steps had before."""

    flow: Flow
    steps: frozenset[str]


def recognise(flow: Flow, is_ours: IsOurs) -> Recognised:
    """The flow with every telling of our own inbox as the answer it saves."""
    found: dict[str, AnyAction] = {}
    taken = {action.id for menu in flow.menus for _, _, action in menu.all_actions()}
    for menu in flow.menus:
        for _, _, action in menu.all_actions():
            if isinstance(action, Webhook) and is_ours(action):
                saved = _saved(action, taken)
                if saved is not None:
                    found[action.id] = saved
                    taken.add(saved.id)
    if not found:
        return Recognised(flow, frozenset())
    menus = tuple(_with(menu, found) for menu in flow.menus)
    return Recognised(flow.model_copy(update={"menus": menus}), frozenset(found))


def _saved(told: Webhook, taken: set[str]) -> SaveAnswer | None:
    body = told.body or {}
    name, step = body.get("answer"), body.get("step")
    if body.keys() != _TOLD or not isinstance(name, str) or not isinstance(step, str):
        return None
    # Its own id keeps the answers that come in later together with the earlier ones.
    own = step if _ID.fullmatch(step) and step not in taken else told.id
    return SaveAnswer(id=own, name=name, value=body["value"], extra=told.extra)


def _with(menu: Menu, found: dict[str, AnyAction]) -> Menu:
    keys = {
        trigger: tuple(found.get(action.id, action) for action in actions)
        for trigger, actions in menu.keys.items()
    }
    return menu if keys == menu.keys else menu.model_copy(update={"keys": keys})
