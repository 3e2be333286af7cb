"""The workspace's own web address that answers are told on to, and the secrets that sign them."""

from __future__ import annotations

from msgspec import Struct
from sqlite_utils import Database

from storage.credentials import SecretBox
from storage.db import now, one, write_tx


class Address(Struct, frozen=True):
    """Where a workspace's answers are told on to.

    ``stopped`` says why it was switched off, when nobody here did it. ``old_ends_at`` (UTC):
    until then messages are signed with the secret before this one, too.
    """

    url: str
    enabled: bool
    stopped: str
    old_ends_at: str | None


def get(db: Database, workspace_id: int) -> Address | None:
    """Where the workspace's answers are told on to; None when nobody ever said."""
    row = one(
        db,
        "SELECT url, enabled, stopped, CASE WHEN old_ends_at > ? THEN old_ends_at END"
        " AS old_ends_at FROM forward_addresses WHERE workspace_id = ?",
        now(),
        workspace_id,
    )
    return Address(**{**row, "enabled": bool(row["enabled"])}) if row else None


def save(
    db: Database, box: SecretBox, workspace_id: int, url: str, enabled: bool, secret: str
) -> None:
    """A new address with a secret of its own; the secret of the one before ends."""
    with write_tx(db):
        db.execute(
            "INSERT INTO forward_addresses (workspace_id, url, enabled, sealed, updated_at)"
            " VALUES (?, ?, ?, ?, ?) ON CONFLICT (workspace_id) DO UPDATE SET url = excluded.url,"
            " enabled = excluded.enabled, sealed = excluded.sealed, old_sealed = NULL,"
            " old_ends_at = NULL, rests_until = NULL, stopped = '',"
            " updated_at = excluded.updated_at",
            (workspace_id, url, enabled, box.seal(secret, _context(workspace_id)), now()),
        )


def switch(db: Database, workspace_id: int, enabled: bool, stopped: str = "") -> None:
    """On or off; ``stopped`` says why, when it is not a person who does it."""
    with write_tx(db):
        db.execute(
            "UPDATE forward_addresses SET enabled = ?, stopped = ?, rests_until = NULL,"
            " updated_at = ? WHERE workspace_id = ?",
            (enabled, stopped, now(), workspace_id),
        )


def rotate(db: Database, box: SecretBox, workspace_id: int, secret: str, until: str) -> None:
    """A new secret; messages carry the old one's signature, too, ``until`` then (UTC)."""
    with write_tx(db):
        db.execute(
            "UPDATE forward_addresses SET old_sealed = sealed, old_ends_at = ?, sealed = ?,"
            " updated_at = ? WHERE workspace_id = ?",
            (until, box.seal(secret, _context(workspace_id)), now(), workspace_id),
        )


def secrets(db: Database, box: SecretBox, workspace_id: int) -> list[str]:
    """The secrets to sign with, the present one first. Raises credentials.CannotDecrypt."""
    row = one(
        db,
        "SELECT sealed, CASE WHEN old_ends_at > ? THEN old_sealed END AS old_sealed"
        " FROM forward_addresses WHERE workspace_id = ?",
        now(),
        workspace_id,
    )
    kept = (row["sealed"], row["old_sealed"]) if row else ()
    return [box.open(sealed, _context(workspace_id)) for sealed in kept if sealed]


def _context(workspace_id: int) -> str:
    return f"forward_addresses:{workspace_id}"
