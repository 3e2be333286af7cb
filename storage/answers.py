"""The answers inbox: a workspace's secret address, and the answers that were brought there."""

from __future__ import annotations

import hmac
import json
from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database

from storage.credentials import SecretBox, new_token, token_hash
from storage.db import now, one, rows, write_tx


@dataclass(frozen=True)
class InboxKeys:
    """What a service must know: ``token`` stands in the address, ``secret`` in a header."""

    workspace_id: int
    token: str
    secret: str

    def proves(self, secret: str) -> bool:
        """Whether a delivery brought the right secret (compared in constant time)."""
        return hmac.compare_digest(self.secret.encode(), secret.encode())


@dataclass(frozen=True)
class Answer:
    """One answer as it was brought. ``mid`` is the service's id of the call's message.

    ``step`` is the id of the step that saved it; (mid, step) is counted once.
    """

    mid: str
    step: str
    name: str
    value: Any
    from_number: str
    to_number: str


def inbox_keys(db: Database, box: SecretBox, workspace_id: int) -> InboxKeys:
    """The workspace's inbox; made when it is asked for the first time."""
    known = _keys(db, box, "workspace_id = ?", workspace_id)
    if known is not None:
        return known
    made = InboxKeys(workspace_id, new_token(), new_token())
    with write_tx(db):
        db.execute(
            "INSERT INTO inboxes (workspace_id, token_hash, sealed, created_at)"
            " VALUES (?, ?, ?, ?) ON CONFLICT (workspace_id) DO NOTHING",
            (
                workspace_id,
                token_hash(made.token),
                box.seal(f"{made.token} {made.secret}", _context(workspace_id)),
                now(),
            ),
        )
    return _keys(db, box, "workspace_id = ?", workspace_id) or made


def inbox_of_token(db: Database, box: SecretBox, token: str) -> InboxKeys | None:
    """The inbox at an address, or None."""
    return _keys(db, box, "token_hash = ?", token_hash(token))


def _keys(db: Database, box: SecretBox, where: str, value: object) -> InboxKeys | None:
    row = one(db, f"SELECT workspace_id, sealed FROM inboxes WHERE {where}", value)
    if row is None:
        return None
    workspace_id = int(row["workspace_id"])
    token, secret = box.open(row["sealed"], _context(workspace_id)).split(" ")
    return InboxKeys(workspace_id, token, secret)


def _context(workspace_id: int) -> str:
    return f"inboxes:{workspace_id}"


def receive(db: Database, workspace_id: int, answer: Answer) -> bool:
    """Keep an answer; whether it is new. The same (mid, step) again changes nothing."""
    with write_tx(db):
        cursor = db.execute(
            "INSERT INTO answers (workspace_id, mid, step, name, value, from_number, to_number,"
            " received_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (workspace_id, mid, step) DO NOTHING",
            (
                workspace_id,
                answer.mid,
                answer.step,
                answer.name,
                json.dumps(answer.value, ensure_ascii=False),
                answer.from_number,
                answer.to_number,
                now(),
            ),
        )
    return bool(cursor.rowcount)


def of_message(db: Database, workspace_id: int, mid: str) -> list[Answer]:
    """The answers of one call, in the order they came."""
    return [
        Answer(**{**row, "value": json.loads(row["value"])})
        for row in rows(
            db,
            "SELECT mid, step, name, value, from_number, to_number FROM answers"
            " WHERE workspace_id = ? AND mid = ? ORDER BY id",
            workspace_id,
            mid,
        )
    ]
