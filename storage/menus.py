"""Menus by the hash of their content: equal menus are stored once, and parsed once.

A menu that did not change is the very same object in memory, revision after revision.
"""

from __future__ import annotations

import hashlib
import json
from collections import OrderedDict
from threading import Lock

from sqlite_utils import Database

from flows.document import Menu
from flows.finding import words_of_menu
from storage.db import rows

MENUS_IN_MEMORY = 4_000
"""How many parsed menus are kept (a menu of 12 keys takes some 20 kB)."""

_cache: OrderedDict[str, Menu] = OrderedDict()
_lock = Lock()


def keep(db: Database, workspace_id: int, menu: Menu) -> str:
    """Store a menu, inside a transaction. Returns the hash of its content."""
    body = _dump(menu)
    content_hash = hashlib.sha256(body.encode()).hexdigest()[:32]
    db.execute(
        "INSERT OR IGNORE INTO menu_versions (workspace_id, hash, body, words) VALUES (?, ?, ?, ?)",
        (workspace_id, content_hash, body, words_of_menu(menu)),
    )
    _remember(content_hash, menu)
    return content_hash


def fetch(db: Database, workspace_id: int, hashes: list[str]) -> list[Menu]:
    """The menus with these hashes, in their order; at most one query."""
    with _lock:
        found = {h: _cache[h] for h in hashes if h in _cache}
        for h in found:
            _cache.move_to_end(h)
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
    with _lock:
        _cache[content_hash] = menu
        while len(_cache) > MENUS_IN_MEMORY:
            _cache.popitem(last=False)


def _dump(menu: Menu) -> str:
    # json, not pydantic's own writer: whole numbers of any size keep their digits.
    return json.dumps(menu.model_dump(), ensure_ascii=False, sort_keys=False)
