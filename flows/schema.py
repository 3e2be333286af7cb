"""A JSON Schema (draft 2020-12) of the SpeechCall documents that ``flows.reading`` accepts.

It is made from the same limits and tables as the reader. JSON Schema cannot say everything, and
where it cannot it is the more generous of the two:

* an index must lie inside its own list of menus, and 1.0 is no index although it equals 1;
* every caller must be able to reach an end (a warning, but the reader's own);
* a name may stand only once in an object; half characters (lone surrogates) are refused; the
  whole document has at most 1 MB;
* international and IPv6 names of web sites must exist, and hidden characters beyond ASCII are
  refused in web addresses;
* a header may stand only once, whatever its letters' case;
* a phone number must be one of a real numbering plan.
"""

from __future__ import annotations

from typing import Any

from flows.document import TRIGGERS
from flows.targets.speechcall import MAX_MENUS, MAX_MESSAGES, TRIGGER_FIELDS, TYPE
from flows.urls import MAX_URL
from flows.values import (
    FORBIDDEN_HEADERS,
    MAX_DEPTH,
    MAX_HEADER_NAME,
    MAX_HEADERS,
    MAX_RECORDING_NAME,
    MAX_SENDER,
    MAX_WAIT_MS,
)

JsonObject = dict[str, Any]

# Regular expressions as ECMA 262 has them, without look-behind; letters stand in both cases.
_OCTET = r"(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
_HOST_ENDS = r"(?=[:/?#]|$)"
# A last label that is a number makes the whole host one (WHATWG URL, "ends in a number").
_NUMBER_HOST = r"(?:[^/?#:\[\]]*\.)?(?:[0-9]+|0[xX][0-9a-fA-F]*)\.?" + _HOST_ENDS
_HOST = (
    r"(?:\[[0-9A-Fa-f:.]+\]"
    rf"|{_OCTET}(?:\.{_OCTET}){{3}}{_HOST_ENDS}"
    rf"|(?!{_NUMBER_HOST})[^\u0000-\u002c/:;<=>?@\[\\\]^`{{|}}\u007f]+)"
)
_PORT = (
    r"(?::0*(?:6553[0-5]|655[0-2][0-9]|65[0-4][0-9]{2}|6[0-4][0-9]{3}|[1-5][0-9]{4}|[1-9][0-9]{0,3})"
    r"(?=[/?#]|$))?"
)
URL = rf"^[hH][tT][tT][pP][sS]?://{_HOST}{_PORT}(?:[/?#][^\u0000-\u0020\u007f\\]*)?$"
RECORDING = r"^[A-Za-z0-9][A-Za-z0-9._-]*$"
NUMBER = r"^(?:\+?[0-9]{2,6}|\+?[1-9][0-9]{1,14}|\+?[1-9Xx][0-9Xx]{1,14})$"
HEADER_NAME = r"^[A-Za-z0-9!#$%&'*+.^_`|~-]+$"
HEADER_VALUE = r"^(?:[!-~\u00a0-\u00ff](?:[ -~\u00a0-\u00ff\t]*[!-~\u00a0-\u00ff])?)?$"
INDEX = r"^(?:0|[1-9][0-9]*)$"
NO_NUL = r"^[^\u0000]*$"


def speechcall_schema() -> JsonObject:
    """The schema. Unknown fields are allowed everywhere but among the keys of a menu."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "SpeechCall messages",
        **_object({"messages": _list("message", MAX_MESSAGES)}),
        "$defs": {
            "message": _message(),
            "menu": _menu(),
            **_values(),
            "steps": {"type": "array", "items": {"$ref": "#/$defs/step"}},
            "step": _step(),
            "webhook": _object(
                {"action": {"const": "webhook"}, "url": _text(URL, MAX_URL)},
                {"body": {"type": "object", **_value(MAX_DEPTH)}, "headers": _headers()},
            ),
            "gotoMenu": _object({"action": {"const": "gotoMenu"}, "menu": _index()}),
            "hangup": _object({"action": {"const": "hangup"}}),
        },
    }


def _object(required: JsonObject, optional: JsonObject | None = None) -> JsonObject:
    properties = {**required, **(optional or {})}
    return {
        "type": "object",
        "required": list(required),
        "properties": properties,
        "additionalProperties": _value(MAX_DEPTH),
    }


def _value(levels: int) -> JsonObject:
    """A value of anybody's, with at most so many lists and objects inside each other."""
    return {"$ref": f"#/$defs/value{levels}"}


def _values() -> JsonObject:
    """The definitions of ``_value``, each of which allows one level more than the one before."""
    plain = {"not": {"type": ["object", "array"]}, "pattern": NO_NUL}
    deeper = {
        f"value{n}": {
            "pattern": NO_NUL,
            "propertyNames": {"pattern": NO_NUL},
            "items": _value(n - 1),
            "additionalProperties": _value(n - 1),
        }
        for n in range(1, MAX_DEPTH + 1)
    }
    return {"value0": plain, **deeper}


def _list(of: str, most: int) -> JsonObject:
    return {"type": "array", "minItems": 1, "maxItems": most, "items": {"$ref": f"#/$defs/{of}"}}


def _text(pattern: str, most: int) -> JsonObject:
    return {"type": "string", "minLength": 1, "maxLength": most, "pattern": pattern}


def _message() -> JsonObject:
    return _object(
        {
            "from": {**_text(NO_NUL, MAX_SENDER), "allOf": [{"pattern": r"\S"}]},
            "to": {"type": "string", "pattern": NUMBER},
            "text": {"type": "string", "minLength": 1, "pattern": NO_NUL},
            "type": {"const": TYPE},
            "menu": _list("menu", MAX_MENUS),
        },
        {"customerMessageId": {"type": ["string", "integer"]}},
    )


def _menu() -> JsonObject:
    keys = {TRIGGER_FIELDS[trigger]: {"$ref": "#/$defs/steps"} for trigger in TRIGGERS}
    return _object(
        {
            "introUrl": {
                "anyOf": [_text(URL, MAX_URL), _text(RECORDING, MAX_RECORDING_NAME)],
            },
            "dtmfActions": {"type": "object", "properties": keys, "additionalProperties": False},
        },
        {"idleTimeoutMsec": {"type": "integer", "minimum": 1, "maximum": MAX_WAIT_MS}},
    )


def _step() -> JsonObject:
    return {"oneOf": [{"$ref": f"#/$defs/{kind}"} for kind in ("webhook", "gotoMenu", "hangup")]}


def _index() -> JsonObject:
    return {
        "oneOf": [
            {"type": "integer", "minimum": 0, "exclusiveMaximum": MAX_MENUS},
            {"type": "string", "pattern": INDEX, "maxLength": len(str(MAX_MENUS - 1))},
        ]
    }


def _headers() -> JsonObject:
    forbidden = "|".join(_any_case(name) for name in sorted(FORBIDDEN_HEADERS))
    return {
        "type": "object",
        "maxProperties": MAX_HEADERS,
        "propertyNames": {
            "maxLength": MAX_HEADER_NAME,
            "pattern": HEADER_NAME,
            "not": {"pattern": f"^(?:{forbidden})$"},
        },
        "additionalProperties": {"type": "string", "maxLength": MAX_URL, "pattern": HEADER_VALUE},
    }


def _any_case(name: str) -> str:
    return "".join(f"[{c}{c.upper()}]" if c.isalpha() else c for c in name)
