"""A call that may have rung: named before it is sent, looked up under that name, and resolved."""

from __future__ import annotations

import json

import pytest

from calling import place, track
from calling.clock import later, parsed
from calling.words import event_words
from storage import calls, calls_due
from storage.db import now
from tests.calling.at_infobip import (
    ANSWERED,
    LOGS,
    NO_ANSWER,
    OLDER,
    PENDING,
    REPORTS,
    VOICE,
    asked,
    infobip,
    item,
    results,
    ring,
    unclear,
)
from tests.calling.pressing import connection, flow, now_due
from tests.providers.stand_in import answering, resetting

__all__ = ["connection", "flow", "infobip", "unclear"]


def test_the_name_a_service_knows_a_call_by_is_stored_before_it_is_sent(db, flow, infobip):
    named_before = []

    def look(connection):
        named_before.append(next(db.query("SELECT state, bulk_id FROM calls"))["bulk_id"])
        resetting(connection)

    infobip.behaviours = {VOICE: look}
    call = ring(db, flow, infobip)
    [(_, headers, body)] = infobip.server.requests()
    assert named_before == [call.bulk_id]
    assert json.loads(body)["bulkId"] == headers["x-request-id"] == call.bulk_id
    assert call.nonce in call.bulk_id


def test_two_presses_have_two_names(db, flow, infobip):
    infobip.behaviours = {VOICE: answering(500, b"")}
    first = ring(db, flow, infobip, "n1")
    assert first.bulk_id != ring(db, flow, infobip, "n2").bulk_id


def look(db, call, infobip):
    now_due(db, call)
    changed = track.poll(db, call.id, infobip.service_for)
    return changed[0] if changed else None


def test_a_call_that_may_have_rung_says_so_and_is_looked_up(db, unclear):
    assert (unclear.state, unclear.outcome) == ("unknown", "unknown")
    assert unclear.next_poll_at is not None
    lines = [event_words(event) for event in calls.events(db, unclear)]
    assert "Nobody knows" in lines[-2]
    assert "not rung again by itself" in lines[-1]


@pytest.mark.parametrize(
    ("status", "outcome", "final"),
    [(ANSWERED, "answered", True), (NO_ANSWER, "not_answered", True), (PENDING, "waiting", False)],
)
def test_a_lost_call_that_is_found_is_resolved(db, unclear, infobip, status, outcome, final):
    infobip.behaviours = {LOGS: results(item(unclear, status)), REPORTS: results()}
    call = look(db, unclear, infobip)
    assert (call.state, call.outcome, call.final) == ("accepted", outcome, final)
    assert (call.next_poll_at is None) is final
    assert [e.code for e in calls.events(db, call)][-2:] == ["found", "status"]
    assert call.problem == ""
    assert len(asked(infobip, "POST")) == 1


def test_a_lost_call_without_a_trace_was_not_placed(db, unclear, infobip):
    infobip.behaviours = {LOGS: results(), REPORTS: results()}
    for _ in track.LOOK_UP_WAITS_S:
        call = look(db, unclear, infobip)
        assert call.state == "unknown"
        assert parsed(call.next_poll_at) > parsed(now())
    call = look(db, unclear, infobip)
    assert (call.state, call.final, call.next_poll_at) == ("refused", True, None)
    assert "no trace" in call.problem
    assert sum(track.LOOK_UP_WAITS_S) > 600
    assert len(asked(infobip, "POST")) == 1


def test_a_look_up_that_fails_proves_nothing(db, unclear, infobip):
    infobip.behaviours = {LOGS: answering(500, b""), REPORTS: results(), OLDER: results()}
    for _ in range(20):
        call = look(db, unclear, infobip)
    assert call.state == "unknown"
    db.execute("UPDATE calls SET created_at = '2020-01-01T00:00:00.000Z'")
    db.conn.commit()
    call = look(db, unclear, infobip)
    assert (call.state, call.final, call.next_poll_at) == ("unknown", True, None)


def test_a_call_whose_sender_was_killed_is_looked_up_too(db, flow, infobip, monkeypatch):
    infobip.behaviours = {VOICE: resetting}
    call = ring(db, flow, infobip)
    db.execute("UPDATE calls SET state = 'sending', message_id = '', next_poll_at = NULL")
    db.conn.commit()
    monkeypatch.setattr(place, "LONGEST_SENDING_S", -1.0)
    [lost] = place.abandon_lost(db)
    assert (lost.state, lost.bulk_id) == ("unknown", call.bulk_id)
    infobip.behaviours = {LOGS: results(item(call))}
    assert look(db, lost, infobip).outcome == "answered"


def test_a_claim_outlives_the_longest_sending_and_a_question_its_lease():
    from providers.infobip import REPORT_PATHS
    from providers.web import DEFAULT_TIMEOUT_S

    assert place.LONGEST_SENDING_S == 30.0 > place.MOST_REQUESTS * DEFAULT_TIMEOUT_S
    assert (len(REPORT_PATHS) + 1) * DEFAULT_TIMEOUT_S <= track.LEASE_S <= 30.0


def test_the_numbers_that_may_have_rung_are_found_quickly(db, unclear):
    found = calls_due.unclear_to(db, 1, "+380936670003", later(-86_400))
    assert found is not None and found.id == unclear.id
    assert calls_due.unclear_to(db, 1, "+380936670004", later(-86_400)) is None
    assert calls_due.unclear_to(db, 2, "+380936670003", later(-86_400)) is None
    assert calls_due.unclear_to(db, 1, "+380936670003", later(10)) is None
    plan = db.execute(
        "EXPLAIN QUERY PLAN SELECT * FROM calls WHERE workspace_id = 1 AND to_number = '+1'"
        " AND state = 'unknown' ORDER BY id DESC LIMIT 1"
    ).fetchall()
    assert "calls_unclear" in str(plan)
