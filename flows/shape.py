"""The shape of a SpeechCall document, from the outside in: JSON values to flows.

Every rule of the format that is not about a single value (those are in ``flows.values``) stands
here. Reading goes on after a problem, so that all of them are found at once.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from flows.document import AnyAction, Flow, GoTo, HangUp, JsonObject, Menu, Webhook
from flows.findings import Finding, shown
from flows.found import Found
from flows.json_text import Path, path_of, texts_of, walk
from flows.paths import menus_without_a_way_out
from flows.places import TRIGGER_OF_FIELD, menu_id, step_id
from flows.targets.speechcall import MAX_MENUS, MAX_MESSAGES, TYPE
from flows.values import (
    MAX_DEPTH,
    check_body,
    check_characters,
    check_depth,
    check_headers,
    check_number,
    check_recording,
    check_sender,
    check_text,
    check_url,
    check_wait_ms,
    is_placeholder,
)

# What the document itself may be nested, down to an action's value, and a value on top.
_DEEPEST_VALUE = 9 + MAX_DEPTH


def check_all_characters(value: Any, found: Found) -> None:
    """Finds NUL and half characters, wherever they stand; of a key, the object that has it."""
    if not any(map(check_characters, texts_of(value))):
        return
    for trail, here in walk(value, most_depth=_DEEPEST_VALUE):
        texts = [here] if isinstance(here, str) else here if isinstance(here, dict) else ()
        codes = {finding.code for text in texts for finding in check_characters(text)}
        for code in sorted(codes):
            found.add(code, path_of(trail))


# The shape, from the outside in. Each function returns what it read, or None when it is wrong.

_WANTED: Mapping[type, str] = {
    dict: "a group of named values in { }",
    list: "a list in [ ]",
    str: "a text in quotes",
}
"""What people read where something else stands."""


def _is(kind: type, value: Any, path: Path, found: Found) -> bool:
    if isinstance(value, kind):
        return True
    found.add("wrong_type", path, wanted=_WANTED[kind])
    return False


def _required(fields: JsonObject, name: str, kind: type, path: Path, found: Found) -> bool:
    if name not in fields:
        found.add("missing", (*path, name), field=name)
        return False
    return _is(kind, fields[name], (*path, name), found)


def _list_of(
    fields: JsonObject, name: str, most: int, code: str, path: Path, found: Found
) -> list[Any]:
    """A required list with something in it; of one that is too long, its beginning."""
    if not _required(fields, name, list, path, found):
        return []
    value: list[Any] = fields[name]
    if not value:
        found.add("empty", (*path, name))
    if len(value) > most:
        found.add(code, (*path, name), most=most, count=len(value))
    return value[:most]


def _text(
    fields: JsonObject,
    name: str,
    check: Callable[[str], tuple[Finding, ...]],
    path: Path,
    found: Found,
) -> str:
    """A required text; what was wrong with it is in ``found``."""
    if not _required(fields, name, str, path, found):
        return ""
    value: str = fields[name]
    found.add_all(check(value), (*path, name))
    return value


def _unknown(fields: JsonObject, known: frozenset[str], path: Path, found: Found) -> JsonObject:
    """The fields that are not ours: kept as they are, and said so."""
    extra = {name: value for name, value in fields.items() if name not in known}
    for name, value in extra.items():
        too_deep = check_depth(value)
        kept = Finding("unknown_field_kept", {"field": shown(name)})
        found.add_all(too_deep or (kept,), (*path, name))
    return extra


_ENVELOPE = frozenset({"messages"})
_MESSAGE = frozenset({"from", "to", "text", "type", "menu"})
_MENU = frozenset({"introUrl", "idleTimeoutMsec", "dtmfActions"})
_ACTIONS: Mapping[str, frozenset[str]] = {
    "webhook": frozenset({"action", "url", "body", "headers"}),
    "gotoMenu": frozenset({"action", "menu"}),
    "hangup": frozenset({"action"}),
}
ECHOED = "customerMessageId"
"""A field of a message that SpeechCall knows, and only sends back: kept, not warned of."""


def read_envelope(value: Any, name: str, found: Found) -> tuple[Flow, ...]:
    if not isinstance(value, dict):
        found.add("not_object", ())
        return ()
    messages = _list_of(value, "messages", MAX_MESSAGES, "too_many_messages", (), found)
    extra = _unknown(value, _ENVELOPE, (), found)
    names = [name] if len(messages) == 1 else [f"{name} {n + 1}" for n in range(len(messages))]
    flows = []
    for index, (message, flow_name) in enumerate(zip(messages, names, strict=True)):
        flow = _message(message, flow_name, ("messages", index), found)
        if flow is not None:
            flows.append(flow.model_copy(update={"envelope_extra": extra}))
    return tuple(flows)


def _message(value: Any, name: str, path: Path, found: Found) -> Flow | None:
    if not _is(dict, value, path, found):
        return None
    sender = _text(value, "from", check_sender, path, found)
    recipient = _text(value, "to", _check_recipient, path, found)
    text = _text(value, "text", check_text, path, found)
    if _required(value, "type", str, path, found) and value["type"] != TYPE:
        found.add("wrong_value", (*path, "type"), wanted=TYPE)
    items = _list_of(value, "menu", MAX_MENUS, "too_many_menus", path, found)
    count = len(value["menu"]) if items else 0
    menus = [
        _menu(item, index, count, (*path, "menu", index), found) for index, item in enumerate(items)
    ]
    if ECHOED in value and not isinstance(value[ECHOED], (str, int)):
        found.add("wrong_type", (*path, ECHOED), wanted=_WANTED[str])
    extra = _unknown(value, _MESSAGE | {ECHOED}, path, found)
    if found.has_error:
        return None
    flow = Flow(
        name=name,
        sender=sender,
        recipient=recipient,
        text=text,
        menus=tuple(menu for menu in menus if menu is not None),
        message_extra={**_only(value, ECHOED), **extra},
    )
    _check_way_out(flow, (*path, "menu"), found)
    return flow


def _only(fields: JsonObject, name: str) -> JsonObject:
    return {name: fields[name]} if name in fields else {}


def _check_recipient(number: str) -> tuple[Finding, ...]:
    if is_placeholder(number):
        return (Finding("placeholder_number", {"number": number}),)
    return check_number(number)


def _check_way_out(flow: Flow, path: Path, found: Found) -> None:
    if menus_without_a_way_out(flow):
        found.add("no_way_out", path)


def _menu(value: Any, index: int, count: int, path: Path, found: Found) -> Menu | None:
    if not _is(dict, value, path, found):
        return None
    recording = _text(value, "introUrl", check_recording, path, found)
    wait_ms = value.get("idleTimeoutMsec")
    if "idleTimeoutMsec" in value:
        found.add_all(check_wait_ms(wait_ms), (*path, "idleTimeoutMsec"))
    keys: dict[str, tuple[AnyAction, ...]] = {}
    if _required(value, "dtmfActions", dict, path, found):
        keys = _keys(value["dtmfActions"], index, count, (*path, "dtmfActions"), found)
    extra = _unknown(value, _MENU, path, found)
    if found.has_error:
        return None
    return Menu(id=menu_id(index), recording=recording, wait_ms=wait_ms, keys=keys, extra=extra)


def _keys(
    value: JsonObject, menu: int, count: int, path: Path, found: Found
) -> dict[str, tuple[AnyAction, ...]]:
    keys = {}
    for name, items in value.items():
        trigger = TRIGGER_OF_FIELD.get(name)
        if trigger is None:
            found.add("unknown_key", (*path, name), key=shown(name))
        elif _is(list, items, (*path, name), found):
            steps = [
                _action(item, step_id(menu, trigger, place), count, (*path, name, place), found)
                for place, item in enumerate(items)
            ]
            keys[trigger] = tuple(step for step in steps if step is not None)
    return keys


def _action(value: Any, new_id: str, count: int, path: Path, found: Found) -> AnyAction | None:
    if not _is(dict, value, path, found) or not _required(value, "action", str, path, found):
        return None
    kind = value["action"]
    if kind not in _ACTIONS:
        found.add("unknown_action", (*path, "action"), action=shown(kind))
        return None
    action = _READERS[kind](value, new_id, count, path, found)
    extra = _unknown(value, _ACTIONS[kind], path, found) if len(value) > 1 else {}
    return action.model_copy(update={"extra": extra}) if action and extra else action


def _webhook(
    value: JsonObject, new_id: str, _count: int, path: Path, found: Found
) -> Webhook | None:
    url = _text(value, "url", check_url, path, found)
    body, headers = value.get("body"), value.get("headers")
    if "body" in value:
        found.add_all(check_body(body), (*path, "body"))
    if "headers" in value and _is(dict, headers, (*path, "headers"), found):
        found.add_all(_each_once(check_headers(headers or {})), (*path, "headers"))
    return None if found.has_error else Webhook(id=new_id, url=url, body=body, headers=headers)


def _each_once(findings: Iterable[Finding]) -> list[Finding]:
    """Headers share one path: the same sentence about it is said once."""
    once: dict[tuple[str, str], Finding] = {}
    for finding in findings:
        once.setdefault((finding.code, json.dumps(finding.params)), finding)
    return list(once.values())


def _goto(value: JsonObject, new_id: str, count: int, path: Path, found: Found) -> GoTo | None:
    if "menu" not in value:
        found.add("missing", (*path, "menu"), field="menu")
        return None
    target = value["menu"]
    index = _index(target)
    if index is None:
        found.add("goto_invalid", (*path, "menu"), value=shown(target))
        return None
    if not 0 <= index < count:
        found.add("goto_out_of_range", (*path, "menu"), value=shown(target), count=count)
        return None
    return GoTo(
        id=new_id, menu=menu_id(index), form="string" if isinstance(target, str) else "integer"
    )


_CANONICAL = re.compile(r"0|-?[1-9][0-9]*")


def _index(target: Any) -> int | None:
    """A menu's index in either of its two forms; None for any other spelling."""
    if isinstance(target, int) and not isinstance(target, bool):
        return target
    if not isinstance(target, str) or not _CANONICAL.fullmatch(target):
        return None
    # Far more digits than any index has: out of range, whatever they are.
    return int(target) if len(target) < 20 else -1


def _hangup(
    _value: JsonObject, new_id: str, _count: int, _path: Path, _found: Found
) -> HangUp | None:
    return HangUp(id=new_id)


_READERS: Mapping[str, Callable[[JsonObject, str, int, Path, Found], AnyAction | None]] = {
    "webhook": _webhook,
    "gotoMenu": _goto,
    "hangup": _hangup,
}
