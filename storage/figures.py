"""What an installation's monitoring asks for: counts over all workspaces, never a name."""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct
from sqlite_utils import Database

from storage.db import one, rows


class Figures(Struct, frozen=True):
    """``calls``: (service, origin, status) -> calls that are kept. ``oldest_waiting``: when the
    oldest call that waits to be sent was written down (UTC). Sizes are bytes on the disk.
    """

    calls: dict[tuple[str, str, str], int]
    oldest_waiting: str | None
    answers: int
    database_bytes: int
    log_bytes: int


CALLS = (
    "SELECT c.service, c.origin, c.status, sum(c.calls) AS calls FROM workspaces w"
    " CROSS JOIN call_counts c ON c.workspace_id = w.id AND c.day = '' WHERE c.service <> ''"
    " GROUP BY 1, 2, 3 HAVING sum(c.calls) > 0"
)
WAITING = "SELECT min(id) AS id FROM calls WHERE state = 'queued'"


def figures(db: Database, database: Path) -> Figures:
    """Everything at once; made for being asked every few seconds."""
    found = {(r["service"], r["origin"], r["status"]): int(r["calls"]) for r in rows(db, CALLS)}
    waiting = one(db, f"SELECT created_at FROM calls WHERE id = ({WAITING})")
    answers = one(db, "SELECT count(*) AS answers FROM answers")
    return Figures(
        calls=found,
        oldest_waiting=str(waiting["created_at"]) if waiting else None,
        answers=int(answers["answers"]) if answers else 0,
        database_bytes=_size(database),
        log_bytes=_size(database.with_name(f"{database.name}-wal")),
    )


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0
