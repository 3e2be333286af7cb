"""Answers told on to the workspace's own web address: where to, what is owed, every attempt.

What is told is made from the answer each time, so that a deleted answer is nowhere else.
"""

from __future__ import annotations

from sqlite_utils import Database


def up(db: Database) -> None:
    """Apply it."""
    for sql in (
        "CREATE TABLE forward_addresses ("
        " workspace_id INTEGER PRIMARY KEY REFERENCES workspaces(id), url TEXT NOT NULL,"
        " enabled INTEGER NOT NULL, sealed BLOB NOT NULL, old_sealed BLOB, old_ends_at TEXT,"
        " rests_until TEXT, stopped TEXT NOT NULL DEFAULT '', updated_at TEXT NOT NULL)",
        "CREATE TABLE forwards (id INTEGER PRIMARY KEY,"
        " workspace_id INTEGER NOT NULL REFERENCES workspaces(id),"
        " answer_id INTEGER NOT NULL UNIQUE REFERENCES answers(id) ON DELETE CASCADE,"
        " message TEXT NOT NULL,"
        " state TEXT NOT NULL CHECK (state IN ('waiting','sending','told','failed')),"
        " tries INTEGER NOT NULL DEFAULT 0, next_at TEXT, created_at TEXT NOT NULL)",
        "CREATE INDEX forwards_listed ON forwards(workspace_id, id)",
        "CREATE INDEX forwards_failed ON forwards(workspace_id, id) WHERE state = 'failed'",
        "CREATE INDEX forwards_due ON forwards(workspace_id, next_at) WHERE next_at IS NOT NULL",
        "CREATE TABLE forward_attempts (id INTEGER PRIMARY KEY,"
        " workspace_id INTEGER NOT NULL REFERENCES workspaces(id),"
        " forward_id INTEGER NOT NULL REFERENCES forwards(id) ON DELETE CASCADE,"
        " at TEXT NOT NULL, status INTEGER, ms INTEGER NOT NULL, reason TEXT NOT NULL)",
        "CREATE INDEX forward_attempts_forward ON forward_attempts(forward_id, id)",
    ):
        db.execute(sql)
