"""Every fault, at every service, over real sockets: what a call, a question and a check become.

A call that was asked for is asked for once; a clear no is a refusal; whatever else happens after
the first byte left may have rung the phone. The key goes nowhere else, and into no answer.
"""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from flows.document import Connect, Flow, GoTo, HangUp, Menu
from flows.targets.base import Compiled
from flows.targets.infobip_ivr import PATH as CREATE_PATH
from flows.targets.infobip_ivr import compile_flow
from providers import SERVICES, connect
from providers.base import (
    Accepted,
    CanFind,
    Credentials,
    Refused,
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
    silent,
    standing_in,
)

SECRET = "c4nary-s3cret-0123456789"
SHORT_S, FIFTY_S, LONG_S = 0.8, 4.0, 5.0
"""Seconds that a request may take: where nothing more comes, where nothing comes to fifty at once,
and everywhere else here. People have 10."""

END = (HangUp(id="end"),)


def infobip_request(*menus: Menu) -> Compiled:
    made = compile_flow(Flow(name="F", recipient="+380501234567", menus=menus))
    assert isinstance(made, Compiled)
    return made


SPOKEN = Menu(id="a", script="Hi", keys={"1": (Connect(id="c", number="+15055559999"),)})
PENDING = {"groupId": 1, "groupName": "PENDING", "id": 26, "name": "PENDING_ACCEPTED"}


@dataclass(frozen=True)
class Way:
    """A service, a request to it, and what it answers when all is well."""

    service: str
    request: Compiled
    accepted: dict[str, Any]
    status: dict[str, Any]
    posts: int = 1


RESULT = {"messageId": "m-1", "status": {"groupId": 3, "name": "DELIVERED_TO_HANDSET"}}

WAYS = {
    "SpeechCall": Way(
        "speechcall",
        Compiled("speechcall", "/bat/messagelist", {"messages": []}),
        {"messages": [{"messageId": "m-1", "status": "accepted"}]},
        {"messageId": "m-1", "deliverystatus": "delivered"},
    ),
    "Voice API": Way(
        "voice_api",
        Compiled("voice_api", "/call/tts", {"to": "+380501234567", "text": "Hi"}),
        {"tracking": {"bulkId": "b-1", "messages": [{"messageId": "m-1", "status": PENDING}]}},
        {"results": [RESULT]},
    ),
    "Infobip, a message": Way(
        "infobip",
        infobip_request(SPOKEN),
        {"messages": [{"status": PENDING}]},
        {"results": [RESULT]},
    ),
    "Infobip, a scenario": Way(
        "infobip",
        infobip_request(
            Menu(id="a", script="Hi", keys={"1": (GoTo(id="g", menu="b"),), "wrong": END}),
            Menu(id="b", script="Bye", keys={"wrong": END}),
        ),
        {"messages": [{"status": PENDING}]},
        {"results": [RESULT]},
        posts=2,
    ),
}

EVERY_WAY = pytest.mark.parametrize("way", WAYS.values(), ids=WAYS.keys())


def stalling(connection: socket.socket) -> None:
    """The call is taken, the answer begins, and then nothing more comes."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{")
    silent(connection)


def resetting_half_way(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{")
    resetting(connection)


@dataclass(frozen=True)
class Fault:
    """What goes wrong, and what a call that was asked for then is."""

    behave: Callable[[bytes], Behaviour]
    then: type
    retry_after_s: float | None = None
    limit_s: float = LONG_S


def always(behave: Behaviour) -> Callable[[bytes], Behaviour]:
    return lambda _accepted: behave


HTML = b"<html><body>Something else</body></html>"
FORM = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n"

FAULTS = {
    "time-out before accepting": Fault(always(silent), Unclear, limit_s=SHORT_S),
    "time-out after accepting": Fault(always(stalling), Unclear, limit_s=SHORT_S),
    "reset after accepting": Fault(always(resetting), Unclear),
    "reset in the middle of the answer": Fault(always(resetting_half_way), Unclear),
    "closed without a word": Fault(always(saying(b"")), Unclear),
    "not HTTP": Fault(always(saying(b"SSH-2.0-OpenSSH\r\n")), Unclear),
    "429 with Retry-After": Fault(always(answering(429, b"{}", "Retry-After: 30")), Refused, 30.0),
    "429 without Retry-After": Fault(always(answering(429, b"")), Refused),
    "429 with a Retry-After in words": Fault(
        always(answering(429, b"", "Retry-After: Fri, 31 Dec 2027 23:59:59 GMT")), Refused
    ),
    "500": Fault(always(answering(500, b"{}")), Unclear),
    "500 without a word": Fault(always(answering(500, b"")), Unclear),
    "503 HTML": Fault(always(answering(503, HTML, "Content-Type: text/html")), Unclear),
    "HTML": Fault(always(answering(200, HTML, "Content-Type: text/html")), Unclear),
    "empty": Fault(always(answering(200, b"")), Unclear),
    "truncated JSON": Fault(lambda body: answering(200, body[:-4]), Unclear),
    "cut off": Fault(lambda body: saying(FORM + body), Unclear),
    "NaN": Fault(lambda body: answering(200, b'{"x": NaN, ' + body[1:]), Unclear),
    "a number without end": Fault(
        lambda body: answering(200, b'{"x": 1e999, ' + body[1:]), Unclear
    ),
    "10 MB": Fault(always(answering(200, b"x" * 10_000_000)), Unclear),
    "10 MB of good JSON": Fault(
        lambda body: answering(200, body[:-1] + b', "x": "' + b"x" * 10_000_000 + b'"}'), Unclear
    ),
    "one byte a second": Fault(always(dripping(FORM, 0.1)), Unclear, limit_s=SHORT_S),
    "one byte of the head a second": Fault(
        always(dripping(b"HTTP/1.1 200 ", 0.1)), Unclear, limit_s=SHORT_S
    ),
    "400": Fault(always(answering(400, b"")), Refused),
    "401": Fault(always(answering(401, b"")), Refused),
    "403": Fault(always(answering(403, b"")), Refused),
    "408": Fault(always(answering(408, b"")), Unclear),
}

EVERY_FAULT = pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())


def as_json(value: object) -> bytes:
    return json.dumps(value).encode()


class ByPath:
    """Creates scenarios without fault; everything else goes wrong as told."""

    def __init__(self, otherwise: Behaviour) -> None:
        self.otherwise = otherwise
        self.server: StandIn | None = None

    def __call__(self, connection: socket.socket) -> None:
        assert self.server is not None
        first = self.server.received[-1].split(b"\r\n", 1)[0].decode()
        created = answering(200, as_json({"id": "SCENARIO"}))
        (created if CREATE_PATH in first else self.otherwise)(connection)


@contextmanager
def service_with(
    way: Way, behave: Behaviour, limit_s: float = LONG_S
) -> Iterator[tuple[Service, StandIn]]:
    routes = ByPath(behave)
    with standing_in(routes) as server:
        routes.server = server
        yield service_at(way, server.port, limit_s), server


def service_at(way: Way, port: int, limit_s: float = LONG_S) -> Service:
    web = WebClient(frozenset({f"127.0.0.1:{port}"}), timeout_s=limit_s)
    return connect(way.service, Credentials(f"http://127.0.0.1:{port}", "", SECRET), web)


def shows_no_secret(answer: object) -> bool:
    reply = getattr(answer, "reply", None)
    return SECRET not in repr(answer) and (reply is None or SECRET.encode() not in reply.content)


@EVERY_WAY
def test_without_a_fault_the_call_is_accepted_and_followed(way: Way) -> None:
    with service_with(way, answering(200, as_json(way.accepted))) as (service, server):
        assert isinstance(service.send(way.request, "ref-1"), Accepted)
        assert server.connections == way.posts
    with service_with(way, answering(200, as_json(way.status))) as (service, _):
        answer = service.fetch_status("b-1", "m-1")
    assert isinstance(answer, StatusReport)
    assert (answer.outcome, answer.final) == ("answered", True)


@EVERY_WAY
@EVERY_FAULT
def test_a_call_is_asked_for_once_and_its_end_is_told_rightly(way: Way, fault: Fault) -> None:
    with service_with(way, fault.behave(as_json(way.accepted)), fault.limit_s) as (service, server):
        began = time.monotonic()
        answer = service.send(way.request, "ref-1")
        took_s = time.monotonic() - began
        requests = server.requests()
    assert type(answer) is fault.then
    assert getattr(answer, "retry_after_s", None) == fault.retry_after_s
    assert SERVICES[way.service].label in answer.reason  # type: ignore[union-attr]
    assert [line.split()[0] for line, _, _ in requests] == ["POST"] * way.posts
    assert took_s < way.posts * fault.limit_s + 1
    assert shows_no_secret(answer)
    if isinstance(answer, Unclear):
        assert answer.bulk_id == ("ref-1" if isinstance(service, CanFind) else "")


@EVERY_WAY
@EVERY_FAULT
def test_a_question_that_fails_says_nothing_about_the_call(way: Way, fault: Fault) -> None:
    with service_with(way, fault.behave(as_json(way.status)), fault.limit_s) as (service, server):
        answer = service.fetch_status("b-1", "m-1")
        requests = server.requests()
    assert isinstance(answer, StatusUnavailable)
    assert answer.reason
    assert answer.retry_after_s == fault.retry_after_s
    assert {line.split()[0] for line, _, _ in requests} == {"GET"}
    assert shows_no_secret(answer)


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
def test_a_scenario_whose_creation_fails_rings_nobody(fault: Fault) -> None:
    way = WAYS["Infobip, a scenario"]
    with standing_in(fault.behave(as_json({"id": "SCENARIO"}))) as server:
        answer = service_at(way, server.port, fault.limit_s).send(way.request, "ref-1")
        requests = server.requests()
    assert isinstance(answer, Refused)
    assert [line.split()[1] for line, _, _ in requests] == [CREATE_PATH]


@contextmanager
def full_house() -> Iterator[int]:
    """A port whose queue is full: connections to it are never taken."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full:
        port = full.getsockname()[1]
        waiting = [socket.socket() for _ in range(3)]
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(("127.0.0.1", port))
        try:
            yield port
        finally:
            for one in waiting:
                one.close()


@EVERY_WAY
def test_where_no_byte_left_nobody_rang(way: Way) -> None:
    with full_house() as port:
        service = service_at(way, port, SHORT_S)
        assert isinstance(service.send(way.request, "ref-1"), Refused)
        assert isinstance(service.fetch_status("b-1", "m-1"), StatusUnavailable)
        assert service.check().state == "unreachable"
    gone = service_at(way, port)
    assert isinstance(gone.send(way.request, "ref-1"), Refused)
    assert gone.check().state == "unreachable"


@EVERY_WAY
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_the_key_does_not_follow_a_redirect(way: Way, status: int) -> None:
    with standing_in(answering(200, as_json(way.accepted))) as elsewhere:
        away = answering(status, b"", f"Location: {elsewhere.url}/stolen")
        with service_with(way, away) as (service, server):
            answers = [service.send(way.request, "ref-1"), service.fetch_status("b-1", "m-1")]
            check = service.check()
            assert server.connections == way.posts + 2
        assert elsewhere.connections == 0
    assert [type(answer) for answer in answers] == [Unclear, StatusUnavailable]
    assert check.state == "unreachable"


@EVERY_WAY
def test_a_key_that_is_said_back_is_kept_nowhere(way: Way) -> None:
    echo = as_json(
        {"error": f"no: {SECRET}", "requestError": {"serviceException": {"text": SECRET}}}
    )
    for status in (200, 400, 500):
        with service_with(way, answering(status, echo)) as (service, _):
            assert shows_no_secret(service.send(way.request, "ref-1"))
            assert shows_no_secret(service.fetch_status("b-1", "m-1"))
            assert SECRET not in service.check().words


CHECKS: dict[str, tuple[Behaviour, str]] = {
    "a list without results": (answering(200, b'{"results": []}'), "right_key"),
    "no such call": (answering(404, b'{"error": "Not found"}'), "right_key"),
    "a wrong key": (answering(401, b""), "wrong_key"),
    "a wrong key, with words": (answering(401, b'{"error": "Unauthorized."}'), "wrong_key"),
    "a key that may not": (answering(403, b""), "wrong_key"),
    "a web page": (answering(200, HTML), "unreachable"),
    "no such page": (answering(404, HTML), "unreachable"),
    "too many questions": (answering(429, b"{}"), "unreachable"),
    "a fault of its own": (answering(500, b"{}"), "unreachable"),
    "time-out": (silent, "unreachable"),
    "reset": (resetting, "unreachable"),
    "one byte a second": (dripping(FORM, 0.1), "unreachable"),
    "10 MB": (answering(200, b"x" * 10_000_000), "unreachable"),
}


NEVER_DONE = {"time-out", "one byte a second"}


@EVERY_WAY
@pytest.mark.parametrize("case", CHECKS)
def test_a_check_tells_right_wrong_and_unreachable_apart_and_rings_nobody(
    way: Way, case: str
) -> None:
    behave, state = CHECKS[case]
    limit_s = SHORT_S if case in NEVER_DONE else LONG_S
    with service_with(way, behave, limit_s) as (service, server):
        check = service.check()
        methods = [line.split()[0] for line, _, _ in server.requests()]
    assert check.state == state
    assert check.works is (state == "right_key")
    assert SERVICES[way.service].label in check.words
    assert methods == ["GET"]


def test_fifty_faults_at_once_do_not_get_in_each_others_way() -> None:
    way, ends = WAYS["SpeechCall"], []
    all_asked = threading.Barrier(50)

    def silent_together(connection: socket.socket) -> None:
        all_asked.wait(LONG_S)
        silent(connection)

    def one() -> None:
        with service_with(way, silent_together, FIFTY_S) as (service, server):
            ends.append((type(service.send(way.request, "ref-1")), server.connections))

    threads = [threading.Thread(target=one) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ends == [(Unclear, 1)] * 50
    assert not all_asked.broken
