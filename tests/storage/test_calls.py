"""Calls are written down once, claimed once, and keep their history."""

from __future__ import annotations

import threading

import pytest

from storage import call_list, calls, calls_due
from storage.calls import NewCall, NewEvent
from storage.db import now, open_db, write_tx
from storage.migrations import migrate


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "p.sqlite3"
    db = open_db(path)
    migrate(db)
    with write_tx(db):
        for name in ("A", "B"):
            db.execute("INSERT INTO workspaces (name, created_at) VALUES (?, ?)", (name, now()))
    db.conn.close()
    return path


@pytest.fixture
def db(path):
    db = open_db(path)
    yield db
    db.conn.close()


def new(nonce="n1", **more):
    return NewCall(
        **{
            "workspace_id": 1, "origin": "app", "nonce": nonce, "flow_name": "F",
            "service": "speechcall", "to_number": "+380936670003", "sender": "S",
            "request_path": "/bat/messagelist", "request": "{}", "state": "queued", **more,
        }
    )  # fmt: skip


def test_the_same_nonce_gives_the_same_call(db):
    first, fresh = calls.add(db, new(), [NewEvent("queued")])
    again, fresh_again = calls.add(db, new(flow_name="other"), [NewEvent("queued")])
    assert (fresh, fresh_again) == (True, False)
    assert again == first
    assert [e.code for e in calls.events(db, first)] == ["queued"]


def test_another_workspace_may_use_the_same_nonce(db):
    assert calls.add(db, new(), [])[0].id != calls.add(db, new(workspace_id=2), [])[0].id


def test_fifty_claims_at_once_give_the_call_to_one(path, db):
    call, _ = calls.add(db, new(), [])
    won, start = [], threading.Barrier(50)

    def claim():
        own = open_db(path)
        start.wait()
        won.append(calls.claim(own, call.id))
        own.conn.close()

    threads = [threading.Thread(target=claim) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len([c for c in won if c is not None]) == 1
    assert calls.by_id(db, call.id).state == "sending"


def test_a_claim_that_was_never_finished_becomes_unknown(db):
    call, _ = calls.add(db, new(), [])
    queued, _ = calls.add(db, new("n2"), [])
    calls.claim(db, call.id)
    assert calls_due.abandon(db, "2000-01-01T00:00:00.000Z") == []
    stuck = calls_due.abandon(db, "9999-01-01T00:00:00.000Z")
    assert [(c.id, c.state, c.final) for c in stuck] == [(call.id, "unknown", True)]
    assert calls.claim(db, call.id) is None
    assert calls_due.queued(db) == [queued.id]


def test_a_change_and_its_history_are_written_only_in_the_state_it_expects(db):
    call, _ = calls.add(db, new(), [])
    assert calls.change(db, call.id, [NewEvent("x")], only_in=("sending",), state="refused") is None
    assert calls.events(db, call) == []
    changed = calls.change(db, call.id, [NewEvent("x", {"a": "ї"}, "raw")], state="refused")
    assert changed.status == "refused"
    assert calls.events(db, call)[0].detail == {"a": "ї"}


def test_a_column_that_does_not_exist_is_refused(db):
    call, _ = calls.add(db, new(), [])
    with pytest.raises(ValueError):
        calls.change(db, call.id, [], **{"state = 'x' --": 1})


@pytest.mark.parametrize(
    ("place", "nonces"),
    [
        ({}, ["c", "b", "a"]),
        ({"before_id": 3}, ["b", "a"]),
        ({"limit": 1}, ["c"]),
    ],
)
def test_the_list_has_the_newest_first_and_leaves_out_what_is_not_listed(db, place, nonces):
    calls.add(db, new("a"), [])
    calls.add(db, new("b", state="accepted", outcome="answered"), [])
    calls.add(db, new("c", state="accepted"), [])
    calls.add(db, new("d", listed=False), [])
    calls.add(db, new("e", workspace_id=2), [])
    assert [c.nonce for c in call_list.list_page(db, 1, **place)] == nonces


def test_the_history_of_a_practice_call_includes_the_gateways_side(db):
    own, _ = calls.add(db, new(message_id="m1"), [NewEvent("queued")])
    calls.add(db, new("g", origin="gateway", listed=False, message_id="m1"), [NewEvent("ringing")])
    calls.add(db, new("h", workspace_id=2, listed=False, message_id="m1"), [NewEvent("foreign")])
    assert [(e.code, e.origin) for e in calls.events(db, own)] == [
        ("queued", "app"),
        ("ringing", "gateway"),
    ]


def test_a_call_without_a_message_id_has_only_its_own_history(db):
    own, _ = calls.add(db, new(), [NewEvent("queued")])
    calls.add(db, new("g", listed=False), [NewEvent("ringing")])
    assert [e.code for e in calls.events(db, own)] == ["queued"]


def test_a_call_of_another_workspace_is_not_found(db):
    call, _ = calls.add(db, new(), [])
    assert calls.get(db, 2, call.id) is None
