"""Taking one caller's data away: the answers of a number, and what its calls say about it.

The calls stay, so that counts of calls stay right; their number, requests, replies and
histories go. Freed pages are overwritten (SQLite's ``secure_delete``), and the search forgets.
"""

from __future__ import annotations

import json

from msgspec import Struct
from sqlite_utils import Database

from storage import call_keeping, calls
from storage.calls import NewEvent
from storage.db import one, write_tx


class CallUnderWay(Exception):
    """A call to this number is not over yet."""


class CallersData(Struct, frozen=True):
    """What is kept about one number."""

    answers: int
    calls: int
    under_way: int

    @property
    def anything(self) -> bool:
        """Whether there is something to delete."""
        return bool(self.answers or self.calls)


def data_of(db: Database, workspace_id: int, number: str) -> CallersData:
    """What is kept about a number (E.164, or however a service wrote it)."""
    row = one(
        db,
        f"SELECT (SELECT count(*) FROM answers WHERE {_ANSWERS}) AS answers,"
        f" (SELECT count(*) FROM calls WHERE {_CALLS} AND listed = 1) AS calls,"
        f" (SELECT count(*) FROM calls WHERE {_CALLS} AND finished_at IS NULL) AS under_way",
        workspace_id,
        json.dumps(_spellings(number)),
    )
    return CallersData(**row) if row else CallersData(0, 0, 0)


def erase(db: Database, workspace_id: int, number: str) -> CallersData:
    """Delete it, all or nothing; returns what there was. Raises CallUnderWay."""
    db.conn.execute("PRAGMA secure_delete = ON")
    numbers = json.dumps(_spellings(number))
    with write_tx(db):
        had = data_of(db, workspace_id, number)
        if had.under_way:
            raise CallUnderWay(number)
        found = list(
            db.query(f"SELECT id, message_id FROM calls WHERE {_CALLS}", (workspace_id, numbers))
        )
        db.execute(f"DELETE FROM answers WHERE {_ANSWERS}", (workspace_id, numbers))
        for call in found:
            _empty(db, workspace_id, int(call["id"]), call["message_id"])
    call_keeping.tidy(db, workspace_id)
    db.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    return had


_CALLS = "workspace_id = ?1 AND to_number IN (SELECT value FROM json_each(?2))"
_ANSWERS = (
    "workspace_id = ?1 AND (to_number IN (SELECT value FROM json_each(?2))"
    f" OR call_id IN (SELECT id FROM calls WHERE {_CALLS}))"
)


def _spellings(number: str) -> list[str]:
    """A service may leave out the plus."""
    bare = number.strip().removeprefix("+")
    return [f"+{bare}", bare]


def _empty(db: Database, workspace_id: int, call_id: int, message_id: str) -> None:
    db.execute("DELETE FROM call_events WHERE call_id = ?", (call_id,))
    db.execute(
        "DELETE FROM practice_calls WHERE workspace_id = ? AND message_id = ?",
        (workspace_id, message_id),
    )
    calls.apply_change(
        db, call_id, [NewEvent("erased")], to_number="", request="{}", reply="", problem=""
    )
