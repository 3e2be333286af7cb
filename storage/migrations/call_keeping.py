"""How many days each workspace keeps its calls (NULL: for ever), and finding the older ones.

Every table that belongs to a call is found from it without a scan, so that forgetting is quick.
A connection that is removed keeps its row, so that its calls need not be changed.
"""

from __future__ import annotations

from sqlite_utils import Database


def up(db: Database) -> None:
    """Apply it."""
    for sql in (
        "ALTER TABLE workspaces ADD COLUMN keep_calls_days INTEGER",
        "ALTER TABLE connections ADD COLUMN removed_at TEXT",
        "CREATE INDEX calls_over ON calls(workspace_id, created_at) WHERE finished_at IS NOT NULL",
        "CREATE INDEX practice_calls_call ON practice_calls(call_id)",
        "CREATE INDEX answers_call ON answers(call_id)",
    ):
        db.execute(sql)
