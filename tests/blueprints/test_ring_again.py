"""A call that may have rung: its number is rung again only by somebody who was told."""

from __future__ import annotations

import re

import pytest

from flows.document import Flow, HangUp, Menu
from storage import calls, connections
from storage.calls import NewCall
from tests.blueprints.ringing import practice, two_menus
from tests.helpers import save_flow

NUMBER = "+15055550100"


def practice_id(db):
    return next(c.id for c in connections.list_all(db, 1) if c.service == "speechcall")


@pytest.fixture
def flow_id(db):
    return save_flow(db, two_menus("Survey", 1500))


def earlier(db, state, workspace_id=1, number=NUMBER):
    """An earlier call to the number, in this state."""
    row = NewCall(
        workspace_id=workspace_id, origin="app", nonce=f"earlier {state}", flow_name="F",
        service="speechcall", to_number=number, sender="", request_path="/", request="{}",
        state=state,
    )  # fmt: skip
    return calls.add(db, row, [])[0]


def ask(owner, db, flow_id):
    return owner.get(
        f"/flows/{flow_id}/call/confirm?connection={practice_id(db)}&number=%2B{NUMBER[1:]}"
    )


def ring(owner, db, flow_id, **more):
    nonce = re.search(r'name="nonce"[^>]*value="([^"]+)"', owner.text)[1]
    fields = {"connection": practice_id(db), "number": NUMBER, "nonce": nonce, **more}
    return owner.post(f"/flows/{flow_id}/call/place", follow=False, **fields)


def placed(db):
    return next(db.query("SELECT count(*) AS n FROM calls WHERE nonce NOT LIKE 'earlier%'"))["n"]


def test_a_number_that_may_have_rung_is_rung_again_only_when_that_is_confirmed(owner, db, flow_id):
    unclear = earlier(db, "unknown")
    ask(owner, db, flow_id)
    assert "may have rung" in owner.text
    assert f'href="/calls/{unclear.id}"' in owner.text
    assert ring(owner, db, flow_id).status_code == 422
    assert "Tick this to ring the number once more" in owner.text
    assert placed(db) == 0
    assert ring(owner, db, flow_id, again="y").status_code == 303
    assert placed(db) == 1


def test_a_call_that_became_unclear_meanwhile_is_told_of_too(owner, db, flow_id):
    ask(owner, db, flow_id)
    assert "may have rung" not in owner.text
    earlier(db, "unknown")
    assert ring(owner, db, flow_id).status_code == 422
    assert placed(db) == 0


@pytest.mark.parametrize(
    ("state", "workspace_id", "number"),
    [
        ("accepted", 1, NUMBER),
        ("refused", 1, NUMBER),
        ("unknown", 2, NUMBER),
        ("unknown", 1, "+15055550101"),
    ],
)
def test_nobody_is_asked_twice_without_need(
    owner, stranger, db, flow_id, state, workspace_id, number
):
    earlier(db, state, workspace_id, number)
    ask(owner, db, flow_id)
    assert "may have rung" not in owner.text
    assert ring(owner, db, flow_id).status_code == 303


def test_after_a_day_the_question_is_over(owner, db, flow_id):
    call = earlier(db, "unknown")
    db.execute("UPDATE calls SET created_at = '2026-01-01T00:00:00.000Z' WHERE id = ?", [call.id])
    db.conn.commit()
    ask(owner, db, flow_id)
    assert "may have rung" not in owner.text


OTHER, AS_WRITTEN = "+380501234567", "+380 50 123 4567"


def offered(page):
    """(number, connection) that the page of a test call begins with."""
    number = re.search(r'name="number"[^>]*value="([^"]*)"', page.text)[1]
    return number, re.search(r'name="connection" value="(\d+)" checked', page.text)[1]


def test_what_a_person_rang_last_is_offered_for_the_next_flow_and_to_nobody_else(
    owner, viewer, db, flow_id
):
    db.execute("UPDATE people SET role = 'editor' WHERE email = 'viewer@example.com'")
    db.commit()
    said = Menu(id="a", script="Hello.", recording="ivr_1", keys={"wrong": (HangUp(id="h"),)})
    flow_id = save_flow(db, Flow(name="Hello", sender="380441234567", menus=(said,)))
    first = offered(owner.get(f"/flows/{flow_id}/call"))
    second = practice(db, "voice_api")
    ask(owner, db, flow_id)
    assert ring(owner, db, flow_id, number=OTHER, connection=second).status_code == 303
    other = save_flow(db, Flow(name="Another", sender="380441234567", menus=(said,)))
    assert offered(owner.get(f"/flows/{other}/call")) == (AS_WRITTEN, second) != first
    assert offered(viewer.get(f"/flows/{other}/call")) == first


def test_a_number_is_not_offered_over_a_connection_that_it_was_not_rung_over(owner, db, flow_id):
    first = offered(owner.get(f"/flows/{flow_id}/call"))
    said = Menu(id="a", script="Hello.", recording="ivr_1", keys={"wrong": (HangUp(id="h"),)})
    hello = save_flow(db, Flow(name="Hello", sender="380441234567", menus=(said,)))
    ask(owner, db, hello)
    over = practice(db, "voice_api")
    assert ring(owner, db, hello, number=OTHER, connection=over).status_code == 303
    assert offered(owner.get(f"/flows/{hello}/call")) == (AS_WRITTEN, over)
    assert offered(owner.get(f"/flows/{flow_id}/call")) == first  # has menus: not by Voice API


def test_an_erased_number_and_a_connection_that_is_gone_are_not_offered(owner, db, flow_id):
    first = offered(owner.get(f"/flows/{flow_id}/call"))
    ask(owner, db, flow_id)
    assert ring(owner, db, flow_id, number=OTHER).status_code == 303
    db.execute("UPDATE calls SET to_number = '', connection_id = NULL")
    db.commit()
    assert offered(owner.get(f"/flows/{flow_id}/call")) == first


def test_the_last_call_of_a_person_is_found_among_the_newest_only(db):
    asked = []
    db.conn.set_trace_callback(asked.append)
    calls.last_of(db, 1, 1)
    db.conn.set_trace_callback(None)
    plan = " ".join(row["detail"] for row in db.query(f"EXPLAIN QUERY PLAN {asked[-1]}"))
    assert "INDEX calls_listed (workspace_id=? AND listed=?)" in plan
