"""A JSON Schema (draft 2020-12) of the Voice API requests that ``flows.targets.voice_api`` takes.

It is made from the same tables and never refuses what ``check_request`` accepts. Web addresses
are held to more than a pattern can say (``flows.schema`` names what), so there the check has the
last word.
"""

from __future__ import annotations

from flows.document import JsonObject
from flows.schema import NO_NUL, URL
from flows.targets.voice_api import DIGIT, FIELDS, MAX_TEXT, NUMBER
from flows.urls import MAX_URL

ABOUT = {
    "to": "The phone that rings, in E.164 form; the + may be left out.",
    "from": "The caller ID. Without it, the default caller ID of the workspace's keys is used.",
    "text": f"What is spoken; at most {MAX_TEXT} characters.",
    "audioUrl": "The web address of a recording. Where a text is given too, the recording plays.",
    "transferToNumber": "The phone that the person is connected to on pressing the digit.",
    "dtmfTransferDigit": "The key that connects: 0 to 9, * or # (which the network may keep).",
}
"""Field -> what it means; a test holds its fields to those of the check."""

_PATTERNS = {
    "text": NO_NUL,
    "audioUrl": f"^$|{URL}",
    "dtmfTransferDigit": rf"^(?:{DIGIT.pattern})?$",
}
"""Fields that are no numbers. An empty text counts as not given, as everywhere in the check."""

_NUMBER = rf"^(?:{NUMBER.pattern})?$"
_MOST = {"text": MAX_TEXT, "audioUrl": MAX_URL}


def voice_schema() -> JsonObject:
    """The schema. Unknown fields are let be; null and "" mean that a field is not given."""
    return {
        "title": "Voice API call",
        "type": "object",
        "required": ["to"],
        "properties": {name: _field(name) for name in FIELDS},
        "anyOf": [_given("text"), _given("audioUrl")],
        "if": _given("transferToNumber"),
        "then": _given("dtmfTransferDigit"),
        "else": {"not": _given("dtmfTransferDigit")},
    }


def _field(name: str) -> JsonObject:
    about = {"description": ABOUT[name], "pattern": _PATTERNS.get(name, _NUMBER)}
    if name == "to":
        return {**about, "type": "string", "minLength": 1}
    most = {"maxLength": _MOST[name]} if name in _MOST else {}
    return {**about, "type": ["string", "null"], **most}


def _given(name: str) -> JsonObject:
    return {"required": [name], "properties": {name: {"type": "string", "minLength": 1}}}
