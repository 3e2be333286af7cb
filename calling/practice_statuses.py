"""What the practice network's two gateways say about a practice call, as their services do.

Shapes: the Voice API document ("Check a Call's Final Status") and SMSBAT's help pages; names
and numbers of statuses: Infobip's public code registry (2026-07).
"""

from __future__ import annotations

from typing import Any

from calling.practice_scripts import Result
from storage.calls import Outcome
from storage.practice import PracticeCall

StatusCode = tuple[int, str, int, str, str]
ErrorCode = tuple[int, str, int, str, str, bool]

STATUS_FIELDS = ("groupId", "groupName", "id", "name", "description")
ERROR_FIELDS = (*STATUS_FIELDS, "permanent")
"""The names of what stands in a ``StatusCode`` and an ``ErrorCode``."""

PENDING: StatusCode = (
    1, "PENDING", 7, "PENDING_ENROUTE",
    "Message has been processed and sent to the mobile operator",
)  # fmt: skip
_DELIVERED: StatusCode = (3, "DELIVERED", 5, "DELIVERED_TO_HANDSET", "Message delivered to handset")
NO_ERROR: ErrorCode = (0, "OK", 0, "NO_ERROR", "No Error", False)

VOICE: dict[Result, tuple[StatusCode, ErrorCode]] = {
    "answered": (_DELIVERED, NO_ERROR),
    "machine": (
        _DELIVERED,
        (0, "OK", 10002, "MACHINE_DETECTED", "Answering machine detected", True),
    ),
    "busy": (
        (2, "UNDELIVERABLE", 97, "BUSY", "The called party is busy"),
        (2, "USER_ERRORS", 10201, "BUSY", "The called party is busy", True),
    ),
    "no_answer": (
        (2, "UNDELIVERABLE", 96, "NO_ANSWER", "The called party did not answer"),
        (2, "USER_ERRORS", 10200, "NO_ANSWER", "The called party did not answer", True),
    ),
    "rejected": (
        (5, "REJECTED", 99, "REJECTED", "The call was rejected"),
        (2, "USER_ERRORS", 10203, "REJECTED", "The call was rejected", True),
    ),
    "placeholder": (
        (5, "REJECTED", 52, "REJECTED_DESTINATION", "The number still has X in it"),
        (3, "OPERATOR_ERRORS", 10305, "INVALID_DESTINATION", "The number still has X in it", True),
    ),
}
"""How a practice call ended -> the Voice API's status and error."""

SPEECHCALL: dict[Result, str] = {
    "answered": "delivered",
    "machine": "delivered",
    "busy": "undeliverable",
    "no_answer": "undeliverable",
    "rejected": "undeliverable",
    "placeholder": "permanenterror",
}
"""How a practice call ended -> SpeechCall's ``deliverystatus``."""

OUTCOMES: dict[Result, Outcome] = {
    "answered": "answered",
    "machine": "answered",
    "busy": "busy",
    "no_answer": "not_answered",
    "rejected": "refused",
    "placeholder": "failed",
}
"""How a practice call ended -> the outcome on its row."""


def pending_status() -> dict[str, Any]:
    """The Voice API's PENDING_ENROUTE, as its reply to a new call carries it."""
    return _status(PENDING)


def voice_results(calls: list[PracticeCall]) -> list[dict[str, Any]]:
    """The ``results`` of a bulk; a call of which nothing is known yet is left out."""
    return [_voice_result(call) for call in calls if call.phase != "enroute"]


def speechcall_status(call: PracticeCall) -> dict[str, Any]:
    """The whole reply about one message. Practice calls cost nothing."""
    return {
        "messagelistId": call.bulk_id,
        "messageId": call.message_id,
        "deliverystatus": _delivery_status(call),
        "partscount": 1,
        "cost": 0,
        "recipient": call.to_number,
        "customerMessageId": call.customer_message_id,
    }


def _delivery_status(call: PracticeCall) -> str:
    if call.phase == "enroute":
        return "scheduled"
    if call.phase != "ended":
        return "processing"
    return SPEECHCALL[_result(call)]


def _voice_result(call: PracticeCall) -> dict[str, Any]:
    status, error = (PENDING, NO_ERROR) if call.phase != "ended" else VOICE[_result(call)]
    return {
        "bulkId": call.bulk_id,
        "messageId": call.message_id,
        "to": call.to_number.lstrip("+"),
        "sentAt": call.created_at,
        **({"doneAt": call.ended_at} if call.ended_at else {}),
        "messageCount": 1,
        "price": {"pricePerMessage": 0.0, "currency": "USD"},
        "status": _status(status),
        "error": _error(error),
    }


def _result(call: PracticeCall) -> Result:
    return next(result for result in VOICE if result == call.result)


def _status(status: StatusCode) -> dict[str, Any]:
    return dict(zip(STATUS_FIELDS, status, strict=True))


def _error(error: ErrorCode) -> dict[str, Any]:
    return dict(zip(ERROR_FIELDS, error, strict=True))
