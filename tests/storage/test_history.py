"""Undo, redo and restore add revisions, take none away, and survive a restart."""

from __future__ import annotations

import sqlite3

import pytest
from sqlite_utils import Database

from flows import edits
from flows.document import Flow, GoTo, HangUp, Menu, SaveAnswer
from storage import flows, history
from storage.db import now, open_db, write_tx
from storage.migrations import MIGRATIONS, migrate

START = Flow(
    name="Delivery",
    menus=(
        Menu(id="a", name="Confirm delivery", keys={"2": (GoTo(id="g", menu="b"),)}),
        Menu(id="b", name="Another day", keys={"1": (HangUp(id="h"),)}),
    ),
)


@pytest.fixture
def db(two_workspaces):
    db = open_db(two_workspaces)
    flows.create(db, 1, 1, START, "Start a call flow")
    yield db
    db.close()


def newest(db):
    return flows.load(db, 1, 1)


def rename(db, name, person=1):
    return flows.edit(
        db, 1, 1, person, newest(db).revision, lambda f: edits.change_settings(f, name=name)
    )


def undo(db):
    return history.undo(db, 1, 1, 1, newest(db).revision)


def redo(db):
    return history.redo(db, 1, 1, 1, newest(db).revision)


def restore(db, number):
    return history.restore(db, 1, 1, 1, newest(db).revision, number)


def queries(db, work):
    seen = []
    db.conn.set_trace_callback(seen.append)
    work()
    db.conn.set_trace_callback(None)
    return [sql for sql in seen if not sql.startswith(("SAVEPOINT", "RELEASE"))]


def test_an_edit_says_in_history_what_changed(db):
    change = edits.set_actions
    flows.edit(db, 1, 1, 2, 1, lambda f: change(f, "a", "2", (HangUp(id="n"),)), menu_id="a")
    line = history.revisions(db, 1, 1)[0]
    assert line.words == "Key 2 of “Confirm delivery”: Go to Another day → Hang up"
    assert (line.number, line.who, line.kind, line.name) == (2, "Petro", "edit", "")
    assert line.at.endswith("Z")


def test_words_that_were_given_are_kept(db):
    flows.edit(db, 1, 1, 1, 1, lambda f: edits.change_settings(f, name="B"), "My own words")
    assert history.revisions(db, 1, 1)[0].words == "My own words"


def test_a_number_that_becomes_yes_is_a_change(db):
    def save(value):
        action = SaveAnswer(id="s", name="ok", value=value)
        return lambda f: edits.set_actions(f, "a", "1", (action,))

    flows.edit(db, 1, 1, 1, 1, save(1))
    saved = flows.edit(db, 1, 1, 1, 2, save(True))
    assert (saved.revision, newest(db).flow.menus[0].keys["1"][0].value) == (3, True)


def test_undo_shows_the_state_before_and_redo_brings_it_back(db):
    rename(db, "B")
    assert undo(db).flow == START
    assert redo(db).flow.name == "B"
    assert [r.kind for r in history.revisions(db, 1, 1)] == ["redo", "undo", "edit", "edit"]


def test_undo_and_redo_walk_all_the_way_and_back_again(db):
    for name in "BCDE":
        rename(db, name)
    back = []
    while (stored := undo(db)) is not None:
        back.append(stored.flow.name)
    forth = []
    while (stored := redo(db)) is not None:
        forth.append(stored.flow.name)
    assert (back, forth) == (["D", "C", "B", "Delivery"], ["B", "C", "D", "E"])
    assert undo(db).flow.name == "D"
    assert newest(db).revision == 5 + 4 + 4 + 1


def test_undo_after_some_redo_takes_back_the_right_edit(db):
    for name in "BC":
        rename(db, name)
    undo(db), undo(db), redo(db)
    assert history.can(db, 1, 1) == (
        "The name of the call flow: “Delivery” → “B”",
        "The name of the call flow: “B” → “C”",
    )
    assert undo(db).flow == START
    assert [redo(db).flow.name, redo(db).flow.name, redo(db)] == ["B", "C", None]


def test_a_fresh_edit_clears_redo_and_undo_passes_over_what_was_undone(db):
    rename(db, "B")
    undo(db)
    rename(db, "C")
    assert redo(db) is None
    assert undo(db).flow == START
    assert undo(db) is None


def test_nothing_to_undo_adds_nothing(db):
    assert (undo(db), redo(db), newest(db).revision) == (None, None, 1)
    assert history.can(db, 1, 1) == ("", "")


def test_undo_and_redo_survive_a_restart(db, two_workspaces):
    rename(db, "B")
    db.close()
    again = open_db(two_workspaces)
    assert undo(again).flow == START
    again.close()
    third = open_db(two_workspaces)
    assert history.can(third, 1, 1)[1].endswith("→ “B”")
    assert redo(third).flow.name == "B"
    third.close()


def test_the_library_follows_undo(db):
    flows.edit(db, 1, 1, 1, 1, lambda f: edits.add_menu(f, "c"))
    rename(db, "B")
    undo(db), undo(db)
    (summary,) = flows.list_all(db, 1)
    assert (summary.name, summary.menu_count, summary.revision) == ("Delivery", 2, 5)


@pytest.mark.parametrize("press", [history.undo, history.redo])
def test_undo_does_not_take_back_what_somebody_else_did_meanwhile(db, press):
    rename(db, "B")
    undo(db)
    seen = newest(db).revision
    redo(db)
    rename(db, "C", person=2)
    with pytest.raises(flows.Conflict) as conflict:
        press(db, 1, 1, 1, seen)
    assert (conflict.value.base.revision, conflict.value.current.revision) == (seen, 5)
    assert newest(db).flow.name == "C"


def test_any_version_can_be_restored_and_that_can_be_undone(db):
    for name in "BC":
        rename(db, name)
    assert restore(db, 1).flow == START
    assert history.can(db, 1, 1) == ("Back to version 1", "")
    assert undo(db).flow.name == "C"
    assert redo(db).flow == START


def test_restoring_what_is_shown_already_adds_nothing(db):
    rename(db, "B")
    undo(db)
    assert restore(db, 1).revision == 3 == newest(db).revision


def test_restoring_an_order_of_menus_is_a_change(db):
    flows.edit(db, 1, 1, 1, 1, lambda f: edits.move_menu(f, "b", 0))
    assert [menu.id for menu in restore(db, 1).flow.menus] == ["a", "b"]


def test_a_restore_does_not_hide_what_somebody_else_did_meanwhile(db):
    rename(db, "B")
    rename(db, "C", person=2)
    with pytest.raises(flows.Conflict):
        history.restore(db, 1, 1, 1, 2, 1)
    assert newest(db).flow.name == "C"


def test_a_version_can_be_named_renamed_and_unnamed(db):
    rename(db, "B")
    names = []
    for name in ("Approved by  sales", "approved by sales", "Final", ""):
        history.name_revision(db, 1, 1, 1, 1, name)
        names.append(history.revisions(db, 1, 1)[1].name)
    assert names == ["Approved by sales", "approved by sales", "Final", ""]


def test_a_restored_version_is_called_by_its_name(db):
    history.name_revision(db, 1, 1, 1, 1, "Approved by sales")
    rename(db, "B")
    restore(db, 1)
    assert history.revisions(db, 1, 1)[0].words == "Back to version 1 “Approved by sales”"


def test_two_versions_of_a_flow_cannot_have_one_name_but_two_flows_can(db):
    rename(db, "B")
    flows.create(db, 1, 1, START, "Start")
    history.name_revision(db, 1, 1, 1, 2, "Old")
    history.name_revision(db, 1, 1, 1, 1, "Approved")
    history.name_revision(db, 1, 2, 1, 1, "Approved")
    with pytest.raises(history.NameTaken):
        history.name_revision(db, 1, 1, 1, 2, "APPROVED")
    assert [r.name for r in history.revisions(db, 1, 1)] == ["Old", "Approved"]


def test_history_comes_in_pages(db):
    for name in "BCDEF":
        rename(db, name)
    first = history.revisions(db, 1, 1, limit=4)
    second = history.revisions(db, 1, 1, before=first[-1].number, limit=4)
    assert [r.number for r in first] == [6, 5, 4, 3]
    assert [r.number for r in second] == [2, 1]


def test_no_revision_is_ever_taken_away(db):
    for name in "BC":
        rename(db, name)
    undo(db), undo(db)
    rename(db, "D")
    restore(db, 3)
    shown = [flows.load(db, 1, 1, number).flow.name for number in range(1, 8)]
    assert shown == ["Delivery", "B", "C", "B", "Delivery", "D", "C"]


@pytest.mark.parametrize("workspace_id", [2, 3])
def test_another_workspace_sees_and_does_nothing(db, workspace_id):
    rename(db, "B")
    for forbidden in (
        lambda: history.undo(db, workspace_id, 1, 3, 2),
        lambda: history.redo(db, workspace_id, 1, 3, 2),
        lambda: history.can(db, workspace_id, 1),
        lambda: history.restore(db, workspace_id, 1, 3, 2, 1),
        lambda: history.name_revision(db, workspace_id, 1, 3, 1, "Mine"),
    ):
        with pytest.raises(flows.FlowNotFound):
            forbidden()
    assert history.revisions(db, workspace_id, 1) == ()
    assert (newest(db).revision, history.revisions(db, 1, 1)[1].name) == (2, "")


def test_a_revision_that_does_not_exist_is_not_found(db):
    for missing in (
        lambda: restore(db, 9),
        lambda: history.name_revision(db, 1, 1, 1, 9, "Nine"),
        lambda: history.undo(db, 1, 1, 1, 9),
    ):
        with pytest.raises(flows.FlowNotFound):
            missing()


def test_a_flow_that_was_deleted_has_no_history_until_it_is_back(db):
    flows.delete(db, 1, 1)
    assert history.revisions(db, 1, 1) == ()
    with pytest.raises(flows.FlowNotFound):
        history.can(db, 1, 1)
    flows.restore(db, 1, 1)
    assert len(history.revisions(db, 1, 1)) == 1


@pytest.mark.parametrize(
    "work",
    [
        lambda db: history.can(db, 1, 1),
        lambda db: history.revisions(db, 1, 1),
        lambda db: flows.load(db, 1, 1),
        lambda db: flows.list_all(db, 1),
    ],
)
def test_what_every_page_asks_for_is_one_query(db, work):
    for name in "BC":
        rename(db, name)
    undo(db)
    assert len(queries(db, lambda: work(db))) == 1


def test_undo_costs_the_same_after_a_hundred_edits(db):
    rename(db, "B")
    few = queries(db, lambda: undo(db))
    for number in range(100):
        rename(db, f"Name {number}")
    many = queries(db, lambda: undo(db))
    assert len(few) == len(many)
    for sql in (s for s in many if s.startswith("SELECT")):
        plan = " ".join(str(row[-1]) for row in db.conn.execute(f"EXPLAIN QUERY PLAN {sql}"))
        assert "SCAN" not in plan.replace("SCAN json_each", ""), sql


def test_revisions_from_before_undo_existed_can_be_undone(tmp_path):
    db = open_db(tmp_path / "old.sqlite3")
    names = [m.name for m in MIGRATIONS.pending(db)]
    MIGRATIONS.apply(db, stop_before="undo_and_names_of_versions")
    assert "undo_and_names_of_versions" in names
    with write_tx(db):
        db.execute("INSERT INTO workspaces (name, created_at) VALUES ('W', ?)", (now(),))
        db.execute(
            "INSERT INTO flows (workspace_id, name, revision, menu_count, created_at, updated_at)"
            " VALUES (1, 'B', 2, 0, ?, ?)",
            (now(), now()),
        )
        for number, name in enumerate("AB", 1):
            db.execute(
                "INSERT INTO flow_revisions (workspace_id, flow_id, number, head, menus, summary,"
                " created_at) VALUES (1, 1, ?, ?, '[]', 'Rename', ?)",
                (number, f'{{"name": "{name}"}}', now()),
            )
    migrate(db)
    assert history.can(db, 1, 1) == ("Rename", "")
    assert history.undo(db, 1, 1, None, 2).flow.name == "A"
    assert history.undo(db, 1, 1, None, 3) is None
    db.close()


def test_half_an_undo_is_never_saved(db: Database):
    rename(db, "B")
    db.execute(
        "CREATE TRIGGER full BEFORE UPDATE ON flows BEGIN SELECT RAISE(ABORT, 'disk full'); END"
    )
    with pytest.raises(sqlite3.IntegrityError):
        undo(db)
    assert (newest(db).revision, len(history.revisions(db, 1, 1))) == (2, 2)
