"""A clock that jumps: what was written before the jump has another age afterwards.

The rows are moved instead of the clock: one that was written an hour ahead is what a clock that was
set back by an hour leaves behind.
"""

from datetime import UTC, datetime, timedelta

import pytest

from calling.clock import moment
from jobs import Jobs
from settings import Settings
from storage import calls, calls_due, rules
from storage.db import now, write_tx

JUMPS = {"set back by an hour": 1, "set back by a day": 24, "set back by a year": 24 * 365}
"""Hours by which what is written lies ahead."""


def stamp(hours):
    return moment(datetime.now(UTC) + timedelta(hours=hours))


def polled_call(db, next_poll_at):
    new = calls.NewCall(
        workspace_id=1, origin="app", nonce=next_poll_at, flow_name="F", service="speechcall",
        to_number="+380501234567", sender="", request_path="/", request="{}", state="accepted",
    )  # fmt: skip
    call = calls.add(db, new, [])[0]
    return calls.change(db, call.id, [], next_poll_at=next_poll_at)


def written_at(db, moment):
    """The clock that wrote every call down."""
    with write_tx(db):
        db.execute("UPDATE calls SET created_at = ?, updated_at = ?", (moment, moment))


def due(db):
    return [call_id for call_id, _ in calls_due.polls_until(db, now())]


@pytest.mark.parametrize("jump", JUMPS)
def test_a_question_does_not_wait_until_a_clock_that_was_set_back_has_caught_up(data, db, jump):
    call = polled_call(db, stamp(JUMPS[jump]))
    written_at(db, stamp(JUMPS[jump]))
    assert due(db) == []
    Jobs(Settings(data=data)).sweep()
    assert due(db) == [call.id]


def test_a_question_that_its_service_put_off_stays_where_it_is(data, db):
    soon = stamp(1)
    call = polled_call(db, soon)
    Jobs(Settings(data=data)).sweep()
    assert calls.by_id(db, call.id).next_poll_at == soon


def test_questions_stop_when_the_clock_jumped_ahead_by_more_than_a_day(data, db):
    call = polled_call(db, stamp(-48))
    assert due(db) == [call.id]


@pytest.mark.parametrize("hours", [-24 * 8, -24 * 365])
def test_a_clock_that_jumped_ahead_ends_sessions(app, owner, db, hours):
    with write_tx(db):
        db.execute("UPDATE sessions SET created_at = ?, seen_at = ?", (stamp(hours), stamp(hours)))
    assert owner.client.get("/calls").status_code == 302


@pytest.mark.parametrize("jump", JUMPS)
def test_a_clock_that_was_set_back_leaves_pages_working(app, owner, db, jump):
    polled_call(db, stamp(JUMPS[jump]))
    written_at(db, stamp(JUMPS[jump]))
    for path in ("/", "/calls", "/answers", "/metrics", "/readyz"):
        assert owner.client.get(path).status_code == 200


@pytest.mark.parametrize("jump", JUMPS)
def test_a_clock_that_was_set_back_gives_nobody_more_calls(db, jump):
    new = calls.NewCall(
        workspace_id=1, origin="app", nonce="n", flow_name="F", service="speechcall", real=True,
        to_number="+380501234567", sender="", request_path="/", request="{}", state="accepted",
        country="UA",
    )  # fmt: skip
    calls.add(db, new, [])
    written_at(db, stamp(JUMPS[jump]))
    counted = rules.tally(db, 1, "+380501234567", "UA", None, datetime.now(UTC))
    assert (counted.workspace_hour, counted.number_hour, counted.country_day) == (1, 1, 1)
