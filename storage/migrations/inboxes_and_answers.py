"""Where services bring answers to (one address a workspace), and what they brought."""

from __future__ import annotations

from sqlite_utils import Database


def up(db: Database) -> None:
    """Apply it."""
    for sql in (
        "CREATE TABLE inboxes (workspace_id INTEGER PRIMARY KEY REFERENCES workspaces(id),"
        " token_hash TEXT NOT NULL UNIQUE, sealed BLOB NOT NULL, created_at TEXT NOT NULL)",
        "CREATE TABLE answers (id INTEGER PRIMARY KEY,"
        " workspace_id INTEGER NOT NULL REFERENCES workspaces(id), mid TEXT NOT NULL,"
        " step TEXT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL,"
        " from_number TEXT NOT NULL, to_number TEXT NOT NULL, received_at TEXT NOT NULL,"
        " UNIQUE (workspace_id, mid, step))",
    ):
        db.execute(sql)
