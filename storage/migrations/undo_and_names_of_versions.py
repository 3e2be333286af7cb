"""Where Undo and Redo lead from every revision; names that people give to some of them."""

from __future__ import annotations

from sqlite_utils import Database


def up(db: Database) -> None:
    """Apply it."""
    for sql in (
        "ALTER TABLE flow_revisions ADD COLUMN kind TEXT NOT NULL DEFAULT 'edit'"
        " CHECK (kind IN ('edit','undo','redo','restore'))",
        "ALTER TABLE flow_revisions ADD COLUMN state_of INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE flow_revisions ADD COLUMN undo_to INTEGER",
        "ALTER TABLE flow_revisions ADD COLUMN redo_to INTEGER",
        "UPDATE flow_revisions SET state_of = number,"
        " undo_to = CASE WHEN number > 1 THEN number - 1 END",
        "CREATE TABLE revision_names (id INTEGER PRIMARY KEY,"
        " workspace_id INTEGER NOT NULL REFERENCES workspaces(id),"
        " flow_id INTEGER NOT NULL, number INTEGER NOT NULL,"
        " name TEXT NOT NULL COLLATE NOCASE, person_id INTEGER REFERENCES people(id),"
        " created_at TEXT NOT NULL, UNIQUE (flow_id, number), UNIQUE (flow_id, name),"
        " FOREIGN KEY (flow_id, number) REFERENCES flow_revisions(flow_id, number))",
    ):
        db.execute(sql)
