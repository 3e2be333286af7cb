"""Journeys are kept with their flow, and only its workspace sees them."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from flows import call as calls
from flows.document import Flow, HangUp, Menu, SaveAnswer
from flows.journeys import judge, record
from storage import flows, journeys
from storage.db import open_db

FLOW = Flow(
    name="Delivery",
    menus=(
        Menu(
            id="a",
            name="Підтвердження",
            keys={"1": (SaveAnswer(id="s", name="день", value=True), HangUp(id="h"))},
        ),
    ),
)
JOURNEY = record(calls.replay(FLOW, ["1"]), "Підтвердити")


@pytest.fixture
def db(two_workspaces):
    db = open_db(two_workspaces)
    flows.create(db, 1, 1, FLOW, "Start")
    flows.create(db, 1, 1, FLOW, "Start")
    yield db
    db.close()


def test_a_journey_comes_back_as_it_was_kept(db):
    kept = journeys.add(db, 1, 1, 1, JOURNEY)
    (found,) = journeys.list_for_flow(db, 1, 1)
    assert found == kept == replace(JOURNEY, id=kept.id)
    assert found.expected[0].label == "Підтвердження"
    assert judge(FLOW, [found]) == ()


def test_journeys_are_listed_in_the_order_they_were_kept_each_with_its_flow(db):
    for flow_id, name in ((1, "One"), (2, "Other"), (1, "Two")):
        journeys.add(db, 1, flow_id, 1, replace(JOURNEY, name=name))
    assert [j.name for j in journeys.list_for_flow(db, 1, 1)] == ["One", "Two"]


def test_a_new_way_can_be_accepted(db):
    kept = journeys.add(db, 1, 1, 1, JOURNEY)
    other = record(calls.replay(FLOW, ["9"]), "").expected
    journeys.set_expected(db, 1, 1, kept.id, other)
    assert journeys.list_for_flow(db, 1, 1)[0].expected == other


def test_a_journey_that_was_deleted_is_gone(db):
    kept = journeys.add(db, 1, 1, 1, JOURNEY)
    journeys.delete(db, 1, 1, kept.id)
    assert journeys.list_for_flow(db, 1, 1) == ()


@pytest.mark.parametrize(("workspace_id", "flow_id", "off"), [(2, 1, 0), (1, 2, 0), (1, 1, 1)])
def test_a_journey_of_another_place_is_not_found(db, workspace_id, flow_id, off):
    kept = journeys.add(db, 1, 1, 1, JOURNEY)
    with pytest.raises(journeys.JourneyNotFound):
        journeys.delete(db, workspace_id, flow_id, kept.id + off)
    with pytest.raises(journeys.JourneyNotFound):
        journeys.set_expected(db, workspace_id, flow_id, kept.id + off, ())
    journeys.set_expected(db, 1, 1, kept.id, kept.expected)
    with pytest.raises(journeys.JourneyNotFound):
        journeys.bring_back(db, workspace_id, flow_id, kept.id + off)
    journeys.bring_back(db, 1, 1, kept.id)
    assert journeys.list_for_flow(db, 1, 1) == (kept,)
    assert journeys.list_for_flow(db, 2, 1) == ()


def test_a_journey_needs_a_flow_of_its_workspace_that_is_not_deleted(db):
    flows.delete(db, 1, 2)
    for workspace_id, flow_id in ((2, 1), (1, 2), (1, 9)):
        with pytest.raises(flows.FlowNotFound):
            journeys.add(db, workspace_id, flow_id, 1, JOURNEY)


@pytest.mark.parametrize(
    "work",
    [
        lambda db: journeys.add(db, 1, 1, 1, JOURNEY),
        lambda db: journeys.list_for_flow(db, 1, 1),
        lambda db: journeys.set_expected(db, 1, 1, 1, ()),
        lambda db: journeys.delete(db, 1, 1, 1),
    ],
)
def test_each_is_one_query(db, work):
    journeys.add(db, 1, 1, 1, JOURNEY)
    seen = []
    db.conn.set_trace_callback(seen.append)
    work(db)
    db.conn.set_trace_callback(None)
    ours = ("SELECT", "INSERT", "UPDATE", "DELETE")
    assert sum(sql.startswith(ours) for sql in seen) == 1
