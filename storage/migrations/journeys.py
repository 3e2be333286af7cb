"""Calls kept as tests: the keys, and what must happen, as JSON."""

from __future__ import annotations

from sqlite_utils import Database


def up(db: Database) -> None:
    """Apply it."""
    for sql in (
        "CREATE TABLE journeys (id INTEGER PRIMARY KEY,"
        " workspace_id INTEGER NOT NULL REFERENCES workspaces(id),"
        " flow_id INTEGER NOT NULL REFERENCES flows(id), name TEXT NOT NULL,"
        " start_menu TEXT NOT NULL, inputs TEXT NOT NULL, expected TEXT NOT NULL,"
        " person_id INTEGER REFERENCES people(id), created_at TEXT NOT NULL,"
        " updated_at TEXT NOT NULL)",
        "CREATE INDEX journeys_flow ON journeys(flow_id, id)",
    ):
        db.execute(sql)
