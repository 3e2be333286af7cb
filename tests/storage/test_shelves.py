"""Archiving, deleting, bringing back and erasing call flows; finding what stands in them."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest

from calling.forgetting import DELETED_KEPT_DAYS, erase_deleted
from flows import call as engine
from flows import edits
from flows.document import Flow, HangUp, Menu, SaveAnswer, Webhook
from flows.finding import find, words
from flows.journeys import record
from storage import flow_search, history, journeys, shelves
from storage import flows as store
from storage.db import open_db

SECRET = "Only this flow says so"


@pytest.fixture
def db(two_workspaces):
    connection = open_db(two_workspaces)
    yield connection
    connection.close()


def a_flow(name="Delivery", script=SECRET):
    end = {"1": (HangUp(id="h"),)}
    return Flow(name=name, menus=(Menu(id="m", name="Hello", script=script, keys=end),))


def names(db, shelf, workspace_id=1):
    return [one.name for one in shelves.on(db, workspace_id, shelf)]


def made_and_edited(db, **flow):
    flow_id = store.create(db, 1, 1, a_flow(**flow), "Start")
    store.edit(db, 1, flow_id, 1, 1, lambda now: edits.change_menu(now, "m", wait_ms=5000))
    history.name_revision(db, 1, flow_id, 1, 1, "First")
    journeys.add(db, 1, flow_id, 1, record(engine.replay(a_flow(), ["1"]), "Kept"))
    return flow_id


def long_after(days):
    return datetime.now(UTC) + timedelta(days=days)


def test_an_archived_flow_is_out_of_sight_and_works_on(db):
    flow_id = made_and_edited(db)
    shelves.archive(db, 1, flow_id)
    assert (names(db, ""), names(db, "archived")) == ([], ["Delivery"])
    assert store.load(db, 1, flow_id).flow.name == "Delivery"
    assert shelves.counts(db, 1) == shelves.Counts(archived=1, deleted=0)
    shelves.unarchive(db, 1, flow_id)
    assert (names(db, ""), names(db, "archived")) == (["Delivery"], [])


def test_a_deleted_flow_comes_back_with_its_history_and_its_place(db):
    flow_id = made_and_edited(db)
    shelves.archive(db, 1, flow_id)
    store.delete(db, 1, flow_id)
    assert (names(db, "archived"), names(db, "deleted")) == ([], ["Delivery"])
    store.restore(db, 1, flow_id)
    assert names(db, "archived") == ["Delivery"]
    assert [line.number for line in history.revisions(db, 1, flow_id)] == [2, 1]
    assert [one.name for one in journeys.list_for_flow(db, 1, flow_id)] == ["Kept"]


@pytest.mark.parametrize("do", [shelves.archive, shelves.unarchive, store.delete, store.restore,
                                shelves.standing])  # fmt: skip
def test_nobody_moves_the_flow_of_another_workspace(db, do):
    flow_id = made_and_edited(db)
    with pytest.raises(store.FlowNotFound):
        do(db, 2, flow_id)
    assert shelves.standing(db, 1, flow_id) == shelves.Standing("Delivery", "")


def test_a_deleted_flow_is_erased_after_its_days_and_not_before(db):
    flow_id = made_and_edited(db)
    store.delete(db, 1, flow_id)
    assert erase_deleted(db, long_after(DELETED_KEPT_DAYS - 1)) == 0
    assert shelves.standing(db, 1, flow_id).shelf == "deleted"
    assert erase_deleted(db, long_after(DELETED_KEPT_DAYS + 1)) == 1
    assert erase_deleted(db, long_after(DELETED_KEPT_DAYS + 1)) == 0
    with pytest.raises(store.FlowNotFound):
        store.restore(db, 1, flow_id)
    assert names(db, "deleted") == []
    for table in ("flow_revisions", "journeys", "revision_names", "menu_versions"):
        assert list(db[table].rows) == [], table


def test_nothing_that_an_erased_flow_said_stays_in_the_file(db, two_workspaces):
    flow_id = made_and_edited(db)
    store.delete(db, 1, flow_id)
    erase_deleted(db, long_after(DELETED_KEPT_DAYS + 1))
    db.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    assert SECRET.encode() not in two_workspaces.read_bytes()


def test_menus_that_another_flow_has_outlive_an_erased_one(db):
    erased, kept = made_and_edited(db), store.create(db, 1, 1, a_flow("Twin"), "Start")
    theirs = store.create(db, 2, 3, a_flow("Theirs"), "Start")
    store.delete(db, 1, erased)
    erase_deleted(db, long_after(DELETED_KEPT_DAYS + 1))
    found = {row["workspace_id"] for row in db["menu_versions"].rows}
    assert found == {1, 2}
    assert db["menu_versions"].count == 2
    assert store.load(db, 1, kept).flow.menus == store.load(db, 2, theirs).flow.menus


def plan(db, sql, *params):
    return " ".join(row["detail"] for row in db.query(f"EXPLAIN QUERY PLAN {sql}", params))


@pytest.mark.parametrize(
    ("shelf", "index"),
    [("", "flows_workspace"), ("archived", "flows_archived"), ("deleted", "flows_deleted")],
)
def test_every_part_of_the_library_has_an_index_in_its_order(db, shelf, index):
    asked = plan(db, shelves.list_sql(shelf), 1)
    assert index in asked
    assert "SORT" not in asked and "TEMP B-TREE" not in asked


def test_what_is_out_of_sight_is_counted_by_indexes(db):
    asked = plan(db, shelves.COUNT, 1)
    assert "flows_archived" in asked and "flows_deleted" in asked


def test_the_search_goes_from_flows_to_their_menus_by_indexes(db):
    found(db, "teaches the connection to fold")
    asked = plan(db, flow_search.SEARCH, 1, "[]", 3)
    assert "flows_workspace (workspace_id=? AND deleted_at=?)" in asked
    assert "SEARCH v USING PRIMARY KEY (workspace_id=? AND hash=?)" in asked
    assert "SCAN f" not in asked and "SCAN r" not in asked and "SCAN v" not in asked


def found(db, typed, workspace_id=1):
    return flow_search.holding(db, workspace_id, words(typed))


def test_the_search_sees_the_newest_version_only_and_never_what_is_deleted(db):
    flow_id = made_and_edited(db, script="Доставка завтра")
    assert found(db, "ДОСТАВКА завтра") == {flow_id: False}
    assert found(db, "доставка", workspace_id=2) == {}
    store.edit(db, 1, flow_id, 1, 2, lambda now: edits.change_menu(now, "m", script="Other"))
    assert found(db, "доставка") == {}
    history.undo(db, 1, flow_id, 1, 3)
    shelves.archive(db, 1, flow_id)
    assert found(db, "доставка") == {flow_id: True}
    store.delete(db, 1, flow_id)
    assert found(db, "доставка") == {}


def test_five_hundred_flows_are_searched_in_one_query_while_a_person_types(db):
    keys = {
        key: (SaveAnswer(id=f"s{key}", name="Day"), Webhook(id=f"w{key}", url="https://a.example"))
        for key in "123"
    }
    store.create_all(
        db, 1, 1,
        [Flow(name=f"Flow {n}", menus=tuple(
            Menu(id=f"m{m}", name=f"{n} {m}", script="Press 1 to confirm. " * 8, keys=keys)
            for m in range(10))) for n in range(500)],
        "Start",
    )  # fmt: skip
    asked = []
    found(db, "warm")
    db.conn.set_trace_callback(asked.append)
    began = time.perf_counter()
    assert found(db, "confirm nobody") == {}
    took = time.perf_counter() - began
    db.conn.set_trace_callback(None)
    assert sum(statement.startswith("SELECT") for statement in asked) == 1
    assert took < 1.5  # some 0.08 s on a machine with nothing else to do
    assert len(found(db, "CONFIRM")) == flow_search.MOST_FLOWS + 1


FINDS = [
    ("доставка", "Доставка Завтра", "Доставка"),
    ("ЗАВТРА", "Доставка завтра", "завтра"),
    ("strasse", "Hauptstraße 1", "straße"),
    ("Й", "Українськи\u0439", "й"),
    ("и\u0306", "Українськи\u0439", "й"),
    ("press one", "One more: press", "One|press"),
]


@pytest.mark.parametrize(("typed", "text", "marked"), FINDS)
def test_case_and_spelling_are_left_aside_in_every_script(typed, text, marked):
    (match,), more = find(Flow(name=text), words(typed), 5)
    assert more == 0
    assert "|".join(piece for piece, is_match in match.excerpt if is_match) == marked
    assert "".join(piece for piece, _ in match.excerpt) == text


def test_an_excerpt_is_short_and_says_that_it_is_a_part():
    text = "a " * 300 + "needle" + " b" * 300
    (match,), _ = find(Flow(name=text), words("needle"), 5)
    shown = "".join(piece for piece, _ in match.excerpt)
    assert shown.startswith("…") and shown.endswith("…")
    assert "needle" in shown and len(shown) < 160


def test_nothing_typed_finds_nothing():
    assert words("  \n ") == ()
    assert find(Flow(name="Any"), (), 5) == ((), 0)
