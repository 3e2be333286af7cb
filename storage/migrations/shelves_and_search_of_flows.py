"""Flows that are put aside, and flows that are erased; what a search of menus looks through.

A flow that was erased keeps its row with its name, because calls and answers name it.
"""

from __future__ import annotations

import json

from sqlite_utils import Database

from flows.document import Menu
from flows.finding import words_of_menu


def up(db: Database) -> None:
    """Apply it."""
    for sql in (
        "ALTER TABLE flows ADD COLUMN archived_at TEXT",
        "ALTER TABLE flows ADD COLUMN erased_at TEXT",
        "CREATE INDEX flows_archived ON flows(workspace_id, archived_at)"
        " WHERE archived_at IS NOT NULL AND deleted_at IS NULL",
        "CREATE INDEX flows_deleted ON flows(workspace_id, deleted_at)"
        " WHERE deleted_at IS NOT NULL AND erased_at IS NULL",
        "ALTER TABLE menu_versions ADD COLUMN words TEXT NOT NULL DEFAULT ''",
    ):
        db.execute(sql)
    db.conn.create_function("words_of_menu", 1, _words, deterministic=True)
    db.execute("UPDATE menu_versions SET words = words_of_menu(body)")


def _words(body: str) -> str:
    return words_of_menu(Menu.model_validate(json.loads(body)))
