"""One-time links that an owner hands over: to join the workspace, or to choose a new password.

Only the hash of a link is kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from sqlite_utils import Database

from storage import people
from storage.credentials import hash_password, new_token, token_hash
from storage.db import now, one, rows, write_tx
from storage.people import EmailTaken, LinkUsed, Role

Kind = Literal["join", "password"]

LASTS: dict[Kind, timedelta] = {"join": timedelta(days=7), "password": timedelta(hours=24)}
"""Kind of link -> how long it works."""


@dataclass(frozen=True)
class Invitation:
    """A link that was not used yet. ``person_id`` is whose password it changes."""

    id: int
    workspace_id: int
    kind: Kind
    email: str
    role: Role
    person_id: int | None
    created_at: str
    expires_at: str


_COLUMNS = "id, workspace_id, kind, email, role, person_id, created_at, expires_at"


def invite(db: Database, workspace_id: int, email: str, role: Role, at: datetime) -> str:
    """A link for somebody to join with; an earlier one for the same address stops working.

    Raises EmailTaken when somebody has the address.
    """
    with write_tx(db):
        if people.by_email(db, email):
            raise EmailTaken(email)
        db.execute(
            "DELETE FROM invitations WHERE workspace_id = ? AND kind = 'join'"
            " AND used_at IS NULL AND email = ? COLLATE NOCASE",
            (workspace_id, email),
        )
        return _add(db, workspace_id, "join", at, email=email, role=role)


def for_password(db: Database, workspace_id: int, person_id: int, at: datetime) -> str:
    """A link to choose a new password with; earlier ones of the same person stop working."""
    with write_tx(db):
        db.execute(
            "DELETE FROM invitations WHERE workspace_id = ? AND person_id = ? AND used_at IS NULL",
            (workspace_id, person_id),
        )
        return _add(db, workspace_id, "password", at, person_id=person_id)


def _add(db: Database, workspace_id: int, kind: Kind, at: datetime, **more: Any) -> str:
    token = new_token()
    db.execute(
        "INSERT INTO invitations (workspace_id, kind, token_hash, email, role, person_id,"
        " created_at, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            workspace_id,
            kind,
            token_hash(token),
            more.get("email", ""),
            more.get("role", "viewer"),
            more.get("person_id"),
            _stored(at),
            _stored(at + LASTS[kind]),
        ),
    )
    return token


def waiting(db: Database, workspace_id: int, at: datetime) -> tuple[Invitation, ...]:
    """Invitations to join that still work, newest first."""
    found = rows(
        db,
        f"SELECT {_COLUMNS} FROM invitations WHERE workspace_id = ? AND kind = 'join'"
        " AND used_at IS NULL AND expires_at > ? ORDER BY id DESC",
        workspace_id,
        _stored(at),
    )
    return tuple(Invitation(**row) for row in found)


def take_back(db: Database, workspace_id: int, invitation_id: int) -> str:
    """Make an invitation worthless; whose it was, or "" when there was none."""
    with write_tx(db):
        row = one(
            db,
            "DELETE FROM invitations WHERE workspace_id = ? AND id = ? AND kind = 'join'"
            " AND used_at IS NULL RETURNING email",
            workspace_id,
            invitation_id,
        )
    return str(row["email"]) if row else ""


def of_token(db: Database, kind: Kind, token: str, at: datetime) -> Invitation | None:
    """The link with this token, if it still works."""
    row = one(
        db,
        f"SELECT {_COLUMNS} FROM invitations WHERE token_hash = ? AND kind = ?"
        " AND used_at IS NULL AND expires_at > ?",
        token_hash(token),
        kind,
        _stored(at),
    )
    return Invitation(**row) if row else None


def join(db: Database, token: str, at: datetime, *, name: str, password: str) -> int:
    """Become a person of the workspace. Returns the id. Raises LinkUsed, EmailTaken."""
    password_hash = hash_password(password)
    with write_tx(db):
        invitation = _use(db, "join", token, at)
        return people.insert(
            db,
            invitation.workspace_id,
            email=invitation.email,
            name=name,
            role=invitation.role,
            password_hash=password_hash,
            guide="shown",
        )


def choose_password(db: Database, token: str, at: datetime, password: str) -> int:
    """Give the link's person a new password; every session ends. The id. Raises LinkUsed."""
    password_hash = hash_password(password)
    with write_tx(db):
        invitation = _use(db, "password", token, at)
        person_id = invitation.person_id or 0
        people.set_password(db, invitation.workspace_id, person_id, password_hash)
        return person_id


def _use(db: Database, kind: Kind, token: str, at: datetime) -> Invitation:
    """Inside a transaction: take a link, once."""
    found = of_token(db, kind, token, at)
    if found is None:
        raise LinkUsed
    db.execute("UPDATE invitations SET used_at = ? WHERE id = ?", (now(), found.id))
    return found


def _stored(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
