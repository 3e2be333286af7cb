"""Two to four people edit one flow at the same time: nothing that was saved is ever lost.

The model: an edit is applied to the newest flow when what its editor looked at has not changed
since; otherwise it is refused, and everything stays as it was. Undo, redo and restore are only
for whoever looks at the newest revision.
"""

from __future__ import annotations

import json
import shutil
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from flows import edits
from flows.document import Flow, GoTo, HangUp, Menu, SaveAnswer
from storage import flows, history, menus
from storage.db import now, open_db, write_tx
from storage.migrations import migrate

START = Flow(
    name="Delivery",
    menus=tuple(
        Menu(id=menu_id, name=menu_id, keys={"1": (GoTo(id=f"g{menu_id}", menu="m1"),)})
        for menu_id in ("m1", "m2", "m3")
    ),
)
WHO = st.integers(0, 3)
PLACE = st.integers(0, 5)
KEY = st.sampled_from(("1", "2", "wrong"))


def text(value):
    return json.dumps(value.model_dump(), sort_keys=True) if value is not None else None


@dataclass
class Editor:
    """Somebody with a page open: ``seen`` is the flow on it, of revision ``base``."""

    db: object
    person: int
    base: int = 1
    seen: Flow = START

    def look(self, base, flow):
        self.base, self.seen = base, flow


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    """A database in which the flow has just been made."""
    path = tmp_path_factory.mktemp("two_editors") / "template.sqlite3"
    db = open_db(path)
    migrate(db)
    with write_tx(db):
        db.execute("INSERT INTO workspaces (name, created_at) VALUES ('W', ?)", (now(),))
        for name in "ABCD":
            db.execute(
                "INSERT INTO people (workspace_id, email, name, role, password_hash, created_at)"
                " VALUES (1, ?, ?, 'editor', '', ?)",
                (f"{name}@example.com", name, now()),
            )
    flows.create(db, 1, 1, START, "Start")
    db.close()
    return path


class Editors(RuleBasedStateMachine):
    """Everybody's presses, in any order; ``template`` is set by the test."""

    template: Path

    @initialize(count=st.integers(2, 4))
    def open_pages(self, count):
        self.folder = Path(tempfile.mkdtemp())
        self.path = self.folder / "flows.sqlite3"
        shutil.copy(self.template, self.path)
        self.editors = [Editor(open_db(self.path), number + 1) for number in range(count)]
        self.versions, self.past, self.future = {1: START}, [], []
        self.made = 0

    @property
    def number(self):
        return len(self.versions)

    @property
    def present(self):
        return self.versions[self.number]

    def editor(self, who):
        return self.editors[who % len(self.editors)]

    def menu_of(self, editor, place):
        return editor.seen.menus[place % len(editor.seen.menus)].id

    def new_id(self):
        self.made += 1
        return f"n{self.made}"

    def save(self, editor, change, menu_id=None, in_settings=False):
        """Press Save, and hold the store to the model's answer."""
        base = self.versions[editor.base]
        refused = menu_id is not None and text(base.menu(menu_id)) != text(
            self.present.menu(menu_id)
        )
        refused = refused or (in_settings and base.name != self.present.name)

        def press():
            return flows.edit(
                editor.db, 1, 1, editor.person, editor.base, change,
                menu_id=menu_id, settings=in_settings,
            )  # fmt: skip

        if refused:
            with pytest.raises(flows.Conflict) as conflict:
                press()
            assert text(conflict.value.base.flow) == text(base)
            assert text(conflict.value.current.flow) == text(self.present)
            return
        try:
            wanted = change(self.present)
        except edits.Gone:
            with pytest.raises(edits.Gone):
                press()
            return
        stored = press()
        if text(wanted) != text(self.present):
            self.acknowledge(wanted)
        editor.look(stored.revision, stored.flow)
        assert (stored.revision, text(stored.flow)) == (self.number, text(self.present))

    def acknowledge(self, flow):
        self.past.append(self.present)
        self.future.clear()
        self.versions[self.number + 1] = flow

    def step_in_time(self, editor, press, source, target):
        """Press Undo or Redo: one state from ``source`` to the present, that one to ``target``."""
        if editor.base != self.number:
            with pytest.raises(flows.Conflict):
                press(editor.db, 1, 1, editor.person, editor.base)
            return
        stored = press(editor.db, 1, 1, editor.person, editor.base)
        if not source:
            assert stored is None
            return
        target.append(self.present)
        self.versions[self.number + 1] = source.pop()
        editor.look(stored.revision, stored.flow)
        assert (stored.revision, text(stored.flow)) == (self.number, text(self.present))

    @rule(who=WHO)
    def look_again(self, who):
        editor = self.editor(who)
        stored = flows.load(editor.db, 1, 1)
        editor.look(stored.revision, stored.flow)

    @rule(who=WHO)
    def restart(self, who):
        editor = self.editor(who)
        editor.db.close()
        menus._cache.clear()
        editor.db = open_db(self.path)

    @precondition(lambda self: all(editor.seen.menus for editor in self.editors))
    @rule(who=WHO, place=PLACE, words=st.sampled_from(("Hello", "Good day", "")))
    def write_a_script(self, who, place, words):
        editor = self.editor(who)
        menu_id = self.menu_of(editor, place)
        seen, was = editor.seen.menu(menu_id).script, self.present.menu(menu_id)
        before = self.number
        self.save(editor, lambda f: edits.change_menu(f, menu_id, script=words), menu_id)
        if self.number > before:
            assert was.script == seen, "a text was overwritten that its editor never saw"

    @precondition(lambda self: all(editor.seen.menus for editor in self.editors))
    @rule(who=WHO, place=PLACE, key=KEY, kind=st.sampled_from(("hang up", "go to", 1, True)))
    def add_a_step(self, who, place, key, kind):
        editor, step_id = self.editor(who), self.new_id()
        menu_id = self.menu_of(editor, place)
        step = {
            "hang up": HangUp(id=step_id),
            "go to": GoTo(id=step_id, menu=self.menu_of(editor, place + 1)),
        }.get(kind) or SaveAnswer(id=step_id, name="ok", value=kind)
        self.save(editor, lambda f: edits.add_step(f, menu_id, key, step), menu_id)

    @precondition(lambda self: all(editor.seen.menus for editor in self.editors))
    @rule(who=WHO, place=PLACE, key=KEY)
    def empty_a_key(self, who, place, key):
        editor = self.editor(who)
        menu_id = self.menu_of(editor, place)
        self.save(editor, lambda f: edits.set_actions(f, menu_id, key, ()), menu_id)

    @rule(who=WHO)
    def add_a_menu(self, who):
        menu_id = self.new_id()
        self.save(self.editor(who), lambda f: edits.add_menu(f, menu_id, "New"))

    @precondition(lambda self: all(editor.seen.menus for editor in self.editors))
    @rule(who=WHO, place=PLACE, to=PLACE)
    def move_a_menu(self, who, place, to):
        editor = self.editor(who)
        menu_id = self.menu_of(editor, place)
        self.save(editor, lambda f: edits.move_menu(f, menu_id, to))

    @precondition(lambda self: all(len(editor.seen.menus) > 1 for editor in self.editors))
    @rule(who=WHO, place=PLACE)
    def delete_a_menu(self, who, place):
        editor = self.editor(who)
        menu_id = self.menu_of(editor, place)
        heir = self.menu_of(editor, place + 1)
        self.save(editor, lambda f: edits.delete_menu(f, menu_id, heir), menu_id)

    @rule(who=WHO, name=st.sampled_from(("Delivery", "Parcels", "Post")))
    def rename_the_flow(self, who, name):
        editor = self.editor(who)
        self.save(editor, lambda f: edits.change_settings(f, name=name), in_settings=True)

    @rule(who=WHO)
    def undo(self, who):
        self.step_in_time(self.editor(who), history.undo, self.past, self.future)

    @rule(who=WHO)
    def redo(self, who):
        self.step_in_time(self.editor(who), history.redo, self.future, self.past)

    @rule(who=WHO, number=st.integers(1, 50))
    def restore(self, who, number):
        editor, number = self.editor(who), (number - 1) % self.number + 1
        press = (editor.db, 1, 1, editor.person, editor.base, number)
        if editor.base != self.number:
            with pytest.raises(flows.Conflict):
                history.restore(*press)
            return
        stored = history.restore(*press)
        if stored.revision > self.number:
            self.acknowledge(self.versions[number])
        editor.look(stored.revision, stored.flow)
        assert text(stored.flow) == text(self.present) == text(self.versions[number])

    @invariant()
    def everybody_would_see_the_newest_flow(self):
        for editor in self.editors:
            stored = flows.load(editor.db, 1, 1)
            assert (stored.revision, text(stored.flow)) == (self.number, text(self.present))

    @invariant()
    def the_buttons_say_what_is_possible(self):
        undoes, redoes = history.can(self.editors[0].db, 1, 1)
        assert (bool(undoes), bool(redoes)) == (bool(self.past), bool(self.future))

    def teardown(self):
        if not hasattr(self, "editors"):
            return
        db = self.editors[0].db
        menus._cache.clear()
        for number, flow in self.versions.items():
            assert text(flows.load(db, 1, 1, number).flow) == text(flow)
        assert len(history.revisions(db, 1, 1, limit=1000)) == self.number
        for editor in self.editors:
            editor.db.close()
        shutil.rmtree(self.folder)


def test_whatever_two_to_four_editors_do_nothing_saved_is_lost(template):
    Editors.template = template
    run_state_machine_as_test(
        Editors,
        settings=settings(
            max_examples=60,
            stateful_step_count=40,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.fixture
def shared(template, tmp_path):
    """A file of its own with the flow."""
    return Path(shutil.copy(template, tmp_path / "flows.sqlite3"))


def at_once(path, count, work):
    """``work(db, number)`` in so many threads, each with a connection of its own."""
    begin, results = threading.Barrier(count), [None] * count

    def run(number):
        db = open_db(path)
        begin.wait()
        try:
            results[number] = work(db, number)
        finally:
            db.close()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def newest(path):
    db = open_db(path)
    try:
        return flows.load(db, 1, 1)
    finally:
        db.close()


def append(menu_id, mark):
    def change(flow):
        script = edits.find_menu(flow, menu_id).script
        return edits.change_menu(flow, menu_id, script=f"{script} {mark}")

    return change


def test_people_at_different_menus_never_stand_in_each_others_way(shared):
    def write(db, number):
        menu_id, base = f"m{number + 1}", 1
        for mark in range(15):
            base = flows.edit(db, 1, 1, 1, base, append(menu_id, mark), menu_id=menu_id).revision

    at_once(shared, 3, write)
    stored = newest(shared)
    assert stored.revision == 1 + 3 * 15
    everything = " " + " ".join(map(str, range(15)))
    assert [menu.script for menu in stored.flow.menus] == [everything] * 3


def test_people_at_the_same_menu_who_look_again_lose_nothing(shared):
    def write(db, number):
        refused = 0
        for mark in range(10):
            while True:
                base = flows.load(db, 1, 1).revision
                try:
                    flows.edit(db, 1, 1, 1, base, append("m1", f"{number}.{mark}"), menu_id="m1")
                    break
                except flows.Conflict:
                    refused += 1
        return refused

    at_once(shared, 4, write)
    marks = newest(shared).flow.menus[0].script.split()
    assert sorted(marks) == sorted(f"{who}.{mark}" for who in range(4) for mark in range(10))


def test_one_undo_pressed_by_four_people_at_once_takes_back_one_edit(shared):
    db = open_db(shared)
    for mark in range(3):
        flows.edit(db, 1, 1, 1, mark + 1, append("m1", mark))
    db.close()

    def press(db, number):
        try:
            return history.undo(db, 1, 1, number + 1, 4) is not None
        except flows.Conflict:
            return False

    assert sorted(at_once(shared, 4, press)) == [False, False, False, True]
    assert newest(shared).flow.menus[0].script == " 0 1"
