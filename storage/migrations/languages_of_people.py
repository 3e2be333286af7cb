"""The language each person reads the screens in; "" leaves it to the browser."""

from __future__ import annotations

from sqlite_utils import Database


def up(db: Database) -> None:
    """Apply it."""
    db.execute("ALTER TABLE people ADD COLUMN language TEXT NOT NULL DEFAULT ''")
