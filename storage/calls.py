"""Calls and their events: every call placed here or accepted by a gateway.

A call's row is its present; ``call_events`` is its history. Both are written together. What
must happen once (claiming a call before it is sent) is decided here, by one UPDATE.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, Literal

from sqlite_utils import Database

from storage.db import now, one, rows, write_tx

Origin = Literal["app", "gateway"]
State = Literal["drafted", "queued", "sending", "accepted", "refused", "unknown"]
Outcome = Literal[
    "waiting", "ringing", "answered", "not_answered", "busy", "refused", "failed", "unknown"
]


@dataclass(frozen=True)
class NewEvent:
    """One line for a call's history. ``detail`` fills its sentence, ``raw`` is as received."""

    code: str
    detail: dict[str, Any] = field(default_factory=dict)
    raw: str = ""


@dataclass(frozen=True)
class CallEvent:
    """A line of the history. ``at`` is UTC; ``origin`` says whose row it stands on."""

    id: int
    call_id: int
    at: str
    code: str
    detail: dict[str, Any]
    raw: str
    origin: Origin


@dataclass(frozen=True, kw_only=True)
class NewCall:
    """What is known when a call is intended or accepted. ``nonce`` is unique in a workspace."""

    workspace_id: int
    origin: Origin
    nonce: str
    flow_name: str
    service: str
    to_number: str
    sender: str
    request_path: str
    request: str
    state: State
    outcome: Outcome = "waiting"
    listed: bool = True
    flow_id: int | None = None
    flow_revision: int | None = None
    connection_id: int | None = None
    api_key_id: int | None = None
    person_id: int | None = None
    bulk_id: str = ""
    message_id: str = ""


@dataclass(frozen=True, kw_only=True)
class StoredCall(NewCall):
    """A call as it stands. Times are UTC; ``reply_status`` is the service's HTTP status."""

    id: int
    reply_status: int | None
    reply: str
    problem: str
    created_at: str
    updated_at: str
    finished_at: str | None
    polls: int
    next_poll_at: str | None

    @property
    def status(self) -> str:
        """What a list shows: how the call went once it was accepted, else how far it got."""
        return self.outcome if self.state == "accepted" else self.state

    @property
    def final(self) -> bool:
        """Whether nothing more will be heard of it."""
        return self.finished_at is not None


_NEW = tuple(f.name for f in fields(NewCall))
_CHANGEABLE = frozenset(f.name for f in fields(StoredCall)) - {"id", "workspace_id", "created_at"}
_STATUS = "CASE WHEN state = 'accepted' THEN outcome ELSE state END"


def add(db: Database, call: NewCall, events: Sequence[NewEvent]) -> tuple[StoredCall, bool]:
    """Write a call down, and whether it is new: the same nonce gives the call it gave before."""
    with write_tx(db):
        known = one(
            db,
            "SELECT * FROM calls WHERE workspace_id = ? AND nonce = ?",
            call.workspace_id,
            call.nonce,
        )
        if known is not None:
            return _call(known), False
        return insert(db, call, events), True


def insert(db: Database, call: NewCall, events: Sequence[NewEvent]) -> StoredCall:
    """Write a new call down inside the caller's transaction."""
    moment = now()
    names = (*_NEW, "created_at", "updated_at")
    cursor = db.execute(
        f"INSERT INTO calls ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})",
        (*(getattr(call, name) for name in _NEW), moment, moment),
    )
    call_id = int(cursor.lastrowid or 0)
    append(db, call.workspace_id, call_id, events)
    return by_id(db, call_id)


def append(db: Database, workspace_id: int, call_id: int, events: Iterable[NewEvent]) -> None:
    """Add lines to a call's history inside the caller's transaction."""
    moment = now()
    for event in events:
        db.execute(
            "INSERT INTO call_events (workspace_id, call_id, at, code, detail, raw)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (
                workspace_id,
                call_id,
                moment,
                event.code,
                json.dumps(event.detail, ensure_ascii=False),
                event.raw,
            ),
        )


def change(
    db: Database,
    call_id: int,
    events: Sequence[NewEvent],
    only_in: Sequence[State] = (),
    **columns: object,
) -> StoredCall | None:
    """Change a call and add to its history; None when it is in none of ``only_in``.

    ``columns`` are columns of ``calls``. An empty ``only_in`` means any state.
    """
    with write_tx(db):
        return apply_change(db, call_id, events, only_in, **columns)


def apply_change(
    db: Database,
    call_id: int,
    events: Sequence[NewEvent],
    only_in: Sequence[State] = (),
    **columns: object,
) -> StoredCall | None:
    """``change`` inside the caller's transaction."""
    unknown = columns.keys() - _CHANGEABLE
    if unknown:
        raise ValueError(f"A call has no {', '.join(sorted(unknown))} to change.")
    values = {"updated_at": now(), **columns}
    where = f" AND state IN ({', '.join('?' * len(only_in))})" if only_in else ""
    cursor = db.execute(
        f"UPDATE calls SET {', '.join(f'{name} = ?' for name in values)} WHERE id = ?{where}",
        (*values.values(), call_id, *only_in),
    )
    if not cursor.rowcount:
        return None
    call = by_id(db, call_id)
    append(db, call.workspace_id, call_id, events)
    return call


def claim(db: Database, call_id: int) -> StoredCall | None:
    """Take a queued call for sending; None when somebody else has it, or had it."""
    return change(db, call_id, [NewEvent("sending")], only_in=("queued",), state="sending")


def abandon(db: Database, claimed_before: str) -> list[StoredCall]:
    """Calls whose sender died between claim and reply become "unknown". Returns them."""
    with write_tx(db):
        stuck = rows(
            db,
            "SELECT id FROM calls WHERE state = 'sending' AND updated_at < ?",
            claimed_before,
        )
        changed = [
            apply_change(
                db,
                int(str(row["id"])),
                [NewEvent("abandoned")],
                state="unknown",
                outcome="unknown",
                finished_at=now(),
            )
            for row in stuck
        ]
    return [call for call in changed if call is not None]


def by_id(db: Database, call_id: int) -> StoredCall:
    """A call, for tasks that were given its id. Raises LookupError."""
    row = one(db, "SELECT * FROM calls WHERE id = ?", call_id)
    if row is None:
        raise LookupError(f"There is no call {call_id}.")
    return _call(row)


def get(db: Database, workspace_id: int, call_id: int) -> StoredCall | None:
    """A call of this workspace, or None."""
    row = one(db, "SELECT * FROM calls WHERE workspace_id = ? AND id = ?", workspace_id, call_id)
    return _call(row) if row else None


def of_bulk(db: Database, workspace_id: int, bulk_id: str) -> list[StoredCall]:
    """The calls that a gateway accepted under one bulk id."""
    found = rows(
        db,
        "SELECT * FROM calls WHERE workspace_id = ? AND bulk_id = ? AND origin = 'gateway'"
        " ORDER BY id",
        workspace_id,
        bulk_id,
    )
    return [_call(row) for row in found]


def of_message(db: Database, workspace_id: int, message_id: str) -> StoredCall | None:
    """The call that a gateway accepted under a message id."""
    row = one(
        db,
        "SELECT * FROM calls WHERE workspace_id = ? AND message_id = ? AND origin = 'gateway'",
        workspace_id,
        message_id,
    )
    return _call(row) if row else None


def shown_for(db: Database, workspace_id: int, message_id: str) -> int | None:
    """The id of the call that people see for a message: the one placed here, if there is one."""
    row = one(
        db,
        "SELECT id FROM calls WHERE workspace_id = ? AND message_id = ? AND listed = 1"
        " ORDER BY origin LIMIT 1",
        workspace_id,
        message_id,
    )
    return int(row["id"]) if row else None


def list_page(
    db: Database,
    workspace_id: int,
    *,
    flow_id: int | None = None,
    status: str = "",
    before_id: int | None = None,
    limit: int = 50,
) -> list[StoredCall]:
    """The calls people see, newest first. ``status`` is a ``StoredCall.status``; "" is any."""
    found = rows(
        db,
        "SELECT * FROM calls WHERE workspace_id = ?1 AND listed = 1"
        f" AND (?2 IS NULL OR flow_id = ?2) AND (?3 = '' OR {_STATUS} = ?3)"
        " AND (?4 IS NULL OR id < ?4) ORDER BY id DESC LIMIT ?5",
        workspace_id,
        flow_id,
        status,
        before_id,
        limit,
    )
    return [_call(row) for row in found]


def last_of_flows(db: Database, workspace_id: int) -> dict[int, StoredCall]:
    """Flow id -> the newest call made with it."""
    found = rows(
        db,
        "SELECT * FROM calls WHERE id IN (SELECT max(id) FROM calls WHERE workspace_id = ?"
        " AND listed = 1 AND flow_id IS NOT NULL GROUP BY flow_id)",
        workspace_id,
    )
    calls = [_call(row) for row in found]
    return {call.flow_id: call for call in calls if call.flow_id is not None}


def events(db: Database, call: StoredCall) -> list[CallEvent]:
    """A call's whole history, oldest first.

    A practice call that was placed here has a second row, the gateway's own; what happened
    on that side (rung, answered, keys, web addresses told) is part of the same history.
    """
    found = rows(
        db,
        "SELECT e.id, e.call_id, e.at, e.code, e.detail, e.raw, c.origin FROM call_events e"
        " JOIN calls c ON c.id = e.call_id WHERE e.call_id = ?1 OR (?2 <> '' AND e.call_id IN"
        " (SELECT id FROM calls WHERE workspace_id = ?3 AND message_id = ?2 AND listed = 0))"
        " ORDER BY e.at, e.id",
        call.id,
        call.message_id,
        call.workspace_id,
    )
    return [CallEvent(**{**row, "detail": json.loads(row["detail"])}) for row in found]


def queued(db: Database) -> list[int]:
    """Ids of the calls that still wait to be sent, oldest first."""
    found = rows(db, "SELECT id FROM calls WHERE state = 'queued' ORDER BY id")
    return [int(str(row["id"])) for row in found]


def claim_poll(db: Database, call_id: int, at: str, lease_until: str) -> StoredCall | None:
    """Take a call whose status is due at ``at``; None when it is not due (any more).

    Until ``lease_until`` nobody else takes it; a poller that dies is followed by another.
    """
    with write_tx(db):
        cursor = db.execute(
            "UPDATE calls SET next_poll_at = ?, polls = polls + 1"
            " WHERE id = ? AND next_poll_at <= ? AND finished_at IS NULL",
            (lease_until, call_id, at),
        )
        return by_id(db, call_id) if cursor.rowcount else None


def last_event(db: Database, call_id: int, codes: Sequence[str]) -> NewEvent | None:
    """The newest line of a call's own history that has one of these codes."""
    row = one(
        db,
        "SELECT code, detail, raw FROM call_events WHERE call_id = ?"
        f" AND code IN ({', '.join('?' * len(codes))}) ORDER BY id DESC LIMIT 1",
        call_id,
        *codes,
    )
    return NewEvent(row["code"], json.loads(row["detail"]), row["raw"]) if row else None


def due_polls(db: Database, at: str) -> list[int]:
    """Ids of the calls whose status should have been asked for by ``at``."""
    found = rows(
        db,
        "SELECT id FROM calls WHERE next_poll_at IS NOT NULL AND next_poll_at <= ?"
        " ORDER BY next_poll_at",
        at,
    )
    return [int(str(row["id"])) for row in found]


def _call(row: dict[str, Any]) -> StoredCall:
    return StoredCall(**{**row, "listed": bool(row["listed"])})
