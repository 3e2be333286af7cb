"""One more attempt at telling a web address, because a person asked for it.

The attempt is written down as one that is due (``storage.practice`` claims and finishes it), so
it is told at most once, whoever dies in between, and stands in the history beside the others.
"""

from __future__ import annotations

import json

from sqlite_utils import Database

from storage.db import now, one, write_tx

TOLD = ("webhook_told", "webhook_refused", "webhook_not_sent", "webhook_unclear",
        "webhook_abandoned")  # fmt: skip
"""Event codes of an attempt that is over, well or not."""


def send_again(db: Database, workspace_id: int, event_id: int) -> str:
    """Have the web address of a finished attempt told once more.

    Returns the message id of its practice call; "" when there is no such attempt, when it is
    not the newest one of its step (pressing twice asks once), or one is under way.
    """
    with write_tx(db):
        attempt = one(
            db,
            "SELECT e.call_id, e.detail, p.message_id FROM call_events e"
            " JOIN calls c ON c.id = e.call_id"
            " JOIN practice_calls p ON p.message_id = c.message_id AND p.call_id = c.id"
            " WHERE e.id = ? AND e.workspace_id = ? AND e.code IN (?, ?, ?, ?, ?)",
            event_id,
            workspace_id,
            *TOLD,
        )
        if attempt is None:
            return ""
        detail = json.loads(attempt["detail"])
        newer = one(
            db,
            "SELECT 1 FROM call_events WHERE call_id = ? AND id > ? AND code LIKE 'webhook_%'"
            " AND json_extract(detail, '$.index') = ?",
            attempt["call_id"],
            event_id,
            detail["index"],
        )
        if newer is not None:
            return ""
        kept = ("menu_id", "trigger", "step_id", "index", "url")
        again = {name: detail[name] for name in kept if name in detail}
        again["attempt"] = int(detail.get("attempt", 1)) + 1
        db.execute(
            "INSERT INTO call_events (workspace_id, call_id, at, code, detail)"
            " VALUES (?, ?, ?, 'webhook_due', ?)",
            (workspace_id, attempt["call_id"], now(), json.dumps(again, ensure_ascii=False)),
        )
    return str(attempt["message_id"])


def newest_attempts(found: list[tuple[int, str, dict[str, object]]]) -> frozenset[int]:
    """Ids of the attempts that may be made again, of (id, code, detail) in their order."""
    newest: dict[object, tuple[int, str]] = {}
    for event_id, code, detail in found:
        if code.startswith("webhook_"):
            newest[detail.get("index")] = (event_id, code)
    return frozenset(event_id for event_id, code in newest.values() if code in TOLD)
