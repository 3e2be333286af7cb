"""Answers in the database: taken once, tied to their call, counted, deleted."""

from __future__ import annotations

import json
import re

import pytest

from calling.clock import later
from storage import answer_counts, answers, calls, erasing, forward_addresses, forwards, inboxes
from storage.answers import Answer, Wanted
from storage.calls import NewCall, NewEvent
from storage.credentials import secret_box
from storage.db import now, open_db

PHONE = "+380501234567"


@pytest.fixture
def db(two_workspaces):
    db = open_db(two_workspaces)
    db.execute(
        "INSERT INTO flows (id, workspace_id, name, revision, menu_count, created_at, updated_at)"
        " VALUES (7, 1, 'Survey', 2, 1, ?, ?)",
        [now(), now()],
    )
    db.conn.commit()
    yield db
    db.close()


@pytest.fixture
def box(tmp_path):
    return secret_box(tmp_path)


def everything_kept(db):
    """Every row of every ordinary table, as text; the search keeps no text of its own."""
    tables = [t for t in db.table_names() if not t.startswith(("call_search", "call_words"))]
    return "\n".join(str(row) for table in tables for row in db.query(f"SELECT * FROM {table}"))


def call(db, mid="", **more):
    """A call with the flow 7; its message is ``mid``, or not known yet."""
    count, phone = (
        db.execute("SELECT count(*) FROM calls").fetchone()[0],
        more.get("to_number", PHONE),
    )
    new = NewCall(
        **{
            "workspace_id": 1, "origin": "app", "nonce": f"n{count}", "flow_id": 7,
            "flow_revision": 2, "flow_name": "Survey", "service": "speechcall",
            "to_number": phone, "sender": "Bazar", "request_path": "/", "request": phone,
            "state": "accepted", "message_id": mid, **more,
        }
    )  # fmt: skip
    return calls.add(db, new, [NewEvent("accepted", {}, phone)])[0]


def answer(mid, value="yes", step="s1", name="confirm", to=PHONE):
    return Answer(mid, step, name, value, "Bazar", to)


def counted(db, **wanted):
    """(question, value, callers) of the flow 7."""
    found = answer_counts.counts(db, Wanted(1, 7, **wanted))
    return [(c.question, json.loads(c.value), c.callers) for c in found]


def test_an_answer_belongs_to_the_call_whose_message_it_names(db):
    made = call(db, "m1")
    assert answers.receive(db, 1, answer("m1")).new
    assert not answers.receive(db, 1, answer("m1", "no")).new
    (found,) = answers.calls_page(db, Wanted(1, 7))
    assert (found.call_id, found.number, found.revision) == (made.id, PHONE, 2)
    assert [a.value for a in found.answers] == ["yes"]


def test_an_answer_that_comes_before_the_services_reply_finds_its_call_later(db):
    made = call(db, "")
    answers.receive(db, 1, answer("early"))
    assert [a.mid for a in answers.unknown(db, 1)] == ["early"]
    assert counted(db) == []
    calls.change(db, made.id, [], message_id="early")
    assert answers.unknown(db, 1) == []
    assert counted(db) == [("confirm", "yes", 1)]
    assert answer_counts.unknown(db, 1) == 0


def test_the_call_placed_here_has_the_answer_and_not_the_gateways_row_of_it(db):
    answers.receive(db, 1, answer("both"))
    call(db, "both", origin="gateway", listed=False, flow_id=None, flow_revision=None)
    assert answer_counts.unknown(db, 1) == 1
    made = call(db, "")
    calls.change(db, made.id, [], message_id="both")
    assert [c.call_id for c in answers.calls_page(db, Wanted(1, 7))] == [made.id]


def test_a_call_of_a_program_is_known_but_has_no_flow(db):
    call(db, "prog", origin="gateway", flow_id=None, flow_revision=None)
    answers.receive(db, 1, answer("prog"))
    assert answer_counts.unknown(db, 1) == 0
    assert [f.flow_id for f in answer_counts.flows(db, 1)] == [answers.NO_FLOW]
    assert len(answers.calls_page(db, Wanted(1, answers.NO_FLOW))) == 1


def test_another_workspace_has_none_of_it(db):
    call(db, "m1")
    answers.receive(db, 1, answer("m1"))
    answers.receive(db, 2, answer("m1", "theirs"))
    assert counted(db) == [("confirm", "yes", 1)]
    assert [a.value for a in answers.unknown(db, 2)] == ["theirs"]
    assert answer_counts.flows(db, 2) == []


def survey(db):
    """Three callers: yes+5, yes, no+5; the last one with version 1 of the flow."""
    for mid, value, more in (("a", "yes", 5), ("b", "yes", None), ("c", "no", 5)):
        call(db, mid, flow_revision=1 if mid == "c" else 2)
        answers.receive(db, 1, answer(mid, value))
        if more:
            answers.receive(db, 1, answer(mid, more, "s2", "rating"))


@pytest.mark.parametrize(
    ("wanted", "counts", "callers"),
    [
        ({}, [("confirm", "no", 1), ("confirm", "yes", 2), ("rating", 5, 2)], ["c", "b", "a"]),
        ({"question": "rating"}, [("rating", 5, 2)], ["c", "a"]),
        ({"value": '"no"'}, [("confirm", "no", 1)], ["c"]),
        ({"revision": 2}, [("confirm", "yes", 2), ("rating", 5, 1)], ["b", "a"]),
        ({"since": "2020-01-01", "before": "2021-01-01"}, [], []),
        ({"since": "2020-01-01", "question": "rating", "value": "5", "revision": 1},
         [("rating", 5, 1)], ["c"]),
    ],
)  # fmt: skip
def test_filters_hold_for_counts_and_for_calls(db, wanted, counts, callers):
    survey(db)
    found = sorted(counted(db, **wanted), key=str)
    merged = {}
    for question, value, number in found:
        merged[(question, value)] = merged.get((question, value), 0) + number
    assert sorted((*key, n) for key, n in merged.items()) == sorted(counts)
    page = answers.calls_page(db, Wanted(1, 7, **wanted))
    assert [c.answers[0].mid for c in page] == callers
    assert [c.place for c in answers.all_calls(db, Wanted(1, 7, **wanted))] == [
        c.place for c in page
    ]


def test_a_call_is_listed_with_all_its_answers_once_however_it_was_found(db):
    survey(db)
    (first, *_) = answers.calls_page(db, Wanted(1, 7, question="rating"))
    assert [a.name for a in first.answers] == ["confirm", "rating"]


def test_pages_follow_each_other_without_gap_or_repeat(db):
    for number in range(7):
        call(db, f"m{number}")
        answers.receive(db, 1, answer(f"m{number}"))
    seen, before = [], None
    while page := answers.calls_page(db, Wanted(1, 7), before=before, limit=3):
        seen += [c.answers[0].mid for c in page]
        before = page[-1].place
    assert seen == [f"m{n}" for n in reversed(range(7))]


def test_a_forgotten_calls_answers_are_still_counted_and_listed(db):
    made = call(db, "m1")
    answers.receive(db, 1, answer("m1"))
    db.execute("UPDATE answers SET call_id = NULL WHERE call_id = ?", [made.id])
    db.conn.commit()
    assert counted(db) == [("confirm", "yes", 1)]
    assert answers.unknown(db, 1) == []
    (found,) = answers.calls_page(db, Wanted(1, 7))
    assert (found.call_id, found.placed_at, found.number) == (None, None, PHONE)


def test_keys_are_counted_by_caller_not_by_step(db):
    steps = {"s1": "1", "s2": "1", "s3": "2", "s9": "3"}
    for mid, pressed in (("a", ("s1", "s2")), ("b", ("s3",)), ("c", ("s1",)), ("d", ("other",))):
        call(db, mid)
        for step in pressed:
            answers.receive(db, 1, answer(mid, step=step))
    found = answer_counts.pressed(db, 1, 7, steps)
    assert (found.callers, dict(found.by_trigger)) == (3, {"1": 2, "2": 1})
    assert answer_counts.pressed(db, 1, 7, {}).callers == 0


HOT = {
    "counts": lambda db: answer_counts.counts(db, Wanted(1, 7)),
    "totals": lambda db: answer_counts.totals(db, Wanted(1, 7)),
    "over time": lambda db: answer_counts.over_time(db, Wanted(1, 7), 10),
    "state": lambda db: answer_counts.state(db, 1, 7),
    "keys": lambda db: answer_counts.pressed(db, 1, 7, {"s1": "1"}),
    "calls": lambda db: answers.calls_page(db, Wanted(1, 7)),
    "calls, filtered": lambda db: answers.calls_page(db, Wanted(1, 7, "q", '"v"', 1)),
    "unknown": lambda db: answers.unknown(db, 1),
    "of a call": lambda db: answers.of_message(db, 1, "m"),
    "to tell on": lambda db: forwards.claim(db, 1, now()),
    "told on": lambda db: forwards.page(db, 1),
    "owing": lambda db: forwards.owing(db, now()),
    "a number's": lambda db: erasing.data_of(db, 1, PHONE),
    "inbox": lambda db: inboxes.inbox_of_token(db, "t"),
}
"""What is asked often, or of many rows."""

SMALL = re.compile(r"SCAN (json_each|CONSTANT ROW|newest|n|s|said|w)\b")
"""What may be read whole: what the query itself made, and one row a workspace."""


@pytest.mark.parametrize("name", HOT)
def test_whatever_is_asked_often_has_its_index(db, name):
    call(db, "m1")
    answers.receive(db, 1, answer("m1"))
    asked = []
    db.conn.set_trace_callback(asked.append)
    HOT[name](db)
    db.conn.set_trace_callback(None)
    selects = [sql for sql in asked if sql.startswith(("SELECT", "WITH"))]
    assert selects
    for sql in selects:
        plan = [row[3] for row in db.execute(f"EXPLAIN QUERY PLAN {sql}").fetchall()]
        scans = [line for line in plan if line.startswith("SCAN") and not SMALL.search(line)]
        assert not scans, (sql, plan)


def test_the_latest_answer_of_a_call_is_found_by_its_message(db):
    asked = []
    db.conn.set_trace_callback(asked.append)
    answers.calls_page(db, Wanted(1, 7, "q", '"v"', 1))
    db.conn.set_trace_callback(None)
    (page,) = [sql for sql in asked if sql.startswith("WITH")]
    plan = [row[3] for row in db.execute(f"EXPLAIN QUERY PLAN {page}").fetchall()]
    assert any(line.startswith("SEARCH l ") and "mid=?" in line for line in plan), plan


def test_a_callers_data_goes_everywhere_it_is_kept(db, box):
    forward_addresses.save(db, box, 1, "https://example.com/", True, "whsec_AAAA")
    ours, others = call(db, "m1"), call(db, "m2", to_number="+380509999999")
    answers.receive(db, 1, answer("m1"))
    answers.receive(db, 1, answer("m2", to="+380509999999"))
    answers.receive(db, 1, answer("x", to=PHONE.removeprefix("+")))
    calls.change(db, ours.id, [NewEvent("status", {}, PHONE)], finished_at=now(), reply=PHONE)
    had = erasing.erase(db, 1, PHONE)
    assert (had.answers, had.calls) == (2, 1)
    assert [row["mid"] for row in db.query("SELECT mid FROM answers")] == ["m2"]
    assert len(forwards.page(db, 1)) == 1
    left = everything_kept(db)
    assert PHONE not in left
    assert PHONE.removeprefix("+") not in left
    assert [e.code for e in calls.events(db, calls.by_id(db, ours.id))] == ["erased"]
    assert calls.by_id(db, others.id).to_number == "+380509999999"
    assert not erasing.data_of(db, 1, PHONE).anything


def test_the_bytes_are_gone_from_the_file_too(db, two_workspaces):
    db.conn.execute("PRAGMA secure_delete = OFF")  # some builds of SQLite begin with ON
    made = call(db, "m1")
    answers.receive(db, 1, answer("m1", "a very private answer"))
    calls.change(db, made.id, [], finished_at=now())
    erasing.erase(db, 1, PHONE)
    for file in two_workspaces.parent.glob(f"{two_workspaces.name}*"):
        assert b"a very private answer" not in file.read_bytes(), file.name


def test_a_call_under_way_keeps_its_number_and_nothing_is_deleted(db):
    call(db, "m1")
    answers.receive(db, 1, answer("m1"))
    with pytest.raises(erasing.CallUnderWay):
        erasing.erase(db, 1, PHONE)
    assert counted(db) == [("confirm", "yes", 1)]


def test_another_workspaces_caller_of_the_same_number_stays(db):
    answers.receive(db, 2, answer("m1"))
    erasing.erase(db, 1, PHONE)
    assert len(answers.unknown(db, 2)) == 1


def test_an_old_inbox_address_is_taken_until_its_time_is_over(db, box):
    first = inboxes.inbox_keys(db, box, 1)
    second = inboxes.rotate(db, box, 1, later(60))
    assert inboxes.inbox_keys(db, box, 1) == second != first
    for keys in (first, second):
        found = inboxes.inbox_of_token(db, keys.token)
        assert found.proves(keys.secret)
        assert not found.proves(first.secret if keys is second else second.secret)
    third = inboxes.rotate(db, box, 1, later(-1))
    assert inboxes.inbox_of_token(db, first.token) is None
    assert inboxes.inbox_of_token(db, second.token) is None
    assert inboxes.inbox_of_token(db, third.token).workspace_id == 1
    assert [a.ends_at for a in inboxes.addresses(db, 1)] == [None]


def test_only_hashes_of_an_inboxes_token_and_secret_are_kept(db, box):
    keys = inboxes.inbox_keys(db, box, 1)
    kept = everything_kept(db)
    assert keys.token not in kept
    assert keys.secret not in kept
    assert len(keys.token) >= 22, "128 bits in base64"
