"""The Voice API's doors, described: requests by the target's tables, errors by the errors' own."""

from __future__ import annotations

from blueprints.described.parts import (
    RETRY_AFTER,
    JsonObject,
    door,
    in_path,
    json_answer,
    json_body,
    like,
    moved,
    ref,
    samples,
)
from blueprints.voice_errors import VoiceError, written
from blueprints.voice_gateway import SENTENCES, UNKNOWN
from calling.practice_statuses import ERROR_FIELDS, NO_ERROR, STATUS_FIELDS, VOICE, pending_status
from flows.targets.voice_api import MISSING
from flows.voice_schema import voice_schema

TAG = "Voice API"
TAGS = [{"name": TAG, "description": "The SESPCL Voice API: one call a request, spoken or played."}]
SECURITY: JsonObject = {
    "voiceKey": {
        "type": "apiKey", "in": "header", "name": "x-api-key",
        "description": "A key of Settings, Keys, or of `flask --app app keys add NAME`.",
    }
}  # fmt: skip

REQUEST = {
    "to": "+15053753840",
    "from": "+15053761293",
    "text": "Hello, this is a friendly reminder of your appointment tomorrow at 10 AM.",
}
"""The document's own example."""

ERRORS = {
    400: ("Something is wrong with the request, or the text must not be spoken.",
          VoiceError("invalid", MISSING), VoiceError("flagged", "TOXICITY")),
    401: ("No key, or not a good one.", VoiceError("unauthorized")),
    403: ("A browser sent this from another web site.", VoiceError("http", "Forbidden", 403)),
    404: ("There is no such call.", VoiceError("http", SENTENCES[404], 404, UNKNOWN)),
    413: ("The request is too large.", VoiceError("http", SENTENCES[413], 413)),
    429: ("The key's limit, or a rule of calling under which waiting helps.",
          VoiceError("http", SENTENCES[429], 429)),
    500: ("The service behind did not take the call, or something broke here.",
          VoiceError("backend")),
}  # fmt: skip
"""Status -> when, and the errors that have it."""

RANGES = {
    "4XX": "The service behind refused the call: its own status.",
    "5XX": "The service behind failed: its own status.",
}
"""Only with VOICE_GATEWAY_ERRORS=live."""


def paths(style: str) -> JsonObject:
    """``style`` is how errors are written: "seed" or "live"."""
    errors = {status: _error(status, style) for status in ERRORS}
    ranges = {}
    if style == "live":
        ranges = {name: samples(about, _written("live", VoiceError("backend", status=502)))
                  for name, about in RANGES.items()}  # fmt: skip
    return {
        "/api/v1/call/tts": {
            "post": door(
                "placeCall", "Ring one phone",
                {200: _placed(), **_only(errors, 400, 401, 403, 413, 429, 500), **ranges},
                tag=TAG, security=("voiceKey",), body=json_body(ref("VoiceCall"), REQUEST),
            )
        },
        "/api/v1/call/status/{bulkId}": {
            "get": door(
                "callStatus", "How the calls of a bulk stand",
                {200: _status(), **_only(errors, 401, 404, 429, 500)},
                tag=TAG, security=("voiceKey",),
                parameters=[in_path("bulkId", "The `bulkId` of the reply to the call.")],
            )
        },
    }  # fmt: skip


def schemas() -> JsonObject:
    """The request, and the objects of the document's replies."""
    status, error = VOICE["answered"][0], NO_ERROR
    return {
        **moved(voice_schema(), "VoiceCall"),
        "VoiceStatus": like(dict(zip(STATUS_FIELDS, status, strict=True))),
        "VoiceCallError": like(dict(zip(ERROR_FIELDS, error, strict=True))),
    }


def _placed() -> JsonObject:
    message = {"to": "15053753840", "status": pending_status(), "messageId": "ABC-DEF-GHI-JKL"}
    body = {
        "message": "Call initiated successfully.",
        "tracking": {"bulkId": "XYZ-123-456-789", "messages": [message]},
    }
    answer = samples("The call is under way.", body)
    link = {
        "operationId": "callStatus",
        "parameters": {"bulkId": "$response.body#/tracking/bulkId"},
    }
    return {**answer, "links": {"status": link}}


def _status() -> JsonObject:
    moment = {"type": "string", "format": "date-time"}
    result = {
        "type": "object",
        "required": ["bulkId", "messageId", "to", "sentAt", "messageCount", "status", "error"],
        "properties": {
            "bulkId": {"type": "string"},
            "messageId": {"type": "string"},
            "to": {"type": "string", "description": "Without +."},
            "sentAt": moment,
            "doneAt": {**moment, "description": "Only once the call is over."},
            "messageCount": {"type": "number"},
            "price": {
                "type": "object",
                "required": ["pricePerMessage"],
                "properties": {
                    "pricePerMessage": {"type": "number"}, "currency": {"type": "string"},
                },
            },
            "status": ref("VoiceStatus"),
            "error": ref("VoiceCallError"),
        },
    }  # fmt: skip
    schema = {
        "type": "object",
        "required": ["results"],
        "properties": {"results": {"type": "array", "items": result}},
    }
    return json_answer("Empty while nothing is known yet. Ask as often as you like.", schema)


def _error(status: int, style: str) -> JsonObject:
    about, *errors = ERRORS[status]
    headers = RETRY_AFTER if status == 429 else None
    return samples(str(about), *(_written(style, e) for e in errors
                                 if isinstance(e, VoiceError)), headers=headers)  # fmt: skip


def _written(style: str, error: VoiceError) -> JsonObject:
    return written(error, style)[1]


def _only(errors: dict[int, JsonObject], *statuses: int) -> dict[int | str, JsonObject]:
    return {status: errors[status] for status in statuses}
