"""What the gateways say about calls that a real service rings, in their own documents' shapes.

Everything is built from what is stored: Infobip hands a report out once, and a client may ask
as often as it likes. Services that speak in other codes are folded to ours first.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sqlite_utils import Database

from calling.clock import moment, parsed
from calling.practice_statuses import (
    ERROR_FIELDS,
    NO_ERROR,
    PENDING,
    STATUS_FIELDS,
    VOICE,
    ErrorCode,
    StatusCode,
)
from storage import calls
from storage.calls import Outcome, StoredCall
from storage.gateway_calls import GatewayCall

JsonObject = dict[str, Any]

FAILED: tuple[StatusCode, ErrorCode] = (
    (2, "UNDELIVERABLE", 9, "UNDELIVERABLE_NOT_DELIVERED", "Message has not been delivered"),
    (3, "OPERATOR_ERRORS", 10308, "NETWORK_ERROR", "The call did not get through", True),
)

FOLDED: Mapping[Outcome, tuple[StatusCode, ErrorCode]] = {
    "waiting": (PENDING, NO_ERROR),
    "ringing": (PENDING, NO_ERROR),
    "answered": VOICE["answered"],
    "not_answered": VOICE["no_answer"],
    "busy": VOICE["busy"],
    "refused": VOICE["rejected"],
    "failed": FAILED,
}
"""Our word for how a call stands -> the Voice API's codes; "unknown" has none."""

DELIVERY: Mapping[Outcome, str] = {
    "waiting": "processing",
    "ringing": "processing",
    "answered": "delivered",
    "not_answered": "undeliverable",
    "busy": "undeliverable",
    "refused": "undeliverable",
    "failed": "permanenterror",
    "unknown": "unknown",
}
"""The same for SpeechCall's ``deliverystatus``; "unknown" is ours."""

_FINAL_GROUPS = (2, 3, 4, 5)


def pending_status() -> JsonObject:
    """The Voice API's PENDING_ENROUTE."""
    return _named(STATUS_FIELDS, PENDING, {})


def first_status(call: StoredCall) -> JsonObject:
    """The ``status`` in the reply to a new call: the service's own where it is complete."""
    messages = _object(call.reply)
    tracking = messages.get("tracking")
    inside = tracking if isinstance(tracking, dict) else messages
    items = inside.get("messages")
    first = items[0] if isinstance(items, list) and items else None
    status = first.get("status") if isinstance(first, dict) else None
    if not isinstance(status, dict):
        return pending_status()
    whole = all(isinstance(status.get(name), kind) for name, kind in _STATUS_KINDS.items())
    return {name: status[name] for name in STATUS_FIELDS} if whole else pending_status()


def backend_details(call: StoredCall) -> JsonObject:
    """What the service said when it did not take the call, or why it was not reached."""
    return _object(call.reply) or {"message": call.problem}


def voice_results(db: Database, found: list[GatewayCall]) -> list[JsonObject]:
    """The ``results`` of a bulk; a call of which nothing is known yet is left out."""
    return [result for one in found if (result := _voice_result(db, one)) is not None]


def speechcall_status(db: Database, found: GatewayCall) -> JsonObject:
    """The whole reply about one message."""
    call, report = found.call, _last_report(db, found.call)
    said = report.get("deliverystatus")
    return {
        "messagelistId": found.names.bulk_id,
        "messageId": found.names.message_id,
        "deliverystatus": said if isinstance(said, str) else _delivery(call),
        "partscount": _number(report.get("partscount"), 1),
        "cost": _number(report.get("cost"), 0),
        "recipient": call.to_number,
        "customerMessageId": found.names.customer_message_id,
    }


def _delivery(call: StoredCall) -> str:
    before = {"queued": "scheduled", "refused": "permanenterror"}
    return before.get(call.state) or DELIVERY[call.outcome]


def _voice_result(db: Database, found: GatewayCall) -> JsonObject | None:
    call, report = found.call, _last_report(db, found.call)
    folded = FOLDED.get("failed" if call.state == "refused" else call.outcome)
    if folded is None or call.state in ("queued", "sending"):
        return None
    status, error = folded
    told = _whole_status(report)
    done = _moment(report.get("doneAt")) or _moment(report.get("endTime")) or call.finished_at
    price = _price(report)
    return {
        "bulkId": found.names.bulk_id,
        "messageId": found.names.message_id,
        "to": call.to_number.lstrip("+"),
        "sentAt": _moment(report.get("sentAt")) or call.created_at,
        **({"doneAt": done} if done and call.final else {}),
        "messageCount": _number(report.get("messageCount"), 1),
        **({"price": price} if price else {}),
        "status": _named(STATUS_FIELDS, status, told.get("status")),
        "error": _named(ERROR_FIELDS, error, told.get("error")),
    }


def _last_report(db: Database, call: StoredCall) -> JsonObject:
    """What the service said last about this call; {} while it said nothing."""
    event = calls.last_event(db, call.id, ("status",))
    raw = _object(event.raw) if event else {}
    several = raw.get("results")
    if not isinstance(several, list):
        return raw
    items = [item for item in several if isinstance(item, dict)]
    mine = [item for item in items if item.get("messageId") == call.message_id]
    final = [item for item in mine if _group(item) in _FINAL_GROUPS]
    return next(reversed(final or mine or items), {})


def _whole_status(report: JsonObject) -> JsonObject:
    """The report's status and error, when it speaks in the Voice API's codes."""
    return report if isinstance(_group(report), int) else {}


def _group(report: JsonObject) -> object:
    status = report.get("status")
    return status.get("groupId") if isinstance(status, dict) else None


def _named(fields: tuple[str, ...], usual: tuple[object, ...], told: object) -> JsonObject:
    """Every field of the document's object: the service's own word, else the usual one.

    A status that the service names is taken whole: its own number never stands beside our name.
    What has another type than the document's is left out, because a program would stumble there.
    """
    if not isinstance(told, dict) or not told:
        return dict(zip(fields, usual, strict=True))
    return {
        name: told[name] if type(told.get(name)) is type(like) else _EMPTY[type(like)]
        for name, like in zip(fields, usual, strict=True)
    }


_EMPTY: dict[type, object] = {int: 0, str: "", bool: False}
_STATUS_KINDS = {"groupId": int, "groupName": str, "id": int, "name": str, "description": str}


def _price(report: JsonObject) -> JsonObject | None:
    """The price of the whole call. The newer reports give it per second (Infobip)."""
    price = report.get("price")
    if not isinstance(price, dict):
        return None
    currency = {"currency": price["currency"]} if isinstance(price.get("currency"), str) else {}
    whole, second = price.get("pricePerMessage"), price.get("pricePerSecond")
    if _is_number(whole):
        return {"pricePerMessage": whole, **currency}
    duration = report.get("duration")
    if not isinstance(second, int | float) or not isinstance(duration, int | float):
        return None
    return {"pricePerMessage": round(second * duration, 6), **currency}


def _moment(value: object) -> str | None:
    """A service's moment, as the document writes it: ``2025-06-17T20:30:00.123Z``."""
    try:
        return moment(parsed(value)) if isinstance(value, str) else None
    except (ValueError, OverflowError):
        return None


def _number(value: object, usual: int) -> object:
    return value if _is_number(value) else usual


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _object(text: str) -> JsonObject:
    try:
        value = json.loads(text, parse_constant=_refuse)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _refuse(name: str) -> object:
    raise ValueError(f"{name} is not JSON.")
