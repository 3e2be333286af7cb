"""Which text a draft voice said: a mark of it, so that a later change of the script is noticed."""

from __future__ import annotations

from sqlite_utils import Database


def up(db: Database) -> None:
    """Apply it."""
    db.execute("ALTER TABLE recordings ADD COLUMN spoken TEXT NOT NULL DEFAULT ''")
