"""Another key for the stored secrets: all of them move, and an interruption loses none."""

import os
import re
import sqlite3
import stat
from contextlib import closing

import pytest

from storage import connections, forward_addresses, inboxes, rotation, sealed
from storage.credentials import secret_box
from storage.db import open_db, write_tx
from storage.in_use import InUse, hold
from tests.helpers import ROOT

TYPED = "quiet-as-a-mouse"


@pytest.fixture
def full(data, db):
    """A folder with a secret of every kind; gives what they are, by asking for each."""
    box = secret_box(data)
    number = connections.save(
        db, box, 1, service="speechcall", name="C", base_url="https://a.example.com",
        new_secret=TYPED,
    )  # fmt: skip
    forward_addresses.save(db, box, 1, "https://b.example.com/", True, "first")
    forward_addresses.rotate(db, box, 1, "second", "2999-01-01T00:00:00.000Z")
    inboxes.inbox_keys(db, box, 1)
    inboxes.rotate(db, box, 1, "2999-01-01T00:00:00.000Z")

    def asked():
        box = secret_box(data)
        return (
            connections.secret(db, box, connections.get(db, 1, number)),
            tuple(forward_addresses.secrets(db, box, 1)),
            inboxes.inbox_keys(db, box, 1),
        )

    return asked


def rotate(data, **options):
    return rotation.rotate(data, data / "press-one.sqlite3", **options)


def settle(data):
    rotation.settle(data, data / "press-one.sqlite3")


def key(data):
    return (data / "secret.key").read_bytes()


def test_every_secret_can_be_read_after_the_key_changed(data, full):
    before, old = full(), key(data)
    kept = rotate(data)
    assert full() == before
    assert before[:2] == (TYPED, ("second", "first"))
    assert key(data) != old
    assert kept == sealed.Kept(7, 0)
    assert stat.S_IMODE((data / "secret.key").stat().st_mode) == 0o600
    assert not (data / "secret.key.next").exists()


def test_nothing_kept_with_the_old_key_is_left(data, db, full):
    column = "SELECT secret FROM connections WHERE secret IS NOT NULL"
    old = [row["secret"] for row in db.query(column)]
    db.close()
    rotate(data)
    for path in data.glob("press-one.sqlite3*"):
        for secret in old:
            assert secret not in path.read_bytes()


def test_the_old_key_is_left_when_it_is_asked_for(data, full):
    old = key(data)
    rotate(data, keep_old=True)
    assert (data / "secret.key.old").read_bytes() == old
    assert stat.S_IMODE((data / "secret.key.old").stat().st_mode) == 0o600


def test_every_column_that_holds_something_sealed_is_known(db):
    tables = [row["name"] for row in db.query("SELECT name FROM sqlite_schema WHERE type='table'"
                                              " AND sql NOT LIKE 'CREATE VIRTUAL%'"
                                              " AND name NOT LIKE 'call_search%'")]  # fmt: skip
    found = {
        (table, column["name"])
        for table in tables
        for column in db.query(f"PRAGMA table_info({table})")
        if column["type"] == "BLOB"
    }
    assert found <= {(place.table, place.column) for place in sealed.SEALED}


def test_whoever_seals_is_among_the_known():
    users = {
        path.stem
        for path in (*(ROOT / "storage").glob("*.py"), *(ROOT / "calling").rglob("*.py"),
                     *(ROOT / "blueprints").glob("*.py"))
        if re.search(r"\.seal\(", path.read_text())
    }  # fmt: skip
    known = {"connections", "inboxes", "forward_addresses", "second_factor"}
    assert users - {"sealed"} <= known


def test_a_secret_that_the_old_key_does_not_open_stays_and_is_counted(data, db, full):
    with write_tx(db):
        db.execute("UPDATE forward_addresses SET old_sealed = x'00112233'")
    assert rotate(data) == sealed.Kept(6, 1)
    (row,) = db.query("SELECT old_sealed FROM forward_addresses")
    assert row["old_sealed"] == bytes.fromhex("00112233")


class Cut(Exception):
    """The power goes."""


def cut(*_args, **_kwargs):
    raise Cut


CUTS = {
    "before anything was encrypted": (sealed, "reseal"),
    "after the database, before the file": (rotation, "_take_next"),
}


@pytest.mark.parametrize("place", CUTS)
def test_an_interrupted_change_is_finished_or_undone_at_the_next_start(
    data, full, monkeypatch, place
):
    before, old = full(), key(data)
    with monkeypatch.context() as patched, pytest.raises(Cut):
        patched.setattr(*CUTS[place], cut)
        rotate(data)
    assert (data / "secret.key.next").exists()
    settle(data)
    assert full() == before
    assert (key(data) == old) is (place == "before anything was encrypted")
    assert not (data / "secret.key.next").exists()


def test_half_a_new_key_is_thrown_away(data, full):
    before = full()
    (data / "secret.key.next").write_bytes(b"half")
    settle(data)
    assert full() == before
    assert not (data / "secret.key.next").exists()


def test_the_key_does_not_change_while_somebody_works_with_it(data, full):
    handle = hold(data)
    old = key(data)
    with pytest.raises(InUse):
        rotate(data)
    assert key(data) == old
    os.close(handle)


def test_a_database_that_cannot_be_written_keeps_its_key(data, full, monkeypatch):
    before = full()
    with closing(open_db(data / "press-one.sqlite3")) as other:
        other.conn.execute("BEGIN IMMEDIATE")
        monkeypatch.setattr("storage.db.BUSY_TIMEOUT_MS", 50)
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            rotate(data)
    settle(data)
    assert full() == before
