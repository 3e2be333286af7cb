"""Workspaces, the people in them, their sessions, and the link that lets the first one in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from sqlite_utils import Database

from storage import connections
from storage.credentials import SecretBox, hash_password, new_token, token_hash
from storage.db import now, one, write_tx

Role = Literal["owner", "editor", "viewer"]
ROLES: tuple[Role, ...] = ("owner", "editor", "viewer")


class EmailTaken(Exception):
    """Somebody here has this e-mail address already."""


class LinkUsed(Exception):
    """The one-time link does not exist or was used before."""


@dataclass(frozen=True)
class Person:
    """Somebody who can sign in. ``password_hash`` is argon2id; ``language`` "" is the browser's."""

    id: int
    workspace_id: int
    email: str
    name: str
    role: Role
    password_hash: str
    language: str = ""

    @property
    def can_edit(self) -> bool:
        """Whether this person may change flows and place calls."""
        return self.role != "viewer"

    @property
    def is_owner(self) -> bool:
        """Whether this person may change connections, keys and people."""
        return self.role == "owner"


_COLUMNS = "p.id, p.workspace_id, p.email, p.name, p.role, p.password_hash, p.language"


def _person(row: dict[str, Any] | None) -> Person | None:
    return Person(**row) if row else None


def anybody(db: Database) -> bool:
    """Whether this installation has its first person."""
    return one(db, "SELECT 1 AS yes FROM people LIMIT 1") is not None


def new_setup_link(db: Database) -> str:
    """A fresh one-time token; earlier unused ones stop working."""
    token = new_token()
    with write_tx(db):
        db.execute("DELETE FROM setup_links WHERE used_at IS NULL")
        db.execute(
            "INSERT INTO setup_links (token_hash, created_at) VALUES (?, ?)",
            (token_hash(token), now()),
        )
    return token


def setup_link_works(db: Database, token: str) -> bool:
    """Whether a one-time token can still be used."""
    return (
        one(
            db,
            "SELECT 1 AS yes FROM setup_links WHERE token_hash = ? AND used_at IS NULL",
            token_hash(token),
        )
        is not None
    )


def create_first_owner(
    db: Database,
    box: SecretBox,
    token: str,
    *,
    workspace: str,
    email: str,
    name: str,
    password: str,
) -> int:
    """The first workspace with its owner and practice connections. Returns the person's id.

    Raises LinkUsed when the token was used, even by two people at the same moment.
    """
    password_hash = hash_password(password)
    with write_tx(db):
        used = db.execute(
            "UPDATE setup_links SET used_at = ? WHERE token_hash = ? AND used_at IS NULL",
            (now(), token_hash(token)),
        )
        if not used.rowcount:
            raise LinkUsed
        return _create_workspace(db, box, workspace, email, name, password_hash)


def create_workspace(
    db: Database, box: SecretBox, *, workspace: str, email: str, name: str, password: str
) -> int:
    """A workspace with its owner, without a link (commands and tests). The person's id."""
    password_hash = hash_password(password)
    with write_tx(db):
        return _create_workspace(db, box, workspace, email, name, password_hash)


def _create_workspace(
    db: Database, box: SecretBox, workspace: str, email: str, name: str, password_hash: str
) -> int:
    cursor = db.execute(
        "INSERT INTO workspaces (name, created_at) VALUES (?, ?)", (workspace, now())
    )
    workspace_id = int(cursor.lastrowid or 0)
    connections.add_practice(db, box, workspace_id, sender="")
    return _insert(db, workspace_id, email, name, "owner", password_hash)


def first_workspace(db: Database) -> int | None:
    """The id of the oldest workspace, or None."""
    row = one(db, "SELECT id FROM workspaces ORDER BY id LIMIT 1")
    return int(str(row["id"])) if row else None


def workspace_name(db: Database, workspace_id: int) -> str:
    """What the workspace is called."""
    row = one(db, "SELECT name FROM workspaces WHERE id = ?", workspace_id)
    return str(row["name"]) if row else ""


def add(
    db: Database, workspace_id: int, *, email: str, name: str, role: Role, password: str
) -> int:
    """One more person. Returns the id. Raises EmailTaken."""
    password_hash = hash_password(password)
    with write_tx(db):
        return _insert(db, workspace_id, email, name, role, password_hash)


def _insert(
    db: Database, workspace_id: int, email: str, name: str, role: Role, password_hash: str
) -> int:
    if one(db, "SELECT 1 AS yes FROM people WHERE email = ?", email):
        raise EmailTaken(email)
    cursor = db.execute(
        "INSERT INTO people (workspace_id, email, name, role, password_hash, created_at)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        (workspace_id, email, name, role, password_hash, now()),
    )
    return int(cursor.lastrowid or 0)


def by_email(db: Database, email: str) -> Person | None:
    """The person with this e-mail address, whatever its case."""
    return _person(one(db, f"SELECT {_COLUMNS} FROM people p WHERE p.email = ?", email))


def open_session(db: Database, person: Person) -> str:
    """A new signed-in session; returns its token, which only the cookie holds."""
    token = new_token()
    moment = now()
    with write_tx(db):
        db.execute(
            "INSERT INTO sessions (token_hash, workspace_id, person_id, created_at, seen_at)"
            " VALUES (?, ?, ?, ?, ?)",
            (token_hash(token), person.workspace_id, person.id, moment, moment),
        )
    return token


def by_session(
    db: Database, token: str, *, started_after: str, seen_after: str
) -> tuple[Person, str] | None:
    """(person, last seen) of a session that began and was used late enough, or None."""
    row = one(
        db,
        f"SELECT {_COLUMNS}, s.seen_at FROM sessions s JOIN people p ON p.id = s.person_id"
        " WHERE s.token_hash = ? AND s.created_at >= ? AND s.seen_at >= ?",
        token_hash(token),
        started_after,
        seen_after,
    )
    if row is None:
        return None
    seen_at = str(row.pop("seen_at"))
    return Person(**row), seen_at


def touch_session(db: Database, token: str) -> None:
    """Note that a session was used just now."""
    with write_tx(db):
        db.execute(
            "UPDATE sessions SET seen_at = ? WHERE token_hash = ?", (now(), token_hash(token))
        )


def close_session(db: Database, token: str) -> None:
    """Sign out: the cookie is worth nothing from now on."""
    with write_tx(db):
        db.execute("DELETE FROM sessions WHERE token_hash = ?", (token_hash(token),))
