"""The search over call flows, their menus and texts: one query says which flows hold the words.

``menu_versions.words`` is a menu's text without case (``flows.finding``), written once with the
menu, so neither an edit nor a search has to read documents.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from sqlite_utils import Database

from flows.finding import folded
from storage.db import rows

MOST_FLOWS = 40
"""Flows of a result; more are not looked at by anybody."""

SEARCH = (
    "SELECT f.id, f.archived_at IS NOT NULL AS archived FROM flows f"
    " JOIN flow_revisions r ON r.flow_id = f.id AND r.number = f.revision"
    " WHERE f.workspace_id = ?1 AND f.deleted_at IS NULL AND ("
    "NOT EXISTS (SELECT 1 FROM json_each(?2) w WHERE instr(folded(f.name), w.value) = 0)"
    " OR EXISTS (SELECT 1 FROM json_each(r.menus) m CROSS JOIN menu_versions v"
    " ON v.workspace_id = ?1 AND v.hash = json_extract(m.value, '$[1]')"
    " WHERE NOT EXISTS (SELECT 1 FROM json_each(?2) w WHERE instr(v.words, w.value) = 0)))"
    " ORDER BY f.updated_at DESC LIMIT ?3"
)


def holding(db: Database, workspace_id: int, wanted: Sequence[str]) -> dict[int, bool]:
    """Flow -> whether it is archived, of those that hold all words (``flows.finding.words``) in
    their name or in one menu; last changed first. One more than ``MOST_FLOWS`` says that there
    are more. Deleted flows are not searched.
    """
    if not wanted:
        return {}
    db.conn.create_function("folded", 1, folded, deterministic=True)
    found = rows(db, SEARCH, workspace_id, json.dumps(list(wanted)), MOST_FLOWS + 1)
    return {int(row["id"]): bool(row["archived"]) for row in found}
