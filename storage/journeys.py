"""Journeys of a flow: calls kept as tests. One query each, the workspace checked in it."""

from __future__ import annotations

import json
from typing import Any

from msgspec.structs import replace
from sqlite_utils import Database

from flows.journeys import Journey, Step
from storage.db import now, one, rows, write_tx
from storage.flows import FlowNotFound


class JourneyNotFound(Exception):
    """There is no such journey in this workspace."""


def add(
    db: Database, workspace_id: int, flow_id: int, person_id: int | None, journey: Journey
) -> Journey:
    """Keep a journey of a flow. Returns it with its id. Raises FlowNotFound."""
    moment = now()
    with write_tx(db):
        row = one(
            db,
            "INSERT INTO journeys (workspace_id, flow_id, name, start_menu, inputs, expected,"
            " person_id, created_at, updated_at)"
            " SELECT workspace_id, id, ?, ?, ?, ?, ?, ?, ? FROM flows"
            " WHERE id = ? AND workspace_id = ? AND deleted_at IS NULL RETURNING id",
            journey.name,
            journey.start_menu,
            json.dumps(journey.inputs),
            _dump(journey.expected),
            person_id,
            moment,
            moment,
            flow_id,
            workspace_id,
        )
    if row is None:
        raise FlowNotFound(flow_id)
    return replace(journey, id=int(row["id"]))


def list_for_flow(db: Database, workspace_id: int, flow_id: int) -> tuple[Journey, ...]:
    """A flow's journeys, in the order they were kept."""
    return tuple(
        _journey(row)
        for row in rows(
            db,
            "SELECT id, name, start_menu, inputs, expected,"
            " before_accepting IS NOT NULL AS accepted FROM journeys"
            " WHERE flow_id = ? AND workspace_id = ? ORDER BY id",
            flow_id,
            workspace_id,
        )
    )


def delete(db: Database, workspace_id: int, flow_id: int, journey_id: int) -> None:
    """Keep a journey no longer. Raises JourneyNotFound."""
    with write_tx(db):
        cursor = db.execute(
            "DELETE FROM journeys WHERE id = ? AND flow_id = ? AND workspace_id = ?",
            (journey_id, flow_id, workspace_id),
        )
    if not cursor.rowcount:
        raise JourneyNotFound(journey_id)


def set_expected(
    db: Database, workspace_id: int, flow_id: int, journey_id: int, expected: tuple[Step, ...]
) -> None:
    """What must happen from now on; what had to is kept. Raises JourneyNotFound."""
    with write_tx(db):
        cursor = db.execute(
            "UPDATE journeys SET before_accepting = expected, expected = ?, updated_at = ?"
            " WHERE id = ? AND flow_id = ? AND workspace_id = ?",
            (_dump(expected), now(), journey_id, flow_id, workspace_id),
        )
    if not cursor.rowcount:
        raise JourneyNotFound(journey_id)


def bring_back(db: Database, workspace_id: int, flow_id: int, journey_id: int) -> None:
    """What had to happen before another way was accepted must happen again, once.

    Raises JourneyNotFound, also when nothing was accepted.
    """
    with write_tx(db):
        cursor = db.execute(
            "UPDATE journeys SET expected = before_accepting, before_accepting = NULL,"
            " updated_at = ? WHERE id = ? AND flow_id = ? AND workspace_id = ?"
            " AND before_accepting IS NOT NULL",
            (now(), journey_id, flow_id, workspace_id),
        )
    if not cursor.rowcount:
        raise JourneyNotFound(journey_id)


def _dump(steps: tuple[Step, ...]) -> str:
    return json.dumps(
        [(s.after, s.what, s.about, s.value, s.label) for s in steps], ensure_ascii=False
    )


def _journey(row: dict[str, Any]) -> Journey:
    return Journey(
        row["name"],
        row["start_menu"],
        tuple(json.loads(row["inputs"])),
        tuple(Step(*step) for step in json.loads(row["expected"])),
        row["id"],
        bool(row["accepted"]),
    )
