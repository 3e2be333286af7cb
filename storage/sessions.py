"""Who is signed in where: a row a session, so that each can be ended on the server."""

from __future__ import annotations

from msgspec import Struct
from sqlite_utils import Database

from storage.credentials import new_token, token_hash
from storage.db import now, one, rows, write_tx
from storage.people import PasswordChanged, Person, person_columns

MOST_BROWSER = 200
"""Characters of a browser's own name that are kept."""

HANDLE = 20
"""Characters of a token's hash by which a list names a session: enough to tell sessions apart,
and worth nothing in a cookie."""


class Session(Struct, frozen=True):
    """One sign-in. ``browser`` is what it calls itself; times are UTC."""

    handle: str
    browser: str
    created_at: str
    seen_at: str


def start(db: Database, person: Person, browser: str = "", *, code_checked: bool = False) -> str:
    """A new signed-in session; returns its token, which only the cookie holds.

    Raises PasswordChanged when the person's password is not the one any more that was checked,
    when they were removed, or, unless ``code_checked``, when they turned their app on meanwhile:
    whatever ended their sessions ends this one too.
    """
    token, moment = new_token(), now()
    with write_tx(db):
        cursor = db.execute(
            "INSERT INTO sessions (token_hash, workspace_id, person_id, created_at, seen_at,"
            " browser) SELECT ?, p.workspace_id, p.id, ?, ?, ? FROM people p"
            " WHERE p.id = ? AND p.workspace_id = ? AND p.password_hash = ?"
            " AND p.removed_at IS NULL AND (? OR NOT EXISTS (SELECT 1 FROM second_factors f"
            " WHERE f.person_id = p.id AND f.confirmed_at IS NOT NULL))",
            (
                token_hash(token),
                moment,
                moment,
                browser[:MOST_BROWSER],
                person.id,
                person.workspace_id,
                person.password_hash,
                code_checked,
            ),
        )
        if not cursor.rowcount:
            raise PasswordChanged
    return token


def of_token(
    db: Database, token: str, *, started_after: str, seen_after: str
) -> tuple[Person, str] | None:
    """(person, last seen) of a session that began and was used late enough, or None."""
    row = one(
        db,
        f"SELECT {person_columns('p')}, s.seen_at FROM sessions s"
        " JOIN people p ON p.id = s.person_id"
        " WHERE s.token_hash = ? AND s.created_at >= ? AND s.seen_at >= ?"
        " AND p.removed_at IS NULL",
        token_hash(token),
        started_after,
        seen_after,
    )
    if row is None:
        return None
    seen_at = str(row.pop("seen_at"))
    return Person(**row), seen_at


def list_of(
    db: Database, person: Person, *, started_after: str, seen_after: str
) -> tuple[Session, ...]:
    """A person's sessions that still let in, the one used last first."""
    found = rows(
        db,
        f"SELECT substr(token_hash, 1, {HANDLE}) AS handle, browser, created_at, seen_at"
        " FROM sessions WHERE person_id = ? AND workspace_id = ? AND created_at >= ?"
        " AND seen_at >= ? ORDER BY seen_at DESC",
        person.id,
        person.workspace_id,
        started_after,
        seen_after,
    )
    return tuple(Session(**row) for row in found)


def handle_of(token: str) -> str:
    """How lists name the session of a token."""
    return token_hash(token)[:HANDLE]


def touch(db: Database, token: str) -> None:
    """Note that a session was used just now."""
    with write_tx(db):
        db.execute(
            "UPDATE sessions SET seen_at = ? WHERE token_hash = ?", (now(), token_hash(token))
        )


def end(db: Database, token: str) -> None:
    """Sign out: the cookie is worth nothing from now on."""
    with write_tx(db):
        db.execute("DELETE FROM sessions WHERE token_hash = ?", (token_hash(token),))


def end_one(db: Database, person: Person, handle: str) -> bool:
    """End one of a person's own sessions; whether there was such a one."""
    with write_tx(db):
        cursor = db.execute(
            f"DELETE FROM sessions WHERE person_id = ? AND workspace_id = ?"
            f" AND substr(token_hash, 1, {HANDLE}) = ?",
            (person.id, person.workspace_id, handle),
        )
    return bool(cursor.rowcount)


def end_all(db: Database, workspace_id: int, person_id: int, but: str = "") -> int:
    """End a person's sessions, except the one whose token is ``but``; how many there were."""
    with write_tx(db):
        cursor = db.execute(
            "DELETE FROM sessions WHERE person_id = ? AND workspace_id = ? AND token_hash != ?",
            (person_id, workspace_id, token_hash(but)),
        )
    return int(cursor.rowcount)


def forget_old(db: Database, *, started_after: str, seen_after: str) -> None:
    """Delete the sessions that let nobody in any more."""
    with write_tx(db):
        db.execute(
            "DELETE FROM sessions WHERE created_at < ? OR seen_at < ?", (started_after, seen_after)
        )
