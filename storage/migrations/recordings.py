"""Recordings (a row an address, its file in the data folder), and what trying others brought.

Which menus name a recording of ours is found by the token in its address, which is always the
32 characters before the ending's four.
"""

from __future__ import annotations

from sqlite_utils import Database


def up(db: Database) -> None:
    """Apply it."""
    for sql in (
        "CREATE TABLE recordings (id INTEGER PRIMARY KEY,"
        " workspace_id INTEGER NOT NULL REFERENCES workspaces(id),"
        " token TEXT NOT NULL UNIQUE, name TEXT NOT NULL, kind TEXT NOT NULL,"
        " hash TEXT NOT NULL, size INTEGER NOT NULL, seconds REAL NOT NULL, loudness REAL,"
        " draft INTEGER NOT NULL, person_id INTEGER REFERENCES people(id),"
        " created_at TEXT NOT NULL, replaced_by INTEGER REFERENCES recordings(id),"
        " deleted_at TEXT)",
        "CREATE INDEX recordings_workspace ON recordings(workspace_id, deleted_at, hash)",
        "CREATE TABLE recording_trials (workspace_id INTEGER NOT NULL REFERENCES workspaces(id),"
        " url TEXT NOT NULL, result TEXT NOT NULL, tried_at TEXT NOT NULL,"
        " PRIMARY KEY (workspace_id, url)) WITHOUT ROWID",
        "ALTER TABLE menu_versions ADD COLUMN recording_token TEXT GENERATED ALWAYS AS"
        " (CASE WHEN json_valid(body)"
        " THEN substr(json_extract(body, '$.recording'), -36, 32) END) VIRTUAL",
        "CREATE INDEX menu_versions_recording ON menu_versions(workspace_id, recording_token)",
    ):
        db.execute(sql)
