"""``calls``: every call that people placed here or that a gateway accepted.

``practice_calls``: the practice phone network's own book.
"""

from __future__ import annotations

from sqlite_utils import Database


def up(db: Database) -> None:
    """Apply it."""
    for sql in (
        "CREATE TABLE calls (id INTEGER PRIMARY KEY,"
        " workspace_id INTEGER NOT NULL REFERENCES workspaces(id),"
        " origin TEXT NOT NULL CHECK (origin IN ('app','gateway')),"
        " listed INTEGER NOT NULL DEFAULT 1, nonce TEXT NOT NULL,"
        " flow_id INTEGER REFERENCES flows(id), flow_revision INTEGER, flow_name TEXT NOT NULL,"
        " connection_id INTEGER REFERENCES connections(id),"
        " api_key_id INTEGER REFERENCES api_keys(id), person_id INTEGER REFERENCES people(id),"
        " service TEXT NOT NULL, to_number TEXT NOT NULL, sender TEXT NOT NULL,"
        " state TEXT NOT NULL, outcome TEXT NOT NULL, bulk_id TEXT NOT NULL DEFAULT '',"
        " message_id TEXT NOT NULL DEFAULT '', request_path TEXT NOT NULL,"
        " request TEXT NOT NULL, reply_status INTEGER, reply TEXT NOT NULL DEFAULT '',"
        " problem TEXT NOT NULL DEFAULT '', created_at TEXT NOT NULL, updated_at TEXT NOT NULL,"
        " finished_at TEXT, polls INTEGER NOT NULL DEFAULT 0, next_poll_at TEXT,"
        " UNIQUE (workspace_id, nonce))",
        "CREATE INDEX calls_listed ON calls(workspace_id, listed, id)",
        "CREATE INDEX calls_flow ON calls(workspace_id, flow_id, id)",
        "CREATE INDEX calls_message ON calls(workspace_id, message_id)",
        "CREATE INDEX calls_bulk ON calls(workspace_id, bulk_id)",
        "CREATE INDEX calls_due ON calls(next_poll_at) WHERE next_poll_at IS NOT NULL",
        "CREATE INDEX calls_unsent ON calls(state) WHERE state IN ('queued','sending')",
        "CREATE TABLE call_events (id INTEGER PRIMARY KEY,"
        " workspace_id INTEGER NOT NULL REFERENCES workspaces(id),"
        " call_id INTEGER NOT NULL REFERENCES calls(id), at TEXT NOT NULL,"
        " code TEXT NOT NULL, detail TEXT NOT NULL DEFAULT '{}', raw TEXT NOT NULL DEFAULT '')",
        "CREATE INDEX call_events_call ON call_events(call_id, id)",
        "CREATE TABLE practice_calls (message_id TEXT PRIMARY KEY,"
        " workspace_id INTEGER NOT NULL REFERENCES workspaces(id),"
        " call_id INTEGER NOT NULL REFERENCES calls(id), service TEXT NOT NULL,"
        " bulk_id TEXT NOT NULL, customer_message_id TEXT NOT NULL DEFAULT '',"
        " sender TEXT NOT NULL, to_number TEXT NOT NULL, flow TEXT NOT NULL,"
        " script TEXT NOT NULL, phase TEXT NOT NULL, inputs TEXT NOT NULL DEFAULT '[]',"
        " result TEXT NOT NULL DEFAULT '', created_at TEXT NOT NULL, answered_at TEXT,"
        " ended_at TEXT, next_at TEXT)",
        "CREATE INDEX practice_calls_bulk ON practice_calls(workspace_id, bulk_id)",
        "CREATE INDEX practice_calls_due ON practice_calls(next_at) WHERE next_at IS NOT NULL",
        "CREATE INDEX practice_calls_ringing ON practice_calls(workspace_id, phase)",
    ):
        db.execute(sql)
