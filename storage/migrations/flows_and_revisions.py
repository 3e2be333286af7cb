"""A revision names its menus by the hash of their content; equal menus are kept once."""

from __future__ import annotations

from sqlite_utils import Database


def up(db: Database) -> None:
    """Apply it."""
    for sql in (
        "CREATE TABLE flows (id INTEGER PRIMARY KEY,"
        " workspace_id INTEGER NOT NULL REFERENCES workspaces(id), name TEXT NOT NULL,"
        " revision INTEGER NOT NULL, menu_count INTEGER NOT NULL, created_at TEXT NOT NULL,"
        " updated_at TEXT NOT NULL, deleted_at TEXT)",
        "CREATE INDEX flows_workspace ON flows(workspace_id, deleted_at, updated_at)",
        "CREATE TABLE menu_versions (workspace_id INTEGER NOT NULL REFERENCES workspaces(id),"
        " hash TEXT NOT NULL, body TEXT NOT NULL,"
        " PRIMARY KEY (workspace_id, hash)) WITHOUT ROWID",
        "CREATE TABLE flow_revisions (id INTEGER PRIMARY KEY,"
        " workspace_id INTEGER NOT NULL REFERENCES workspaces(id),"
        " flow_id INTEGER NOT NULL REFERENCES flows(id), number INTEGER NOT NULL,"
        " head TEXT NOT NULL, menus TEXT NOT NULL, summary TEXT NOT NULL,"
        " person_id INTEGER REFERENCES people(id), created_at TEXT NOT NULL,"
        " UNIQUE (flow_id, number))",
    ):
        db.execute(sql)
