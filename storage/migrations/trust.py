"""People who come by a link and go again, their sessions' browsers, their authenticator apps,
the tries that are counted, and the log of who did what.

A person who was removed keeps the row, emptied, because versions and calls name their author.
``audit`` can only grow: SQLite itself refuses to change or delete a row of it. A refused sign-in
of somebody unknown belongs to no workspace.
"""

from __future__ import annotations

from sqlite_utils import Database


def up(db: Database) -> None:
    """Apply it."""
    for sql in (
        "ALTER TABLE people ADD COLUMN removed_at TEXT",
        "ALTER TABLE sessions ADD COLUMN browser TEXT NOT NULL DEFAULT ''",
        "CREATE TABLE invitations (id INTEGER PRIMARY KEY,"
        " workspace_id INTEGER NOT NULL REFERENCES workspaces(id),"
        " kind TEXT NOT NULL CHECK (kind IN ('join','password')),"
        " token_hash TEXT NOT NULL UNIQUE, email TEXT NOT NULL DEFAULT '',"
        " role TEXT NOT NULL DEFAULT 'viewer' CHECK (role IN ('owner','editor','viewer')),"
        " person_id INTEGER REFERENCES people(id),"
        " created_at TEXT NOT NULL, expires_at TEXT NOT NULL, used_at TEXT)",
        "CREATE INDEX invitations_workspace ON invitations(workspace_id, kind)"
        " WHERE used_at IS NULL",
        "CREATE INDEX invitations_person ON invitations(person_id) WHERE person_id IS NOT NULL",
        "CREATE TABLE second_factors (person_id INTEGER PRIMARY KEY REFERENCES people(id),"
        " workspace_id INTEGER NOT NULL REFERENCES workspaces(id), secret BLOB NOT NULL,"
        " confirmed_at TEXT, last_step INTEGER NOT NULL DEFAULT 0)",
        "CREATE TABLE recovery_codes (id INTEGER PRIMARY KEY,"
        " workspace_id INTEGER NOT NULL REFERENCES workspaces(id),"
        " person_id INTEGER NOT NULL REFERENCES people(id), code_hash TEXT NOT NULL,"
        " used_at TEXT, UNIQUE (person_id, code_hash))",
        "CREATE TABLE attempts (id INTEGER PRIMARY KEY, kind TEXT NOT NULL, who TEXT NOT NULL,"
        " at TEXT NOT NULL)",
        "CREATE INDEX attempts_who ON attempts(kind, who, at)",
        "CREATE INDEX attempts_at ON attempts(at)",
        "CREATE TABLE audit (id INTEGER PRIMARY KEY AUTOINCREMENT,"
        " workspace_id INTEGER REFERENCES workspaces(id), at TEXT NOT NULL,"
        " person_id INTEGER REFERENCES people(id), who TEXT NOT NULL, kind TEXT NOT NULL,"
        " what TEXT NOT NULL, about TEXT NOT NULL DEFAULT '', detail TEXT NOT NULL DEFAULT '')",
        "CREATE INDEX audit_workspace ON audit(workspace_id, id)",
        "CREATE INDEX audit_person ON audit(workspace_id, person_id, id)",
        "CREATE INDEX audit_kind ON audit(workspace_id, kind, id)",
        "CREATE TRIGGER audit_stays BEFORE UPDATE ON audit"
        " BEGIN SELECT raise(ABORT, 'the audit log can only grow'); END",
        "CREATE TRIGGER audit_is_kept BEFORE DELETE ON audit"
        " BEGIN SELECT raise(ABORT, 'the audit log can only grow'); END",
        # REPLACE deletes without asking the trigger above (sqlite.org/lang_conflict.html).
        "CREATE TRIGGER audit_is_not_replaced BEFORE INSERT ON audit"
        " WHEN EXISTS (SELECT 1 FROM audit WHERE id = NEW.id)"
        " BEGIN SELECT raise(ABORT, 'the audit log can only grow'); END",
    ):
        db.execute(sql)
