"""Answers told on over real HTTP: signed, tried again, listed, sent again, switched off."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks import Webhook

import jobs as queue
from calling import forward
from calling.clock import later, parsed
from flows.said import Said
from providers.web import WebClient
from settings import Settings
from storage import answers, calls, forward_addresses, forwards
from storage.answers import Answer
from storage.calls import NewCall
from storage.db import write_tx


@pytest.fixture
def web(listener):
    return WebClient(frozenset({listener.host}))


@pytest.fixture
def secret(db, box, listener):
    """The workspace's address is the listener's; its secret."""
    made = forward.new_secret()
    forward_addresses.save(db, box, 1, f"{listener.url}/hook", True, made)
    return made


def came(db, number=1, workspace_id=1, **more):
    """An answer as the inbox takes it."""
    values = {"mid": f"m{number}", "step": "s1", "name": "delivery", "value": "так",
              "from_number": "Bazar", "to_number": "+380501234567", **more}  # fmt: skip
    return answers.receive(db, workspace_id, Answer(**values))


def tell(db, web, box):
    return forward.tell_due(db, web, box, 1)


def rested(db):
    """As if the time had come for whatever waits."""
    with write_tx(db):
        db.execute("UPDATE forwards SET next_at = '2020' WHERE next_at IS NOT NULL")
        db.execute("UPDATE forward_addresses SET rests_until = NULL")


def test_an_answer_is_told_with_a_signature_that_the_specifications_library_accepts(
    db, web, box, listener, secret
):
    assert came(db).owed
    assert tell(db, web, box) is None
    ((path, headers, body),) = listener.requests
    assert path == "/hook"
    assert headers["content-type"] == "application/json"
    told = Webhook(secret).verify(body, headers)
    assert told["type"] == "answer.received"
    assert (told["data"]["question"], told["data"]["answer"]) == ("delivery", "так")
    with pytest.raises(Exception, match="No matching signature"):
        Webhook(secret).verify(body + b" ", headers)
    (sent,) = forwards.page(db, 1)
    assert (sent.state, [a.status for a in sent.attempts]) == ("told", [200])


def test_a_known_call_is_named_with_its_flow(db, web, box, listener, secret):
    new = NewCall(workspace_id=1, origin="app", nonce="n", flow_name="Survey", service="speechcall",
                  to_number="+380501234567", sender="", request_path="/", request="",
                  state="accepted", message_id="m1")  # fmt: skip
    call, _ = calls.add(db, new, [])
    came(db)
    tell(db, web, box)
    data = listener.bodies()[0]["data"]
    assert (data["call"], data["call_flow"]) == (call.id, "Survey")
    assert data.keys() == forward.SAMPLE.keys(), "what people are shown is what is told"


def test_the_same_answer_again_owes_nothing(db, secret):
    assert came(db).owed
    assert not came(db).owed
    assert len(forwards.page(db, 1)) == 1


def test_it_is_tried_by_the_specifications_schedule_and_then_given_up(
    db, web, box, listener, secret
):
    listener.answer = (500, b"", 0.0)
    came(db)
    waits = []
    for _ in range(len(forward.WAITS_S)):
        before = datetime.now(UTC)
        tell(db, web, box)
        (one,) = forwards.page(db, 1)
        waits.append((parsed(one.next_at) - before).total_seconds())
        assert one.state == "waiting"
        rested(db)
    for wanted, wait in zip(forward.WAITS_S, waits, strict=True):
        assert wanted - 1 <= wait <= wanted * (1 + forward.JITTER) + 1
    assert tell(db, web, box) is None
    (one,) = forwards.page(db, 1, failed_only=True)
    assert len(one.attempts) == 10
    assert len({headers["webhook-id"] for _, headers, _ in listener.requests}) == 1
    assert sum(forward.WAITS_S) == timedelta(hours=75, minutes=35, seconds=5).total_seconds()


@pytest.mark.parametrize("status", [301, 404, 429, 500])
def test_anything_but_success_is_a_failure(db, web, box, listener, secret, status):
    listener.answer = (status, b"", 0.0)
    came(db)
    tell(db, web, box)
    assert forwards.page(db, 1)[0].state == "waiting"


def test_after_a_failure_the_address_is_left_alone_for_a_moment(db, web, box, listener, secret):
    listener.answer = (503, b"", 0.0)
    for number in range(3):
        came(db, number)
    again_at = tell(db, web, box)
    assert len(listener.requests) == 1
    assert parsed(again_at) > datetime.now(UTC) + timedelta(seconds=forward.REST_S - 1)
    assert tell(db, web, box) is None
    assert len(listener.requests) == 1


def test_when_it_works_again_everything_is_told_oldest_first(db, web, box, listener, secret):
    listener.answer = (503, b"", 0.0)
    for number in range(3):
        came(db, number)
    tell(db, web, box)
    listener.answer = (204, b"", 0.0)
    rested(db)
    tell(db, web, box)
    assert [f.state for f in forwards.page(db, 1)] == ["told"] * 3
    assert sorted(body["data"]["message"] for body in listener.bodies()[1:]) == ["m0", "m1", "m2"]


def test_an_address_that_is_gone_is_switched_off(db, web, box, listener, secret):
    listener.answer = (410, b"", 0.0)
    came(db)
    tell(db, web, box)
    address = forward_addresses.get(db, 1)
    assert (address.enabled, address.stopped) == (False, "gone")
    assert not came(db, 2).owed
    rested(db)
    assert tell(db, web, box) is None
    assert len(listener.requests) == 1


@pytest.mark.parametrize(("asked", "waits"), [("900", 900), ("99999999", 86_400), ("soon", 5)])
def test_it_waits_as_long_as_it_is_asked_to(db, web, box, listener, secret, asked, waits):
    listener.answer, listener.headers = (503, b"", 0.0), {"Retry-After": asked}
    came(db)
    tell(db, web, box)
    wait = (parsed(forwards.page(db, 1)[0].next_at) - datetime.now(UTC)).total_seconds()
    assert waits - 2 <= wait <= waits * 1.1 + 1


def test_a_private_address_is_never_told(db, box, listener, secret):
    came(db)
    tell(db, WebClient(), box)
    assert listener.requests == []
    (one,) = forwards.page(db, 1)
    assert one.attempts[0].status is None
    assert one.attempts[0].reason


def test_both_secrets_sign_until_the_old_one_ends(db, web, box, listener, secret):
    new = forward.new_secret()
    forward_addresses.rotate(db, box, 1, new, later(60))
    came(db)
    tell(db, web, box)
    _, headers, body = listener.requests[0]
    assert len(headers["webhook-signature"].split(" ")) == 2
    for good in (secret, new):
        Webhook(good).verify(body, headers)
    forward_addresses.rotate(db, box, 1, forward.new_secret(), later(-1))
    came(db, 2)
    tell(db, web, box)
    _, headers, body = listener.requests[1]
    with pytest.raises(Exception, match="No matching signature"):
        Webhook(new).verify(body, headers)


def test_sending_again_tells_it_once_more_under_the_same_id(db, web, box, listener, secret):
    came(db)
    tell(db, web, box)
    (one,) = forwards.page(db, 1)
    assert forwards.again(db, 1, one.id)
    assert not forwards.again(db, 2, one.id)
    tell(db, web, box)
    ids = [headers["webhook-id"] for _, headers, _ in listener.requests]
    assert ids[0] == ids[1]
    assert [a.status for a in forwards.page(db, 1)[0].attempts] == [200, 200]


def test_a_workspace_tells_one_at_a_time(db, web, box, listener, secret):
    came(db, 1)
    came(db, 2)
    assert forwards.claim(db, 1, later(30)) is not None
    assert forwards.claim(db, 1, later(30)) is None
    assert tell(db, web, box) is None
    assert listener.requests == []


def test_a_teller_that_died_is_followed_by_another(db, web, box, listener, secret):
    came(db)
    assert forwards.claim(db, 1, later(30)) is not None
    assert tell(db, web, box) is None, "somebody is at it"
    rested(db)
    tell(db, web, box)
    assert forwards.page(db, 1)[0].state == "told"


def test_an_answer_deleted_meanwhile_is_not_told_and_leaves_nothing(db, web, box, listener, secret):
    came(db)
    owed = forwards.claim(db, 1, later(30))
    with write_tx(db):
        db.execute("DELETE FROM answers")
    attempt = forwards.Attempt("2026", 200, 1, "")
    forwards.finish(db, owed, attempt, "told", None, None)
    rested(db)
    tell(db, web, box)
    assert listener.requests == []
    assert forwards.page(db, 1) == []


def test_another_workspace_tells_nothing_to_ours(db, web, box, listener, secret):
    assert not came(db, 1, workspace_id=2).owed
    assert forward.tell_due(db, web, box, 2) is None
    assert forwards.owing(db, later(1)) == []


def test_a_secret_is_kept_encrypted_and_as_the_specification_writes_it(db, secret):
    assert secret.startswith("whsec_")
    kept = str(list(db.query("SELECT * FROM forward_addresses")))
    assert secret.removeprefix("whsec_") not in kept


def test_a_test_message_says_how_it_went(db, web, box, listener, secret):
    said = forward.try_out(db, web, box, 1)
    assert isinstance(said, Said)
    assert said.startswith("Your address took the test message")
    assert listener.bodies()[0]["type"] == "test"
    listener.answer = (404, b"", 0.0)
    assert "404" in forward.try_out(db, web, box, 1)
    assert "did not arrive" in forward.try_out(db, WebClient(), box, 1)


def until(check, seconds=15.0):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if check():
            return
        time.sleep(0.02)
    raise AssertionError("it did not happen in time")


def test_the_queue_tells_and_comes_back_by_itself(tmp_path, db, listener, secret):
    settings = Settings(data=tmp_path, allowed_hosts=frozenset({listener.host}))
    listener.answer = (503, b"", 0.0)
    came(db)
    tasks = queue.Jobs(settings)
    stop = queue.start_consumer_thread(tasks.huey)
    try:
        tasks.forward_answers(1)
        until(lambda: len(listener.requests) == 1)
        listener.answer = (200, b"", 0.0)
        until(lambda: len(listener.requests) == 2)
        until(lambda: forwards.page(db, 1)[0].state == "told")
    finally:
        stop()
    first, second = (json.loads(body) for body in (r[2] for r in listener.requests))
    assert first == second
