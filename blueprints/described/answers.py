"""Where services bring answers and reports, and what Press One tells your own web addresses."""

from __future__ import annotations

from blueprints.described.parts import JsonObject, door, in_path, json_body, like, samples
from blueprints.inbox import LONGEST, MAX_BYTES, SECRET_HEADER
from calling.forward import SAMPLE

TAG = "Answers and reports"
TAGS = [{"name": TAG, "description": "What services bring by themselves, at secret addresses."}]
SECURITY: JsonObject = {
    "inboxSecret": {
        "type": "apiKey", "in": "header", "name": SECRET_HEADER,
        "description": "Stands beside the address in the JSON of a call flow that saves an answer.",
    }
}  # fmt: skip

TAKEN = {"status": "ok"}
ANSWER = {
    "from": "0443914272", "to": "50001", "mid": "7748021",
    "action": {"answer": "delivery", "value": "confirmed", "step": "a1b2c3"},
}  # fmt: skip
"""What a "Save the answer" step makes SpeechCall bring (the document's webhook delivery)."""

REPORT = {
    "results": [{
        "bulkId": "b", "messageId": "m",
        "status": {"groupId": 3, "groupName": "DELIVERED", "id": 5, "name": "DELIVERED_TO_HANDSET",
                   "description": "Message delivered to handset"},
    }]
}  # fmt: skip
"""A report as Infobip sends it to a ``notifyUrl`` (public voice OpenAPI 3.210)."""

WHEN = {
    403: ("A browser sent this from another web site.", "Forbidden"),
    404: ("Nobody has this address, or the secret is not right.", "Not Found"),
    413: (f"Larger than {MAX_BYTES} bytes.", "Request Entity Too Large"),
    503: ("It could not be kept just now: bring it again.",
          "The answer could not be kept just now. Send it again."),
}  # fmt: skip


def paths(_style: str) -> JsonObject:
    """The two addresses with a token in them."""
    errors = {status: samples(about, {"error": said}) for status, (about, said) in WHEN.items()}
    large = samples("Larger than 1 MB.", {"error": WHEN[413][1]})
    inbox: dict[int | str, JsonObject] = {
        200: samples("Kept. The same one again is answered alike and counted once.", TAKEN),
        400: samples("No answer in the documented form.", {"error": "…"}),
        **errors,
    }
    told: dict[int | str, JsonObject] = {
        200: samples("Taken. The same one again changes nothing.", TAKEN),
        400: samples("No list of reports.", {"error": "…"}),
        **errors,
        413: large,
    }
    token = in_path("token", "The secret part of the address.")
    return {
        "/in/{token}": {
            "post": door(
                "bringAnswer", "Bring what a caller answered", inbox, tag=TAG,
                security=("inboxSecret",), parameters=[token], body=json_body(_answer(), ANSWER),
            )
        },
        "/told/{token}": {
            "post": door(
                "bringReport", "Bring how calls went (Infobip's reports)", told, tag=TAG,
                parameters=[token], body=json_body(_reports(), REPORT),
            )
        },
    }  # fmt: skip


def webhooks() -> JsonObject:
    """What Press One asks of other people's web addresses."""
    nullable = {
        name: {"type": [kind["type"], "null"]}
        for name, kind in like(SAMPLE)["properties"].items()
        if name in ("call", "call_flow", "version")
    }
    data = like(SAMPLE)
    data["properties"] |= {**nullable, "answer": {"description": "Whatever the step saves."}}
    answered = like({"type": "answer.received", "timestamp": "", "data": {}})
    answered["properties"]["data"] = data
    told = {"type": "object", "required": ["from", "to", "mid", "action"],
            "properties": {"from": _text(), "to": _text(), "mid": _text(),
                           "action": {"type": "object"}}}  # fmt: skip
    sample = {"type": "answer.received", "timestamp": "2026-01-31T09:30:00.000Z", "data": SAMPLE}
    return {
        "tellsAWebAddress": _hook(
            "A step of a call flow tells a web address what was pressed",
            "At most once, with two seconds to answer; the call goes on whatever it answers.",
            told, {**ANSWER, "action": {"confirm": True}}, (),
        ),
        "answerReceived": _hook(
            "An answer is told on, as Standard Webhooks has it",
            "Any status from 200 to 299 takes it; else it comes again for three days. 410 ends it.",
            answered, sample, ("webhook-id", "webhook-timestamp", "webhook-signature"),
        ),
    }  # fmt: skip


def _hook(
    summary: str, taken: str, schema: JsonObject, sample: JsonObject, headers: tuple[str, ...]
) -> JsonObject:
    given = [{"name": name, "in": "header", "required": True, "schema": _text()}
             for name in headers]  # fmt: skip
    return {
        "post": {
            "summary": summary,
            "tags": [TAG],
            "security": [],
            **({"parameters": given} if given else {}),
            "requestBody": json_body(schema, sample),
            "responses": {"2XX": {"description": taken}},
        }
    }


def _answer() -> JsonObject:
    short = {**_text(), "minLength": 1, "maxLength": LONGEST}
    opaque = {"description": f"Kept as text, its first {LONGEST} characters."}
    return {
        "type": "object",
        "required": ["mid", "action"],
        "properties": {
            "from": opaque,
            "to": opaque,
            "mid": {**short, "description": "The message's id."},
            "action": {
                "type": "object",
                "required": ["answer", "step"],
                "properties": {
                    "answer": {**short, "description": "The name of the question."},
                    "value": {"description": "What was answered; any JSON value."},
                    "step": {**short, "description": "Which step of the call flow saved it."},
                },
            },
        },
    }


def _reports() -> JsonObject:
    report = {"type": "object"}
    return {
        "type": "object",
        "required": ["results"],
        "properties": {"results": {"type": "array", "items": report}},
    }


def _text() -> JsonObject:
    return {"type": "string"}
