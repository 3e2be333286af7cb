"""Infobip over real HTTP: one request rings, every report is kept, a lost reply is looked up."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from flows.document import Connect, Flow, GoTo, HangUp, Menu
from flows.targets.base import Compiled
from flows.targets.infobip_ivr import compile_flow
from providers import SERVICES, connect
from providers.base import (
    Accepted,
    CanFind,
    Credentials,
    Found,
    NotFound,
    Refused,
    SendResult,
    StatusReport,
    StatusUnavailable,
    Unclear,
)
from providers.infobip import Infobip
from providers.infobip_reports import Reports
from providers.web import WebClient
from tests.providers.stand_in import (
    Behaviour,
    Routes,
    answering,
    dripping,
    resetting,
    saying,
    silent,
    standing_in,
)

END = (HangUp(id="end"),)
KEY = "c4nary-api-key-0123456789"
REF = "press-one-7-x1y2"
TRANSFER = (Connect(id="c", number="+15055559999"),)


def request_for(*menus: Menu) -> Compiled:
    made = compile_flow(
        Flow(name="Order", sender="+15053761293", recipient="+15053753840", menus=menus)
    )
    assert isinstance(made, Compiled)
    return made


SPOKEN = request_for(Menu(id="a", script="Привіт", keys={"1": TRANSFER, "wrong": END}))
SCENARIO = request_for(
    Menu(id="a", script="Press 1.", keys={"1": (GoTo(id="g", menu="b"),), "wrong": END}),
    Menu(id="b", script="Thank you.", keys={"wrong": END}),
)

PENDING = {"groupId": 1, "groupName": "PENDING", "id": 26, "name": "PENDING_ACCEPTED"}
ANSWERED = {"groupId": 3, "groupName": "DELIVERED", "id": 5, "name": "DELIVERED_TO_HANDSET"}


def as_json(value: object) -> bytes:
    return json.dumps(value).encode()


def taken(**message: Any) -> dict[str, Any]:
    return {"to": "15053753840", "status": PENDING, "messageId": REF, **message}


TAKEN = as_json({"messages": [taken()]})
CREATED = as_json({"id": "E83E787CF2613450157ADA3476171E3F", "name": "Order", "script": []})


def fault(message_id: str, text: str = "Something is wrong") -> bytes:
    exception = {"messageId": message_id, "text": text}
    return as_json({"requestError": {"serviceException": exception}})


def report(status: dict[str, Any] = ANSWERED, error: str = "VOICE_ANSWERED", **more: Any) -> Any:
    return {
        "bulkId": REF,
        "messageId": REF,
        "to": "15053753840",
        "sentAt": "2026-07-01T10:00:00.000+0000",
        "doneAt": "2026-07-01T10:00:30.000+0000",
        "duration": 12,
        "dtmfCodes": "1",
        "price": {"pricePerSecond": 0.01, "currency": "EUR"},
        "status": status,
        "error": {"groupId": 0, "id": 5000, "name": error},
        **more,
    }


VOICE, CREATE, LAUNCH = "tts_3_advanced", "voice_ivr_1_scenarios", "voice_ivr_1_messages"
REPORTS, OLDER, LOGS = "voice_1_reports", "tts_3_reports", "tts_3_logs"


def talk(
    routes: dict[str, Behaviour], do: Callable[[Infobip], Any], timeout_s: float = 5.0
) -> tuple[Any, list[tuple[str, dict[str, str], bytes]]]:
    """What ``do`` gets from a stand-in with these routes, and every request that came."""
    behave = Routes(routes)
    with standing_in(behave) as server:
        behave.server = server
        service = connect(
            "infobip",
            Credentials(f"{server.url}/", "", KEY),
            WebClient(server.allowed, timeout_s=timeout_s),
        )
        assert isinstance(service, Infobip)
        return do(service), server.requests()


def send(compiled: Compiled, timeout_s: float = 5.0, **routes: Behaviour) -> tuple[SendResult, Any]:
    return talk(routes, lambda service: service.send(compiled, REF), timeout_s)


def results(*items: Any) -> Behaviour:
    return answering(200, as_json({"results": list(items)}))


def test_a_voice_message_carries_our_own_names_and_the_key() -> None:
    result, requests = send(SPOKEN, **{VOICE: answering(200, TAKEN)})
    assert isinstance(result, Accepted)
    assert (result.bulk_id, result.message_id) == (REF, REF)
    assert result.status is not None
    assert (result.status.code, result.status.outcome) == ("PENDING_ACCEPTED", "waiting")
    ((line, headers, body),) = requests
    assert line == "POST /tts/3/advanced HTTP/1.1"
    assert headers["authorization"] == f"App {KEY}"
    assert headers["x-request-id"] == REF
    assert json.loads(body) == {
        "bulkId": REF,
        "messages": [
            {
                "from": "15053761293",
                "destinations": [{"to": "15053753840", "messageId": REF}],
                "text": "Привіт",
                "language": "en",
                "callTransfers": [{"transferTo": "15055559999", "if": "dtmf", "equals": "1"}],
                "maxDtmf": 1,
                "dtmfTimeout": 10,
            }
        ],
    }


def test_a_scenario_is_created_and_then_launched_once() -> None:
    routes = {CREATE: answering(200, CREATED), LAUNCH: answering(200, TAKEN)}
    result, requests = send(SCENARIO, **routes)
    assert isinstance(result, Accepted)
    (made, _, scenario), (launched, headers, launch) = requests
    assert made == "POST /voice/ivr/1/scenarios HTTP/1.1"
    assert launched == "POST /voice/ivr/1/messages HTTP/1.1"
    assert json.loads(scenario) == SCENARIO.body["scenario"]
    assert headers["authorization"] == f"App {KEY}"
    assert json.loads(launch) == {
        "bulkId": REF,
        "messages": [
            {
                "scenarioId": "E83E787CF2613450157ADA3476171E3F",
                "from": "15053761293",
                "destinations": [{"to": "15053753840", "messageId": REF}],
                "parameters": {"mid": REF},
            }
        ],
    }


def test_the_ids_of_the_reply_are_kept_where_there_are_some() -> None:
    body = as_json({"bulkId": "b-9", "messages": [taken(messageId="m-9")]})
    result, _ = send(SPOKEN, **{VOICE: answering(200, body)})
    assert isinstance(result, Accepted)
    assert (result.bulk_id, result.message_id) == ("b-9", "m-9")


def test_a_message_that_was_rejected_at_once_is_a_refusal() -> None:
    rejected = {
        "groupId": 5,
        "groupName": "REJECTED",
        "id": 12,
        "name": "REJECTED_NOT_ENOUGH_CREDITS",
    }
    body = as_json({"messages": [taken(status=rejected)]})
    result, _ = send(SPOKEN, **{VOICE: answering(200, body)})
    assert isinstance(result, Refused)
    assert "no money" in result.reason


ERRORS = [
    (400, "BAD_REQUEST", "Infobip says: Something is wrong", Refused),
    (401, "UNAUTHORIZED", "does not know this key", Refused),
    (403, "FORBIDDEN", "does not allow this key", Refused),
    (429, "TOO_MANY_REQUESTS", "takes no more calls for now", Refused),
    (500, "GENERAL_ERROR", "had a fault of its own", Unclear),
    (400, "SOMETHING_NEW", "Infobip says: Something is wrong", Refused),
]


@pytest.mark.parametrize(("status", "name", "words", "kind"), ERRORS)
def test_every_documented_error_is_told_in_words(
    status: int, name: str, words: str, kind: type
) -> None:
    result, requests = send(SPOKEN, **{VOICE: answering(status, fault(name))})
    assert isinstance(result, kind)
    assert words in result.reason  # type: ignore[union-attr]
    assert len(requests) == 1


@pytest.mark.parametrize(("status", "name", "words", "kind"), ERRORS)
def test_a_scenario_that_is_not_created_rings_nobody(
    status: int, name: str, words: str, kind: type
) -> None:
    result, requests = send(SCENARIO, **{CREATE: answering(status, fault(name))})
    assert isinstance(result, Refused)
    assert words in result.reason
    assert [line.split()[1] for line, _, _ in requests] == ["/voice/ivr/1/scenarios"]


BROKEN: dict[str, Behaviour] = {
    "time-out": silent,
    "reset": resetting,
    "hang-up": saying(b""),
    "status line only": saying(b"HTTP/1.1 200 OK\r\n"),
    "truncated": saying(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n" + TAKEN),
    "one byte at a time": dripping(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n"),
    "10 MB": answering(200, b"x" * 10_000_000),
    "HTML": answering(200, b"<html>It works</html>"),
    "truncated JSON": answering(200, TAKEN[:-9]),
    "NaN": answering(200, b'{"id": NaN, "messages": [NaN]}'),
    "no message": answering(200, b'{"messages": []}'),
    "two messages": answering(200, as_json({"messages": [taken(), taken()]})),
    "no status": answering(200, b'{"id": "", "messages": [{"messageId": "m"}]}'),
    "500": answering(500, fault("GENERAL_ERROR")),
    "502 HTML": answering(502, b"<html>Bad gateway</html>"),
    "408": answering(408, b""),
    "redirect": answering(307, b"", "Location: http://127.0.0.1:1/"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_whatever_breaks_while_it_rings_is_unclear_and_can_be_looked_up(case: str) -> None:
    routes = {VOICE: BROKEN[case], CREATE: answering(200, CREATED), LAUNCH: BROKEN[case]}
    for compiled, posts in ((SPOKEN, 1), (SCENARIO, 2)):
        result, requests = send(compiled, timeout_s=0.5, **routes)
        assert isinstance(result, Unclear)
        assert result.reason
        assert (result.bulk_id, result.message_id) == (REF, REF)
        assert len(requests) == posts


@pytest.mark.parametrize("case", BROKEN)
def test_whatever_breaks_before_the_launch_is_a_refusal(case: str) -> None:
    result, requests = send(SCENARIO, timeout_s=0.5, **{CREATE: BROKEN[case]})
    assert isinstance(result, Refused)
    assert result.reason
    assert len(requests) == 1


def test_a_service_that_does_not_even_take_the_connection_rang_nobody() -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full:
        port = full.getsockname()[1]
        waiting = [socket.socket() for _ in range(3)]
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(("127.0.0.1", port))
        web = WebClient(frozenset({f"127.0.0.1:{port}"}), timeout_s=0.5)
        service = connect("infobip", Credentials(f"http://127.0.0.1:{port}", "", KEY), web)
        began = time.monotonic()
        result = service.send(SPOKEN, REF)
        assert time.monotonic() - began < 3
        for one in waiting:
            one.close()
    assert isinstance(result, Refused)
    gone = connect("infobip", Credentials(f"http://127.0.0.1:{port}", "", KEY), web)
    assert isinstance(gone.send(SPOKEN, REF), Refused)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [((), None), (("Retry-After: 30",), 30.0), (("Retry-After: soon",), None)],
)
@pytest.mark.parametrize("compiled", [SPOKEN, SCENARIO], ids=["message", "scenario"])
def test_the_wait_that_infobip_asks_for_is_kept(
    compiled: Compiled, headers: tuple[str, ...], seconds: float | None
) -> None:
    busy = answering(429, fault("TOO_MANY_REQUESTS"), *headers)
    result, _ = send(compiled, **{VOICE: busy, CREATE: busy})
    assert isinstance(result, Refused)
    assert result.retry_after_s == seconds


def test_the_key_does_not_follow_a_redirect_to_another_host() -> None:
    with standing_in(answering(200, TAKEN)) as elsewhere:
        away = answering(307, b"", f"Location: {elsewhere.url}/tts/3/advanced")
        routes = {VOICE: away, CREATE: away, REPORTS: away, LOGS: away}

        def everything(service: Infobip) -> list[Any]:
            return [
                service.send(SPOKEN, REF),
                service.send(SCENARIO, REF),
                service.fetch_status(REF, REF),
                service.find(REF),
                service.check(),
            ]

        answers, _ = talk(routes, everything)
        assert elsewhere.connections == 0
    kinds = [Unclear, Refused, StatusUnavailable, Unclear]
    assert [type(answer) for answer in answers[:4]] == kinds
    assert answers[4].state == "unreachable"


def test_a_key_that_is_echoed_is_not_kept() -> None:
    result, _ = send(SPOKEN, **{VOICE: answering(400, fault("BAD_REQUEST", f"no: {KEY}"))})
    assert isinstance(result, Refused)
    assert result.reply is not None
    assert KEY not in result.reason and KEY.encode() not in result.reply.content


def status(message_id: str = REF, **routes: Behaviour) -> tuple[Any, list[str]]:
    answer, requests = talk(routes, lambda service: service.fetch_status(REF, message_id))
    return answer, [line.split()[1] for line, _, _ in requests]


OUTCOMES = [
    (3, 5, "DELIVERED_TO_HANDSET", "VOICE_ANSWERED", "answered"),
    (3, 5, "DELIVERED_TO_HANDSET", "NORMAL_HANGUP", "answered"),
    (4, 15, "EXPIRED_EXPIRED", "EC_VOICE_NO_ANSWER", "not_answered"),
    (2, 96, "NO_ANSWER", "NO_ANSWER", "not_answered"),
    (2, 97, "BUSY", "BUSY", "busy"),
    (5, 99, "REJECTED", "REJECTED", "refused"),
    (4, 87, "SIGNALS_BLOCKED", "NO_ERROR", "failed"),
    (5, 87, "SIGNALS_BLOCKED", "NO_ERROR", "refused"),
]


@pytest.mark.parametrize(("group", "number", "name", "error", "outcome"), OUTCOMES)
def test_a_report_says_what_became_of_the_call(
    group: int, number: int, name: str, error: str, outcome: str
) -> None:
    item = report({"groupId": group, "id": number, "name": name}, error)
    answer, paths = status(**{REPORTS: results(item)})
    assert isinstance(answer, StatusReport)
    assert (answer.code, answer.outcome, answer.final) == (name, outcome, True)
    assert answer.at == "2026-07-01T10:00:30.000Z"
    assert answer.raw == item
    assert paths == [f"/voice/1/reports?bulkId={REF}"]


def test_the_newer_report_keeps_its_times_elsewhere() -> None:
    item = report(voiceCall={"endTime": "2026-07-01T10:00:28.316+0000", "duration": 10})
    del item["doneAt"]
    answer, _ = status(**{REPORTS: results(item)})
    assert answer.at == "2026-07-01T10:00:28.316Z"


def test_a_report_is_handed_out_once_and_the_logs_remember() -> None:
    handed_out = threading.Event()

    def once(connection: socket.socket) -> None:
        first = not handed_out.is_set()
        handed_out.set()
        results(*([report()] if first else []))(connection)

    def twice(service: Infobip) -> list[Any]:
        return [service.fetch_status(REF, REF), service.fetch_status(REF, REF)]

    answers, requests = talk({REPORTS: once, LOGS: results(report())}, twice)
    assert [answer.outcome for answer in answers] == ["answered", "answered"]
    assert [line.split()[1].split("?")[0] for line, _, _ in requests] == [
        "/voice/1/reports",
        "/voice/1/reports",
        "/tts/3/logs",
    ]


@pytest.mark.parametrize(
    "logs",
    [results(), answering(403, fault("FORBIDDEN")), answering(429, b""), answering(500, b"")],
)
def test_without_a_report_and_a_log_nothing_is_known_yet(logs: Behaviour) -> None:
    answer, _ = status(**{REPORTS: results(), LOGS: logs})
    assert isinstance(answer, StatusReport)
    assert (answer.outcome, answer.final) == ("waiting", False)


def test_a_call_that_still_rings_is_in_the_logs() -> None:
    answer, _ = status(**{REPORTS: results(), LOGS: results(report(PENDING, "NO_ERROR"))})
    assert (answer.code, answer.final) == ("PENDING_ACCEPTED", False)


def test_the_older_place_of_reports_is_asked_where_the_newer_is_unknown() -> None:
    unknown = answering(404, fault("NOT_FOUND"))
    answer, paths = status(**{REPORTS: unknown, OLDER: results(report())})
    assert answer.outcome == "answered"
    assert [path.split("?")[0] for path in paths] == ["/voice/1/reports", "/tts/3/reports"]


def test_every_report_that_was_handed_out_can_be_stored() -> None:
    items = [report(messageId="m-0"), report(PENDING, "NO_ERROR"), report(), {"odd": True}]
    answer, _ = status(**{REPORTS: results(*items)})
    assert answer.final
    assert answer.raw == {"results": items}
    strangers, _ = status("m-8", **{REPORTS: results(*items)})
    assert isinstance(strangers, StatusUnavailable)
    assert strangers.reply is not None
    assert json.loads(strangers.reply.content) == {"results": items}
    reports, _ = talk({REPORTS: results(*items)}, lambda service: service.fetch_reports(REF))
    assert isinstance(reports, Reports)
    assert [item.status.raw for item in reports.items] == items
    assert [item.message_id for item in reports.items] == ["m-0", REF, REF, ""]


def test_a_single_report_counts_whatever_it_is_called() -> None:
    answer, _ = status("m-8", **{REPORTS: results(report())})
    assert answer.outcome == "answered"


UNREADABLE: dict[str, Behaviour] = {
    "HTML": answering(200, b"<html>"),
    "NaN": answering(200, b'{"results": [NaN]}'),
    "no list": answering(200, b'{"results": {}}'),
    "a list of words": answering(200, b'{"results": ["x"]}'),
    "truncated": answering(200, as_json({"results": [report()]})[:-5]),
    "10 MB": answering(200, b"x" * 10_000_000),
    "401": answering(401, fault("UNAUTHORIZED")),
    "500": answering(500, fault("GENERAL_ERROR")),
    "reset": resetting,
    "one byte at a time": dripping(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n"),
}


@pytest.mark.parametrize("case", UNREADABLE)
def test_reports_that_cannot_be_read_say_nothing_about_the_call(case: str) -> None:
    answer, _ = talk(
        {REPORTS: UNREADABLE[case]}, lambda service: service.fetch_status(REF, REF), 0.5
    )
    assert isinstance(answer, StatusUnavailable)
    assert answer.reason


def test_the_wait_that_reports_ask_for_is_kept() -> None:
    answer, _ = status(**{REPORTS: answering(429, fault("TOO_MANY_REQUESTS"), "Retry-After: 9")})
    assert isinstance(answer, StatusUnavailable)
    assert answer.retry_after_s == 9
    assert "takes no more calls for now" in answer.reason


def find(timeout_s: float = 5.0, **routes: Behaviour) -> Any:
    return talk(routes, lambda service: service.find(REF), timeout_s)[0]


def test_a_lost_reply_is_found_in_the_logs() -> None:
    found = find(**{LOGS: results(report())})
    assert isinstance(found, Found)
    assert (found.bulk_id, found.message_id) == (REF, REF)
    assert (found.status.outcome, found.status.final) == ("answered", True)
    assert found.status.raw == report()


def test_a_lost_reply_is_found_by_its_report_where_the_logs_are_silent() -> None:
    for logs in (results(), answering(403, fault("FORBIDDEN"))):
        found = find(**{LOGS: logs, REPORTS: results(report())})
        assert isinstance(found, Found)
        assert found.status.raw == report()


def test_a_call_without_a_trace_is_not_found() -> None:
    assert isinstance(find(**{LOGS: results(), REPORTS: results()}), NotFound)


@pytest.mark.parametrize("case", UNREADABLE)
def test_a_look_up_that_fails_proves_nothing(case: str) -> None:
    broken = UNREADABLE[case]
    for routes in ({LOGS: broken, REPORTS: results()}, {LOGS: results(), REPORTS: broken}):
        answer = find(0.5, **routes)
        assert isinstance(answer, Unclear)
        assert answer.reason and answer.bulk_id == REF


def test_only_a_service_that_takes_our_names_can_look_up() -> None:
    credentials = Credentials("https://x.example.com", "", KEY)
    able = {key for key in SERVICES if isinstance(connect(key, credentials, WebClient()), CanFind)}
    assert able == {"infobip"}


def test_a_name_cannot_lead_to_another_address() -> None:
    answer, requests = talk(
        {LOGS: results(), REPORTS: results()}, lambda service: service.find("a&b=c#d/../é")
    )
    assert isinstance(answer, NotFound)
    paths = {line.split()[1] for line, _, _ in requests}
    assert paths == {
        "/tts/3/logs?bulkId=a%26b%3Dc%23d%2F..%2F%C3%A9",
        "/voice/1/reports?bulkId=a%26b%3Dc%23d%2F..%2F%C3%A9",
    }


@pytest.mark.parametrize(
    ("behave", "state", "words"),
    [
        (results(), "right_key", "Infobip knows this key."),
        (answering(401, fault("UNAUTHORIZED")), "wrong_key", "Infobip does not know this key."),
        (answering(403, fault("FORBIDDEN")), "wrong_key", "does not let it use voice calls"),
        (answering(200, b"<html>It works</html>"), "unreachable", "does not speak like Infobip"),
        (answering(404, b"<html>Not here</html>"), "unreachable", "does not speak like Infobip"),
        (answering(429, b"{}"), "unreachable", "Wait a little"),
        (answering(500, fault("GENERAL_ERROR")), "unreachable", "a fault of its own"),
        (resetting, "unreachable", "was not reached"),
        (silent, "unreachable", "was not reached"),
    ],
)
def test_a_connection_is_checked_without_placing_a_call(
    behave: Behaviour, state: str, words: str
) -> None:
    check, requests = talk({LOGS: behave}, lambda service: service.check(), 0.5)
    assert check.state == state
    assert words in check.words
    assert [line.split()[0] for line, _, _ in requests] == ["GET"]
    assert requests[0][1]["authorization"] == f"App {KEY}"
