"""A person's first steps: which are done, counted from what is stored, and whether to show them."""

from __future__ import annotations

from msgspec import Struct
from sqlite_utils import Database

from storage.db import write_tx
from storage.people import Guide, Person


class Done(Struct, frozen=True):
    """What somebody of the workspace did already; ``phone``: this person."""

    heard: bool
    key: bool
    phone: bool
    call: bool

    @property
    def everything(self) -> bool:
        """Whether nothing is left to do."""
        return self.heard and self.key and self.phone and self.call


DONE = (
    "SELECT EXISTS(SELECT 1 FROM menu_versions WHERE workspace_id = :workspace"
    " AND (body ->> '$.script' <> '' OR body ->> '$.recording' <> '')) AS heard,"
    " EXISTS(SELECT 1 FROM menu_versions WHERE workspace_id = :workspace"
    " AND json_array_length(body, '$.keys.\"1\"') > 0) AS key,"
    " EXISTS(SELECT 1 FROM calls WHERE workspace_id = :workspace AND listed = 1) AS call"
)
"""Each part stops at the first row that will do, found by its index."""


def done(db: Database, person: Person) -> Done:
    """Which first steps are done; one query."""
    row = next(iter(db.query(DONE, {"workspace": person.workspace_id})))
    return Done(bool(row["heard"]), bool(row["key"]), bool(person.phone_tried), bool(row["call"]))


def show(db: Database, person: Person, guide: Guide) -> None:
    """Show a person the guide, once more, or no longer."""
    with write_tx(db):
        db.execute(
            "UPDATE people SET guide = ? WHERE id = ? AND workspace_id = ?",
            (guide, person.id, person.workspace_id),
        )


def phone_was_tried(db: Database, person: Person) -> None:
    """Note that a person pressed a key on the phone of a draft."""
    with write_tx(db):
        db.execute(
            "UPDATE people SET phone_tried = 1 WHERE id = ? AND workspace_id = ?",
            (person.id, person.workspace_id),
        )
