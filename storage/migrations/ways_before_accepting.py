"""What had to happen in a kept call before another way was accepted, to bring it back."""

from __future__ import annotations

from sqlite_utils import Database


def up(db: Database) -> None:
    """Apply it."""
    db.execute("ALTER TABLE journeys ADD COLUMN before_accepting TEXT")
