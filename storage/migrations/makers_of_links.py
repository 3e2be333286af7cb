"""Who made an invitation or a link for a new password: it is worth something only while that
person is an owner.

Links that wait are deleted: nobody knows any more who made them.
"""

from __future__ import annotations

from sqlite_utils import Database


def up(db: Database) -> None:
    """Apply it."""
    for sql in (
        "ALTER TABLE invitations ADD COLUMN made_by INTEGER REFERENCES people(id)",
        "DELETE FROM invitations WHERE used_at IS NULL",
    ):
        db.execute(sql)
