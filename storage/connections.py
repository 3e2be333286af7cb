"""Connections: a service, where it is, and the secret to speak to it."""

from __future__ import annotations

from typing import Any

from msgspec import Struct
from sqlite_utils import Database

from storage import keys
from storage.credentials import SecretBox
from storage.db import now, one, rows, write_tx


class Connection(Struct, frozen=True):
    """One connection. A practice connection's ``base_url`` is a path of this app itself."""

    id: int
    workspace_id: int
    service: str
    name: str
    base_url: str
    username: str
    sender: str
    practice: bool
    has_secret: bool

    def address(self, own_url: str) -> str:
        """The base URL to use; ``own_url`` ("http://127.0.0.1:5000") is this app's."""
        return own_url + self.base_url if self.practice else self.base_url


PRACTICE = {"speechcall": "", "voice_api": "/api/v1"}
"""Service -> the path below this app where its own gateway answers."""

_COLUMNS = (
    "id, workspace_id, service, name, base_url, username, sender, practice,"
    " secret IS NOT NULL AS has_secret"
)


def _connection(row: dict[str, Any]) -> Connection:
    return Connection(
        **{**row, "practice": bool(row["practice"]), "has_secret": bool(row["has_secret"])}
    )


def list_all(db: Database, workspace_id: int) -> list[Connection]:
    """The workspace's connections, practice first."""
    return [
        _connection(row)
        for row in rows(
            db,
            f"SELECT {_COLUMNS} FROM connections WHERE workspace_id = ?"
            " AND removed_at IS NULL ORDER BY practice DESC, id",
            workspace_id,
        )
    ]


def get(db: Database, workspace_id: int, connection_id: int) -> Connection | None:
    """One connection of this workspace, or None."""
    row = one(
        db,
        f"SELECT {_COLUMNS} FROM connections WHERE workspace_id = ? AND id = ?"
        " AND removed_at IS NULL",
        workspace_id,
        connection_id,
    )
    return _connection(row) if row else None


def secret(db: Database, box: SecretBox, connection: Connection) -> str:
    """The connection's secret in clear; "" when none is stored.

    Raises storage.credentials.CannotDecrypt when the key file is not the one it was kept with.
    """
    row = one(db, "SELECT secret FROM connections WHERE id = ?", connection.id)
    sealed = row["secret"] if row else None
    return box.open(sealed, _context(connection.id)) if isinstance(sealed, bytes) else ""


def save(
    db: Database,
    box: SecretBox,
    workspace_id: int,
    *,
    connection_id: int | None = None,
    service: str,
    name: str,
    base_url: str,
    username: str = "",
    sender: str = "",
    new_secret: str = "",
    practice: bool = False,
) -> int:
    """Add or change a connection and return its id.

    An empty ``new_secret`` keeps the stored one, unless the address changed: a secret is
    never sent to a place it was not given for.
    """
    with write_tx(db):
        moment = now()
        values = (service, name, base_url, username, sender, int(practice), moment)
        if connection_id is None:
            cursor = db.execute(
                "INSERT INTO connections (service, name, base_url, username, sender, practice,"
                " updated_at, workspace_id, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (*values, workspace_id, moment),
            )
            connection_id = int(cursor.lastrowid or 0)
        else:
            db.execute(
                "UPDATE connections SET secret = CASE WHEN base_url = ? THEN secret END,"
                " service = ?, name = ?, base_url = ?, username = ?, sender = ?, practice = ?,"
                " updated_at = ? WHERE id = ? AND workspace_id = ?",
                (base_url, *values, connection_id, workspace_id),
            )
        if new_secret:
            db.execute(
                "UPDATE connections SET secret = ? WHERE id = ? AND workspace_id = ?",
                (box.seal(new_secret, _context(connection_id)), connection_id, workspace_id),
            )
    return connection_id


def add_practice(db: Database, box: SecretBox, workspace_id: int, sender: str) -> None:
    """The practice connection of every service, inside the caller's transaction."""
    key = keys.issue(db, workspace_id, "Practice", "practice")
    for service, path in PRACTICE.items():
        moment = now()
        cursor = db.execute(
            "INSERT INTO connections (workspace_id, service, name, base_url, sender, practice,"
            " created_at, updated_at) VALUES (?, ?, 'Practice', ?, ?, 1, ?, ?)",
            (workspace_id, service, path, sender, moment, moment),
        )
        connection_id = int(cursor.lastrowid or 0)
        db.execute(
            "UPDATE connections SET secret = ? WHERE id = ?",
            (box.seal(key, _context(connection_id)), connection_id),
        )


def delete(db: Database, workspace_id: int, connection_id: int) -> bool:
    """Remove a connection of a real service; its calls stay. Whether there was one.

    Keys of the gateways that rang over it ring nobody until they are given another route. Its
    row stays, emptied, so that a million calls need not be changed; its secret goes.
    """
    with write_tx(db):
        keys.lose_connection(db, workspace_id, connection_id)
        cursor = db.execute(
            "UPDATE connections SET removed_at = ?, secret = NULL, base_url = '', username = '',"
            " sender = '' WHERE workspace_id = ? AND id = ? AND practice = 0"
            " AND removed_at IS NULL",
            (now(), workspace_id, connection_id),
        )
    return bool(cursor.rowcount)


def _context(connection_id: int) -> str:
    return f"connections:{connection_id}"
