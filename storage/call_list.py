"""The calls that people see: the list, newest first, and the last call of each flow."""

from __future__ import annotations

from sqlite_utils import Database

from storage.calls import StoredCall, as_call
from storage.db import rows

_STATUS = "CASE WHEN state = 'accepted' THEN outcome ELSE state END"


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
    return [as_call(row) for row in found]


def last_of_flows(db: Database, workspace_id: int) -> dict[int, StoredCall]:
    """Flow id -> the newest call made with it."""
    found = rows(
        db,
        "SELECT * FROM calls WHERE id IN (SELECT max(id) FROM calls WHERE workspace_id = ?"
        " AND listed = 1 AND flow_id IS NOT NULL GROUP BY flow_id)",
        workspace_id,
    )
    calls = [as_call(row) for row in found]
    return {call.flow_id: call for call in calls if call.flow_id is not None}
