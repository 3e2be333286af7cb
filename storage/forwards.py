"""Answers told on to the workspace's own web address: what is owed, and every attempt.

An answer that must be told on is written down together with the answer itself. One that is
being told is claimed until a moment; a teller that dies is followed by another, so the same
answer may be told twice, under the same message id. A workspace tells one at a time.
"""

from __future__ import annotations

import json
import secrets as randomness
from typing import Any, Literal

from msgspec import Struct
from sqlite_utils import Database

from storage.db import now, one, rows, write_tx

State = Literal["waiting", "sending", "told", "failed"]


class Owed(Struct, frozen=True):
    """One answer to tell on. ``message`` is the same in every attempt; ``tries`` were made."""

    id: int
    workspace_id: int
    message: str
    tries: int
    url: str
    received_at: str
    step: str
    name: str
    value: Any
    from_number: str
    to_number: str
    mid: str
    call_id: int | None
    flow_name: str | None
    flow_revision: int | None


class Attempt(Struct, frozen=True):
    """One attempt. ``status`` is the HTTP status, None where none came; ``ms`` milliseconds."""

    at: str
    status: int | None
    ms: int
    reason: str


class Forward(Struct, frozen=True):
    """An answer told on, or to be told on, with its attempts, oldest first."""

    id: int
    state: State
    name: str
    value: Any
    to_number: str
    received_at: str
    next_at: str | None
    attempts: tuple[Attempt, ...]


def owe(db: Database, workspace_id: int, answer_id: int) -> bool:
    """Inside the caller's transaction: write down that a new answer must be told on.

    Whether somebody must be sent for it: not when another one is due already, because whoever
    tells that one goes on with this one.
    """
    moment = now()
    busy = one(
        db,
        "SELECT 1 FROM forwards WHERE workspace_id = ? AND next_at IS NOT NULL AND"
        " (next_at <= ? OR state = 'sending') LIMIT 1",
        workspace_id,
        moment,
    )
    cursor = db.execute(
        "INSERT INTO forwards (workspace_id, answer_id, message, state, next_at, created_at)"
        " SELECT workspace_id, ?, ?, 'waiting', ?, ? FROM forward_addresses"
        " WHERE workspace_id = ? AND enabled = 1",
        (answer_id, f"msg_{randomness.token_hex(16)}", moment, moment, workspace_id),
    )
    return bool(cursor.rowcount) and busy is None


def claim(db: Database, workspace_id: int, lease_until: str) -> Owed | None:
    """Take the answer that is due first; None when there is none, or it is switched off, the
    address is left alone for a moment, or another one is being told right now."""
    moment = now()
    with write_tx(db):
        row = one(
            db,
            "SELECT f.id FROM forwards f JOIN forward_addresses w USING (workspace_id)"
            " WHERE f.workspace_id = ?1 AND f.next_at IS NOT NULL AND f.next_at <= ?2"
            " AND w.enabled = 1 AND (w.rests_until IS NULL OR w.rests_until <= ?2)"
            " AND NOT EXISTS (SELECT 1 FROM forwards o WHERE o.workspace_id = ?1"
            " AND o.next_at > ?2 AND o.state = 'sending') ORDER BY f.next_at LIMIT 1",
            workspace_id,
            moment,
        )
        if row is None:
            return None
        db.execute(
            "UPDATE forwards SET state = 'sending', next_at = ? WHERE id = ?",
            (lease_until, row["id"]),
        )
        return _owed(db, int(row["id"]))


def finish(
    db: Database, owed: Owed, attempt: Attempt, state: State, next_at: str | None, rest: str | None
) -> None:
    """Write an attempt down. ``rest`` (UTC): until then nothing is told to this address.

    An answer that was deleted meanwhile leaves nothing behind.
    """
    with write_tx(db):
        cursor = db.execute(
            "UPDATE forwards SET state = ?, tries = tries + 1, next_at = ? WHERE id = ?",
            (state, next_at, owed.id),
        )
        if cursor.rowcount:
            db.execute(
                "INSERT INTO forward_attempts (workspace_id, forward_id, at, status, ms, reason)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                (
                    owed.workspace_id,
                    owed.id,
                    attempt.at,
                    attempt.status,
                    attempt.ms,
                    attempt.reason,
                ),
            )
        db.execute(
            "UPDATE forward_addresses SET rests_until = ? WHERE workspace_id = ?",
            (rest, owed.workspace_id),
        )


def again(db: Database, workspace_id: int, forward_id: int) -> bool:
    """Tell one again from now on, as if it had never been tried; whether there is such a one."""
    with write_tx(db):
        cursor = db.execute(
            "UPDATE forwards SET state = 'waiting', tries = 0, next_at = ?"
            " WHERE workspace_id = ? AND id = ? AND state IN ('told', 'failed', 'waiting')",
            (now(), workspace_id, forward_id),
        )
        db.execute(
            "UPDATE forward_addresses SET rests_until = NULL WHERE workspace_id = ?",
            (workspace_id,),
        )
    return bool(cursor.rowcount)


def all_failed_again(db: Database, workspace_id: int) -> int:
    """The same for every one that was given up; how many there were."""
    with write_tx(db):
        cursor = db.execute(
            "UPDATE forwards SET state = 'waiting', tries = 0, next_at = ?"
            " WHERE workspace_id = ? AND state = 'failed'",
            (now(), workspace_id),
        )
    return int(cursor.rowcount)


def counts(db: Database, workspace_id: int) -> dict[str, int]:
    """How many wait ("waiting") and how many were given up ("failed")."""
    row = one(
        db,
        "SELECT (SELECT count(*) FROM forwards WHERE workspace_id = ?1 AND next_at IS NOT NULL)"
        " AS waiting, (SELECT count(*) FROM forwards WHERE workspace_id = ?1"
        " AND state = 'failed') AS failed",
        workspace_id,
    )
    return dict(row) if row else {}


def next_at(db: Database, workspace_id: int) -> str | None:
    """When the next one is due, or None."""
    row = one(
        db,
        "SELECT max(min(f.next_at), coalesce(max(w.rests_until), '')) AS at FROM forwards f"
        " JOIN forward_addresses w USING (workspace_id)"
        " WHERE f.workspace_id = ? AND f.next_at IS NOT NULL AND w.enabled = 1",
        workspace_id,
    )
    return row["at"] if row else None


def owing(db: Database, at: str) -> list[int]:
    """The workspaces that have something to tell by ``at``."""
    found = rows(
        db,
        "SELECT workspace_id FROM forward_addresses w WHERE enabled = 1 AND EXISTS"
        " (SELECT 1 FROM forwards f WHERE f.workspace_id = w.workspace_id"
        " AND f.next_at IS NOT NULL AND f.next_at <= ?)",
        at,
    )
    return [int(row["workspace_id"]) for row in found]


def page(
    db: Database,
    workspace_id: int,
    *,
    failed_only: bool = False,
    before_id: int | None = None,
    limit: int = 50,
) -> list[Forward]:
    """What was told on or is to be, newest first, each with its attempts."""
    failed = " AND f.state = 'failed'" if failed_only else ""
    found = rows(
        db,
        "SELECT f.id, f.state, f.next_at, a.name, a.value, a.to_number, a.received_at"
        " FROM forwards f JOIN answers a ON a.id = f.answer_id"
        f" WHERE f.workspace_id = ?1{failed} AND (?2 IS NULL OR f.id < ?2)"
        " ORDER BY f.id DESC LIMIT ?3",
        workspace_id,
        before_id,
        limit,
    )
    attempts = _attempts(db, [row["id"] for row in found])
    return [
        Forward(
            **{**row, "value": json.loads(row["value"])},
            attempts=tuple(attempts.get(row["id"], ())),
        )
        for row in found
    ]


def _attempts(db: Database, forward_ids: list[int]) -> dict[int, list[Attempt]]:
    made: dict[int, list[Attempt]] = {}
    for row in rows(
        db,
        "SELECT forward_id, at, status, ms, reason FROM forward_attempts"
        " WHERE forward_id IN (SELECT value FROM json_each(?)) ORDER BY id",
        json.dumps(forward_ids),
    ):
        made.setdefault(row.pop("forward_id"), []).append(Attempt(**row))
    return made


def _owed(db: Database, forward_id: int) -> Owed | None:
    row = one(
        db,
        "SELECT f.id, f.workspace_id, f.message, f.tries, w.url, a.received_at, a.step, a.name,"
        " a.value, a.from_number, a.to_number, a.mid, a.call_id, c.flow_name, a.flow_revision"
        " FROM forwards f JOIN answers a ON a.id = f.answer_id"
        " JOIN forward_addresses w ON w.workspace_id = f.workspace_id"
        " LEFT JOIN calls c ON c.id = a.call_id WHERE f.id = ?",
        forward_id,
    )
    return Owed(**{**row, "value": json.loads(row["value"])}) if row else None
