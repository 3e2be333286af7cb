"""Opening the database, and the one way to write to it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlite_utils import Database

BUSY_TIMEOUT_MS = 5_000
"""How long a writer waits for another one before it gives up, in milliseconds."""


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


@contextmanager
def write_tx(db: Database) -> Iterator[Database]:
    """Everything inside is written together, or not at all.

    Takes the write lock at once (``BEGIN IMMEDIATE``): a transaction that begins by reading
    and upgrades later fails immediately when another writer came between, whatever the
    busy time-out. Raises ``sqlite3.OperationalError`` when the lock cannot be had in time.
    """
    db.conn.execute("BEGIN IMMEDIATE")
    try:
        yield db
    except BaseException:
        db.conn.rollback()
        raise
    db.conn.commit()


def rows(db: Database, sql: str, *params: object) -> list[dict[str, Any]]:
    """All rows of a query, as dictionaries."""
    return list(db.query(sql, params))


def one(db: Database, sql: str, *params: object) -> dict[str, Any] | None:
    """The first row of a query, or None."""
    return next(iter(db.query(sql, params)), None)
