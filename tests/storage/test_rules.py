"""Rules of calling, the do-not-call list and own numbers, kept and counted for one workspace."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from flows.document import Flow, Menu
from storage import calls, do_not_call, flows, history, own_numbers, rules
from storage.calls import NewCall
from storage.db import now, open_db
from storage.do_not_call import NewEntry
from storage.own_numbers import OwnNumber
from storage.rules import Rules, Tally

OURS, THEIRS = "+380501234567", "+359881234567"

CHANGED = {
    "paused": True, "countries": frozenset({"UA", "BG"}), "kinds": frozenset({"mobile"}),
    "hours_on": False, "opens": 0, "closes": 1440, "days": frozenset({0, 6}), "person_hour": None,
    "number_hour": 1, "workspace_hour": 2, "workspace_day": 3, "country_day": {"UA": 4},
    "spend_day": 5, "currency": "UAH", "prices": {"UA": 6}, "call_me_first": False,
}  # fmt: skip


@pytest.fixture
def db(two_workspaces):
    db = open_db(two_workspaces)
    yield db
    db.close()


def new(nonce, **changed):
    return NewCall(
        **{
            "workspace_id": 1, "origin": "app", "nonce": nonce, "flow_name": "F",
            "service": "speechcall", "to_number": OURS, "sender": "", "request_path": "/",
            "request": "{}", "state": "accepted", "real": True, "country": "UA", "price": 10,
            **changed,
        }
    )  # fmt: skip


def test_a_workspace_that_changed_nothing_has_the_usual_rules(db):
    assert rules.get(db, 1) == Rules()
    assert Rules().allowed_countries("UA") == {"UA"}


def test_every_rule_is_kept_for_its_workspace_only(db):
    assert set(CHANGED) == set(Rules.__annotations__)
    assert rules.change(db, 1, **CHANGED) == Rules(**CHANGED)
    assert rules.get(db, 1) == Rules(**CHANGED)
    assert rules.get(db, 2) == Rules()


def test_changing_one_rule_leaves_the_others(db):
    rules.change(db, 1, **CHANGED)
    assert rules.change(db, 1, countries=None) == Rules(**{**CHANGED, "countries": None})
    assert rules.get(db, 1).countries is None
    with pytest.raises(TypeError):
        rules.change(db, 1, unheard_of=1)


def test_rules_that_another_version_kept_are_read_as_far_as_they_are_known(db):
    rules.change(db, 1, paused=True)
    db.execute("UPDATE calling_rules SET rules = json_set(rules, '$.new_rule', 1)")
    db.execute("UPDATE calling_rules SET rules = json_remove(rules, '$.currency')")
    db.conn.commit()
    assert rules.get(db, 1) == Rules(paused=True)


def test_the_tally_counts_real_calls_of_the_last_hour_and_day(db):
    at = datetime.now(UTC)
    made = [
        new("a", person_id=1), new("b", person_id=2), new("c", state="refused"),
        new("d", to_number=THEIRS, country="BG"), new("e", real=False), new("f", workspace_id=2),
        new("hours ago"), new("days ago"),
    ]  # fmt: skip
    for call in made:
        calls.add(db, call, [])
    db.execute("UPDATE calls SET finished_at = ?", (now(),))
    for nonce, hours in (("hours ago", 5), ("days ago", 30)):
        db.execute(
            "UPDATE calls SET created_at = strftime('%Y-%m-%dT%H:%M:%fZ', 'now', ?)"
            " WHERE nonce = ?",
            (f"-{hours} hours", nonce),
        )
    db.conn.commit()
    counted = rules.tally(db, 1, OURS, "UA", 1, at)
    assert counted == Tally(person_hour=1, number_hour=3, workspace_hour=4, workspace_day=5,
                            country_day=4, spent_day=40, in_flight=False)  # fmt: skip
    assert rules.tally(db, 1, OURS, "UA", None, at).person_hour == 0
    assert rules.tally(db, 1, "+1", "US", 9, at).number_hour == 0


def test_a_call_that_is_not_over_is_in_flight_however_old(db):
    at = datetime.now(UTC)
    call, _ = calls.add(db, new("a"), [])
    assert rules.tally(db, 1, OURS, "UA", None, at).in_flight
    assert not rules.tally(db, 1, THEIRS, "BG", None, at).in_flight
    assert not rules.tally(db, 2, OURS, "UA", None, at).in_flight
    calls.change(db, call.id, [], finished_at=now())
    assert not rules.tally(db, 1, OURS, "UA", None, at).in_flight


HOT = [
    ("calls_counted", "SELECT count(*), sum(price), sum(country = 'UA'), sum(to_number = 'x'),"
     " sum(person_id = 1), sum(state <> 'refused') FROM calls"
     " WHERE workspace_id = 1 AND real = 1 AND created_at > 'x'"),
    ("calls_in_flight", "SELECT 1 FROM calls WHERE workspace_id = 1 AND to_number = 'x'"
     " AND real = 1 AND finished_at IS NULL LIMIT 1"),
    ("sqlite_autoindex_do_not_call_1", "SELECT * FROM do_not_call WHERE workspace_id = 1"
     " AND number = 'x' AND (expires_at IS NULL OR expires_at > 'x')"),
]  # fmt: skip


@pytest.mark.parametrize(("index", "sql"), HOT)
def test_what_is_asked_before_every_call_reads_an_index(db, index, sql):
    plan = " ".join(row["detail"] for row in db.query(f"EXPLAIN QUERY PLAN {sql}"))
    assert f"USING COVERING INDEX {index}" in plan or f"USING INDEX {index}" in plan, plan
    assert "SCAN" not in plan


def test_numbers_are_listed_once_and_for_their_workspace_only(db):
    assert do_not_call.add(db, 1, [NewEntry(OURS), NewEntry(THEIRS)]) == 2
    assert (
        do_not_call.add(db, 1, [NewEntry(OURS, "asked by letter", "2999-01-01T00:00:00.000Z")]) == 0
    )
    entry = do_not_call.standing(db, 1, OURS, now())
    assert (entry.note, entry.expires_at) == ("asked by letter", "2999-01-01T00:00:00.000Z")
    assert do_not_call.standing(db, 2, OURS, now()) is None
    assert do_not_call.standing(db, 1, OURS, "2999-01-01T00:00:00.000Z") is None
    assert (do_not_call.count(db, 1), do_not_call.count(db, 2)) == (2, 0)
    assert do_not_call.remove(db, 2, entry.id) == ""
    assert do_not_call.remove(db, 1, entry.id) == OURS
    assert do_not_call.standing(db, 1, OURS, now()) is None


def test_the_list_is_read_page_by_page_and_by_its_digits(db):
    numbers = [f"+3805012300{n:02}" for n in range(7)]
    do_not_call.add(db, 1, [NewEntry(number) for number in numbers])
    do_not_call.add(db, 2, [NewEntry(THEIRS)])
    seen, before = [], None
    while page := do_not_call.page(db, 1, before_id=before, limit=3):
        seen += [entry.number for entry in page]
        before = page[-1].id
    assert seen == numbers[::-1]
    found = do_not_call.page(db, 1, digits="30003")
    assert [entry.number for entry in found] == [numbers[3]]
    assert do_not_call.page(db, 1, digits="%") == []


def asked(db, code="4712", tries=3, **changed):
    own_numbers.ask(db, OwnNumber(1, 1, asked_number=OURS, tries_left=tries, **changed), code)


def test_the_right_code_makes_a_number_ones_own(db):
    assert own_numbers.get(db, 1, 1) == OwnNumber(1, 1)
    asked(db)
    assert own_numbers.get(db, 1, 1).number == ""
    assert own_numbers.answer(db, 1, 1, "0000", "") == "wrong"
    assert own_numbers.answer(db, 1, 1, "4712", "") == "right"
    mine = own_numbers.get(db, 1, 1)
    assert (mine.number, mine.asked_number, mine.practice) == (OURS, "", False)
    assert mine.verified_at
    assert own_numbers.answer(db, 1, 1, "4712", "") == "over"
    own_numbers.forget(db, 1, 1)
    assert own_numbers.get(db, 1, 1) == OwnNumber(1, 1)


def test_a_code_is_worth_nothing_when_it_is_old_or_was_tried_too_often(db):
    asked(db)
    assert own_numbers.answer(db, 1, 1, "4712", "9999") == "over"
    assert own_numbers.answer(db, 2, 1, "4712", "") == "over"
    assert [own_numbers.answer(db, 1, 1, "1", "") for _ in range(4)] == [
        "wrong", "wrong", "over", "over",
    ]  # fmt: skip
    assert own_numbers.answer(db, 1, 1, "4712", "") == "over"
    asked(db, "1111")
    assert own_numbers.answer(db, 1, 1, "4712", "") == "wrong"


def test_asking_for_another_number_keeps_the_verified_one_until_its_code_came(db):
    asked(db)
    own_numbers.answer(db, 1, 1, "4712", "")
    own_numbers.ask(db, OwnNumber(1, 1, asked_number=THEIRS, tries_left=3), "1")
    assert own_numbers.get(db, 1, 1).number == OURS


@pytest.fixture
def flow_id(db):
    return flows.create(db, 1, 1, Flow(name="F", menus=(Menu(id="m"),)), "made")


def rename(db, flow_id, name, revision):
    renamed = Flow(name=name, menus=(Menu(id="m"),))
    flows.edit(db, 1, flow_id, 1, revision, lambda _: renamed, settings=True)


def test_a_flow_is_heard_when_it_was_answered_on_its_callers_own_phone(db, flow_id):
    asked(db)
    own_numbers.answer(db, 1, 1, "4712", "")
    tries = [
        {"outcome": "not_answered"}, {"real": False}, {"person_id": 2}, {"to_number": THEIRS},
        {"workspace_id": 2},
    ]  # fmt: skip
    call = {"flow_id": flow_id, "flow_revision": 1, "person_id": 1, "outcome": "answered"}
    for n, wrong in enumerate(tries):
        calls.add(db, new(f"n{n}", **{**call, **wrong}), [])
        assert not own_numbers.heard(db, 1, flow_id, 1, False), wrong
    calls.add(db, new("right", **call), [])
    assert own_numbers.heard(db, 1, flow_id, 1, False)
    assert not own_numbers.heard(db, 2, flow_id, 1, False)


def test_a_changed_flow_is_unheard_until_the_change_is_undone(db, flow_id):
    asked(db)
    own_numbers.answer(db, 1, 1, "4712", "")
    calls.add(db, new("a", flow_id=flow_id, flow_revision=1, person_id=1, outcome="answered"), [])
    rename(db, flow_id, "Other", 1)
    assert not own_numbers.heard(db, 1, flow_id, 2, False)
    history.undo(db, 1, flow_id, 1, 2)
    assert own_numbers.heard(db, 1, flow_id, 3, False)


def test_a_number_of_practice_counts_only_where_it_is_said_to(db, flow_id):
    asked(db, asked_practice=True)
    own_numbers.answer(db, 1, 1, "4712", "")
    calls.add(db, new("a", flow_id=flow_id, flow_revision=1, person_id=1, outcome="answered"), [])
    assert not own_numbers.heard(db, 1, flow_id, 1, False)
    assert own_numbers.heard(db, 1, flow_id, 1, True)
