"""The guide beside a person's first steps: whether it is shown, and whether they tried the phone.

People who are here already know their way: theirs is hidden. What the other steps need is
counted from what is stored anyway.
"""

from __future__ import annotations

from sqlite_utils import Database


def up(db: Database) -> None:
    """Apply it."""
    for sql in (
        "ALTER TABLE people ADD COLUMN guide TEXT NOT NULL DEFAULT 'hidden'"
        " CHECK (guide IN ('hidden','shown','again'))",
        "ALTER TABLE people ADD COLUMN phone_tried INTEGER NOT NULL DEFAULT 0",
    ):
        db.execute(sql)
