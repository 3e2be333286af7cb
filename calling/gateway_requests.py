"""From what a gateway was asked to the phones that shall ring, in practice or for real."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from msgspec import Struct

from calling.numbers import KINDS_REFUSED, REFUSALS, is_practice, kind_refused
from calling.practice import Ring
from flows.document import KEYS, Flow
from flows.json_text import parse
from flows.problems import Problem
from flows.reading import read
from flows.targets import voice_api
from storage.keys import ApiKey

NewId = Callable[[], str]

AFTER_MESSAGE_MS = 1_000
"""A message without a key to press ends so long after it was said, in milliseconds (ours)."""

REJECTIONS = {**dict.fromkeys(KINDS_REFUSED, "INVALID_RECIPIENT"), "no_way_out": "NO_WAY_OUT"}
"""The reader's warnings with which a message is not rung -> SpeechCall's error code."""

REJECTIONS_FOR_REAL = {
    **REJECTIONS,
    "placeholder_number": "INVALID_RECIPIENT",
    "private_url": "PRIVATE_URL",
}
"""The same where a real service rings: practice can play these, the world cannot."""

ONLY_PRACTICE = "This is a number of the practice network; the service of this key cannot ring it."

ERROR_CODES = {
    "bad_number": "INVALID_RECIPIENT",
    "not_utf8": "INVALID_ENCODING",
    "lone_surrogate": "INVALID_ENCODING",
    "nul_char": "INVALID_ENCODING",
    "too_large": "MESSAGE_TOO_LONG",
    "too_long": "MESSAGE_TOO_LONG",
}
"""The reader's codes -> those that SMSBAT's help pages name; others are written in capitals."""

_MESSAGE = re.compile(r"/messages/(\d+)(?:/|$)")


class VoiceRefused(Exception):
    """A Voice API request that is answered 400; the text is what it says."""


class Taken(Struct, frozen=True):
    """One message of a list: the phone that rings, or why it does not."""

    recipient: str
    ring: Ring | None
    error_code: str = ""
    error_message: str = ""


def read_voice(content: bytes, key: ApiKey, path: str, new_id: NewId) -> Ring:
    """The phone that a Voice API request asks to ring.

    A request without ``from`` gets the workspace's caller ID. Raises VoiceRefused, and
    flows.json_text.Unreadable when it is no JSON.
    """
    body = parse(content) if content.strip() else {}
    problem = voice_api.check_request(body)
    if problem is not None:
        raise VoiceRefused(problem.message)
    for name in ("to", "transferToNumber"):
        refused = kind_refused(body[name]) if body.get(name) else ""
        if refused:
            raise VoiceRefused(f"`{name}` cannot be rung. {REFUSALS[refused]}")
    if key.route != "practice" and is_practice(_e164(body["to"])):
        raise VoiceRefused(f"`to` cannot be rung. {ONLY_PRACTICE}")
    sender = body.get("from") or key.caller_id
    flow = voice_api.read_request({**body, "from": sender})
    return Ring(
        key=key,
        service="voice_api",
        flow=_said_once(flow),
        sender=sender,
        to_number=body["to"],
        bulk_id=new_id(),
        message_id=new_id(),
        request_path=path,
        request=json.dumps(body, ensure_ascii=False),
    )


def read_speechcall(content: bytes, key: ApiKey, path: str, new_id: NewId) -> list[Taken]:
    """What becomes of every message of a list, in its order.

    Raises flows.json_text.Unreadable (400, 413, 422) when the list as a whole is refused.
    """
    imported = read(content)
    messages = parse(content)["messages"]
    for_real = key.route != "practice"
    codes = REJECTIONS_FOR_REAL if for_real else REJECTIONS
    rejections = _rejections(imported.warnings, codes)
    bulk_id = new_id()
    taken = []
    for index, (flow, message) in enumerate(zip(imported.document.flows, messages, strict=True)):
        if index in rejections:
            problem = rejections[index]
            code = codes[problem.code]
            taken.append(Taken(flow.recipient, None, code, problem.message))
            continue
        if for_real and is_practice(_e164(flow.recipient)):
            taken.append(Taken(flow.recipient, None, "INVALID_RECIPIENT", ONLY_PRACTICE))
            continue
        ring = _speechcall_ring(flow, message, key, path, bulk_id, new_id())
        taken.append(Taken(flow.recipient, ring))
    return taken


def error_code(problems: Sequence[Problem]) -> str:
    """SpeechCall's error code for a refused list: that of its first error."""
    first = next((p.code for p in problems if p.severity == "error"), "invalid_request")
    return ERROR_CODES.get(first, first.upper())


def _speechcall_ring(
    flow: Flow, message: dict[str, Any], key: ApiKey, path: str, bulk_id: str, message_id: str
) -> Ring:
    reference = message.get("customerMessageId")
    return Ring(
        key=key,
        service="speechcall",
        flow=flow,
        sender=flow.sender,
        to_number=flow.recipient,
        bulk_id=bulk_id,
        message_id=message_id,
        customer_message_id=reference if isinstance(reference, str) else "",
        request_path=path,
        request=json.dumps({"messages": [message]}, ensure_ascii=False),
    )


def _rejections(warnings: Sequence[Problem], codes: Mapping[str, str]) -> dict[int, Problem]:
    """Message index -> the first reason not to ring it."""
    found: dict[int, Problem] = {}
    for problem in warnings:
        place = _MESSAGE.match(problem.path)
        if place and problem.code in codes:
            found.setdefault(int(place[1]), problem)
    return found


def _e164(number: str) -> str:
    return number if number.startswith("+") else f"+{number}"


def _said_once(flow: Flow) -> Flow:
    menu = flow.menus[0]
    if any(key in menu.keys for key in KEYS):
        return flow
    brief = menu.model_copy(update={"wait_ms": AFTER_MESSAGE_MS})
    return flow.model_copy(update={"menus": (brief,)})
