"""Calls that wait for somebody: to be sent, to be asked about, or given up by their sender."""

from __future__ import annotations

from collections.abc import Collection

from sqlite_utils import Database

from storage import calls
from storage.calls import NewEvent, StoredCall
from storage.db import now, one, rows, write_tx


def abandon(
    db: Database, claimed_before: str, findable: Collection[str] = (), look_at: str = ""
) -> list[StoredCall]:
    """Calls whose sender died between claim and reply become "unknown". Returns them.

    Those of a ``findable`` service that have a bulk id are looked up there from ``look_at`` on;
    nothing more will be heard of the others.
    """
    with write_tx(db):
        stuck = rows(
            db,
            "SELECT id, service, bulk_id FROM calls WHERE state = 'sending' AND updated_at < ?",
            claimed_before,
        )
        changed = []
        for row in stuck:
            looked_up = row["service"] in findable and row["bulk_id"] != ""
            lines = [NewEvent("abandoned"), *([NewEvent("looking_up")] if looked_up else [])]
            change = calls.apply_change(
                db,
                int(str(row["id"])),
                lines,
                state="unknown",
                outcome="unknown",
                finished_at=None if looked_up else now(),
                next_poll_at=look_at if looked_up else None,
            )
            changed.append(change)
    return [call for call in changed if call is not None]


def queued(db: Database) -> list[int]:
    """Ids of the calls that still wait to be sent, oldest first."""
    found = rows(db, "SELECT id FROM calls WHERE state = 'queued' ORDER BY id")
    return [int(str(row["id"])) for row in found]


def claim_poll(
    db: Database, call_id: int, at: str, lease_until: str, by_bulk: Collection[str] = ()
) -> list[StoredCall]:
    """Take a call whose status is due at ``at``, it first; empty when it is not due (any more).

    Where its service is in ``by_bulk``, the unfinished calls of its bulk are taken with it: one
    question answers for all. Until ``lease_until`` nobody else takes them; a poller that dies
    is followed by another.
    """
    with write_tx(db):
        cursor = db.execute(
            "UPDATE calls SET next_poll_at = ?, polls = polls + 1"
            " WHERE id = ? AND next_poll_at <= ? AND finished_at IS NULL",
            (lease_until, call_id, at),
        )
        if not cursor.rowcount:
            return []
        call = calls.by_id(db, call_id)
        if call.state != "accepted" or call.service not in by_bulk or not call.bulk_id:
            return [call]
        others = rows(
            db,
            "UPDATE calls SET next_poll_at = ?, polls = polls + 1"
            " WHERE workspace_id = ? AND bulk_id = ? AND connection_id = ? AND id <> ?"
            " AND state = 'accepted' AND finished_at IS NULL AND next_poll_at IS NOT NULL"
            " RETURNING *",
            lease_until,
            call.workspace_id,
            call.bulk_id,
            call.connection_id,
            call.id,
        )
        return [call, *map(calls.as_call, others)]


def polls_until(db: Database, until: str) -> list[tuple[int, str]]:
    """(id, moment) of every call whose status is to be asked for by ``until``, soonest first."""
    found = rows(
        db,
        "SELECT id, next_poll_at FROM calls"
        " WHERE next_poll_at IS NOT NULL AND next_poll_at <= ? ORDER BY next_poll_at",
        until,
    )
    return [(int(str(row["id"])), str(row["next_poll_at"])) for row in found]


def bring_back(db: Database, at: str, usual_until: str, ahead: str) -> None:
    """Questions that a clock set back left far ahead are due at ``at`` (all times UTC).

    Those are later than ``usual_until``, of calls that were written down later than ``ahead``.
    """
    with write_tx(db):
        db.execute(
            "UPDATE calls SET next_poll_at = ? WHERE next_poll_at > ? AND updated_at > ?",
            (at, usual_until, ahead),
        )


def told_about(
    db: Database, workspace_id: int, connection_id: int, bulk_id: str, message_id: str
) -> StoredCall | None:
    """The call that a service tells about by itself; None when there is none over this connection.

    A bulk with a single call is enough; otherwise the message decides.
    """
    found = rows(
        db,
        "SELECT * FROM calls WHERE workspace_id = ? AND bulk_id = ? AND connection_id = ?",
        workspace_id,
        bulk_id,
        connection_id,
    )
    named = [row for row in found if row["message_id"] == message_id]
    chosen = named or found
    return calls.as_call(chosen[0]) if len(chosen) == 1 else None


def unclear_to(db: Database, workspace_id: int, number: str, since: str) -> StoredCall | None:
    """The newest call to this number of which nobody knows whether it rang, if there is one.

    Only calls written down after ``since`` count.
    """
    row = one(
        db,
        "SELECT * FROM calls WHERE workspace_id = ? AND to_number = ? AND state = 'unknown'"
        " AND created_at > ? ORDER BY id DESC LIMIT 1",
        workspace_id,
        number,
        since,
    )
    return calls.as_call(row) if row else None
