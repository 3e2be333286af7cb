"""Where services bring answers: a workspace's secret address, and the one it had before."""

from __future__ import annotations

import hmac

from msgspec import Struct
from sqlite_utils import Database

from storage.credentials import SecretBox, new_token, token_hash
from storage.db import now, one, rows, write_tx


class InboxKeys(Struct, frozen=True):
    """What a service is told: ``token`` stands in the address, ``secret`` in a header."""

    workspace_id: int
    token: str
    secret: str


class Inbox(Struct, frozen=True):
    """An address somebody knocked at."""

    workspace_id: int
    secret_hash: str

    def proves(self, secret: str) -> bool:
        """Whether a delivery brought the right secret (compared in constant time)."""
        return hmac.compare_digest(self.secret_hash, token_hash(secret))


class Address(Struct, frozen=True):
    """An address as its owner sees it. ``ends_at`` (UTC) is None for the present one."""

    created_at: str
    ends_at: str | None


def inbox_keys(db: Database, box: SecretBox, workspace_id: int) -> InboxKeys:
    """The workspace's present inbox; made when it is asked for the first time."""
    known = _present(db, box, workspace_id)
    if known is not None:
        return known
    with write_tx(db):
        # Somebody else may have been first: the unique index leaves theirs.
        made = _add(db, box, workspace_id)
    return _present(db, box, workspace_id) or made


def rotate(db: Database, box: SecretBox, workspace_id: int, until: str) -> InboxKeys:
    """A new address. What has the old one may use it ``until`` then (UTC); older ones end now."""
    with write_tx(db):
        db.execute(
            "DELETE FROM inbox_addresses WHERE workspace_id = ? AND ends_at IS NOT NULL",
            (workspace_id,),
        )
        db.execute(
            "UPDATE inbox_addresses SET ends_at = ? WHERE workspace_id = ?", (until, workspace_id)
        )
        return _add(db, box, workspace_id)


def inbox_of_token(db: Database, token: str) -> Inbox | None:
    """The inbox at an address, or None; an address that ended is none."""
    row = one(
        db,
        "SELECT workspace_id, secret_hash FROM inbox_addresses WHERE token_hash = ?"
        " AND (ends_at IS NULL OR ends_at > ?)",
        token_hash(token),
        now(),
    )
    return Inbox(**row) if row else None


def addresses(db: Database, workspace_id: int) -> list[Address]:
    """The addresses that are taken at the moment, the present one first."""
    found = rows(
        db,
        "SELECT created_at, ends_at FROM inbox_addresses WHERE workspace_id = ?"
        " AND (ends_at IS NULL OR ends_at > ?) ORDER BY id DESC",
        workspace_id,
        now(),
    )
    return [Address(**row) for row in found]


def _present(db: Database, box: SecretBox, workspace_id: int) -> InboxKeys | None:
    row = one(
        db,
        "SELECT token_hash, sealed FROM inbox_addresses WHERE workspace_id = ? AND ends_at IS NULL",
        workspace_id,
    )
    if row is None:
        return None
    token, secret = box.open(row["sealed"], _context(row["token_hash"])).split(" ")
    return InboxKeys(workspace_id, token, secret)


def _add(db: Database, box: SecretBox, workspace_id: int) -> InboxKeys:
    made = InboxKeys(workspace_id, new_token(), new_token())
    hashed = token_hash(made.token)
    sealed = box.seal(f"{made.token} {made.secret}", _context(hashed))
    db.execute(
        "INSERT INTO inbox_addresses (workspace_id, token_hash, secret_hash, sealed, created_at)"
        " VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        (workspace_id, hashed, token_hash(made.secret), sealed, now()),
    )
    return made


def _context(hashed: str) -> str:
    return f"inbox_addresses:{hashed}"
