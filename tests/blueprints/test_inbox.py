"""The answers inbox over real HTTP: what it takes, what it refuses, and a call that fills it."""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path

import pytest
import requests

from blueprints.inbox import SECRET_HEADER
from flows.document import Flow, HangUp, Menu, SaveAnswer
from flows.targets.speechcall import Inbox, compile_flow
from storage import answers, inboxes
from storage.credentials import secret_box
from tests.helpers import save_flow

SEED = Path(__file__).parent.parent / "data" / "fixtures" / "speechcall_webhook_delivery.json"
mids = count(1)


class Service:
    """A service that knows the first workspace's inbox."""

    def __init__(self, running):
        self.url, self.db = running.served.url, running.db
        self.keys = inboxes.inbox_keys(running.db, secret_box(running.served.data), 1)

    def send(self, content, token="", secret="", **more):
        """Bring some bytes."""
        return requests.post(
            f"{self.url}/in/{token or self.keys.token}",
            data=content,
            headers={SECRET_HEADER: secret or self.keys.secret, "Content-Type": "application/json"},
            timeout=10,
            **more,
        )

    def kept(self, mid):
        """(step, name, value) of every answer of a message."""
        return [(a.step, a.name, a.value) for a in answers.of_message(self.db, 1, mid)]


@pytest.fixture(scope="module")
def service(running):
    return Service(running)


def delivery(mid="", **action):
    """The documented body, telling what a "save the answer" step of ours sends."""
    step = {"answer": "confirm", "value": True, "step": "s1", **action}
    return {**json.loads(SEED.read_text()), "mid": mid or f"m{next(mids)}", "action": step}


def test_the_documented_body_is_kept_once_however_often_it_comes(service):
    sent = delivery()
    content = json.dumps(sent).encode()
    replies = [service.send(content) for _ in range(3)]
    with ThreadPoolExecutor(8) as pool:
        replies += pool.map(service.send, [content] * 16)
    assert {(reply.status_code, reply.text) for reply in replies} == {(200, '{"status": "ok"}')}
    (kept,) = answers.of_message(service.db, 1, sent["mid"])
    assert (kept.step, kept.name, kept.value) == ("s1", "confirm", True)
    assert (kept.from_number, kept.to_number) == ("0443914272", "50001")


def test_what_a_compiled_step_sends_is_what_the_inbox_takes(service):
    keys = {"1": (SaveAnswer(id="day", name="день", value="Monday"),)}
    flow = Flow(name="F", menus=(Menu(id="a", recording="r", keys=keys),))
    inbox = Inbox(f"{service.url}/in/{service.keys.token}", {SECRET_HEADER: service.keys.secret})
    (step,) = compile_flow(flow, inbox=inbox).body["messages"][0]["menu"][0]["dtmfActions"]["d1"]
    sent = {**delivery(), "action": step["body"]}
    reply = requests.post(step["url"], json=sent, headers=step["headers"], timeout=10)
    assert reply.status_code == 200
    assert service.kept(sent["mid"]) == [("day", "день", "Monday")]


@pytest.mark.parametrize("value", [False, 0, 2.5, "так", None, [1, {"a": None}], "x" * 5000])
def test_an_answer_keeps_its_value_whatever_it_is(service, value):
    sent = delivery(value=value)
    assert service.send(json.dumps(sent).encode()).status_code == 200
    assert service.kept(sent["mid"]) == [("s1", "confirm", value)]


def test_two_steps_of_one_call_are_two_answers(service):
    first, second = delivery("both"), delivery("both", step="s2", answer="day", value="Monday")
    for sent in (first, second, first):
        service.send(json.dumps(sent).encode())
    assert service.kept("both") == [("s1", "confirm", True), ("s2", "day", "Monday")]


@pytest.mark.parametrize(
    "wrong", [{"secret": "x"}, {"secret": "é"}, {"token": "x"}, {"token": "../in"}]
)
def test_who_does_not_know_the_inbox_finds_nothing(service, wrong):
    sent = delivery()
    reply = service.send(json.dumps(sent).encode(), **wrong)
    assert reply.status_code == 404
    assert service.keys.token not in reply.text
    assert service.kept(sent["mid"]) == []


def test_without_the_secret_the_address_alone_is_not_enough(service):
    sent = delivery()
    reply = requests.post(f"{service.url}/in/{service.keys.token}", json=sent, timeout=10)
    assert reply.status_code == 404
    assert service.kept(sent["mid"]) == []


def padded(size):
    """A delivery of exactly so many bytes."""
    sent = delivery(value="")
    missing = size - len(json.dumps(sent))
    return sent, json.dumps({**sent, "action": {**sent["action"], "value": "x" * missing}}).encode()


@pytest.mark.parametrize("chunked", [False, True])
@pytest.mark.parametrize(("size", "status"), [(16_000, 200), (16_001, 413)])
def test_sixteen_kilobytes_is_the_most(service, size, status, chunked):
    sent, content = padded(size)
    assert len(content) == size
    reply = service.send(iter([content[:9], content[9:]]) if chunked else content)
    assert reply.status_code == status
    assert bool(service.kept(sent["mid"])) == (status == 200)


NOT_AN_ANSWER = [
    b"", b"{", b"not JSON", b"\xff\xfe", b"[1]", b"null", b'"text"', b'{"mid": "m"}',
    b'{"mid": "m", "mid": "n", "action": {"answer": "a", "step": "s"}}',
    b'{"mid": "m", "action": {"answer": "a", "step": "s", "value": NaN}}',
    b'{"mid": "m", "action": {"answer": "a", "step": "s", "value": "\\ud800"}}',
    b'{"mid": 1, "action": {"answer": "a", "step": "s", "value": 1}}',
    b'{"mid": "", "action": {"answer": "a", "step": "s", "value": 1}}',
    b'{"mid": "m", "action": {"answer": "a", "value": 1}}',
    b'{"mid": "m", "action": {"answer": "' + b"a" * 201 + b'", "step": "s"}}',
    b'{"mid": "m", "action": {"answer": "a", "step": "s", "value": '
    + b"[" * 40 + b"]" * 40 + b"}}",
    b'{"mid": "m", "action": {"answer": "a", "step": "s", "value": ' + b"[" * 7900,
    b'{"mid": "m", "action": {"answer": "a\\u0000", "step": "s", "value": 1}}',
]  # fmt: skip


@pytest.mark.parametrize("content", NOT_AN_ANSWER)
def test_what_is_no_answer_is_refused_in_words(service, content):
    reply = service.send(content)
    assert reply.status_code == 400
    assert reply.headers["Content-Type"] == "application/json"
    assert reply.json()["error"].endswith(".")
    assert service.kept("m") == []


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_an_inbox_only_takes(service, method):
    reply = requests.request(method, f"{service.url}/in/{service.keys.token}", timeout=10)
    assert reply.status_code == 405


def test_a_practice_call_whose_key_saves_an_answer_lands_in_answers(running, service):
    keys = {
        "1": (SaveAnswer(id="yes", name="confirm", value=True), HangUp(id="end")),
        "wrong": (HangUp(id="bye"),),
    }
    menu = Menu(id="a", name="Confirm", script="Press 1.", recording="r", wait_ms=500, keys=keys)
    flow_id = save_flow(running.db, Flow(name="Asks", sender="Bazar", menus=(menu,)))
    reader = running.signed_in().open(f"/flows/{flow_id}/call")
    reader.press("Go on", number="+1 505 555 0001").press("Ring this number")
    assert reader.status == 200, reader.words
    until, found = time.monotonic() + 15, []
    while not found and time.monotonic() < until:
        time.sleep(0.05)
        found = list(running.db.query("SELECT * FROM answers WHERE step = 'yes'"))
    (row,) = found
    assert (row["workspace_id"], row["name"], json.loads(row["value"])) == (1, "confirm", True)
    assert row["to_number"].endswith("15055550001")
    (message,) = running.db.query("SELECT message_id FROM calls WHERE flow_id = ?", [flow_id])
    assert row["mid"] == message["message_id"], "the answer names its call"
