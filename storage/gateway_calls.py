"""Calls that a gateway sent on to a real service, by the ids that it gave its client.

The row in ``calls`` carries the service's own ids once it answered; the client keeps ours.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct
from sqlite_utils import Database

from storage import calls
from storage.calls import Gate, GateShut, NewCall, NewEvent, StoredCall
from storage.db import one, rows, write_tx


class Names(Struct, frozen=True, kw_only=True):
    """What the client calls the call. ``service`` is the gateway that it came in through."""

    service: str
    bulk_id: str
    message_id: str
    customer_message_id: str = ""


class GatewayCall(Struct, frozen=True):
    """A call, and what its client calls it."""

    call: StoredCall
    names: Names


_SELECT = (
    "SELECT call_id, service, bulk_id, message_id, customer_message_id FROM gateway_calls"
    " WHERE workspace_id = ? AND service = ?"
)


def write_down(
    db: Database, taken: Sequence[tuple[NewCall, Names, Gate]], events: Sequence[NewEvent]
) -> list[StoredCall | GateShut]:
    """Write down the calls that a gateway took on and whose gates let them through.

    All in one transaction: each gate sees the calls before it. Those that a gate stops stand in
    the list as what it said.
    """
    with write_tx(db):
        return [_insert(db, call, names, gate, events) for call, names, gate in taken]


def find(db: Database, workspace_id: int, service: str, message_id: str) -> GatewayCall | None:
    """The call behind a message id of this workspace, or None."""
    row = one(db, f"{_SELECT} AND message_id = ?", workspace_id, service, message_id)
    return _gateway_call(db, row) if row else None


def of_bulk(db: Database, workspace_id: int, service: str, bulk_id: str) -> list[GatewayCall]:
    """The calls behind a bulk id of this workspace, in their order."""
    found = rows(db, f"{_SELECT} AND bulk_id = ? ORDER BY call_id", workspace_id, service, bulk_id)
    return [_gateway_call(db, row) for row in found]


def _insert(
    db: Database, call: NewCall, names: Names, gate: Gate, events: Sequence[NewEvent]
) -> StoredCall | GateShut:
    try:
        stored = calls.insert(db, gate(db, call), events)
    except GateShut as stopped:
        return stopped
    db.execute(
        "INSERT INTO gateway_calls (call_id, workspace_id, service, bulk_id, message_id,"
        " customer_message_id) VALUES (?, ?, ?, ?, ?, ?)",
        (
            stored.id,
            stored.workspace_id,
            names.service,
            names.bulk_id,
            names.message_id,
            names.customer_message_id,
        ),
    )
    return stored


def _gateway_call(db: Database, row: dict[str, object]) -> GatewayCall:
    fields = {name: str(value) for name, value in row.items() if name != "call_id"}
    return GatewayCall(calls.by_id(db, int(str(row["call_id"]))), Names(**fields))
