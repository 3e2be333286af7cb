"""Connections that are lent again: clean, and to the file that is there."""

from __future__ import annotations

import shutil

import pytest

from storage.db import MOST_IDLE, Pool, open_db, write_tx


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "a.sqlite3"
    db = open_db(path)
    db.execute("CREATE TABLE words (word TEXT)")
    db.close()
    return path


def words(db):
    return [row["word"] for row in db.query("SELECT word FROM words")]


def test_a_connection_that_was_given_back_is_lent_again(path):
    pool = Pool(path)
    with pool.lend() as first, pool.lend() as second:
        assert first is not second
    with pool.lend() as again:
        assert again in (first, second)


def test_what_was_not_finished_is_undone(path):
    pool = Pool(path)
    with pool.lend() as db:
        db.execute("BEGIN IMMEDIATE")
        db.execute("INSERT INTO words VALUES ('half')")
    with pool.lend() as db:
        assert words(db) == []
        with write_tx(db):
            db.execute("INSERT INTO words VALUES ('whole')")
    other = open_db(path)
    assert words(other) == ["whole"]
    other.close()


def test_a_file_that_was_put_in_its_place_is_noticed(path, tmp_path):
    pool = Pool(path)
    backup = tmp_path / "backup.sqlite3"
    db = open_db(backup)
    db.execute("CREATE TABLE words (word TEXT)")
    with write_tx(db):
        db.execute("INSERT INTO words VALUES ('from the backup')")
    db.execute("PRAGMA journal_mode=DELETE")
    db.close()
    with pool.lend() as db:
        assert words(db) == []
    for old in tmp_path.glob("a.sqlite3*"):
        old.unlink()
    shutil.move(backup, path)
    with pool.lend() as db:
        assert words(db) == ["from the backup"]


def test_no_more_stay_open_than_are_of_use(path):
    pool = Pool(path)
    lent = [pool.take() for _ in range(MOST_IDLE + 3)]
    for db in lent:
        pool.give(db)
    assert len(pool._idle) == MOST_IDLE
