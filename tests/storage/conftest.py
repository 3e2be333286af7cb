"""A migrated database with two workspaces and two people, on a real file."""

from __future__ import annotations

from pathlib import Path

import pytest

from storage.db import now, open_db, write_tx
from storage.migrations import migrate


@pytest.fixture
def two_workspaces(tmp_path: Path) -> Path:
    """Workspace 1 with Olena (1) and Petro (2), workspace 2 with Otto (3)."""
    path = tmp_path / "flows.sqlite3"
    db = open_db(path)
    migrate(db)
    with write_tx(db):
        for name in ("Ours", "Theirs"):
            db.execute("INSERT INTO workspaces (name, created_at) VALUES (?, ?)", (name, now()))
        for workspace_id, name in ((1, "Olena"), (1, "Petro"), (2, "Otto")):
            db.execute(
                "INSERT INTO people (workspace_id, email, name, role, password_hash, created_at)"
                " VALUES (?, ?, ?, 'editor', '', ?)",
                (workspace_id, f"{name}@example.com", name, now()),
            )
    db.close()
    return path
