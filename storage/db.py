"""Opening the database, and the one way to write to it."""

from __future__ import annotations

import os
import sqlite3
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from weakref import WeakSet

from sqlite_utils import Database

BUSY_TIMEOUT_MS = 5_000
"""How long a writer waits for another one before it gives up, in milliseconds."""

TURN_MS = 3
"""How long a writer sleeps before it asks for the lock again. Left to itself SQLite sleeps ever
longer, up to 100 ms, so whoever came last asks most often, and some wait until they give up."""

MOST_IDLE = 16
"""Connections that a pool keeps for later."""


def now() -> str:
    """The present moment, UTC, as every table keeps it: ``2026-11-21T07:30:00.123Z``."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def open_db(path: Path | str) -> Database:
    """A connection of its own, for one request, one task or one command.

    ``synchronous=FULL``: an acknowledged edit or call survives a power loss.
    """
    connection = sqlite3.connect(str(path), timeout=BUSY_TIMEOUT_MS / 1000, check_same_thread=False)
    db = Database(connection, execute_plugins=False, recursive_triggers=False)
    for pragma in (
        "journal_mode=WAL",
        "foreign_keys=ON",
        f"busy_timeout={BUSY_TIMEOUT_MS}",
        "synchronous=FULL",
    ):
        db.conn.execute(f"PRAGMA {pragma}")
    return db


class Pool:
    """Connections to one database, kept open and lent for one request or task at a time.

    A new connection reads the whole shape of the database and prepares every statement anew,
    which costs more than most requests; and when the last one closes, SQLite waits for the disk
    to empty its log (sqlite.org/wal.html, section 2.1).
    """

    def __init__(self, path: Path | str) -> None:
        self._path = path
        self._idle: deque[tuple[Database, tuple[int, int]]] = deque(maxlen=MOST_IDLE)
        self._lent: dict[int, tuple[int, int]] = {}

    def take(self) -> Database:
        """A connection that nobody else has, to the file that is there now.

        A file that was put in the place of another one, a backup for instance, is noticed.
        """
        present = _file(self._path)
        while self._idle:
            try:
                db, file = self._idle.pop()
            except IndexError:
                break
            if file == present:
                self._lent[id(db)] = file
                return db
            db.close()
        db = open_db(self._path)
        self._lent[id(db)] = _file(self._path)
        return db

    def give(self, db: Database) -> None:
        """Bring a connection back; what was begun on it and not finished is undone."""
        file = self._lent.pop(id(db))
        db.conn.rollback()
        if len(self._idle) < MOST_IDLE:
            self._idle.append((db, file))
        else:
            db.close()

    @contextmanager
    def lend(self) -> Iterator[Database]:
        """A connection for the time of a ``with`` block."""
        db = self.take()
        try:
            yield db
        finally:
            self.give(db)


def _file(path: Path | str) -> tuple[int, int]:
    """Which file stands at a path, whatever is in it."""
    try:
        found = os.stat(path)
    except FileNotFoundError:
        return (0, 0)
    return (found.st_dev, found.st_ino)


@contextmanager
def write_tx(db: Database) -> Iterator[Database]:
    """Everything inside is written together, or not at all.

    Takes the write lock at once (``BEGIN IMMEDIATE``): a transaction that begins by reading
    and upgrades later fails immediately when another writer came between, whatever the
    busy time-out. Inside another one it is a part of that one. Raises
    ``sqlite3.OperationalError`` when the lock cannot be had in time.
    """
    if db in _WRITING:
        yield db
        return
    _begin(db.conn)
    _WRITING.add(db)
    try:
        yield db
    except BaseException:
        db.conn.rollback()
        raise
    else:
        db.conn.commit()
    finally:
        _WRITING.discard(db)


_WRITING: WeakSet[Database] = WeakSet()
"""Connections with a transaction of ``write_tx`` under way."""


def _begin(connection: sqlite3.Connection) -> None:
    """Take the write lock; everybody who waits for it asks equally often."""
    end = time.monotonic() + BUSY_TIMEOUT_MS / 1000
    connection.execute(f"PRAGMA busy_timeout={TURN_MS}")
    try:
        while True:
            try:
                connection.execute("BEGIN IMMEDIATE")
                return
            except sqlite3.OperationalError as problem:
                if problem.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > end:
                    raise
    finally:
        connection.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")


def rows(db: Database, sql: str, *params: object) -> list[dict[str, Any]]:
    """All rows of a query, as dictionaries. Asked directly: sqlite-utils' own ``query`` puts a
    savepoint around each question, which makes three of one."""
    found = db.conn.execute(sql, params)
    names = [column[0] for column in found.description]
    return [dict(zip(names, row, strict=True)) for row in found]


def one(db: Database, sql: str, *params: object) -> dict[str, Any] | None:
    """The first row of a query, or None."""
    found = db.conn.execute(sql, params)
    row = found.fetchone()
    names = (column[0] for column in found.description)
    found.close()
    return None if row is None else dict(zip(names, row, strict=True))
