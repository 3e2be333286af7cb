"""SpeechCall and the Voice API over real HTTP: what is sent, what every answer means."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from flows.targets.base import Compiled
from providers import SERVICES, connect
from providers.base import (
    Accepted,
    Credentials,
    Refused,
    SendResult,
    Service,
    StatusReport,
    StatusUnavailable,
    Unclear,
)
from providers.web import WebClient
from tests.providers.stand_in import (
    Behaviour,
    StandIn,
    answering,
    dripping,
    resetting,
    saying,
    standing_in,
)

FIXTURES = Path(__file__).parents[1] / "data" / "fixtures"

VOICE_REPLY = (FIXTURES / "voice_call_response.json").read_bytes()
VOICE_ERRORS = json.loads((FIXTURES / "voice_errors.json").read_text())

SPEECHCALL_REPLY = b'{"messages": [{"messageId": "m-1", "recipient": "+1", "status": "sent"}]}'

REQUESTS = {
    "speechcall": Compiled("speechcall", "/bat/messagelist", {"messages": []}),
    "voice_api": Compiled("voice_api", "/call/tts", {"to": "+15053753840", "text": "Привіт"}),
}

REPLIES = {"speechcall": SPEECHCALL_REPLY, "voice_api": VOICE_REPLY}

BOTH = pytest.mark.parametrize("key", sorted(REQUESTS))


def service_at(server: StandIn, key: str, username: str = "", secret: str = "k3y") -> Service:
    credentials = Credentials(f"{server.url}/", username, secret)
    return connect(key, credentials, WebClient(server.allowed))


def send(key: str, behave: Behaviour, secret: str = "k3y") -> tuple[SendResult, StandIn]:
    with standing_in(behave) as server:
        return service_at(server, key, secret=secret).send(REQUESTS[key], "call-7"), server


def ask(key: str, status: int, body: bytes, *headers: str) -> StatusReport | StatusUnavailable:
    with standing_in(answering(status, body, *headers)) as server:
        return service_at(server, key).fetch_status("b-1", "m-1")


def as_json(value: object) -> bytes:
    return json.dumps(value).encode()


@BOTH
def test_the_request_is_sent_once_exactly_as_it_was_shown(key: str) -> None:
    result, server = send(key, answering(200, REPLIES[key]))
    assert isinstance(result, Accepted)
    ((line, headers, body),) = server.requests()
    assert line == f"POST {REQUESTS[key].path} HTTP/1.1"
    assert body == REQUESTS[key].content
    assert headers["content-type"] == "application/json"
    assert headers["x-request-id"] == "call-7"


@pytest.mark.parametrize(
    ("key", "username", "header", "value"),
    [
        ("speechcall", "user", "authorization", "Basic dXNlcjprM3k="),
        ("speechcall", "@", "authorization", "Basic QDprM3k="),
        ("speechcall", "", "x-authorization-key", "k3y"),
        ("voice_api", "", "x-api-key", "k3y"),
    ],
)
def test_each_service_is_signed_in_to_its_own_way(
    key: str, username: str, header: str, value: str
) -> None:
    with standing_in(answering(200, REPLIES[key])) as server:
        service = service_at(server, key, username)
        service.send(REQUESTS[key], "call-7")
        service.fetch_status("b-1", "m-1")
        service.check()
        sent = [headers for _, headers, _ in server.requests()]
    assert [headers.get(header) for headers in sent] == [value] * 3
    others = {"authorization", "x-authorization-key", "x-api-key"} - {header}
    assert not any(others & set(headers) for headers in sent)


UNCLEAR_BODIES = [
    b"",
    b"<html>It works</html>",
    b"null",
    b"[]",
    b'"accepted"',
    b"{}",
    b'{"messages": {"messageId": "m"}, "tracking": []}',
    b'{"messages": [[]], "tracking": {"bulkId": ["x"]}}',
    b'{"messages": [{"messageId": ""}], "tracking": {"bulkId": ""}}',
    b'{"messages": [{"messageId": true}], "tracking": {"bulkId": true}}',
    b'{"messages": [{"messageId": 1.5}], "tracking": {"bulkId": {"a": 1}}}',
    b'{"messages": [{"messageId": ".."}], "tracking": {"bulkId": ".."}}',
    b'{"messages": [{"messageId": "a\\nb"}], "tracking": {"bulkId": "a\\u0000b"}}',
    b'{"messages": [{"messageId": "\\ud800"}], "tracking": {"bulkId": "\\ud800"}}',
    b'{"messages": [{"messageId": "m", "x": NaN}], "tracking": {"bulkId": "b", "x": NaN}}',
    b'{"messages": [{"messageId": "m", "x": 1e999}], "tracking": {"bulkId": "b"}, "y": 1e999}',
    b'{"messages": [{"messageId": "m"}, {"messageId": "n"}], '
    b'"tracking": {"bulkId": "b", "messages": [{"messageId": "m"}, {"messageId": "n"}]}}',
    b"[" * 50_000,
    b'{"tracking":' * 900 + b"1" + b"}" * 900,
    b"\xff\xfe{\x00}\x00",
    as_json({"messages": [{"messageId": "x" * 201}], "tracking": {"bulkId": "x" * 201}}),
    b'{"n": ' + b"9" * 5000 + b"}",
]


@BOTH
@pytest.mark.parametrize("body", UNCLEAR_BODIES, ids=range(len(UNCLEAR_BODIES)))
def test_a_yes_that_cannot_be_read_is_unclear(key: str, body: bytes) -> None:
    result, _ = send(key, answering(200, body))
    assert isinstance(result, Unclear)
    assert result.reply is not None and result.reply.status == 200


@BOTH
@pytest.mark.parametrize("status", [301, 302, 307, 408, 500, 502, 503, 504])
def test_whatever_is_not_a_clear_no_is_unclear(key: str, status: int) -> None:
    result, server = send(key, answering(status, b"<html>", "Location: http://127.0.0.1/"))
    assert isinstance(result, Unclear)
    assert result.reason
    assert server.connections == 1


@BOTH
@pytest.mark.parametrize("behave", [resetting, saying(b""), dripping(b"HTTP/1.1 200 OK\r\n")])
def test_a_broken_exchange_is_unclear_and_never_tried_again(key: str, behave: Behaviour) -> None:
    with standing_in(behave) as server:
        web = WebClient(server.allowed, timeout_s=0.5)
        service = connect(key, Credentials(server.url, "", "k3y"), web)
        result = service.send(REQUESTS[key], "call-7")
    assert isinstance(result, Unclear)
    assert result.reply is None
    assert server.connections == 1


@BOTH
def test_ten_megabytes_of_reply_are_unclear(key: str) -> None:
    result, _ = send(key, answering(200, b"x" * 10_000_000))
    assert isinstance(result, Unclear)


@BOTH
def test_a_service_that_is_not_there_did_not_place_the_call(key: str) -> None:
    with standing_in(answering(200, b"")) as server:
        gone = server
    result = service_at(gone, key).send(REQUESTS[key], "call-7")
    assert isinstance(result, Refused)
    assert SERVICES[key].label in result.reason


@BOTH
@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 413, 418, 422, 429])
def test_a_clear_no_is_a_refusal_with_words_even_without_a_body(key: str, status: int) -> None:
    result, _ = send(key, answering(status, b""))
    assert isinstance(result, Refused)
    assert SERVICES[key].label in result.reason


@BOTH
@pytest.mark.parametrize(
    ("value", "seconds"),
    [("30", 30.0), ("0", 0.0), ("999999999", 86400.0), ("-1", None), ("soon", None), ("1.5", None)],
)
def test_the_wait_a_service_asks_for_is_kept(key: str, value: str, seconds: float | None) -> None:
    result, _ = send(key, answering(429, b"{}", f"Retry-After: {value}"))
    assert isinstance(result, Refused)
    assert result.retry_after_s == seconds


@BOTH
def test_a_secret_that_is_echoed_is_not_kept(key: str) -> None:
    result, _ = send(key, answering(400, b'{"error": "no: canary-secret"}'), secret="canary-secret")
    assert isinstance(result, Refused)
    assert "canary" not in result.reason
    assert result.reply is not None
    assert b"canary" not in result.reply.content
    assert "canary" not in repr(Credentials("https://x", "u", "canary-secret"))


@pytest.mark.parametrize("case", ["missing_fields", "moderation", "unauthorized"])
def test_the_voice_apis_documented_refusals_are_told_in_its_own_words(case: str) -> None:
    error = VOICE_ERRORS[case]
    result, _ = send("voice_api", answering(error["status"], as_json(error["body"])))
    assert isinstance(result, Refused)
    assert result.reason == f"Voice API says: {error['body']['error']}"


@pytest.mark.parametrize(
    ("details", "ending"),
    [
        ({}, "backend service."),
        ("no route", "backend service. (no route)"),
        ({"message": "down"}, "backend service. (down)"),
        ({"requestError": {"serviceException": {"text": "Bad"}}}, "backend service. (Bad)"),
        ([1, {"a": 2}], "backend service."),
    ],
)
def test_the_voice_apis_backend_failure_is_unclear_whatever_its_details(
    details: object, ending: str
) -> None:
    body = {**VOICE_ERRORS["backend"]["body"], "details": details}
    result, _ = send("voice_api", answering(500, as_json(body)))
    assert isinstance(result, Unclear)
    assert result.reason.endswith(ending)


@pytest.mark.parametrize("spelling", ["bulkId", "bulkid", "BULKID", "BulkId"])
def test_the_bulk_id_is_found_in_any_letter_case(spelling: str) -> None:
    result, _ = send("voice_api", answering(200, VOICE_REPLY.replace(b"bulkId", spelling.encode())))
    assert isinstance(result, Accepted)
    assert (result.bulk_id, result.message_id) == ("XYZ-123-456-789", "ABC-DEF-GHI-JKL")
    assert result.status is not None
    assert (result.status.code, result.status.outcome) == ("PENDING_ENROUTE", "waiting")


@pytest.mark.parametrize(
    ("body", "bulk_id", "message_id", "code"),
    [
        (json.loads(SPEECHCALL_REPLY), "", "m-1", "sent"),
        (
            {"messagelistId": 123456, "messages": [{"messageId": 789, "status": "accepted"}]},
            "123456",
            "789",
            "accepted",
        ),
        ({"messages": [{"messageId": "m-1", "status": "brand new"}]}, "", "m-1", "brand new"),
        ({"messages": [{"messageId": "m-1"}]}, "", "m-1", None),
    ],
)
def test_both_shapes_of_speechcalls_yes_are_read(
    body: object, bulk_id: str, message_id: str, code: str | None
) -> None:
    result, _ = send("speechcall", answering(200, as_json(body)))
    assert isinstance(result, Accepted)
    assert (result.bulk_id, result.message_id) == (bulk_id, message_id)
    assert (result.status.code if result.status else None) == code


@pytest.mark.parametrize("status", ["rejected", "failed", "REJECTED"])
def test_a_message_that_speechcall_did_not_take_is_a_refusal(status: str) -> None:
    body = {"messagelistId": 1, "messages": [{"messageId": "m", "status": status}]}
    result, _ = send("speechcall", answering(200, as_json(body)))
    assert isinstance(result, Refused)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"error": {"code": "INVALID_RECIPIENT", "message": "x"}}, "this phone number"),
        ({"error": {"code": "invalid_sender"}}, "this sender"),
        ({"error": {"code": "NEW_ONE", "message": "Mind the gap"}}, "says: Mind the gap"),
        ({"error": "Plain words"}, "says: Plain words"),
        ({"error": {"code": 7, "message": ["x"]}}, "did not accept"),
        ({"error": None}, "did not accept"),
        (["error"], "did not accept"),
    ],
)
def test_speechcalls_errors_are_told_in_words(body: object, words: str) -> None:
    result, _ = send("speechcall", answering(400, as_json(body)))
    assert isinstance(result, Refused)
    assert words in result.reason


def test_a_services_words_are_cut_and_cleaned() -> None:
    result, _ = send("voice_api", answering(400, as_json({"error": "a\x1b[31m\n" + "b" * 5000})))
    assert isinstance(result, Refused)
    assert result.reason.isprintable()
    assert len(result.reason) < 330


@pytest.mark.parametrize(
    ("key", "path"), [("speechcall", "/bat/message/m-1"), ("voice_api", "/call/status/b-1")]
)
def test_a_status_is_asked_for_by_the_services_own_id(key: str, path: str) -> None:
    with standing_in(answering(200, b"{}")) as server:
        service_at(server, key).fetch_status("b-1", "m-1")
        assert server.requests()[0][0] == f"GET {path} HTTP/1.1"


@BOTH
def test_an_id_cannot_lead_to_another_address(key: str) -> None:
    with standing_in(answering(200, b"{}")) as server:
        service_at(server, key).fetch_status("../a?b#c", "../a?b#c")
        assert "..%2Fa%3Fb%23c HTTP" in server.requests()[0][0]


@pytest.mark.parametrize(
    ("status", "outcome", "final"),
    [
        ("scheduled", "waiting", False),
        ("processing", "waiting", False),
        ("delivered", "answered", True),
        ("Delivered", "answered", True),
        ("undeliverable", "not_answered", True),
        ("permanenterror", "failed", True),
        ("somethingnew", "unknown", False),
    ],
)
def test_speechcalls_statuses_are_understood(status: str, outcome: str, final: bool) -> None:
    body = {"messagelistId": 1, "messageId": 2, "deliverystatus": status, "cost": 0.1}
    report = ask("speechcall", 200, as_json(body))
    assert isinstance(report, StatusReport)
    assert (report.code, report.outcome, report.final) == (status, outcome, final)
    assert report.raw == body


def test_the_voice_apis_documented_status_is_understood() -> None:
    body = (FIXTURES / "voice_status_response.json").read_bytes()
    report = ask("voice_api", 200, body)
    assert isinstance(report, StatusReport)
    assert (report.code, report.outcome, report.final) == ("DELIVERED_TO_HANDSET", "answered", True)
    assert report.at == "2025-06-17T20:30:15.456Z"
    assert report.raw == json.loads(body)["results"][0]


def test_an_empty_list_means_that_nothing_is_known_yet() -> None:
    report = ask("voice_api", 200, b'{"results": []}')
    assert isinstance(report, StatusReport)
    assert (report.outcome, report.final) == ("waiting", False)


def test_the_result_of_our_own_message_is_taken_from_several() -> None:
    def result(message_id: str, group: int) -> dict[str, Any]:
        return {"messageId": message_id, "status": {"groupId": group, "name": "X"}}

    report = ask("voice_api", 200, as_json({"results": [result("m-0", 2), result("m-1", 3)]}))
    assert isinstance(report, StatusReport)
    assert report.outcome == "answered"
    strangers = ask("voice_api", 200, as_json({"results": [result("m-8", 2), result("m-9", 3)]}))
    assert isinstance(strangers, StatusUnavailable)


@BOTH
@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, b"<html>"),
        (200, b'{"results": {}, "deliverystatus": []}'),
        (200, b'{"results": [[]], "deliverystatus": {}}'),
        (200, b'{"results": [{"status": {"groupId": "3"}}], "deliverystatus": ""}'),
        (200, b'{"results": [{"status": {"groupId": true}}], "deliverystatus": 1.0}'),
        (200, b'{"results": [{"status": NaN}]}'),
        (404, b'{"error": "Not found"}'),
        (401, b""),
        (500, b"oops"),
    ],
)
def test_a_status_that_cannot_be_read_says_nothing_about_the_call(
    key: str, status: int, body: bytes
) -> None:
    answer = ask(key, status, body, "Retry-After: 9")
    assert isinstance(answer, StatusUnavailable)
    assert answer.reason
    assert answer.retry_after_s == 9


@BOTH
def test_a_status_that_does_not_come_says_nothing_about_the_call(key: str) -> None:
    with standing_in(resetting) as server:
        answer = service_at(server, key).fetch_status("b-1", "m-1")
    assert isinstance(answer, StatusUnavailable)
    assert isinstance(service_at(server, key).fetch_status("b-1", "m-1"), StatusUnavailable)


@BOTH
@pytest.mark.parametrize(
    ("status", "body", "state"),
    [
        (200, b'{"results": []}', "right_key"),
        (404, b'{"error": "Not found"}', "right_key"),
        (400, b'{"error": "no such id"}', "right_key"),
        (401, b"", "wrong_key"),
        (401, b'{"error": "Unauthorized. Invalid or missing API Key."}', "wrong_key"),
        (403, b"", "wrong_key"),
        (404, b"<html>Not Found</html>", "unreachable"),
        (200, b"<html>It works</html>", "unreachable"),
        (429, b"{}", "unreachable"),
        (500, b"{}", "unreachable"),
        (302, b"", "unreachable"),
    ],
)
def test_a_connection_is_checked_without_placing_a_call(
    key: str, status: int, body: bytes, state: str
) -> None:
    with standing_in(answering(status, body)) as server:
        check = service_at(server, key).check()
        assert [line.split()[0] for line, _, _ in server.requests()] == ["GET"]
    assert (check.state, check.works) == (state, state == "right_key")
    assert SERVICES[key].label in check.words


@BOTH
def test_a_service_that_is_not_there_is_unreachable(key: str) -> None:
    with standing_in(answering(200, b"")) as server:
        gone = server
    assert service_at(gone, key).check().state == "unreachable"


def test_every_service_is_complete() -> None:
    for key, info in SERVICES.items():
        assert info.key == info.target == key
        assert info.default_base_url.startswith("https://")
        assert info.label and info.secret_label and info.sign_in
