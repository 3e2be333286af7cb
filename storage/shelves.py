"""Where a call flow stands in the library: in use, archived, or deleted; and erasing for good.

An archived flow is only out of sight. A deleted one can be brought back, with its history,
until it is erased; then its row stays with the name alone, because calls and answers name it.
"""

from __future__ import annotations

import json
from typing import Literal

from msgspec import Struct
from sqlite_utils import Database

from storage.db import now, one, rows, write_tx
from storage.flows import FlowNotFound, Summary

Shelf = Literal["", "archived", "deleted"]
"""The library's parts; "" holds what is in use."""

ERASED_AT_ONCE = 20
"""Flows that one transaction erases: others who write wait no longer than that takes."""

_WHERE: dict[Shelf, str] = {
    "": "deleted_at IS NULL AND archived_at IS NULL ORDER BY updated_at DESC",
    "archived": "deleted_at IS NULL AND archived_at IS NOT NULL ORDER BY archived_at DESC",
    "deleted": "deleted_at IS NOT NULL AND erased_at IS NULL ORDER BY deleted_at DESC",
}


class Counts(Struct, frozen=True):
    """How many flows are out of sight."""

    archived: int
    deleted: int


class Standing(Struct, frozen=True):
    """A flow's name, and the part of the library where it stands."""

    name: str
    shelf: Shelf


def on(db: Database, workspace_id: int, shelf: Shelf) -> list[Summary]:
    """The flows of one part of the library, last changed (or last put there) first."""
    return [Summary(**row) for row in rows(db, list_sql(shelf), workspace_id)]


def list_sql(shelf: Shelf) -> str:
    """The query behind ``on``."""
    return (
        "SELECT id, name, revision, menu_count, updated_at, archived_at, deleted_at FROM flows"
        f" WHERE workspace_id = ? AND {_WHERE[shelf]}"
    )


COUNT = (
    "SELECT (SELECT count(*) FROM flows WHERE workspace_id = ?1 AND deleted_at IS NULL"
    " AND archived_at IS NOT NULL) AS archived,"
    " (SELECT count(*) FROM flows WHERE workspace_id = ?1 AND deleted_at IS NOT NULL"
    " AND erased_at IS NULL) AS deleted"
)


def counts(db: Database, workspace_id: int) -> Counts:
    """How many are archived, and how many deleted and not erased yet."""
    row = one(db, COUNT, workspace_id)
    return Counts(**row) if row else Counts(0, 0)


def standing(db: Database, workspace_id: int, flow_id: int) -> Standing:
    """Where a flow stands. Raises FlowNotFound, also for one that was erased."""
    row = one(
        db,
        "SELECT name, CASE WHEN deleted_at IS NOT NULL THEN 'deleted'"
        " WHEN archived_at IS NOT NULL THEN 'archived' ELSE '' END AS shelf"
        " FROM flows WHERE id = ? AND workspace_id = ? AND erased_at IS NULL",
        flow_id,
        workspace_id,
    )
    if row is None:
        raise FlowNotFound(flow_id)
    return Standing(**row)


def archive(db: Database, workspace_id: int, flow_id: int) -> None:
    """Put a flow out of sight; it keeps working. Raises FlowNotFound."""
    _set_archived(db, workspace_id, flow_id, now())


def unarchive(db: Database, workspace_id: int, flow_id: int) -> None:
    """Back among the flows in use. Raises FlowNotFound."""
    _set_archived(db, workspace_id, flow_id, None)


def _set_archived(db: Database, workspace_id: int, flow_id: int, moment: str | None) -> None:
    with write_tx(db):
        cursor = db.execute(
            "UPDATE flows SET archived_at = ? WHERE id = ? AND workspace_id = ?"
            " AND deleted_at IS NULL",
            (moment, flow_id, workspace_id),
        )
    if not cursor.rowcount:
        raise FlowNotFound(flow_id)


def with_deleted(db: Database) -> list[int]:
    """Workspaces that have deleted flows which are not erased yet."""
    found = rows(
        db,
        "SELECT id FROM workspaces w WHERE EXISTS (SELECT 1 FROM flows"
        " WHERE workspace_id = w.id AND deleted_at IS NOT NULL AND erased_at IS NULL) ORDER BY id",
    )
    return [int(row["id"]) for row in found]


WITH_A_FLOW = ("revision_names", "journeys", "flow_revisions")
"""Tables whose rows belong to one flow, in the order in which they may go."""


def erase(db: Database, workspace_id: int, deleted_before: str) -> int:
    """Erase some flows that were deleted before a moment (UTC), with all their versions.

    Menus that no other flow has go, too; their pages are overwritten. Returns how many flows;
    call it again until it is 0.
    """
    db.conn.execute("PRAGMA secure_delete = ON")
    with write_tx(db):
        found = rows(
            db,
            "SELECT id FROM flows WHERE workspace_id = ? AND deleted_at IS NOT NULL"
            " AND erased_at IS NULL AND deleted_at < ? ORDER BY deleted_at LIMIT ?",
            workspace_id,
            deleted_before,
            ERASED_AT_ONCE,
        )
        if not found:
            return 0
        ids = json.dumps([row["id"] for row in found])
        hashes = [row["hash"] for row in rows(db, _MENUS, ids)]
        for table in WITH_A_FLOW:
            db.execute(
                f"DELETE FROM {table} WHERE flow_id IN (SELECT value FROM json_each(?))", (ids,)
            )
        db.execute(
            "UPDATE flows SET erased_at = ?, menu_count = 0"
            " WHERE id IN (SELECT value FROM json_each(?))",
            (now(), ids),
        )
        db.execute(_ORPHANS, (workspace_id, json.dumps(hashes)))
    return len(found)


_MENUS = (
    "SELECT DISTINCT json_extract(m.value, '$[1]') AS hash FROM flow_revisions r"
    " JOIN json_each(r.menus) m WHERE r.flow_id IN (SELECT value FROM json_each(?))"
)
_ORPHANS = (
    "DELETE FROM menu_versions WHERE workspace_id = ?1"
    " AND hash IN (SELECT value FROM json_each(?2)) AND hash NOT IN ("
    "SELECT json_extract(m.value, '$[1]') FROM flows f JOIN flow_revisions r ON r.flow_id = f.id"
    " JOIN json_each(r.menus) m WHERE f.workspace_id = ?1)"
)
