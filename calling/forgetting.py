"""Forgetting calls that are older than their workspace keeps them, and deleted call flows."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from sqlite_utils import Database

from storage import call_keeping, shelves

DELETED_KEPT_DAYS = 30
"""Days for which a deleted call flow can be brought back."""

MOST_AT_ONCE = 20_000
"""Calls that one run forgets in a workspace; the next run goes on."""


def first_kept(days: int, today: date) -> date:
    """The oldest day whose calls are kept. Days are days in UTC."""
    return date.fromordinal(max(1, today.toordinal() - days))


def forget_old(db: Database, today: date) -> int:
    """Delete, a few at a time, the calls that no workspace wants to keep. Returns how many."""
    total = 0
    for workspace_id, days in call_keeping.limited(db):
        forgotten = _forget(db, workspace_id, first_kept(days, today))
        if forgotten:
            call_keeping.tidy(db, workspace_id)
        total += forgotten
    return total


def _forget(db: Database, workspace_id: int, first: date) -> int:
    forgotten = 0
    while forgotten < MOST_AT_ONCE and (some := call_keeping.forget(db, workspace_id, first)):
        forgotten += some
    return forgotten


def erase_deleted(db: Database, moment: datetime) -> int:
    """Erase the call flows that were deleted too long ago to be brought back. Returns how many.

    ``moment`` is the present one, with its time zone.
    """
    before = (moment - timedelta(days=DELETED_KEPT_DAYS)).astimezone(UTC)
    stamp = before.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return sum(_erase(db, workspace_id, stamp) for workspace_id in shelves.with_deleted(db))


def _erase(db: Database, workspace_id: int, before: str) -> int:
    erased = 0
    while some := shelves.erase(db, workspace_id, before):
        erased += some
    return erased
