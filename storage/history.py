"""The history of a flow: undo, redo, restore, and the names of versions.

Append-only: each of them adds a revision that shows an earlier state. Every revision carries
the revisions Undo and Redo lead to, so both are found at once, after a restart as before. A
fresh edit leads back to the revision before it, and to nowhere for Redo.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct
from sqlite_utils import Database

from flows.said import said
from flows.said_kept import remembered_text
from storage.db import now, one, rows, write_tx
from storage.flows import (
    Conflict,
    FlowNotFound,
    Kind,
    NewRevision,
    StoredFlow,
    add_revision,
    load,
)

LONGEST_NAME = 80
"""Characters of a version's name that are kept."""


class NameTaken(Exception):
    """Another version of this flow has this name."""


class Revision(Struct, frozen=True):
    """A line of History. ``who`` is "" when nobody is known; ``name`` is "" without one.

    ``at`` is UTC, as every table keeps it.
    """

    number: int
    words: str
    who: str
    at: str
    kind: Kind
    name: str


class LastEdit(Struct, frozen=True):
    """The newest revision, as far as Undo would take it back: its words, who made it, and the
    revision that Undo would show.
    """

    words: str
    person_id: int | None
    undo_to: int


class _Row(Struct, frozen=True):
    """What a revision says of its way back and forth; ``made_by`` is its edit's summary."""

    number: int
    state_of: int
    undo_to: int | None
    redo_to: int | None
    made_by: str


def undo(
    db: Database, workspace_id: int, flow_id: int, person_id: int | None, base_revision: int
) -> StoredFlow | None:
    """Show the state before the newest edit that is not undone; None when there is none.

    Raises Conflict when ``base_revision`` is not the newest, and FlowNotFound.
    """
    return _step(db, workspace_id, flow_id, person_id, base_revision, "undo")


def redo(
    db: Database, workspace_id: int, flow_id: int, person_id: int | None, base_revision: int
) -> StoredFlow | None:
    """Show the state that the newest Undo left; None when there is none.

    Raises Conflict when ``base_revision`` is not the newest, and FlowNotFound.
    """
    return _step(db, workspace_id, flow_id, person_id, base_revision, "redo")


def can(db: Database, workspace_id: int, flow_id: int) -> tuple[str, str]:
    """What Undo would take back and Redo bring back, in words; "" for what is not possible."""
    row = one(
        db,
        "SELECT CASE WHEN r.undo_to IS NOT NULL THEN made.summary END AS undoes,"
        " again.summary AS redoes FROM flows f"
        " JOIN flow_revisions r ON r.flow_id = f.id AND r.number = f.revision"
        " JOIN flow_revisions made ON made.flow_id = f.id AND made.number = r.state_of"
        " LEFT JOIN flow_revisions next ON next.flow_id = f.id AND next.number = r.redo_to"
        " LEFT JOIN flow_revisions again"
        " ON again.flow_id = f.id AND again.number = next.state_of"
        " WHERE f.id = ? AND f.workspace_id = ? AND f.deleted_at IS NULL",
        flow_id,
        workspace_id,
    )
    if row is None:
        raise FlowNotFound(flow_id)
    return remembered_text(row["undoes"] or ""), remembered_text(row["redoes"] or "")


def last_edit(db: Database, workspace_id: int, flow_id: int) -> LastEdit | None:
    """What was done last, when Undo takes back exactly that; None after an Undo."""
    row = one(
        db,
        "SELECT made.summary AS words, r.person_id, r.undo_to FROM flows f"
        " JOIN flow_revisions r ON r.flow_id = f.id AND r.number = f.revision"
        " JOIN flow_revisions made ON made.flow_id = f.id AND made.number = r.state_of"
        " WHERE f.id = ? AND f.workspace_id = ? AND f.deleted_at IS NULL"
        " AND r.kind <> 'undo' AND r.undo_to IS NOT NULL",
        flow_id,
        workspace_id,
    )
    return LastEdit(**{**row, "words": remembered_text(row["words"])}) if row else None


def revisions(
    db: Database, workspace_id: int, flow_id: int, before: int | None = None, limit: int = 50
) -> tuple[Revision, ...]:
    """The newest revisions, or those before a number, newest first. Empty for no such flow."""
    return tuple(
        Revision(**{**row, "words": remembered_text(row["words"])})
        for row in rows(
            db,
            "SELECT r.number, r.summary AS words, coalesce(p.name, '') AS who,"
            " r.created_at AS at, r.kind, coalesce(n.name, '') AS name FROM flow_revisions r"
            " JOIN flows f ON f.id = r.flow_id AND f.deleted_at IS NULL"
            " LEFT JOIN people p ON p.id = r.person_id"
            " LEFT JOIN revision_names n ON n.flow_id = r.flow_id AND n.number = r.number"
            " WHERE r.flow_id = ? AND r.workspace_id = ? AND (? IS NULL OR r.number < ?)"
            " ORDER BY r.number DESC LIMIT ?",
            flow_id,
            workspace_id,
            before,
            before,
            limit,
        )
    )


def restore(
    db: Database,
    workspace_id: int,
    flow_id: int,
    person_id: int | None,
    base_revision: int,
    number: int,
) -> StoredFlow:
    """Show the state of an earlier revision; an edit like any other, so it can be undone.

    The state that is shown already adds no revision. Raises Conflict when ``base_revision``
    is not the newest, and FlowNotFound.
    """
    with write_tx(db):
        current = _newest(db, workspace_id, flow_id, base_revision)
        wanted = load(db, workspace_id, flow_id, number)
        if _as_kept(wanted) == _as_kept(current):
            return current
        name = _name(db, flow_id, number)
        words = (
            said("Back to version {number} “{name}”", number=number, name=name)
            if name
            else said("Back to version {number}", number=number)
        )
        revision = NewRevision(words, person_id, "restore", undo_to=current.revision)
        return _show(db, current, wanted, revision)


def name_revision(
    db: Database, workspace_id: int, flow_id: int, person_id: int | None, number: int, name: str
) -> None:
    """Name a version, or rename it; "" takes its name away.

    Two names that differ in the case of Latin letters only are the same name.
    Raises NameTaken, and FlowNotFound when there is no such revision.
    """
    wanted = " ".join(name.split())[:LONGEST_NAME]
    with write_tx(db):
        _of(db, workspace_id, flow_id, number)
        db.execute("DELETE FROM revision_names WHERE flow_id = ? AND number = ?", (flow_id, number))
        if not wanted:
            return
        inserted = db.execute(
            "INSERT INTO revision_names (workspace_id, flow_id, number, name, person_id,"
            " created_at) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (flow_id, name) DO NOTHING",
            (workspace_id, flow_id, number, wanted, person_id, now()),
        )
        if not inserted.rowcount:
            raise NameTaken(wanted)


def _step(
    db: Database,
    workspace_id: int,
    flow_id: int,
    person_id: int | None,
    base_revision: int,
    kind: Literal["undo", "redo"],
) -> StoredFlow | None:
    with write_tx(db):
        current = _newest(db, workspace_id, flow_id, base_revision)
        here = _of(db, workspace_id, flow_id, current.revision)
        target = here.undo_to if kind == "undo" else here.redo_to
        if target is None:
            return None
        there = _of(db, workspace_id, flow_id, target)
        new = {
            "undo": NewRevision(
                said("Undo: {edit}", edit=here.made_by), person_id, "undo",
                there.state_of, there.undo_to, here.number,
            ),
            "redo": NewRevision(
                said("Redo: {edit}", edit=there.made_by), person_id, "redo",
                there.state_of, here.number, there.redo_to,
            ),
        }[kind]  # fmt: skip
        return _show(db, current, load(db, workspace_id, flow_id, target), new)


def _show(
    db: Database, current: StoredFlow, shown: StoredFlow, revision: NewRevision
) -> StoredFlow:
    return add_revision(db, current, shown.flow, shown.head, shown.hashes, revision)


def _as_kept(stored: StoredFlow) -> tuple[str, list[tuple[str, str]]]:
    return stored.head, list(stored.hashes.items())


def _newest(db: Database, workspace_id: int, flow_id: int, base_revision: int) -> StoredFlow:
    current = load(db, workspace_id, flow_id)
    if base_revision != current.revision:
        raise Conflict(load(db, workspace_id, flow_id, base_revision), current)
    return current


def _of(db: Database, workspace_id: int, flow_id: int, number: int) -> _Row:
    row = one(
        db,
        "SELECT r.number, r.state_of, r.undo_to, r.redo_to, made.summary AS made_by"
        " FROM flow_revisions r JOIN flows f ON f.id = r.flow_id AND f.deleted_at IS NULL"
        " JOIN flow_revisions made ON made.flow_id = r.flow_id AND made.number = r.state_of"
        " WHERE r.flow_id = ? AND r.workspace_id = ? AND r.number = ?",
        flow_id,
        workspace_id,
        number,
    )
    if row is None:
        raise FlowNotFound(flow_id)
    return _Row(**{**row, "made_by": remembered_text(row["made_by"])})


def _name(db: Database, flow_id: int, number: int) -> str:
    row = one(
        db, "SELECT name FROM revision_names WHERE flow_id = ? AND number = ?", flow_id, number
    )
    return str(row["name"]) if row else ""
