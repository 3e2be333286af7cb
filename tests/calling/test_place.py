"""One press, one call, one request; and what is written down about it."""

from __future__ import annotations

import json
import threading

import pytest

from calling import place, track
from calling.numbers import normalise
from calling.reach import CannotReach, service_opener
from calling.words import event_words, status_words
from flows.document import Flow, HangUp, Menu
from flows.targets.base import Compiled
from providers.web import WebClient
from storage import calls, connections
from storage import flows as flow_store
from storage.db import open_db

ACCEPTED = json.dumps(
    {"messages": [{"messageId": "mid-1", "recipient": "+380936670003", "status": "sent"}]}
).encode()


@pytest.fixture
def flow(db):
    menu = Menu(id="m", recording="ivr_1", keys={"wrong": (HangUp(id="h"),)})
    flow_id = flow_store.create(db, 1, None, Flow(name="F", menus=(menu,)), "made")
    return flow_store.load(db, 1, flow_id)


@pytest.fixture
def connection(db, box, listener):
    made = connections.save(
        db, box, 1, service="speechcall", name="Real", base_url=listener.url,
        username="u", new_secret="s",
    )  # fmt: skip
    return connections.get(db, 1, made)


@pytest.fixture
def service_for(db, box, listener):
    return service_opener(db, box, WebClient(frozenset({listener.host})), "http://127.0.0.1:9")


def intent(flow, connection, nonce="n1"):
    number = normalise("+380936670003", "UA")
    compiled = Compiled("speechcall", "/bat/messagelist", {"messages": [{"big": 10**30}]})
    return place.Intent(
        workspace_id=1, person_id=None, nonce=nonce, flow=flow, connection=connection,
        number=number, sender="S", compiled=compiled,
    )  # fmt: skip


def test_an_accepted_call_keeps_request_reply_and_ids(db, flow, connection, service_for, listener):
    listener.answer = (200, ACCEPTED, 0.0)
    call, fresh = place.intend(db, intent(flow, connection))
    assert (fresh, call.state, listener.requests) == (True, "queued", [])
    sent = place.send(db, call.id, service_for)
    assert (sent.state, sent.outcome, sent.message_id) == ("accepted", "waiting", "mid-1")
    assert (sent.reply_status, sent.reply) == (200, ACCEPTED.decode())
    assert (sent.flow_id, sent.flow_revision) == (flow.id, 1)
    assert sent.next_poll_at is not None
    [(path, _, body)] = listener.requests
    assert (path, body.decode()) == ("/bat/messagelist", call.request)
    assert [e.code for e in calls.events(db, sent)] == ["queued", "sending", "accepted"]


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        ((400, b'{"error":{"code":"INVALID_RECIPIENT","message":"x"}}', 0.0), "refused"),
        ((401, b"", 0.0), "refused"),
        ((500, b"{}", 0.0), "unknown"),
        ((200, b"<html>", 0.0), "unknown"),
        ((200, b'{"messages":[{"messageId":"1","status":"rejected"}]}', 0.0), "refused"),
    ],
)
def test_what_the_service_answers_decides_whether_the_phone_may_have_rung(
    db, flow, connection, service_for, listener, answer, state
):
    listener.answer = answer
    call, _ = place.intend(db, intent(flow, connection))
    sent = place.send(db, call.id, service_for)
    assert (sent.state, sent.final, sent.next_poll_at) == (state, True, None)
    assert sent.problem
    assert status_words(sent)
    assert sent.problem in event_words(calls.events(db, sent)[-1])
    assert place.send(db, call.id, service_for) is None
    assert len(listener.requests) == 1


def test_a_connection_that_is_gone_places_nothing(db, flow, connection, service_for, listener):
    call, _ = place.intend(db, intent(flow, connection))
    connections.delete(db, 1, connection.id)
    sent = place.send(db, call.id, service_for)
    assert sent.state == "refused"
    assert "removed" in sent.problem
    assert listener.requests == []


def test_a_secret_that_cannot_be_read_places_nothing(db, flow, connection, listener, tmp_path):
    from storage.credentials import secret_box

    other = service_opener(db, secret_box(tmp_path / "other"), WebClient(), "")
    call, _ = place.intend(db, intent(flow, connection))
    with pytest.raises(CannotReach):
        other(call)
    assert place.send(db, call.id, other).state == "refused"


def test_fifty_presses_with_one_nonce_make_one_request(path, db, box, flow, connection, listener):
    listener.answer = (200, ACCEPTED, 0.05)
    start, seen = threading.Barrier(50), []

    def press():
        own = open_db(path)
        opener = service_opener(own, box, WebClient(frozenset({listener.host})), "")
        start.wait()
        call, fresh = place.intend(own, intent(flow, connection))
        place.send(own, call.id, opener)
        seen.append((call.id, fresh))
        own.close()

    threads = [threading.Thread(target=press) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) == 50
    assert len({call_id for call_id, _ in seen}) == 1
    assert sum(fresh for _, fresh in seen) == 1
    assert len(listener.requests) == 1
    assert calls.by_id(db, seen[0][0]).state == "accepted"


def test_a_sender_that_died_leaves_an_unclear_call_that_is_never_sent_again(
    db, flow, connection, service_for, listener, monkeypatch
):
    call, _ = place.intend(db, intent(flow, connection))
    calls.claim(db, call.id)
    assert place.abandon_lost(db) == []
    monkeypatch.setattr(place, "LONGEST_SENDING_S", -1.0)
    [lost] = place.abandon_lost(db)
    assert (lost.state, lost.outcome, lost.final) == ("unknown", "unknown", True)
    assert place.send(db, call.id, service_for) is None
    assert listener.requests == []


def test_a_late_answer_of_a_sender_that_was_given_up_still_counts(
    path, db, box, flow, connection, listener, monkeypatch
):
    listener.answer = (200, ACCEPTED, 0.5)
    call, _ = place.intend(db, intent(flow, connection))

    def send():
        own = open_db(path)
        place.send(
            own, call.id, service_opener(own, box, WebClient(frozenset({listener.host})), "")
        )
        own.close()

    sender = threading.Thread(target=send)
    sender.start()
    while calls.by_id(db, call.id).state != "sending":
        pass
    monkeypatch.setattr(place, "LONGEST_SENDING_S", -1.0)
    assert len(place.abandon_lost(db)) == 1
    sender.join()
    late = calls.by_id(db, call.id)
    assert (late.state, late.outcome, late.final) == ("accepted", "waiting", False)


@pytest.fixture
def accepted(db, flow, connection, service_for, listener):
    listener.answer = (200, ACCEPTED, 0.0)
    call, _ = place.intend(db, intent(flow, connection))
    return place.send(db, call.id, service_for)


def now_due(db, call):
    return calls.change(db, call.id, [], next_poll_at="2000-01-01T00:00:00.000Z")


def test_a_status_is_asked_for_only_when_it_is_time(db, accepted, service_for, listener):
    assert track.poll(db, accepted.id, service_for) is None
    assert len(listener.requests) == 1


def test_statuses_are_folded_until_one_is_final(db, accepted, service_for, listener):
    said = ["scheduled", "processing", "processing", "delivered"]
    for status in said:
        body = {"messageId": "mid-1", "deliverystatus": status}
        listener.answer = (200, json.dumps(body).encode(), 0.0)
        now_due(db, accepted)
        call = track.poll(db, accepted.id, service_for)
    assert (call.outcome, call.final, call.next_poll_at, call.polls) == ("answered", True, None, 4)
    lines = [e.detail["status"] for e in calls.events(db, call) if e.code == "status"]
    assert lines == ["scheduled", "processing", "delivered"]
    assert track.poll(db, accepted.id, service_for) is None


def test_a_status_that_cannot_be_had_is_asked_for_again_later(db, accepted, service_for, listener):
    listener.answer = (500, b"", 0.0)
    for _ in range(2):
        now_due(db, accepted)
        call = track.poll(db, accepted.id, service_for)
    assert (call.outcome, call.final) == ("waiting", False)
    assert call.next_poll_at > call.created_at
    assert [e.code for e in calls.events(db, call)].count("status_unavailable") == 1


def test_after_a_day_we_stop_asking(db, accepted, service_for, listener):
    now_due(db, accepted)
    db.execute("UPDATE calls SET created_at = '2020-01-01T00:00:00.000Z'")
    db.conn.commit()
    call = track.poll(db, accepted.id, service_for)
    assert (call.outcome, call.final, call.next_poll_at) == ("unknown", True, None)
    assert len(listener.requests) == 1


def test_ten_askers_at_once_ask_once(path, db, box, accepted, listener):
    now_due(db, accepted)
    listener.answer = (200, b'{"deliverystatus":"processing"}', 0.1)
    start = threading.Barrier(10)

    def ask():
        own = open_db(path)
        opener = service_opener(own, box, WebClient(frozenset({listener.host})), "")
        start.wait()
        track.poll(own, accepted.id, opener)
        own.close()

    threads = [threading.Thread(target=ask) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(listener.requests) == 2


@pytest.mark.parametrize(
    ("practice", "asked", "waits"),
    [(True, 0, 1), (True, 1, 2), (True, 2, 5), (True, 9, 5), (False, 0, 5), (False, 20, 300)],
)
def test_the_waits_grow_as_promised(db, box, flow, connection, practice, asked, waits):
    from calling.clock import parsed
    from storage.db import now

    if practice:
        connection = connections.list_all(db, 1)[0]
    call, _ = place.intend(db, intent(flow, connection))
    at = track._next(db, call, asked, 1.0, 0.0)
    assert abs((parsed(at) - parsed(now())).total_seconds() - waits) < 0.5
