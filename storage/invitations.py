"""One-time links that an owner hands over: to join the workspace, or to choose a new password.

Only the hash of a link is kept. It works while whoever made it is an owner of that workspace:
somebody who was removed must not come back by a link of their own.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from msgspec import Struct
from sqlite_utils import Database

from storage import people
from storage.credentials import hash_password, new_token, token_hash
from storage.db import now, one, rows, write_tx
from storage.people import EmailTaken, LinkUsed, Role

Kind = Literal["join", "password"]

LASTS: dict[Kind, timedelta] = {"join": timedelta(days=7), "password": timedelta(hours=24)}
"""Kind of link -> how long it works."""


class Invitation(Struct, frozen=True):
    """A link that was not used yet. ``person_id`` is whose password it changes; ``email`` is who
    joins by it, or the address of that person, who is called ``name``."""

    id: int
    workspace_id: int
    kind: Kind
    email: str
    name: str
    role: Role
    person_id: int | None
    created_at: str
    expires_at: str


_OPEN = (
    "SELECT i.id, i.workspace_id, i.kind, coalesce(p.email, i.email) AS email,"
    " coalesce(p.name, '') AS name, i.role, i.person_id, i.created_at, i.expires_at"
    " FROM invitations i JOIN people maker ON maker.id = i.made_by"
    " AND maker.workspace_id = i.workspace_id AND maker.role = 'owner'"
    " AND maker.removed_at IS NULL"
    " LEFT JOIN people p ON p.id = i.person_id AND p.workspace_id = i.workspace_id"
    " WHERE i.used_at IS NULL AND i.expires_at > ?"
)
"""What reads the links that work; the first value is the present moment."""


def invite(
    db: Database, workspace_id: int, email: str, role: Role, at: datetime, *, made_by: int
) -> str:
    """A link for somebody to join with; an earlier one for the same address stops working.

    ``made_by`` is the owner who hands it over. Raises EmailTaken when somebody of the workspace
    has the address; whether another workspace knows it, nobody is told.
    """
    with write_tx(db):
        known = people.by_email(db, email)
        if known and known.workspace_id == workspace_id:
            raise EmailTaken(email)
        db.execute(
            "DELETE FROM invitations WHERE workspace_id = ? AND kind = 'join'"
            " AND used_at IS NULL AND email = ? COLLATE NOCASE",
            (workspace_id, email),
        )
        return _add(db, workspace_id, "join", at, made_by, email=email, role=role)


def for_password(
    db: Database, workspace_id: int, person_id: int, at: datetime, *, made_by: int
) -> str:
    """A link to choose a new password with; earlier ones of the same person stop working.

    ``made_by`` is the owner who hands it over.
    """
    with write_tx(db):
        db.execute(
            "DELETE FROM invitations WHERE workspace_id = ? AND person_id = ? AND used_at IS NULL",
            (workspace_id, person_id),
        )
        return _add(db, workspace_id, "password", at, made_by, person_id=person_id)


def _add(
    db: Database, workspace_id: int, kind: Kind, at: datetime, made_by: int, **more: Any
) -> str:
    token = new_token()
    db.execute(
        "INSERT INTO invitations (workspace_id, kind, token_hash, email, role, person_id,"
        " made_by, created_at, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            workspace_id,
            kind,
            token_hash(token),
            more.get("email", ""),
            more.get("role", "viewer"),
            more.get("person_id"),
            made_by,
            _stored(at),
            _stored(at + LASTS[kind]),
        ),
    )
    return token


def waiting(db: Database, workspace_id: int, at: datetime) -> tuple[Invitation, ...]:
    """Links of both kinds that still work, newest first."""
    found = rows(
        db, f"{_OPEN} AND i.workspace_id = ? ORDER BY i.id DESC", _stored(at), workspace_id
    )
    return tuple(Invitation(**row) for row in found)


def take_back(db: Database, workspace_id: int, invitation_id: int) -> None:
    """Make a link worthless that was not used."""
    with write_tx(db):
        db.execute(
            "DELETE FROM invitations WHERE workspace_id = ? AND id = ? AND used_at IS NULL",
            (workspace_id, invitation_id),
        )


def of_token(db: Database, kind: Kind, token: str, at: datetime) -> Invitation | None:
    """The link with this token, if it still works."""
    row = one(
        db,
        f"{_OPEN} AND i.token_hash = ? AND i.kind = ?",
        _stored(at),
        token_hash(token),
        kind,
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
