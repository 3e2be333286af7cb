"""Is the app up, and can it work?"""

from __future__ import annotations

import sqlite3

from flask import Blueprint
from flask.typing import ResponseReturnValue

from blueprints import db
from storage import people
from storage.migrations import MIGRATIONS

blueprint = Blueprint("health", __name__)

WITHOUT_RESET_FAULT = (3, 51, 3)
"""The first SQLite without the write-ahead log's reset fault (sqlite.org/wal.html, section 11)."""

OLD_SQLITE = (
    "This SQLite is older than 3.51.3 and has a rare fault when its log is reset."
    " Make backups often (flask --app app backup FILE), and update SQLite when your system can."
)


UNREADABLE = "the database cannot be read"
BEHIND = "run: flask --app app migrate"
"""Why it cannot work."""


@blueprint.get("/healthz")
def healthz() -> ResponseReturnValue:
    """The process answers."""
    return {"status": "ok"}


@blueprint.get("/readyz")
def readyz() -> ResponseReturnValue:
    """The database can be read and has its newest shape; 503 otherwise.

    Names SQLite's version: before 3.51.3 it has a rare fault when the write-ahead log is reset.
    """
    try:
        people.anybody(db())
        behind = [migration.name for migration in MIGRATIONS.pending(db())]
    except sqlite3.Error:
        return {"status": UNREADABLE}, 503
    if behind:
        return {"status": BEHIND, "pending": behind}, 503
    ready = {"status": "ok", "sqlite": sqlite3.sqlite_version}
    if sqlite3.sqlite_version_info < WITHOUT_RESET_FAULT:
        ready["advice"] = OLD_SQLITE
    return ready
