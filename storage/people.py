"""Workspaces, the people in them, and the link that lets the first one in."""

from __future__ import annotations

from typing import Any, Literal

from msgspec import Struct
from sqlite_utils import Database

from storage import connections
from storage.credentials import SecretBox, hash_password, new_token, token_hash
from storage.db import now, one, rows, write_tx

Role = Literal["owner", "editor", "viewer"]
Guide = Literal["hidden", "shown", "again"]
ROLES: tuple[Role, ...] = ("owner", "editor", "viewer")


class EmailTaken(Exception):
    """Somebody here has this e-mail address already."""


class LinkUsed(Exception):
    """The one-time link does not exist or was used before."""


class PasswordChanged(Exception):
    """Somebody changed the password since it was checked, or removed the person."""


class LastOwner(Exception):
    """A workspace without an owner could not be looked after by anybody."""


class Person(Struct, frozen=True):
    """Somebody who can sign in. ``password_hash`` is argon2id; ``language`` "" is the browser's.

    ``guide``: whether the first steps are shown, or were asked for again (storage.first_steps).
    """

    id: int
    workspace_id: int
    email: str
    name: str
    role: Role
    password_hash: str
    language: str = ""
    guide: Guide = "hidden"
    phone_tried: int = 0

    @property
    def can_edit(self) -> bool:
        """Whether this person may change flows and place calls."""
        return self.role != "viewer"

    @property
    def is_owner(self) -> bool:
        """Whether this person may change connections, keys and people."""
        return self.role == "owner"


_NAMES = (
    "id",
    "workspace_id",
    "email",
    "name",
    "role",
    "password_hash",
    "language",
    "guide",
    "phone_tried",
)


def person_columns(table: str) -> str:
    """What a query reads to make a Person, from the table called so."""
    return ", ".join(f"{table}.{name}" for name in _NAMES)


_SELECT = f"SELECT {person_columns('p')} FROM people p WHERE p.removed_at IS NULL"


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
    language: str = "",
) -> int:
    """The first workspace with its owner, to whom the guide is shown. Returns the person's id.

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
        person_id = _create_workspace(db, box, workspace, email, name, password_hash)
        db.execute(
            "UPDATE people SET guide = 'shown', language = ? WHERE id = ?", (language, person_id)
        )
        return person_id


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
    return insert(
        db, workspace_id, email=email, name=name, role="owner", password_hash=password_hash
    )


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
        return insert(
            db, workspace_id, email=email, name=name, role=role, password_hash=password_hash
        )


def insert(
    db: Database,
    workspace_id: int,
    *,
    email: str,
    name: str,
    role: Role,
    password_hash: str,
    guide: Guide = "hidden",
) -> int:
    """Inside the caller's transaction: one more person. Returns the id. Raises EmailTaken."""
    if one(db, "SELECT 1 AS yes FROM people WHERE email = ?", email):
        raise EmailTaken(email)
    cursor = db.execute(
        "INSERT INTO people (workspace_id, email, name, role, password_hash, guide,"
        " created_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (workspace_id, email, name, role, password_hash, guide, now()),
    )
    return int(cursor.lastrowid or 0)


def by_email(db: Database, email: str) -> Person | None:
    """The person with this e-mail address, whatever its case."""
    return _person(one(db, f"{_SELECT} AND p.email = ?", email))


def get(db: Database, workspace_id: int, person_id: int) -> Person | None:
    """A person of the workspace, or None."""
    return _person(
        one(db, f"{_SELECT} AND p.id = ? AND p.workspace_id = ?", person_id, workspace_id)
    )


def list_all(db: Database, workspace_id: int) -> tuple[Person, ...]:
    """The people of the workspace, in the order in which they came."""
    found = rows(db, f"{_SELECT} AND p.workspace_id = ? ORDER BY p.id", workspace_id)
    return tuple(Person(**row) for row in found)


def change_profile(db: Database, person: Person, *, name: str, language: str) -> None:
    """Another name; another language ("" is the browser's)."""
    with write_tx(db):
        db.execute(
            "UPDATE people SET name = ?, language = ? WHERE id = ? AND workspace_id = ?",
            (name, language, person.id, person.workspace_id),
        )


def change_role(db: Database, workspace_id: int, person_id: int, role: Role) -> None:
    """Another role, from the person's next request on; links that somebody made who is no
    owner any more end. Raises LastOwner."""
    with write_tx(db):
        db.execute(
            "UPDATE people SET role = ? WHERE id = ? AND workspace_id = ?",
            (role, person_id, workspace_id),
        )
        _keep_an_owner(db, workspace_id)
        if role != "owner":
            _end_links_made_by(db, workspace_id, person_id)


def remove(db: Database, workspace_id: int, person_id: int) -> None:
    """Let a person in no more: sessions, app, and links for or by them end. Raises LastOwner.

    The row and the name stay, for versions and calls that name their author.
    """
    with write_tx(db):
        db.execute(
            "UPDATE people SET removed_at = ?, email = 'removed:' || id, password_hash = '',"
            " role = 'viewer' WHERE id = ? AND workspace_id = ?",
            (now(), person_id, workspace_id),
        )
        _keep_an_owner(db, workspace_id)
        _end_links_made_by(db, workspace_id, person_id)
        for table in ("sessions", "invitations", "second_factors", "recovery_codes"):
            db.execute(
                f"DELETE FROM {table} WHERE person_id = ? AND workspace_id = ?",
                (person_id, workspace_id),
            )


def _end_links_made_by(db: Database, workspace_id: int, person_id: int) -> None:
    """Whoever made a link may have kept it, and could come in by it again."""
    db.execute(
        "DELETE FROM invitations WHERE workspace_id = ? AND made_by = ? AND used_at IS NULL",
        (workspace_id, person_id),
    )


def _keep_an_owner(db: Database, workspace_id: int) -> None:
    if not one(
        db,
        "SELECT 1 AS yes FROM people WHERE workspace_id = ? AND role = 'owner'"
        " AND removed_at IS NULL LIMIT 1",
        workspace_id,
    ):
        raise LastOwner


def change_password(db: Database, person: Person, password: str, *, keep: str) -> None:
    """A new password; every session but the one of the token ``keep`` ends.

    Raises PasswordChanged when the person's password is not the one any more that was read.
    """
    password_hash = hash_password(password)
    with write_tx(db):
        now_is = get(db, person.workspace_id, person.id)
        if now_is is None or now_is.password_hash != person.password_hash:
            raise PasswordChanged
        set_password(db, person.workspace_id, person.id, password_hash, keep=keep)


def set_password(
    db: Database, workspace_id: int, person_id: int, password_hash: str, *, keep: str = ""
) -> None:
    """Inside the caller's transaction: a new password; sessions, links for another one, and an
    app that is only being set up end."""
    db.execute(
        "UPDATE people SET password_hash = ? WHERE id = ? AND workspace_id = ?",
        (password_hash, person_id, workspace_id),
    )
    db.execute(
        "DELETE FROM sessions WHERE person_id = ? AND workspace_id = ? AND token_hash != ?",
        (person_id, workspace_id, token_hash(keep)),
    )
    db.execute(
        "DELETE FROM invitations WHERE person_id = ? AND workspace_id = ? AND used_at IS NULL",
        (person_id, workspace_id),
    )
    db.execute(
        "DELETE FROM second_factors WHERE person_id = ? AND workspace_id = ?"
        " AND confirmed_at IS NULL",
        (person_id, workspace_id),
    )
