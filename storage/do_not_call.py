"""The numbers that a workspace must not ring, each for ever or until a moment."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct
from sqlite_utils import Database

from storage.db import now, one, rows, write_tx


class NewEntry(Struct, frozen=True):
    """A number (E.164) not to ring, until ``expires_at`` (UTC; None: for ever)."""

    number: str
    note: str = ""
    expires_at: str | None = None


class Entry(NewEntry, frozen=True, kw_only=True):
    """A number as it stands on the list."""

    id: int
    workspace_id: int
    added_at: str


def add(db: Database, workspace_id: int, entries: Iterable[NewEntry]) -> int:
    """Put numbers on the list, together; how many were not on it yet.

    A number that is there already gets the new note and the new end.
    """
    with write_tx(db):
        before = count(db, workspace_id)
        moment = now()
        db.conn.executemany(
            "INSERT INTO do_not_call (workspace_id, number, note, added_at, expires_at)"
            " VALUES (?, ?, ?, ?, ?) ON CONFLICT (workspace_id, number) DO UPDATE SET"
            " note = excluded.note, expires_at = excluded.expires_at",
            [(workspace_id, e.number, e.note, moment, e.expires_at) for e in entries],
        )
        return count(db, workspace_id) - before


def remove(db: Database, workspace_id: int, entry_id: int) -> str:
    """Take a number off the list; the number, or "" when it was not there."""
    with write_tx(db):
        row = one(
            db,
            "DELETE FROM do_not_call WHERE workspace_id = ? AND id = ? RETURNING number",
            workspace_id,
            entry_id,
        )
    return str(row["number"]) if row else ""


def standing(db: Database, workspace_id: int, number: str, at: str) -> Entry | None:
    """Why a number must not be rung at this moment (UTC), or None."""
    row = one(
        db,
        "SELECT * FROM do_not_call WHERE workspace_id = ? AND number = ?"
        " AND (expires_at IS NULL OR expires_at > ?)",
        workspace_id,
        number,
        at,
    )
    return Entry(**row) if row else None


def count(db: Database, workspace_id: int) -> int:
    """How many numbers the list has."""
    row = one(db, "SELECT count(*) AS n FROM do_not_call WHERE workspace_id = ?", workspace_id)
    return int(row["n"]) if row else 0


def page(
    db: Database,
    workspace_id: int,
    *,
    digits: str = "",
    before_id: int | None = None,
    limit: int = 50,
) -> list[Entry]:
    """The list, newest first; with ``digits``, only the numbers that have them in a row."""
    found = rows(
        db,
        "SELECT * FROM do_not_call WHERE workspace_id = ?1 AND (?2 = '' OR instr(number, ?2))"
        " AND (?3 IS NULL OR id < ?3) ORDER BY id DESC LIMIT ?4",
        workspace_id,
        digits,
        before_id,
        limit,
    )
    return [Entry(**row) for row in found]
