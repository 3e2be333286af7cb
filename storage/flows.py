"""Flows and their revisions. Append-only: an edit adds a revision, nothing is overwritten.

A revision holds the flow without its menus (``head``) and a list of (menu id, hash of its
content); equal menus are stored once (``storage.menus``), so an edit of one menu of two hundred
writes one menu. Undo, redo and named versions are in ``storage.history``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Any, Literal

from msgspec import Struct
from sqlite_utils import Database

from flows.differences import differences, in_one_line
from flows.document import Flow
from flows.said_kept import kept_text
from storage import menus
from storage.db import now, one, rows, write_tx


class FlowNotFound(Exception):
    """There is no such flow, or no such revision of it, in this workspace."""


class Conflict(Exception):
    """Somebody else changed the same thing since ``base`` was read."""

    def __init__(self, base: StoredFlow, current: StoredFlow) -> None:
        super().__init__("changed meanwhile")
        self.base, self.current = base, current


class StoredFlow(Struct, frozen=True):
    """A flow at one revision. ``hashes`` maps menu id to the hash of its content."""

    id: int
    workspace_id: int
    revision: int
    flow: Flow
    hashes: dict[str, str]
    head: str
    updated_at: str


class Summary(Struct, frozen=True):
    """What the library shows of a flow. Moments are UTC, None for what was not done."""

    id: int
    name: str
    revision: int
    menu_count: int
    updated_at: str
    archived_at: str | None = None
    deleted_at: str | None = None


Edit = Callable[[Flow], Flow]
Kind = Literal["edit", "undo", "redo", "restore"]


class NewRevision(Struct, frozen=True):
    """What a revision says about itself.

    ``state_of`` is the revision by which a person made this state (None: this one);
    ``undo_to`` and ``redo_to`` are the revisions whose state Undo and Redo would show.
    """

    summary: str
    person_id: int | None
    kind: Kind = "edit"
    state_of: int | None = None
    undo_to: int | None = None
    redo_to: int | None = None


def list_all(db: Database, workspace_id: int) -> list[Summary]:
    """The workspace's flows, last changed first."""
    return [
        Summary(**row)
        for row in rows(
            db,
            "SELECT id, name, revision, menu_count, updated_at FROM flows"
            " WHERE workspace_id = ? AND deleted_at IS NULL ORDER BY updated_at DESC",
            workspace_id,
        )
    ]


def load(db: Database, workspace_id: int, flow_id: int, revision: int | None = None) -> StoredFlow:
    """A flow, at its newest revision or the one asked for. Raises FlowNotFound."""
    row = one(
        db,
        "SELECT f.id, f.workspace_id, r.number, r.head, r.menus, r.created_at FROM flows f"
        " JOIN flow_revisions r ON r.flow_id = f.id AND r.number = coalesce(?, f.revision)"
        " WHERE f.id = ? AND f.workspace_id = ? AND f.deleted_at IS NULL",
        revision,
        flow_id,
        workspace_id,
    )
    if row is None:
        raise FlowNotFound(flow_id)
    return _stored(db, row)


def load_newest(db: Database, workspace_id: int, flow_ids: Sequence[int]) -> list[StoredFlow]:
    """Several flows at their newest revision, in two queries; unknown ids are left out."""
    found = rows(
        db,
        "SELECT f.id, f.workspace_id, r.number, r.head, r.menus, r.created_at FROM flows f"
        " JOIN flow_revisions r ON r.flow_id = f.id AND r.number = f.revision"
        " WHERE f.id IN (SELECT value FROM json_each(?)) AND f.workspace_id = ?"
        " AND f.deleted_at IS NULL",
        json.dumps(list(flow_ids)),
        workspace_id,
    )
    hashes = {h for row in found for _menu_id, h in json.loads(row["menus"])}
    menus.fetch(db, workspace_id, list(hashes))
    return [_stored(db, row) for row in found]


def create(db: Database, workspace_id: int, person_id: int | None, flow: Flow, summary: str) -> int:
    """A new flow at revision 1. Returns its id."""
    return create_all(db, workspace_id, person_id, [flow], summary)[0]


def create_all(
    db: Database, workspace_id: int, person_id: int | None, flows: Iterable[Flow], summary: str
) -> list[int]:
    """Several new flows together, or none. Returns their ids."""
    created = []
    with write_tx(db):
        for flow in flows:
            moment = now()
            cursor = db.execute(
                "INSERT INTO flows (workspace_id, name, revision, menu_count, created_at,"
                " updated_at) VALUES (?, ?, 1, ?, ?, ?)",
                (workspace_id, flow.name, len(flow.menus), moment, moment),
            )
            flow_id = int(cursor.lastrowid or 0)
            head, hashes = _content(db, workspace_id, flow, None)
            stored = StoredFlow(flow_id, workspace_id, 1, flow, hashes, head, moment)
            _insert(db, stored, NewRevision(summary, person_id))
            created.append(flow_id)
    return created


def edit(
    db: Database,
    workspace_id: int,
    flow_id: int,
    person_id: int | None,
    base_revision: int,
    change: Edit,
    summary: str = "",
    *,
    menu_id: str | None = None,
    settings: bool = False,
) -> StoredFlow:
    """Apply a change to the newest revision and store the result as the next one.

    ``menu_id`` (or ``settings``) names what the person was looking at: when somebody else
    changed just that since ``base_revision``, nothing is saved and Conflict is raised. A
    change that changes nothing adds no revision. Without a ``summary`` the differences are
    said in words. Raises FlowNotFound, and whatever ``change`` raises.
    """
    with write_tx(db):
        current = load(db, workspace_id, flow_id)
        if base_revision != current.revision:
            base = load(db, workspace_id, flow_id, base_revision)
            _refuse_conflict(base, current, menu_id, settings)
        flow = change(current.flow)
        found = differences(current.flow, flow)
        if not found:
            return current
        head, hashes = _content(db, workspace_id, flow, current)
        revision = NewRevision(summary or in_one_line(found), person_id, undo_to=current.revision)
        return add_revision(db, current, flow, head, hashes, revision)


def add_revision(
    db: Database,
    current: StoredFlow,
    flow: Flow,
    head: str,
    hashes: dict[str, str],
    revision: NewRevision,
) -> StoredFlow:
    """The flow's next revision, inside a transaction that read ``current``.

    ``head`` and ``hashes`` are the content of ``flow`` as it is kept.
    """
    stored = StoredFlow(
        current.id, current.workspace_id, current.revision + 1, flow, hashes, head, now()
    )
    _insert(db, stored, revision)
    db.execute(
        "UPDATE flows SET name = ?, revision = ?, menu_count = ?, updated_at = ? WHERE id = ?",
        (flow.name, stored.revision, len(flow.menus), stored.updated_at, stored.id),
    )
    return stored


def delete(db: Database, workspace_id: int, flow_id: int) -> None:
    """Take a flow out of the library; all that is its own stays (``storage.shelves`` erases it
    later). Raises FlowNotFound."""
    _set_deleted(db, workspace_id, flow_id, now())


def restore(db: Database, workspace_id: int, flow_id: int) -> None:
    """Bring a deleted flow back. Raises FlowNotFound, also for one that was erased."""
    _set_deleted(db, workspace_id, flow_id, None)


def _set_deleted(db: Database, workspace_id: int, flow_id: int, moment: str | None) -> None:
    with write_tx(db):
        cursor = db.execute(
            "UPDATE flows SET deleted_at = ? WHERE id = ? AND workspace_id = ?"
            " AND erased_at IS NULL",
            (moment, flow_id, workspace_id),
        )
    if not cursor.rowcount:
        raise FlowNotFound(flow_id)


def _refuse_conflict(
    base: StoredFlow, current: StoredFlow, menu_id: str | None, settings: bool
) -> None:
    menu_changed = menu_id is not None and base.hashes.get(menu_id) != current.hashes.get(menu_id)
    if menu_changed or (settings and base.head != current.head):
        raise Conflict(base, current)


def _content(
    db: Database, workspace_id: int, flow: Flow, previous: StoredFlow | None
) -> tuple[str, dict[str, str]]:
    """Keep the flow's menus; returns its head and their hashes."""
    known = {menu.id: menu for menu in previous.flow.menus} if previous else {}
    hashes: dict[str, str] = {}
    for menu in flow.menus:
        if previous is not None and known.get(menu.id) is menu:
            hashes[menu.id] = previous.hashes[menu.id]
        else:
            hashes[menu.id] = menus.keep(db, workspace_id, menu)
    head = json.dumps(flow.model_dump(exclude={"menus"}), ensure_ascii=False, sort_keys=True)
    return head, hashes


def _insert(db: Database, stored: StoredFlow, revision: NewRevision) -> None:
    db.execute(
        "INSERT INTO flow_revisions (workspace_id, flow_id, number, head, menus, summary,"
        " person_id, created_at, kind, state_of, undo_to, redo_to)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            stored.workspace_id,
            stored.id,
            stored.revision,
            stored.head,
            json.dumps(list(stored.hashes.items())),
            kept_text(revision.summary),
            revision.person_id,
            stored.updated_at,
            revision.kind,
            revision.state_of or stored.revision,
            revision.undo_to,
            revision.redo_to,
        ),
    )


@lru_cache(maxsize=64)
def _bare(head: str) -> Flow:
    """A flow without its menus: most edits leave the rest as it is."""
    return Flow(**json.loads(head))


@lru_cache(maxsize=16)
def _hashes(written: str) -> dict[str, str]:
    """Menu id -> hash, as a revision has them; an edit reads the same ones twice."""
    return dict(json.loads(written))


def _stored(db: Database, row: dict[str, Any]) -> StoredFlow:
    hashes = _hashes(row["menus"])
    content = menus.fetch(db, row["workspace_id"], list(hashes.values()))
    flow = _bare(row["head"]).model_copy(update={"menus": tuple(content)})
    return StoredFlow(
        row["id"],
        row["workspace_id"],
        row["number"],
        flow,
        hashes,
        row["head"],
        row["created_at"],
    )
