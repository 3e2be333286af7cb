"""Every place where the database keeps a secret that can be opened again: one table of them.

A column that holds what ``SecretBox.seal`` made stands here, or it would be lost when the key
changes; a test compares this table with the shape of the database.
"""

from __future__ import annotations

import re

from msgspec import Struct
from sqlite_utils import Database

from storage.credentials import CannotDecrypt, SecretBox
from storage.db import rows


class SealedColumn(Struct, frozen=True):
    """A column of secrets. ``context`` names, in braces, the columns of the row it is tied to."""

    table: str
    column: str
    context: str

    @property
    def tied_to(self) -> list[str]:
        """The columns that ``context`` names."""
        return re.findall(r"\{(\w+)\}", self.context)


SEALED = (
    SealedColumn("connections", "secret", "connections:{id}"),
    SealedColumn("inbox_addresses", "sealed", "inbox_addresses:{token_hash}"),
    SealedColumn("forward_addresses", "sealed", "forward_addresses:{workspace_id}"),
    SealedColumn("forward_addresses", "old_sealed", "forward_addresses:{workspace_id}"),
    SealedColumn("second_factors", "secret", "second_factors:{person_id}"),
)


class Kept(Struct, frozen=True):
    """How many secrets can be opened with a key, and how many cannot."""

    readable: int
    unreadable: int


def readable(db: Database, box: SecretBox) -> Kept:
    """How many of the stored secrets this key opens."""
    opened = lost = 0
    for place in SEALED:
        for _, context, sealed in _every(db, place):
            if _opened(box, sealed, context) is None:
                lost += 1
            else:
                opened += 1
    return Kept(opened, lost)


def reseal(db: Database, old: SecretBox, new: SecretBox) -> Kept:
    """Encrypt every secret anew, inside the caller's transaction.

    What the old key does not open stays as it is.
    """
    moved = lost = 0
    for place in SEALED:
        for row_id, context, sealed in _every(db, place):
            clear = _opened(old, sealed, context)
            if clear is None:
                lost += 1
                continue
            db.execute(
                f"UPDATE {place.table} SET {place.column} = ? WHERE rowid = ?",
                (new.seal(clear, context), row_id),
            )
            moved += 1
    return Kept(moved, lost)


def _every(db: Database, place: SealedColumn) -> list[tuple[int, str, bytes]]:
    """(row, what the secret is tied to, the secret) of a column; none in an older database."""
    if not any(column.name == place.column for column in db.table(place.table).columns):
        return []
    tied = "".join(f", {name} AS tied_{name}" for name in place.tied_to)
    found = rows(
        db,
        f"SELECT rowid AS row, {place.column} AS sealed{tied} FROM {place.table}"
        f" WHERE {place.column} IS NOT NULL",
    )
    return [
        (
            int(row["row"]),
            place.context.format(**{name: row[f"tied_{name}"] for name in place.tied_to}),
            bytes(row["sealed"]),
        )
        for row in found
    ]


def _opened(box: SecretBox, sealed: bytes, context: str) -> str | None:
    try:
        return box.open(sealed, context)
    except CannotDecrypt:
        return None
