"""Finding the calls to a number that may have rung: asked before that number is rung again."""

from __future__ import annotations

from sqlite_utils import Database


def up(db: Database) -> None:
    """Apply it."""
    db.execute(
        "CREATE INDEX calls_unclear ON calls(workspace_id, to_number, id) WHERE state = 'unknown'"
    )
