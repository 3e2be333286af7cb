"""Finds the web addresses still to tell without reading every call's history."""

from __future__ import annotations

from sqlite_utils import Database


def up(db: Database) -> None:
    """Apply it."""
    db.execute(
        "CREATE INDEX call_events_webhooks ON call_events(code)"
        " WHERE code IN ('webhook_due', 'webhook_started')"
    )
