"""API keys of the gateways. Only their hash is kept; a key is shown once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sqlite_utils import Database

from storage.credentials import new_token, token_hash
from storage.db import now, one, rows, write_tx

Purpose = Literal["outside", "practice"]


@dataclass(frozen=True)
class ApiKey:
    """A key as it is stored. ``prefix`` is what people recognise it by."""

    id: int
    workspace_id: int
    name: str
    purpose: Purpose
    prefix: str
    created_at: str


_COLUMNS = "id, workspace_id, name, purpose, prefix, created_at"


def issue(db: Database, workspace_id: int, name: str, purpose: Purpose = "outside") -> str:
    """Make a key inside the caller's transaction and return it, for the only time."""
    key = f"p1_{new_token()}"
    db.execute(
        "INSERT INTO api_keys (workspace_id, name, purpose, prefix, key_hash, created_at)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        (workspace_id, name, purpose, key[:9], token_hash(key), now()),
    )
    return key


def add(db: Database, workspace_id: int, name: str) -> str:
    """Make a key for an outside program and return it, for the only time."""
    with write_tx(db):
        return issue(db, workspace_id, name)


def find(db: Database, key: str) -> ApiKey | None:
    """The key that somebody presented, unless it is unknown or was revoked."""
    row = one(
        db,
        f"SELECT {_COLUMNS} FROM api_keys WHERE key_hash = ? AND revoked_at IS NULL",
        token_hash(key),
    )
    return ApiKey(**row) if row else None


def list_all(db: Database, workspace_id: int) -> list[ApiKey]:
    """The workspace's keys for outside programs, newest first."""
    return [
        ApiKey(**row)
        for row in rows(
            db,
            f"SELECT {_COLUMNS} FROM api_keys WHERE workspace_id = ? AND purpose = 'outside'"
            " AND revoked_at IS NULL ORDER BY id DESC",
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
