"""The practice phone network's own book: its calls, and the web addresses they still owe.

A practice call moves in one transaction with the row and the history of the gateway's call
it belongs to. A web address to tell is first written down ("webhook_due"), then claimed
("webhook_started"), then answered: it is told at most once, whoever dies in between.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any, Literal

from msgspec import Struct, field
from sqlite_utils import Database

from flows.document import Flow
from storage import calls
from storage.calls import NewCall, NewEvent
from storage.db import now, one, rows, write_tx

_UNFINISHED = "code IN ('webhook_due', 'webhook_started')"
"""Written exactly as the partial index ``call_events_webhooks`` has it, or it is not used."""

Phase = Literal["enroute", "ringing", "talking", "ended"]


class NewPracticeCall(Struct, frozen=True, kw_only=True):
    """A call the network takes on. ``script`` names how the called person behaves.

    ``next_at`` (UTC) is when the call moves on by itself, or None.
    """

    message_id: str
    workspace_id: int
    service: str
    bulk_id: str
    sender: str
    to_number: str
    flow: Flow
    script: str
    next_at: str | None
    customer_message_id: str = ""
    phase: Phase = "enroute"


class Taken(Struct, frozen=True):
    """A call that a gateway took on: the gateway's row, the network's, and its first lines."""

    call: NewCall
    practice: NewPracticeCall
    events: Sequence[NewEvent]


class PracticeCall(NewPracticeCall, frozen=True, kw_only=True):
    """A practice call as it stands. Times are UTC; ``inputs`` drive ``flows.call.replay``.

    ``result`` is "" until it ended.
    """

    call_id: int
    inputs: tuple[str, ...]
    result: str
    created_at: str
    answered_at: str | None
    ended_at: str | None


class Move(Struct, frozen=True, kw_only=True):
    """What changes at once: columns of the practice call, of the gateway's call, its history."""

    columns: dict[str, Any] = field(default_factory=dict)
    call_columns: dict[str, Any] = field(default_factory=dict)
    events: tuple[NewEvent, ...] = ()


class Webhook(Struct, frozen=True):
    """A web address that a practice call has to tell: the claimed line of its history."""

    event_id: int
    detail: dict[str, Any]


def accept(db: Database, taken: Sequence[Taken]) -> list[PracticeCall]:
    """Write down calls that a gateway took on, together or not at all."""
    accepted = []
    with write_tx(db):
        for one_call in taken:
            practice = one_call.practice
            stored = calls.insert(db, one_call.call, one_call.events)
            db.execute(
                "INSERT INTO practice_calls (message_id, workspace_id, call_id, service, bulk_id,"
                " customer_message_id, sender, to_number, flow, script, phase, created_at,"
                " next_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    practice.message_id,
                    practice.workspace_id,
                    stored.id,
                    practice.service,
                    practice.bulk_id,
                    practice.customer_message_id,
                    practice.sender,
                    practice.to_number,
                    # json, not pydantic's writer: whole numbers of any size keep their digits.
                    json.dumps(practice.flow.model_dump(), ensure_ascii=False),
                    practice.script,
                    practice.phase,
                    stored.created_at,
                    practice.next_at,
                ),
            )
            accepted.append(_just_written(practice, stored))
    return accepted


def move(
    db: Database, message_id: str, step: Callable[[PracticeCall], Move | None]
) -> PracticeCall | None:
    """Let ``step`` decide on the newest state, and write its Move; None when it decides nothing.

    Two movers never see the same state. Raises LookupError for an unknown call.
    """
    with write_tx(db):
        practice = by_message(db, message_id)
        moved = step(practice)
        if moved is None:
            return None
        columns = {
            name: json.dumps(value) if name == "inputs" else value
            for name, value in moved.columns.items()
        }
        if columns:
            db.execute(
                f"UPDATE practice_calls SET {', '.join(f'{name} = ?' for name in columns)}"
                " WHERE message_id = ?",
                (*columns.values(), message_id),
            )
        calls.apply_change(db, practice.call_id, moved.events, **moved.call_columns)
        return by_message(db, message_id)


def by_message(db: Database, message_id: str) -> PracticeCall:
    """A practice call, for tasks that were given its id. Raises LookupError."""
    row = one(db, "SELECT * FROM practice_calls WHERE message_id = ?", message_id)
    if row is None:
        raise LookupError(f"There is no practice call {message_id}.")
    return _practice(row)


def find(db: Database, workspace_id: int, message_id: str) -> PracticeCall | None:
    """A practice call of this workspace, or None."""
    row = one(
        db,
        "SELECT * FROM practice_calls WHERE workspace_id = ? AND message_id = ?",
        workspace_id,
        message_id,
    )
    return _practice(row) if row else None


def inputs_of(
    db: Database, workspace_id: int, message_ids: Sequence[str]
) -> dict[str, tuple[str, ...]]:
    """Message id -> what the called people pressed, for those that are practice calls."""
    found = rows(
        db,
        "SELECT message_id, inputs FROM practice_calls WHERE workspace_id = ?"
        " AND message_id IN (SELECT value FROM json_each(?))",
        workspace_id,
        json.dumps(list(message_ids)),
    )
    return {row["message_id"]: tuple(json.loads(row["inputs"])) for row in found}


def of_bulk(db: Database, workspace_id: int, bulk_id: str) -> list[PracticeCall]:
    """The practice calls accepted under one bulk id, in their order."""
    found = rows(
        db,
        "SELECT * FROM practice_calls WHERE workspace_id = ? AND bulk_id = ? ORDER BY call_id",
        workspace_id,
        bulk_id,
    )
    return [_practice(row) for row in found]


def on_screen(
    db: Database, workspace_id: int, script: str, person_id: int | None
) -> list[PracticeCall]:
    """Calls that ring or talk on a screen, oldest first.

    With ``person_id``: only those this person placed, and those that nobody here placed.
    """
    found = rows(
        db,
        "SELECT p.* FROM practice_calls p WHERE p.workspace_id = ?1 AND p.script = ?2"
        " AND p.phase IN ('ringing', 'talking') AND (?3 IS NULL OR NOT EXISTS"
        " (SELECT 1 FROM calls c WHERE c.workspace_id = ?1 AND c.message_id = p.message_id"
        " AND c.origin = 'app' AND c.person_id <> ?3)) ORDER BY p.call_id",
        workspace_id,
        script,
        person_id,
    )
    return [_practice(row) for row in found]


def due(db: Database, at: str) -> list[str]:
    """Message ids of the calls that should have moved on by ``at``."""
    found = rows(
        db,
        "SELECT message_id FROM practice_calls WHERE next_at IS NOT NULL AND next_at <= ?"
        " ORDER BY next_at",
        at,
    )
    return [str(row["message_id"]) for row in found]


def owing(db: Database) -> list[str]:
    """Message ids of the calls that still have a web address to tell."""
    found = rows(
        db,
        "SELECT message_id FROM practice_calls WHERE call_id IN (SELECT call_id FROM call_events"
        f" WHERE {_UNFINISHED} AND code = 'webhook_due') ORDER BY call_id",
    )
    return [str(row["message_id"]) for row in found]


def claim_webhook(db: Database, call_id: int) -> Webhook | None:
    """Take the next web address this call must tell; None when there is none, or when one of
    them is being told right now (they are told in order)."""
    with write_tx(db):
        row = one(
            db,
            f"SELECT id, code, detail FROM call_events WHERE call_id = ? AND {_UNFINISHED}"
            " ORDER BY id LIMIT 1",
            call_id,
        )
        if row is None or row["code"] == "webhook_started":
            return None
        db.execute(
            "UPDATE call_events SET code = 'webhook_started',"
            " detail = json_set(detail, '$.started_at', ?) WHERE id = ?",
            (now(), row["id"]),
        )
    return Webhook(int(row["id"]), json.loads(row["detail"]))


def finish_webhook(db: Database, webhook: Webhook, code: str, detail: dict[str, Any]) -> None:
    """Write down how telling it went: ``code`` takes the place of "webhook_started"."""
    with write_tx(db):
        db.execute(
            "UPDATE call_events SET code = ?, detail = ? WHERE id = ? AND code = 'webhook_started'",
            (code, json.dumps(detail, ensure_ascii=False), webhook.event_id),
        )


def abandon_webhooks(db: Database, started_before: str, code: str) -> None:
    """Those begun before then and never finished get ``code``; they are not told again."""
    with write_tx(db):
        db.execute(
            f"UPDATE call_events SET code = ? WHERE {_UNFINISHED} AND code = 'webhook_started'"
            " AND json_extract(detail, '$.started_at') < ?",
            (code, started_before),
        )


def _just_written(new: NewPracticeCall, stored: calls.StoredCall) -> PracticeCall:
    """The call as ``by_message`` would read it."""
    known = {name: getattr(new, name) for name in NewPracticeCall.__struct_fields__}
    return PracticeCall(
        **known,
        call_id=stored.id,
        inputs=(),
        result="",
        created_at=stored.created_at,
        answered_at=None,
        ended_at=None,
    )


def _practice(row: dict[str, Any]) -> PracticeCall:
    return PracticeCall(
        **{
            **row,
            "flow": Flow.model_validate(json.loads(row["flow"])),
            "inputs": tuple(json.loads(row["inputs"])),
        }
    )
