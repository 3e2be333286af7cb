"""Infobip's voice codes: every one has words, and the group decides before the error does."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, get_args

import pytest

from providers import infobip_codes
from providers.base import Outcome
from providers.infobip_codes import GROUPS, read_status

REGISTRY = Path(__file__).parents[1] / "data" / "infobip_voice_codes.json"
OURS = Path(infobip_codes.__file__).parent / "data" / "infobip_voice_codes.json"

FORBIDDEN = ("dtmf", "payload", "endpoint", "node", "schema", "uri", "ssml")


def without_words(codes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{k: v for k, v in code.items() if k not in ("outcome", "words")} for code in codes]


@pytest.mark.parametrize("kind", ["statuses", "errors"])
def test_every_code_of_the_registry_is_there_with_an_outcome_and_words(kind: str) -> None:
    ours, registry = json.loads(OURS.read_text())[kind], json.loads(REGISTRY.read_text())[kind]
    assert without_words(ours) == registry
    for code in ours:
        if code["name"] == "NO_ERROR":
            continue
        assert code["outcome"] in get_args(Outcome), code
        assert code["words"].endswith("."), code
        assert not set(code["words"].lower().rstrip(".").split()) & set(FORBIDDEN), code


def report(group: int, status: str, error: str = "NO_ERROR", status_id: int = 0) -> Any:
    return read_status(
        {
            "status": {"groupId": group, "groupName": "G", "id": status_id, "name": status},
            "error": {"groupId": 3, "id": 0, "name": error},
        }
    )


@pytest.mark.parametrize(
    ("group", "status", "error", "outcome", "final", "words"),
    [
        (1, "PENDING_ENROUTE", "NO_ERROR", "waiting", False, "on its way"),
        (1, "PENDING ENROUTE", "BUSY", "waiting", False, "on its way"),
        (1, "PENDING_SOMETHING_NEW", "NO_ERROR", "waiting", False, "on its way"),
        (2, "NO_ANSWER", "NO_ANSWER", "not_answered", True, "Nobody answered"),
        (2, "BUSY", "BUSY", "busy", True, "line was busy"),
        (2, "BUSY", "NO_ERROR", "busy", True, "line was busy"),
        (2, "UNDELIVERABLE_NOT_DELIVERED", "EC_VOICE_USER_BUSY", "busy", True, "line was busy"),
        (2, "UNDELIVERABLE_NOT_DELIVERED", "SOMETHING_NEW", "failed", True, "not get through"),
        (2, "UNDELIVERABLE_NOT_DELIVERED", "NORMAL_HANGUP", "failed", True, "not get through"),
        (3, "DELIVERED_TO_HANDSET", "VOICE_ANSWERED", "answered", True, "answered"),
        (3, "DELIVERED TO HANDSET", "NO ERROR", "answered", True, "answered"),
        (3, "DELIVERED_TO_HANDSET", "NORMAL_HANGUP", "answered", True, "as usual"),
        (3, "DELIVERED_TO_HANDSET", "MACHINE_DETECTED", "answered", True, "machine"),
        (3, "DELIVERED_TO_HANDSET", "BUSY", "answered", True, "answered"),
        (3, "DELIVERED_SOMETHING_NEW", "NO_ERROR", "answered", True, "answered"),
        (3, "DELIVERED_TO_OPERATOR", "NO_ERROR", "unknown", True, "did not say"),
        (3, "DELIVERED_TO_OPERATOR", "VOICE_ANSWERED", "answered", True, "answered"),
        (4, "EXPIRED_EXPIRED", "EC_VOICE_NO_ANSWER", "not_answered", True, "Nobody answered"),
        (4, "EXPIRED_DLR_UNKNOWN", "NO_ERROR", "unknown", True, "never said"),
        (5, "REJECTED", "REJECTED", "refused", True, "declined"),
        (5, "REJECTED_NOT_ENOUGH_CREDITS", "NO_ERROR", "refused", True, "no money"),
        (5, "REJECTED_NETWORK", "NETWORK_ERROR", "refused", True, "fault"),
        (9, "NEW_GROUP", "NO_ERROR", "unknown", False, "do not know"),
    ],
)
def test_the_group_decides_and_the_error_refines(
    group: int, status: str, error: str, outcome: str, final: bool, words: str
) -> None:
    found = report(group, status, error)
    assert (found.outcome, found.final) == (outcome, final)
    assert words in found.words
    assert found.code == status.replace(" ", "_")


@pytest.mark.parametrize(
    ("group", "name", "words"),
    [
        (4, "SIGNALS_BLOCKED", "fraud"),
        (5, "SIGNALS_BLOCKED", "fraud"),
        (5, "REJECTED_INVALID_DELIVERY_TIME_WINDOW", "hours"),
    ],
)
def test_id_87_has_three_meanings(group: int, name: str, words: str) -> None:
    found = report(group, name, status_id=87)
    assert words in found.words
    assert found.outcome == ("failed" if group == 4 else "refused")


@pytest.mark.parametrize("group", sorted(GROUPS))
def test_no_error_overrules_what_its_group_can_be(group: int) -> None:
    for name in infobip_codes.ERRORS:
        found = report(group, "SOMETHING_NEW", name)
        assert found.final == (group != 1)
        assert (found.outcome == "answered") == (group == 3)
        assert (found.outcome == "waiting") == (group == 1)
        assert (found.outcome == "refused") or group != 5


@pytest.mark.parametrize(
    ("done_at", "at"),
    [
        ("2025-06-17T20:30:15.456Z", "2025-06-17T20:30:15.456Z"),
        ("2025-06-17T20:30:15.456+0000", "2025-06-17T20:30:15.456Z"),
        ("2025-06-17T23:30:15.456+0300", "2025-06-17T20:30:15.456Z"),
        ("2025-06-17T20:30:15", "2025-06-17T20:30:15.000Z"),
        ("0001-01-01T00:00:00+14:00", None),
        ("yesterday", None),
        (1750192215, None),
        (None, None),
    ],
)
def test_times_are_read_in_every_spelling(done_at: object, at: str | None) -> None:
    found = read_status({"status": {"groupId": 3}, "doneAt": done_at})
    assert found is not None
    assert found.at == at


@pytest.mark.parametrize(
    "result",
    [{}, {"status": None}, {"status": []}, {"status": {}}, {"status": {"groupId": 3.0}}],
)
def test_what_has_no_status_is_no_report(result: dict[str, Any]) -> None:
    assert read_status(result) is None
