"""Flows and their revisions. Append-only: an edit adds a revision, nothing is overwritten.

A revision holds the flow without its menus (``head``) and a list of (menu id, hash of its
content); equal menus are stored once. So an edit of one menu of two hundred writes one menu,
and a menu that did not change is the very same object in memory (see ``_menu_cache``).
"""

from __future__ import annotations

import hashlib
import json
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from threading import Lock
from typing import Any

from sqlite_utils import Database

from flows.document import Flow, Menu
from storage.db import now, one, rows, write_tx

MENUS_IN_MEMORY = 4_000
"""How many parsed menus are kept (a menu of 12 keys takes some 20 kB)."""


class FlowNotFound(Exception):
    """There is no such flow, or no such revision of it, in this workspace."""


class Conflict(Exception):
    """Somebody else changed the same thing since ``base`` was read."""

    def __init__(self, base: StoredFlow, current: StoredFlow) -> None:
        super().__init__("changed meanwhile")
        self.base, self.current = base, current


@dataclass(frozen=True)
class StoredFlow:
    """A flow at one revision. ``hashes`` maps menu id to the hash of its content."""

    id: int
    workspace_id: int
    revision: int
    flow: Flow
    hashes: dict[str, str]
    head: str
    updated_at: str


@dataclass(frozen=True)
class Summary:
    """What the library shows of a flow."""

    id: int
    name: str
    revision: int
    menu_count: int
    updated_at: str


Edit = Callable[[Flow], Flow]

_menu_cache: OrderedDict[str, Menu] = OrderedDict()
_cache_lock = Lock()


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
            _append(db, workspace_id, flow_id, 1, flow, None, summary, person_id, moment)
            created.append(flow_id)
    return created


def edit(
    db: Database,
    workspace_id: int,
    flow_id: int,
    person_id: int | None,
    base_revision: int,
    change: Edit,
    summary: str,
    *,
    menu_id: str | None = None,
    settings: bool = False,
) -> StoredFlow:
    """Apply a change to the newest revision and store the result as the next one.

    ``menu_id`` (or ``settings``) names what the person was looking at: when somebody else
    changed just that since ``base_revision``, nothing is saved and Conflict is raised. A
    change that changes nothing adds no revision. Raises FlowNotFound, and whatever
    ``change`` raises.
    """
    with write_tx(db):
        current = load(db, workspace_id, flow_id)
        if base_revision != current.revision:
            base = load(db, workspace_id, flow_id, base_revision)
            _refuse_conflict(base, current, menu_id, settings)
        flow = change(current.flow)
        if flow == current.flow:
            return current
        moment, number = now(), current.revision + 1
        head, hashes = _append(
            db, workspace_id, flow_id, number, flow, current, summary, person_id, moment
        )
        db.execute(
            "UPDATE flows SET name = ?, revision = ?, menu_count = ?, updated_at = ? WHERE id = ?",
            (flow.name, number, len(flow.menus), moment, flow_id),
        )
    return StoredFlow(flow_id, workspace_id, number, flow, hashes, head, moment)


def delete(db: Database, workspace_id: int, flow_id: int) -> None:
    """Take a flow out of the library; its revisions and calls stay. Raises FlowNotFound."""
    _set_deleted(db, workspace_id, flow_id, now())


def restore(db: Database, workspace_id: int, flow_id: int) -> None:
    """Bring a deleted flow back. Raises FlowNotFound."""
    _set_deleted(db, workspace_id, flow_id, None)


def _set_deleted(db: Database, workspace_id: int, flow_id: int, moment: str | None) -> None:
    with write_tx(db):
        cursor = db.execute(
            "UPDATE flows SET deleted_at = ? WHERE id = ? AND workspace_id = ?",
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


def _append(
    db: Database,
    workspace_id: int,
    flow_id: int,
    number: int,
    flow: Flow,
    previous: StoredFlow | None,
    summary: str,
    person_id: int | None,
    moment: str,
) -> tuple[str, dict[str, str]]:
    known = {menu.id: menu for menu in previous.flow.menus} if previous else {}
    hashes: dict[str, str] = {}
    for menu in flow.menus:
        if previous is not None and known.get(menu.id) is menu:
            hashes[menu.id] = previous.hashes[menu.id]
            continue
        body = _dump(menu)
        hashes[menu.id] = _hash(body)
        db.execute(
            "INSERT OR IGNORE INTO menu_versions (workspace_id, hash, body) VALUES (?, ?, ?)",
            (workspace_id, hashes[menu.id], body),
        )
        _remember(hashes[menu.id], menu)
    head = json.dumps(flow.model_dump(exclude={"menus"}), ensure_ascii=False, sort_keys=True)
    db.execute(
        "INSERT INTO flow_revisions (workspace_id, flow_id, number, head, menus, summary,"
        " person_id, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            workspace_id,
            flow_id,
            number,
            head,
            json.dumps(list(hashes.items())),
            summary,
            person_id,
            moment,
        ),
    )
    return head, hashes


def _stored(db: Database, row: dict[str, Any]) -> StoredFlow:
    hashes = dict(json.loads(row["menus"]))
    menus = _menus(db, row["workspace_id"], list(hashes.values()))
    flow = Flow(**json.loads(row["head"])).model_copy(update={"menus": tuple(menus)})
    return StoredFlow(
        row["id"],
        row["workspace_id"],
        row["number"],
        flow,
        hashes,
        row["head"],
        row["created_at"],
    )


def _menus(db: Database, workspace_id: int, hashes: list[str]) -> list[Menu]:
    with _cache_lock:
        found = {h: _menu_cache[h] for h in hashes if h in _menu_cache}
        for h in found:
            _menu_cache.move_to_end(h)
    missing = [h for h in hashes if h not in found]
    if missing:
        for row in rows(
            db,
            "SELECT hash, body FROM menu_versions WHERE workspace_id = ?"
            " AND hash IN (SELECT value FROM json_each(?))",
            workspace_id,
            json.dumps(missing),
        ):
            menu = Menu.model_validate(json.loads(str(row["body"])))
            found[str(row["hash"])] = menu
            _remember(str(row["hash"]), menu)
    return [found[h] for h in hashes]


def _remember(content_hash: str, menu: Menu) -> None:
    with _cache_lock:
        _menu_cache[content_hash] = menu
        while len(_menu_cache) > MENUS_IN_MEMORY:
            _menu_cache.popitem(last=False)


def _dump(menu: Menu) -> str:
    # json, not pydantic's own writer: whole numbers of any size keep their digits.
    return json.dumps(menu.model_dump(), ensure_ascii=False, sort_keys=False)


def _hash(body: str) -> str:
    return hashlib.sha256(body.encode()).hexdigest()[:32]
