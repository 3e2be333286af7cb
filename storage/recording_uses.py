"""Where recordings are used, and what trying recordings of other web sites brought."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import Struct
from sqlite_utils import Database

from storage.db import now, rows, write_tx


class Use(Struct, frozen=True):
    """A menu that plays a recording. ``revision`` is its flow's newest, ``number`` from 1."""

    token: str
    recording: str
    flow_id: int
    flow_name: str
    revision: int
    menu_id: str
    menu_name: str
    number: int


def uses(db: Database, workspace_id: int, tokens: Iterable[str]) -> dict[str, list[Use]]:
    """Token -> the menus of the newest revisions that play it, flows in the order of names.

    One query: an index leads from the tokens to the menus, and from there to the flows.
    """
    found: dict[str, list[Use]] = {}
    for row in rows(db, USES, json.dumps(list(tokens)), workspace_id, workspace_id):
        found.setdefault(str(row["token"]), []).append(Use(**row))
    return found


USES = (
    "WITH playing AS MATERIALIZED (SELECT hash, recording_token AS token, body FROM menu_versions"
    " INDEXED BY menu_versions_recording"
    " WHERE recording_token IN (SELECT value FROM json_each(?)) AND workspace_id = ?)"
    " SELECT playing.token, json_extract(playing.body, '$.recording') AS recording,"
    " f.id AS flow_id, f.name AS flow_name, f.revision,"
    " json_extract(menu.value, '$[0]') AS menu_id,"
    " json_extract(playing.body, '$.name') AS menu_name, menu.key + 1 AS number"
    " FROM flows f JOIN flow_revisions r ON r.flow_id = f.id AND r.number = f.revision"
    " JOIN json_each(r.menus) AS menu"
    " JOIN playing ON playing.hash = json_extract(menu.value, '$[1]')"
    " WHERE f.workspace_id = ? AND f.deleted_at IS NULL AND EXISTS (SELECT 1 FROM playing)"
    " ORDER BY f.name, f.id, number"
)


class Trial(Struct, frozen=True):
    """What came of trying an address; ``result`` as ``calling.recordings.preflight`` made it."""

    url: str
    result: dict[str, Any]
    tried_at: str


def keep_trials(db: Database, workspace_id: int, results: Mapping[str, Mapping[str, Any]]) -> None:
    """Keep what trying several addresses brought, in the place of what was known before."""
    moment = now()
    with write_tx(db):
        for url, result in results.items():
            db.execute(
                "INSERT INTO recording_trials (workspace_id, url, result, tried_at)"
                " VALUES (?, ?, ?, ?) ON CONFLICT (workspace_id, url)"
                " DO UPDATE SET result = excluded.result, tried_at = excluded.tried_at",
                (workspace_id, url, json.dumps(dict(result)), moment),
            )


def trials(db: Database, workspace_id: int, urls: Iterable[str], since: str) -> dict[str, Trial]:
    """Address -> what trying it brought, if that was not before ``since`` (UTC)."""
    return {
        str(row["url"]): Trial(str(row["url"]), json.loads(row["result"]), str(row["tried_at"]))
        for row in rows(
            db,
            "SELECT url, result, tried_at FROM recording_trials WHERE workspace_id = ?"
            " AND url IN (SELECT value FROM json_each(?)) AND tried_at >= ?",
            workspace_id,
            json.dumps(list(urls)),
            since,
        )
    }
