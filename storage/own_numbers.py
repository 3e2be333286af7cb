"""People's own phone numbers: asked for, and verified by a code that the phone was told."""

from __future__ import annotations

import hmac
from typing import Any, Literal

from msgspec import Struct
from sqlite_utils import Database

from storage.db import now, one, write_tx

Verdict = Literal["right", "wrong", "over"]
"""``over``: no code is waited for, it is too old, or it was tried too often."""


class OwnNumber(Struct, frozen=True):
    """A person's verified number ("": none) and the one that is being verified ("": none).

    ``practice`` and ``asked_practice``: the code was told by the practice phone, which proves
    nothing about a real one. Times are UTC; ``call_id`` is the call that tells the code.
    """

    person_id: int
    workspace_id: int
    number: str = ""
    practice: bool = False
    verified_at: str | None = None
    asked_number: str = ""
    asked_practice: bool = False
    asked_at: str | None = None
    tries_left: int = 0
    call_id: int | None = None


_COLUMNS = (
    "person_id, workspace_id, number, practice, verified_at, asked_number, asked_practice,"
    " asked_at, tries_left, call_id"
)


def get(db: Database, workspace_id: int, person_id: int) -> OwnNumber:
    """A person's own number, whatever is known of it."""
    row = one(
        db,
        f"SELECT {_COLUMNS} FROM own_numbers WHERE workspace_id = ? AND person_id = ?",
        workspace_id,
        person_id,
    )
    return _own(row) if row else OwnNumber(person_id, workspace_id)


def ask(db: Database, asked: OwnNumber, code: str) -> None:
    """Wait for this code for ``asked.asked_number``; an earlier code is worth nothing now."""
    with write_tx(db):
        db.execute(
            "INSERT INTO own_numbers (person_id, workspace_id, asked_number, asked_practice,"
            " asked_at, code, tries_left, call_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (person_id) DO UPDATE SET asked_number = excluded.asked_number,"
            " asked_practice = excluded.asked_practice, asked_at = excluded.asked_at,"
            " code = excluded.code, tries_left = excluded.tries_left,"
            " call_id = excluded.call_id",
            (
                asked.person_id,
                asked.workspace_id,
                asked.asked_number,
                asked.asked_practice,
                now(),
                code,
                asked.tries_left,
                asked.call_id,
            ),
        )


def answer(db: Database, workspace_id: int, person_id: int, code: str, asked_after: str) -> Verdict:
    """Try a code; the right one makes the asked number the person's own.

    A code that was asked for before ``asked_after`` (UTC) is too old.
    """
    with write_tx(db):
        row = one(
            db,
            "SELECT code, tries_left FROM own_numbers WHERE workspace_id = ? AND person_id = ?"
            " AND asked_number <> '' AND asked_at > ? AND tries_left > 0",
            workspace_id,
            person_id,
            asked_after,
        )
        if row is None:
            return "over"
        if not hmac.compare_digest(str(row["code"]).encode(), code.encode()):
            db.execute(
                "UPDATE own_numbers SET tries_left = tries_left - 1 WHERE person_id = ?",
                (person_id,),
            )
            return "wrong" if row["tries_left"] > 1 else "over"
        db.execute(
            "UPDATE own_numbers SET number = asked_number, practice = asked_practice,"
            " verified_at = ?, asked_number = '', asked_at = NULL, code = '', tries_left = 0"
            " WHERE person_id = ?",
            (now(), person_id),
        )
    return "right"


def forget(db: Database, workspace_id: int, person_id: int) -> None:
    """The person has no number of their own any more."""
    with write_tx(db):
        db.execute(
            "DELETE FROM own_numbers WHERE workspace_id = ? AND person_id = ?",
            (workspace_id, person_id),
        )


def heard(db: Database, workspace_id: int, flow_id: int, revision: int, practice: bool) -> bool:
    """Whether somebody answered this state of a flow on their own verified phone.

    Undo brings back a state that was heard before. With ``practice``, numbers that only the
    practice phone verified count too.
    """
    row = one(
        db,
        "SELECT 1 AS yes FROM own_numbers o"
        " JOIN calls c ON c.workspace_id = o.workspace_id AND c.to_number = o.number"
        " AND c.flow_id = ?2 AND c.real = 1 AND c.outcome = 'answered'"
        " AND c.person_id = o.person_id"
        " JOIN flow_revisions r ON r.flow_id = c.flow_id AND r.number = c.flow_revision"
        " WHERE o.workspace_id = ?1 AND o.number <> '' AND (o.practice = 0 OR ?4)"
        " AND r.state_of = (SELECT state_of FROM flow_revisions"
        " WHERE flow_id = ?2 AND number = ?3) LIMIT 1",
        workspace_id,
        flow_id,
        revision,
        practice,
    )
    return row is not None


def _own(row: dict[str, Any]) -> OwnNumber:
    flags = {name: bool(row[name]) for name in ("practice", "asked_practice")}
    return OwnNumber(**{**row, **flags})
