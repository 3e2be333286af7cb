"""API keys of the gateways. Only their hash is kept; a key is shown once.

A key knows what rings its phones (its route) and how often it may ask. What all keys of a
workspace share, the caller ID of calls that name none, is kept here too.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct
from sqlite_utils import Database

from storage.credentials import new_token, token_hash
from storage.db import now, one, rows, write_tx

Purpose = Literal["outside", "practice"]
Route = Literal["practice", "connection"]

USUAL_PER_MINUTE = 600
"""Requests a minute that a new key may make."""

NO_LIMIT = 0
"""The ``per_minute`` of a key that may ask as often as it likes."""


class ApiKey(Struct, frozen=True):
    """A key as it is stored. ``prefix`` is what people recognise it by.

    ``connection_id`` is None for the practice network, and for a route whose connection was
    removed. ``caller_id`` (E.164, or "") is the workspace's.
    """

    id: int
    workspace_id: int
    name: str
    purpose: Purpose
    prefix: str
    created_at: str
    route: Route
    connection_id: int | None
    per_minute: int
    caller_id: str


_SELECT = (
    "SELECT k.id, k.workspace_id, k.name, k.purpose, k.prefix, k.created_at, k.route,"
    " k.connection_id, k.per_minute, w.caller_id"
    " FROM api_keys k JOIN workspaces w ON w.id = k.workspace_id"
)


def issue(
    db: Database,
    workspace_id: int,
    name: str,
    purpose: Purpose = "outside",
    *,
    connection_id: int | None = None,
    per_minute: int = USUAL_PER_MINUTE,
) -> str:
    """Make a key inside the caller's transaction and return it, for the only time.

    ``connection_id`` None: its calls ring on the practice phone network.
    """
    key = f"p1_{new_token()}"
    db.execute(
        "INSERT INTO api_keys (workspace_id, name, purpose, prefix, key_hash, created_at, route,"
        " connection_id, per_minute) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            workspace_id,
            name,
            purpose,
            key[:9],
            token_hash(key),
            now(),
            _route(connection_id),
            connection_id,
            NO_LIMIT if purpose == "practice" else per_minute,
        ),
    )
    return key


def add(
    db: Database,
    workspace_id: int,
    name: str,
    *,
    connection_id: int | None = None,
    per_minute: int = USUAL_PER_MINUTE,
) -> str:
    """Make a key for an outside program and return it, for the only time."""
    with write_tx(db):
        return issue(db, workspace_id, name, connection_id=connection_id, per_minute=per_minute)


def change(
    db: Database,
    workspace_id: int,
    key_id: int,
    *,
    name: str,
    connection_id: int | None,
    per_minute: int,
) -> bool:
    """Give a key another name, route and limit; whether there was such a key."""
    with write_tx(db):
        cursor = db.execute(
            "UPDATE api_keys SET name = ?, route = ?, connection_id = ?, per_minute = ?"
            " WHERE id = ? AND workspace_id = ? AND purpose = 'outside' AND revoked_at IS NULL",
            (name, _route(connection_id), connection_id, per_minute, key_id, workspace_id),
        )
    return bool(cursor.rowcount)


def find(db: Database, key: str) -> ApiKey | None:
    """The key that somebody presented, unless it is unknown or was revoked."""
    row = one(db, f"{_SELECT} WHERE k.key_hash = ? AND k.revoked_at IS NULL", token_hash(key))
    return ApiKey(**row) if row else None


def find_taken_back(db: Database, key: str) -> ApiKey | None:
    """The key that somebody presented, if it was one and was revoked."""
    row = one(db, f"{_SELECT} WHERE k.key_hash = ? AND k.revoked_at IS NOT NULL", token_hash(key))
    return ApiKey(**row) if row else None


def get(db: Database, workspace_id: int, key_id: int) -> ApiKey | None:
    """One of the workspace's keys for outside programs, or None."""
    row = one(
        db,
        f"{_SELECT} WHERE k.id = ? AND k.workspace_id = ? AND k.purpose = 'outside'"
        " AND k.revoked_at IS NULL",
        key_id,
        workspace_id,
    )
    return ApiKey(**row) if row else None


def list_all(db: Database, workspace_id: int) -> list[ApiKey]:
    """The workspace's keys for outside programs, newest first."""
    return [
        ApiKey(**row)
        for row in rows(
            db,
            f"{_SELECT} WHERE k.workspace_id = ? AND k.purpose = 'outside'"
            " AND k.revoked_at IS NULL ORDER BY k.id DESC",
            workspace_id,
        )
    ]


def revoke(db: Database, workspace_id: int, key_id: int) -> bool:
    """Whether there was such a key to take back."""
    with write_tx(db):
        cursor = db.execute(
            "UPDATE api_keys SET revoked_at = ? WHERE id = ? AND workspace_id = ?"
            " AND purpose = 'outside' AND revoked_at IS NULL",
            (now(), key_id, workspace_id),
        )
    return bool(cursor.rowcount)


def lose_connection(db: Database, workspace_id: int, connection_id: int) -> None:
    """Inside the caller's transaction: keys that ring over this connection ring nobody now."""
    db.execute(
        "UPDATE api_keys SET connection_id = NULL WHERE workspace_id = ? AND connection_id = ?",
        (workspace_id, connection_id),
    )


def caller_id(db: Database, workspace_id: int) -> str:
    """The caller ID (E.164) of calls that name none; "" when none is set."""
    row = one(db, "SELECT caller_id FROM workspaces WHERE id = ?", workspace_id)
    return str(row["caller_id"]) if row else ""


def set_caller_id(db: Database, workspace_id: int, number: str) -> None:
    """Keep the caller ID (E.164, or "") of calls that name none."""
    with write_tx(db):
        db.execute("UPDATE workspaces SET caller_id = ? WHERE id = ?", (number, workspace_id))


def _route(connection_id: int | None) -> Route:
    return "practice" if connection_id is None else "connection"
