"""Who may come in. Tokens and keys are kept as SHA-256 hashes only."""

from __future__ import annotations

from sqlite_utils import Database


def up(db: Database) -> None:
    """Apply it."""
    for sql in (
        "CREATE TABLE workspaces (id INTEGER PRIMARY KEY, name TEXT NOT NULL,"
        " created_at TEXT NOT NULL)",
        "CREATE TABLE people (id INTEGER PRIMARY KEY,"
        " workspace_id INTEGER NOT NULL REFERENCES workspaces(id),"
        " email TEXT NOT NULL COLLATE NOCASE UNIQUE, name TEXT NOT NULL,"
        " role TEXT NOT NULL CHECK (role IN ('owner','editor','viewer')),"
        " password_hash TEXT NOT NULL, created_at TEXT NOT NULL)",
        "CREATE INDEX people_workspace ON people(workspace_id)",
        "CREATE TABLE sessions (token_hash TEXT PRIMARY KEY,"
        " workspace_id INTEGER NOT NULL REFERENCES workspaces(id),"
        " person_id INTEGER NOT NULL REFERENCES people(id),"
        " created_at TEXT NOT NULL, seen_at TEXT NOT NULL)",
        "CREATE INDEX sessions_person ON sessions(person_id)",
        "CREATE TABLE setup_links (token_hash TEXT PRIMARY KEY, created_at TEXT NOT NULL,"
        " used_at TEXT)",
        "CREATE TABLE api_keys (id INTEGER PRIMARY KEY,"
        " workspace_id INTEGER NOT NULL REFERENCES workspaces(id), name TEXT NOT NULL,"
        " purpose TEXT NOT NULL CHECK (purpose IN ('outside','practice')),"
        " prefix TEXT NOT NULL, key_hash TEXT NOT NULL UNIQUE, created_at TEXT NOT NULL,"
        " revoked_at TEXT)",
        "CREATE INDEX api_keys_workspace ON api_keys(workspace_id)",
        "CREATE TABLE connections (id INTEGER PRIMARY KEY,"
        " workspace_id INTEGER NOT NULL REFERENCES workspaces(id),"
        " service TEXT NOT NULL, name TEXT NOT NULL, base_url TEXT NOT NULL,"
        " username TEXT NOT NULL DEFAULT '', secret BLOB, sender TEXT NOT NULL DEFAULT '',"
        " practice INTEGER NOT NULL DEFAULT 0, created_at TEXT NOT NULL,"
        " updated_at TEXT NOT NULL)",
        "CREATE INDEX connections_workspace ON connections(workspace_id)",
    ):
        db.execute(sql)
