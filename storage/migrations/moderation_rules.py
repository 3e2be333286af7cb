"""What each workspace changed about moderation; lists as JSON. No row: the usual rules."""

from __future__ import annotations

from sqlite_utils import Database


def up(db: Database) -> None:
    """Apply it."""
    db.execute(
        "CREATE TABLE moderation_rules ("
        " workspace_id INTEGER PRIMARY KEY REFERENCES workspaces(id),"
        " categories TEXT NOT NULL, own_words TEXT NOT NULL, own_numbers TEXT NOT NULL,"
        " statistics INTEGER NOT NULL, classifier_url TEXT NOT NULL,"
        " fail_open INTEGER NOT NULL, updated_at TEXT NOT NULL)"
    )
