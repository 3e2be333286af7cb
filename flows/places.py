"""Places in a SpeechCall document: its paths, and what they mean to people and to the editor.

Reading gives ids by position, so a path alone says which menu and which step is meant.
"""

from __future__ import annotations

from flows.document import TRIGGERS
from flows.json_text import Path
from flows.problems import Place
from flows.targets.speechcall import TRIGGER_FIELDS

TRIGGER_OF_FIELD = {name: trigger for trigger, name in TRIGGER_FIELDS.items()}
"""A name in ``dtmfActions`` -> its trigger."""

FIELD_NAMES = {
    "from": "sender",
    "to": "recipient",
    "introUrl": "recording",
    "idleTimeoutMsec": "wait_ms",
}
"""The document's names of values that the editor calls otherwise."""


def menu_id(index: int) -> str:
    """The id of the menu at a 0-based place, as reading gives it."""
    return f"m{index + 1}"


def step_id(menu: int, trigger: str, position: int) -> str:
    """The id of a step at its 0-based places; unique in its flow and good in any address."""
    return f"m{menu + 1}k{TRIGGERS.index(trigger)}s{position + 1}"


def place_of(path: Path) -> Place:
    """The place that a path such as ("messages", 0, "menu", 1, "introUrl") means."""
    inside = path[2:]
    if inside[:1] != ("menu",) or len(inside) < 2 or not isinstance(inside[1], int):
        return Place(field=_field(inside))
    menu = inside[1]
    trigger = _trigger(inside[2:])
    if not trigger:
        return Place(menu_id(menu), menu + 1, field=_field(inside[2:]))
    step = inside[4] if len(inside) > 4 else None
    if not isinstance(step, int):
        return Place(menu_id(menu), menu + 1, trigger)
    new_id = step_id(menu, trigger, step)
    return Place(menu_id(menu), menu + 1, trigger, new_id, step + 1, _field(inside[5:]))


def _trigger(in_menu: Path) -> str:
    if in_menu[:1] != ("dtmfActions",) or len(in_menu) < 2:
        return ""
    return TRIGGER_OF_FIELD.get(str(in_menu[1]), "")


def _field(keys: Path) -> str:
    name = str(keys[0]) if keys else ""
    return FIELD_NAMES.get(name, name)
