"""Calls that wait for somebody: to be sent, to be asked about, or given up by their sender."""

from __future__ import annotations

from sqlite_utils import Database

from storage import calls
from storage.calls import NewEvent, StoredCall
from storage.db import now, rows, write_tx


def abandon(db: Database, claimed_before: str) -> list[StoredCall]:
    """Calls whose sender died between claim and reply become "unknown". Returns them."""
    with write_tx(db):
        stuck = rows(
            db,
            "SELECT id FROM calls WHERE state = 'sending' AND updated_at < ?",
            claimed_before,
        )
        changed = [
            calls.apply_change(
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
        return calls.by_id(db, call_id) if cursor.rowcount else None


def due_polls(db: Database, at: str) -> list[int]:
    """Ids of the calls whose status should have been asked for by ``at``."""
    found = rows(
        db,
        "SELECT id FROM calls WHERE next_poll_at IS NOT NULL AND next_poll_at <= ?"
        " ORDER BY next_poll_at",
        at,
    )
    return [int(str(row["id"])) for row in found]
