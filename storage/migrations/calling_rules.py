"""What each workspace decided about ringing, whom it must not ring, and people's own numbers.

``calls`` learns what the rules count: whether a real phone rings, in which country, at what
price (ten-thousandths of the workspace's currency). Calls of before count nowhere.
"""

from __future__ import annotations

from sqlite_utils import Database


def up(db: Database) -> None:
    """Apply it."""
    for sql in (
        "CREATE TABLE calling_rules (workspace_id INTEGER PRIMARY KEY REFERENCES workspaces(id),"
        " rules TEXT NOT NULL, updated_at TEXT NOT NULL)",
        "CREATE TABLE do_not_call (id INTEGER PRIMARY KEY,"
        " workspace_id INTEGER NOT NULL REFERENCES workspaces(id), number TEXT NOT NULL,"
        " note TEXT NOT NULL DEFAULT '', added_at TEXT NOT NULL, expires_at TEXT,"
        " UNIQUE (workspace_id, number))",
        "CREATE INDEX do_not_call_newest ON do_not_call(workspace_id, id)",
        "CREATE TABLE own_numbers ("
        " person_id INTEGER PRIMARY KEY REFERENCES people(id) ON DELETE CASCADE,"
        " workspace_id INTEGER NOT NULL REFERENCES workspaces(id),"
        " number TEXT NOT NULL DEFAULT '', practice INTEGER NOT NULL DEFAULT 0,"
        " verified_at TEXT, asked_number TEXT NOT NULL DEFAULT '',"
        " asked_practice INTEGER NOT NULL DEFAULT 0, asked_at TEXT,"
        " code TEXT NOT NULL DEFAULT '', tries_left INTEGER NOT NULL DEFAULT 0,"
        " call_id INTEGER REFERENCES calls(id) ON DELETE SET NULL)",
        "CREATE INDEX own_numbers_workspace ON own_numbers(workspace_id)",
        "ALTER TABLE calls ADD COLUMN real INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE calls ADD COLUMN country TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE calls ADD COLUMN price INTEGER NOT NULL DEFAULT 0",
        "CREATE INDEX calls_counted ON calls(workspace_id, created_at, to_number, person_id,"
        " country, state, price) WHERE real = 1",
        "CREATE INDEX calls_in_flight ON calls(workspace_id, to_number)"
        " WHERE real = 1 AND finished_at IS NULL",
        "CREATE INDEX calls_heard ON calls(workspace_id, to_number, flow_id)"
        " WHERE real = 1 AND outcome = 'answered'",
    ):
        db.execute(sql)
