"""SpeechCall's doors, described: requests by the reader's schema, errors by the gateway's table."""

from __future__ import annotations

from typing import get_args

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
from blueprints.speechcall_gateway import ERRORS, OUTCOMES, as_listed, error_body
from calling.gateway_answers import DELIVERY
from flows.problems import Problem, Severity
from flows.schema import speechcall_schema

TAG = "SpeechCall"
TAGS = [{"name": TAG, "description": "SpeechCall (SMSBAT): menus of recordings, keys and steps."}]
WHO = ("speechcallBasic", "speechcallKey")
SECURITY: JsonObject = {
    "speechcallBasic": {
        "type": "http", "scheme": "basic",
        "description": "Any user name (`@` for one), and a key as the password.",
    },
    "speechcallKey": {"type": "apiKey", "in": "header", "name": "X-Authorization-Key"},
}  # fmt: skip

REQUEST = {
    "messages": [{
        "from": "BazarCOM", "to": "+380936670003", "text": "ivr", "type": "speechcall",
        "menu": [{
            "introUrl": "ivr_651854", "idleTimeoutMsec": 10000,
            "dtmfActions": {
                "d1": [{"action": "webhook", "url": "https://api.example.com/callback/option1",
                        "body": {"confirm": True}}, {"action": "hangup"}],
                "wrong": [{"action": "hangup"}],
            },
        }],
    }]
}  # fmt: skip
"""After the document's own example."""

WHEN = {
    401: "No key, or not a good one.",
    403: "A browser sent this from another web site.",
    404: "There is no such message.",
    429: "The key's limit is reached.",
    500: "The service behind cannot be used, or something broke here.",
}


def paths(_style: str) -> JsonObject:
    """The two doors."""
    errors = {status: _error(status) for status in WHEN}
    unread = {
        400: "The request is no JSON.",
        413: "The request is larger than 1 MB.",
        422: "The request is JSON, and something is wrong: every problem is listed.",
    }
    common = {status: errors[status] for status in (401, 429, 500)}
    refused = {status: _unreadable(about) for status, about in unread.items()}
    return {
        "/bat/messagelist": {
            "post": door(
                "placeCalls", "Ring the phones of a list",
                {200: _taken(), 403: errors[403], **refused, **common},
                tag=TAG, security=WHO, body=json_body(ref("SpeechCall"), REQUEST),
            )
        },
        "/bat/message/{messageId}": {
            "get": door(
                "messageStatus", "How one message stands",
                {200: _status(), 404: errors[404], **common},
                tag=TAG, security=WHO,
                parameters=[in_path("messageId", "The `messageId` of the reply to the list.")],
            )
        },
    }  # fmt: skip


def schemas() -> JsonObject:
    """The request, as `/schema/speechcall.json` has it."""
    return moved(speechcall_schema(), "SpeechCall")


def _taken() -> JsonObject:
    message = {
        "type": "object",
        "required": ["messageId", "recipient", "status"],
        "properties": {
            "messageId": {"type": "string"},
            "recipient": {"type": "string"},
            "status": {"enum": list(OUTCOMES), "description": _said(OUTCOMES)},
            "error": like(error_body("INVALID_RECIPIENT", "")["error"]),
            "customerMessageId": {"type": "string", "description": "The client's own, echoed."},
        },
    }
    schema = {
        "type": "object",
        "required": ["messages"],
        "properties": {"messages": {"type": "array", "items": message}},
    }
    answer = json_answer("One answer for each message, in the order of the list.", schema)
    link = {
        "operationId": "messageStatus",
        "parameters": {"messageId": "$response.body#/messages/0/messageId"},
    }
    return {**answer, "links": {"status": link}}


def _status() -> JsonObject:
    words = ", ".join(f"`{word}`" for word in dict.fromkeys(("scheduled", *DELIVERY.values())))
    body = like(
        {"messagelistId": "", "messageId": "", "deliverystatus": "", "partscount": 1.0,
         "cost": 0.0, "recipient": "", "customerMessageId": ""}
    )  # fmt: skip
    body["properties"]["deliverystatus"]["description"] = (
        f"One of {words}, or a word of the service behind."
    )
    return json_answer("How it stands now. Ask every 5 to 10 seconds at most.", body)


def _error(status: int) -> JsonObject:
    code, sentence = ERRORS.get(status, (f"HTTP_{status}", "Forbidden"))
    headers = dict(RETRY_AFTER) if status == 429 else {}
    if status == 401:
        headers["WWW-Authenticate"] = {"schema": {"type": "string"}}
    return samples(WHEN[status], error_body(code, sentence), headers=headers)


def _unreadable(about: str) -> JsonObject:
    problem = like(as_listed(Problem("missing", "error", "/messages", {"field": "messages"})))
    problem["properties"]["severity"] = {"enum": list(get_args(Severity))}
    schema = like(error_body("MISSING", ""))
    schema["properties"]["problems"] = {"type": "array", "items": problem}
    return json_answer(about, schema)


def _said(words: dict[str, str]) -> str:
    return "; ".join(f"`{word}`: {about}" for word, about in words.items())
