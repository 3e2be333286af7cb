"""Inbox addresses can be changed: the old one is taken for a while beside the new one.

Hashes only, beside what the compilers need encrypted. Addresses made before this have no hash
of their secret and are made anew.
"""

from __future__ import annotations

from sqlite_utils import Database


def up(db: Database) -> None:
    """Apply it."""
    for sql in (
        "DROP TABLE inboxes",
        "CREATE TABLE inbox_addresses (id INTEGER PRIMARY KEY,"
        " workspace_id INTEGER NOT NULL REFERENCES workspaces(id),"
        " token_hash TEXT NOT NULL UNIQUE, secret_hash TEXT NOT NULL, sealed BLOB NOT NULL,"
        " created_at TEXT NOT NULL, ends_at TEXT)",
        "CREATE UNIQUE INDEX inbox_addresses_present ON inbox_addresses(workspace_id)"
        " WHERE ends_at IS NULL",
        "CREATE INDEX inbox_addresses_workspace ON inbox_addresses(workspace_id)",
    ):
        db.execute(sql)
