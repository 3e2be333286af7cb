"""How long a workspace keeps its calls, and forgetting the older ones a few at a time.

Days are days in UTC.
"""

from __future__ import annotations

from datetime import date

from sqlite_utils import Database

from storage import call_search
from storage.db import one, rows, write_tx

FORGOTTEN_AT_ONCE = 200
"""Calls that one transaction deletes: others who write wait no longer than that takes."""

WITH_A_CALL = {
    "call_events": "DELETE FROM call_events WHERE call_id = ?",
    "practice_calls": "DELETE FROM practice_calls WHERE call_id = ?",
    "gateway_calls": "DELETE FROM gateway_calls WHERE call_id = ?",
    "answers": "UPDATE answers SET call_id = NULL WHERE call_id = ?",
    "own_numbers": "UPDATE own_numbers SET call_id = NULL WHERE call_id = ?",
}
"""Table that belongs to calls -> what happens to its rows when a call is forgotten."""


def days_kept(db: Database, workspace_id: int) -> int | None:
    """How many days calls are kept; None is for ever."""
    row = one(db, "SELECT keep_calls_days FROM workspaces WHERE id = ?", workspace_id)
    return row["keep_calls_days"] if row else None


def keep(db: Database, workspace_id: int, days: int | None) -> None:
    """Decide how many days calls are kept; None is for ever."""
    with write_tx(db):
        db.execute("UPDATE workspaces SET keep_calls_days = ? WHERE id = ?", (days, workspace_id))


def limited(db: Database) -> list[tuple[int, int]]:
    """(workspace, days) of every workspace that does not keep calls for ever."""
    found = rows(
        db,
        "SELECT id, keep_calls_days FROM workspaces WHERE keep_calls_days IS NOT NULL ORDER BY id",
    )
    return [(int(row["id"]), int(row["keep_calls_days"])) for row in found]


def older(db: Database, workspace_id: int, first_kept: date) -> int:
    """How many calls, as people count them, were made before a day."""
    row = one(
        db,
        "SELECT coalesce(sum(calls), 0) AS n FROM call_counts WHERE workspace_id = ?"
        " AND day > '' AND day < ? AND service = ''",
        workspace_id,
        first_kept.isoformat(),
    )
    return int(row["n"]) if row else 0


def forget(db: Database, workspace_id: int, first_kept: date) -> int:
    """Delete some calls that are over and were made before a day, with all that is theirs.

    Returns how many; call it again until it is 0. Answers stay, without their call.
    """
    with write_tx(db):
        found = rows(
            db,
            "SELECT id FROM calls WHERE workspace_id = ? AND created_at < ?"
            " AND finished_at IS NOT NULL ORDER BY created_at LIMIT ?",
            workspace_id,
            first_kept.isoformat(),
            FORGOTTEN_AT_ONCE,
        )
        ids = [(int(row["id"]),) for row in found]
        for sql in WITH_A_CALL.values():
            db.conn.executemany(sql, ids)
        db.conn.executemany("DELETE FROM calls WHERE id = ?", ids)
    return len(ids)


def tidy(db: Database, workspace_id: int) -> None:
    """After calls were forgotten: nothing of them stays in the search or in the counts."""
    with write_tx(db):
        db.execute("DELETE FROM call_counts WHERE workspace_id = ? AND calls = 0", (workspace_id,))
        call_search.merge(db)
