"""One press, one call, one request; and what is written down about it."""

from __future__ import annotations

import threading

import pytest

from calling import place
from calling.reach import CannotReach, service_opener
from calling.words import event_words, status_words
from providers.web import WebClient
from storage import calls, connections
from storage.db import open_db
from tests.calling.pressing import ACCEPTED, connection, flow, intent, service_for

__all__ = ["connection", "flow", "service_for"]


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
