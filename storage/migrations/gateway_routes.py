"""What rings the phones that an API key asks for, how often it may ask, and whose calls they are.

``gateway_calls``: calls that a gateway sent on to a real service, by the ids that we gave out.
``route`` stays "connection" when the connection is removed: such a key rings nobody, rather than
the phones of practice.
"""

from __future__ import annotations

from sqlite_utils import Database


def up(db: Database) -> None:
    """Apply it."""
    for sql in (
        "ALTER TABLE api_keys ADD COLUMN route TEXT NOT NULL DEFAULT 'practice'"
        " CHECK (route IN ('practice','connection'))",
        "ALTER TABLE api_keys ADD COLUMN connection_id INTEGER REFERENCES connections(id)",
        "ALTER TABLE api_keys ADD COLUMN per_minute INTEGER NOT NULL DEFAULT 600",
        "UPDATE api_keys SET per_minute = 0 WHERE purpose = 'practice'",
        "CREATE INDEX api_keys_connection ON api_keys(connection_id)"
        " WHERE connection_id IS NOT NULL",
        "ALTER TABLE workspaces ADD COLUMN caller_id TEXT NOT NULL DEFAULT ''",
        "CREATE TABLE gateway_calls ("
        " call_id INTEGER PRIMARY KEY REFERENCES calls(id) ON DELETE CASCADE,"
        " workspace_id INTEGER NOT NULL REFERENCES workspaces(id), service TEXT NOT NULL,"
        " bulk_id TEXT NOT NULL, message_id TEXT NOT NULL,"
        " customer_message_id TEXT NOT NULL DEFAULT '', UNIQUE (workspace_id, message_id))",
        "CREATE INDEX gateway_calls_bulk ON gateway_calls(workspace_id, bulk_id)",
    ):
        db.execute(sql)
