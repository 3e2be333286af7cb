"""Before the database changes its shape, a checked copy is laid aside."""

import sqlite3
from contextlib import closing

import pytest

from storage import backup
from storage import migrations as house
from storage.db import open_db, write_tx
from storage.migrations import COPIES, NAMES, migrate


def copies(data):
    return sorted(path.name for path in (data / "backups").glob("*"))


def forget(db, *names):
    """Let the last changes be unmade as far as the record of them says."""
    with write_tx(db):
        for name in names:
            db.execute("DELETE FROM _sqlite_migrations WHERE name = ?", (name,))


@pytest.fixture
def harmless(monkeypatch):
    """The last eight changes do nothing but leave a mark, so that they can be made again."""
    made = house.Migrations("press_one")
    for name in NAMES[:-8]:
        made(name=name)(lambda db: None)
    for name in NAMES[-8:]:
        made(name=name)(lambda db, n=name: db.execute("UPDATE workspaces SET name = ?", (n,)))
    monkeypatch.setattr(house, "MIGRATIONS", made)


def test_a_new_database_needs_no_copy(tmp_path):
    with closing(open_db(tmp_path / "new.sqlite3")) as db:
        migrate(db)
    assert not (tmp_path / "backups").exists()


def test_a_database_that_is_up_to_date_is_not_copied(data, db):
    migrate(db)
    assert not (data / "backups").exists()


def test_a_copy_from_before_each_change_is_kept_and_of_those_the_newest(data, db, harmless):
    forget(db, *NAMES[-8:])
    migrate(db)
    assert copies(data) == sorted(f"before-{name}.sqlite3" for name in NAMES[-COPIES:])
    for before, name in zip(NAMES[-6:-1], NAMES[-5:], strict=True):
        with closing(sqlite3.connect(data / "backups" / f"before-{name}.sqlite3")) as copy:
            assert copy.execute("SELECT name FROM workspaces").fetchone() == (before,)


def test_a_change_without_room_for_its_copy_is_not_made(data, db, harmless, monkeypatch):
    forget(db, NAMES[-1])

    def no_room(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(backup, "copy_database", no_room)
    with pytest.raises(OSError, match="No space"):
        migrate(db)
    assert db.execute("SELECT name FROM workspaces").fetchone() == ("Bazar",)


def test_other_files_in_the_folder_of_copies_are_left_alone(data, db, harmless):
    (data / "backups").mkdir()
    (data / "backups" / "mine.tar").write_bytes(b"")
    forget(db, *NAMES[-8:])
    migrate(db)
    assert "mine.tar" in copies(data)
