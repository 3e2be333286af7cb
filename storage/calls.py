"""Calls and their events: every call placed here or accepted by a gateway.

A call's row is its present; ``call_events`` is its history. Both are written together. What
must happen once (claiming a call before it is sent) is decided here, by one UPDATE.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Literal, NamedTuple

from msgspec import Struct, field
from sqlite_utils import Database

from flows.said_kept import kept, remembered
from storage.db import now, one, rows, write_tx

Origin = Literal["app", "gateway"]
State = Literal["queued", "sending", "accepted", "refused", "unknown"]
Outcome = Literal[
    "waiting", "ringing", "answered", "not_answered", "busy", "refused", "failed", "unknown"
]


class NewEvent(Struct, frozen=True):
    """One line for a call's history. ``detail`` fills its sentence, ``raw`` is as received."""

    code: str
    detail: dict[str, Any] = field(default_factory=dict)
    raw: str = ""


class CallEvent(Struct, frozen=True):
    """A line of the history. ``at`` is UTC; ``origin`` says whose row it stands on."""

    id: int
    call_id: int
    at: str
    code: str
    detail: dict[str, Any]
    raw: str
    origin: Origin


class NewCall(Struct, frozen=True, kw_only=True):
    """What is known when a call is intended or accepted. ``nonce`` is unique in a workspace.

    ``real``: a real phone rings, so the rules of calling count it, in ``country`` (ISO 3166) and
    at ``price`` (see ``storage.rules``).
    """

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
    real: bool = False
    country: str = ""
    price: int = 0


class GateShut(Exception):
    """Raised by a gate: the call is not written down."""


Gate = Callable[[Database, NewCall], NewCall]
"""The last word inside the transaction that writes a call down: raises GateShut, or returns the
call as it is to be written. Not asked about a call that is there already."""


class StoredCall(NewCall, frozen=True, kw_only=True):
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


_NEW = NewCall.__struct_fields__
_CHANGEABLE = frozenset(StoredCall.__struct_fields__) - {"id", "workspace_id", "created_at"}


def add(
    db: Database, call: NewCall, events: Sequence[NewEvent], gate: Gate | None = None
) -> tuple[StoredCall, bool]:
    """Write a call down, and whether it is new: the same nonce gives the call it gave before.

    Raises GateShut when ``gate`` does; then nothing was written.
    """
    with write_tx(db):
        known = of_nonce(db, call.workspace_id, call.nonce)
        if known is not None:
            return known, False
        return insert(db, gate(db, call) if gate else call, events), True


def of_nonce(db: Database, workspace_id: int, nonce: str) -> StoredCall | None:
    """The call that one press of a button became, or None."""
    known = one(db, "SELECT * FROM calls WHERE workspace_id = ? AND nonce = ?", workspace_id, nonce)
    return as_call(known) if known else None


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
                _as_json(event.detail),
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


def claim(db: Database, call_id: int, bulk_id: str = "") -> StoredCall | None:
    """Take a queued call for sending; None when somebody else has it, or had it.

    ``bulk_id``: the name under which its service will know it, where that is ours to choose.
    """
    named = {"bulk_id": bulk_id} if bulk_id else {}
    sending = [NewEvent("sending")]
    return change(db, call_id, sending, only_in=("queued",), state="sending", **named)


def by_id(db: Database, call_id: int) -> StoredCall:
    """A call, for tasks that were given its id. Raises LookupError."""
    row = one(db, "SELECT * FROM calls WHERE id = ?", call_id)
    if row is None:
        raise LookupError(f"There is no call {call_id}.")
    return as_call(row)


def get(db: Database, workspace_id: int, call_id: int) -> StoredCall | None:
    """A call of this workspace, or None."""
    row = one(db, "SELECT * FROM calls WHERE workspace_id = ? AND id = ?", workspace_id, call_id)
    return as_call(row) if row else None


NEWEST_LOOKED_AT = 200
"""How many of a workspace's newest calls are looked through for a person's own (ours)."""


def last_of(db: Database, workspace_id: int, person_id: int) -> tuple[str, int | None]:
    """(number, connection) that a person last rang from the screens; ("", None) if not lately."""
    row = one(
        db,
        "SELECT to_number, connection_id FROM (SELECT * FROM calls WHERE workspace_id = ?"
        " AND listed = 1 ORDER BY id DESC LIMIT ?) WHERE origin = 'app' AND person_id = ?"
        " ORDER BY id DESC LIMIT 1",
        workspace_id,
        NEWEST_LOOKED_AT,
        person_id,
    )
    return (row["to_number"], row["connection_id"]) if row else ("", None)


def of_bulk(db: Database, workspace_id: int, bulk_id: str) -> list[StoredCall]:
    """The calls that a gateway accepted under one bulk id."""
    found = rows(
        db,
        "SELECT * FROM calls WHERE workspace_id = ? AND bulk_id = ? AND origin = 'gateway'"
        " ORDER BY id",
        workspace_id,
        bulk_id,
    )
    return [as_call(row) for row in found]


def of_message(db: Database, workspace_id: int, message_id: str) -> StoredCall | None:
    """The call that a gateway accepted under a message id."""
    row = one(
        db,
        "SELECT * FROM calls WHERE workspace_id = ? AND message_id = ? AND origin = 'gateway'",
        workspace_id,
        message_id,
    )
    return as_call(row) if row else None


class Shown(NamedTuple):
    """The call that people see for a message."""

    call_id: int
    flow_name: str


def shown_for(db: Database, workspace_id: int, message_id: str) -> Shown | None:
    """The call that people see for a message: the one placed here, if there is one."""
    row = one(
        db,
        "SELECT id, flow_name FROM calls WHERE workspace_id = ? AND message_id = ? AND listed = 1"
        " ORDER BY origin LIMIT 1",
        workspace_id,
        message_id,
    )
    return Shown(int(row["id"]), str(row["flow_name"])) if row else None


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
    return [CallEvent(**{**row, "detail": _as_detail(row["detail"])}) for row in found]


def _as_json(detail: Mapping[str, Any]) -> str:
    """The details with the sentences among them as ``flows.said_kept`` keeps them."""
    return json.dumps({name: kept(value) for name, value in detail.items()}, ensure_ascii=False)


def _as_detail(written: str) -> dict[str, Any]:
    return {name: remembered(value) for name, value in json.loads(written).items()}


def last_event(db: Database, call_id: int, codes: Sequence[str]) -> NewEvent | None:
    """The newest line of a call's own history that has one of these codes."""
    row = one(
        db,
        "SELECT code, detail, raw FROM call_events WHERE call_id = ?"
        f" AND code IN ({', '.join('?' * len(codes))}) ORDER BY id DESC LIMIT 1",
        call_id,
        *codes,
    )
    return NewEvent(row["code"], _as_detail(row["detail"]), row["raw"]) if row else None


def as_call(row: dict[str, Any]) -> StoredCall:
    """A row of ``calls`` as the call it is."""
    flags = {name: bool(row[name]) for name in ("listed", "real")}
    return StoredCall(**{**row, **flags})
