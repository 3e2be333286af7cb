"""Who did what, when: a log that can only grow (SQLite refuses the rest, migrations/trust.py)."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct
from sqlite_utils import Database

from storage.db import now, rows, write_tx
from storage.people import Person

KINDS: dict[str, tuple[str, ...]] = {
    "coming_in": (
        "signed_in", "sign_in_refused", "code_refused", "too_many_tries", "recovery_code_used",
        "signed_out", "session_ended", "sessions_ended",
    ),
    "people": (
        "first_owner", "invited", "invitation_taken_back", "joined", "role_changed", "removed",
        "password_link_made", "password_link_taken_back", "password_reset", "password_changed",
        "app_on", "app_off", "recovery_codes_made", "profile_changed", "person_added",
    ),
    "keys": (
        "key_made", "key_changed", "key_taken_back", "caller_id_changed", "key_refused",
        "key_unknown", "key_slowed",
    ),
    "connections": ("connection_saved", "connection_removed", "connection_checked"),
    "rules": ("rules_changed", "paused", "went_on", "not_to_ring", "may_ring_again"),
    "calls": ("test_call",),
    "exports": ("calls_exported", "answers_exported", "flow_exported", "audit_exported"),
    "deletions": ("caller_erased", "flow_deleted", "flow_restored", "flow_archived",
        "flow_unarchived", "recording_deleted"),
    "retention": ("calls_kept",),
    "secrets": ("inbox_rotated", "address_saved", "address_secret_rotated", "key_file_rotated"),
    "keeping": ("backup_made", "backup_restored", "database_changed"),
}  # fmt: skip
"""Kind of event -> what may have happened."""

KIND_OF = {what: kind for kind, whats in KINDS.items() for what in whats}
"""What happened -> its kind."""

COMMAND_LINE = "command line"
"""How the log names whoever types commands on the machine itself."""

MOST_TEXT = 300
"""Characters of each text that are kept."""


class Who(Struct, frozen=True):
    """Who did something. Nobody known has no person; nobody of ours has no workspace either."""

    workspace_id: int | None
    person_id: int | None
    name: str


class Entry(Struct, frozen=True):
    """One line of the log; ``at`` is UTC."""

    id: int
    at: str
    person_id: int | None
    who: str
    kind: str
    what: str
    about: str
    detail: str


class Filters(Struct, frozen=True):
    """Which lines are meant; days are moments in UTC: from ``since`` to before ``until``."""

    person_id: int | None = None
    kind: str = ""
    since: str = ""
    until: str = ""


def at_the_machine(workspace_id: int) -> Who:
    """Whoever types commands on the machine; what they do concerns a workspace."""
    return Who(workspace_id, None, COMMAND_LINE)


def by(person: Person) -> Who:
    """A person as the log names them."""
    return Who(person.workspace_id, person.id, f"{person.name} ({person.email})")


def record(db: Database, who: Who, what: str, about: str = "", detail: str = "") -> None:
    """One more line, inside the caller's transaction where there is one.

    Raises KeyError for something that KINDS does not know.
    """
    with write_tx(db):
        db.execute(
            "INSERT INTO audit (workspace_id, at, person_id, who, kind, what, about, detail)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                who.workspace_id,
                now(),
                who.person_id,
                who.name[:MOST_TEXT],
                KIND_OF[what],
                what,
                about[:MOST_TEXT],
                detail[:MOST_TEXT],
            ),
        )


def record_for_all(db: Database, what: str, about: str = "", detail: str = "") -> None:
    """A line for every workspace: what a command did to the whole installation."""
    with write_tx(db):
        for row in rows(db, "SELECT id FROM workspaces"):
            record(db, at_the_machine(int(row["id"])), what, about, detail)


_COLUMNS = "id, at, person_id, who, kind, what, about, detail"


def page(
    db: Database,
    workspace_id: int,
    filters: Filters,
    *,
    before_id: int | None = None,
    limit: int = 50,
) -> list[Entry]:
    """Lines of the workspace, newest first, from below ``before_id`` on."""
    sql, params = _query(workspace_id, filters, before_id, limit)
    return [Entry(**row) for row in rows(db, sql, *params)]


def every(db: Database, workspace_id: int, filters: Filters, at_once: int = 500) -> Iterator[Entry]:
    """All lines of a filter, newest first, some hundred at a time."""
    before_id: int | None = None
    while some := page(db, workspace_id, filters, before_id=before_id, limit=at_once):
        yield from some
        before_id = some[-1].id


def _query(
    workspace_id: int, filters: Filters, before_id: int | None, limit: int
) -> tuple[str, list[object]]:
    asked: list[tuple[str, object]] = [
        ("person_id = ?", filters.person_id),
        ("kind = ?", filters.kind),
        ("at >= ?", filters.since),
        ("at < ?", filters.until),
        ("id < ?", before_id),
    ]
    used = [(sql, value) for sql, value in asked if value]
    where = "".join(f" AND {sql}" for sql, _value in used)
    sql = f"SELECT {_COLUMNS} FROM audit WHERE workspace_id = ?{where} ORDER BY id DESC LIMIT ?"
    return sql, [workspace_id, *(value for _sql, value in used), limit]
