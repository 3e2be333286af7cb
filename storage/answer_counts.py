"""How often what was answered: per call flow, question, value, version, time and key.

A caller counts once per question and value, however many steps saved it; a message is a call is a
caller, also when the call itself was forgotten.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from msgspec import Struct
from sqlite_utils import Database

from storage.answers import Wanted
from storage.db import one, rows

MOST_COUNTS = 2_000
"""Different (question, value, version) that are counted; no page can show more."""


class FlowAnswers(Struct, frozen=True):
    """A call flow that has answers. ``name`` is "" for calls that programs placed."""

    flow_id: int
    name: str
    deleted: bool
    calls: int
    last_at: str


class Count(Struct, frozen=True):
    """How many callers gave this value (JSON text) to a question, in one version of the flow."""

    question: str
    value: str
    revision: int | None
    callers: int


class Totals(Struct, frozen=True):
    """Callers who answered, and when the first and the last answer came (UTC, "" for none)."""

    callers: int
    first_at: str
    last_at: str


class Pressed(Struct, frozen=True):
    """Of ``callers`` who answered in a menu, how many did so by which trigger."""

    callers: int
    by_trigger: Mapping[str, int]


def flows(db: Database, workspace_id: int) -> list[FlowAnswers]:
    """Every call flow that has answers, the newest answer first."""
    found = rows(
        db,
        "SELECT a.flow_id, coalesce(f.name, '') AS name, f.deleted_at IS NOT NULL AS deleted,"
        " a.calls, a.last_at FROM (SELECT flow_id, count(DISTINCT mid) AS calls,"
        " max(received_at) AS last_at FROM answers WHERE workspace_id = ?1"
        " AND flow_id IS NOT NULL GROUP BY flow_id) a"
        " LEFT JOIN flows f ON f.id = a.flow_id AND f.workspace_id = ?1 ORDER BY a.last_at DESC",
        workspace_id,
    )
    return [FlowAnswers(**{**row, "deleted": bool(row["deleted"])}) for row in found]


def unknown(db: Database, workspace_id: int) -> int:
    """How many answers name a message that no call here has."""
    row = one(
        db,
        "SELECT count(*) AS n FROM answers WHERE workspace_id = ? AND flow_id IS NULL",
        workspace_id,
    )
    return int(row["n"]) if row else 0


def counts(db: Database, wanted: Wanted) -> list[Count]:
    """Callers per question, value and version."""
    where, values = wanted.where()
    found = rows(
        db,
        "SELECT name AS question, value, flow_revision AS revision,"
        f" count(DISTINCT mid) AS callers FROM answers WHERE {where}"
        " GROUP BY name, value, flow_revision LIMIT ?",
        *values,
        MOST_COUNTS,
    )
    return [Count(**row) for row in found]


def totals(db: Database, wanted: Wanted) -> Totals:
    """How many callers answered at all, and when."""
    where, values = wanted.where()
    row = one(
        db,
        "SELECT count(DISTINCT mid) AS callers, coalesce(min(received_at), '') AS first_at,"
        f" coalesce(max(received_at), '') AS last_at FROM answers WHERE {where}",
        *values,
    )
    return Totals(**row) if row else Totals(0, "", "")


def over_time(db: Database, wanted: Wanted, letters: int) -> dict[str, int]:
    """Answers per stretch of time: the first ``letters`` of the moment (13: hours, 10: days)."""
    where, values = wanted.where()
    found = rows(
        db,
        "SELECT substr(received_at, 1, ?) AS stretch, count(*) AS answers"
        f" FROM answers WHERE {where} GROUP BY 1 ORDER BY 1",
        letters,
        *values,
    )
    return {row["stretch"]: row["answers"] for row in found}


def placed(db: Database, workspace_id: int, flow_id: int) -> int:
    """How many calls were made with a flow."""
    row = one(
        db,
        "SELECT count(*) AS n FROM calls WHERE workspace_id = ? AND flow_id = ?",
        workspace_id,
        flow_id,
    )
    return int(row["n"]) if row else 0


def state(db: Database, workspace_id: int, flow_id: int) -> str:
    """A text that changes whenever an answer came or went."""
    row = one(
        db,
        "SELECT count(*) || '-' || coalesce(max(id), 0) AS state FROM answers"
        " WHERE workspace_id = ? AND flow_id = ?",
        workspace_id,
        flow_id,
    )
    return str(row["state"]) if row else ""


def pressed(db: Database, workspace_id: int, flow_id: int, steps: Mapping[str, str]) -> Pressed:
    """How often the keys of one menu were pressed, by the steps (id -> trigger) that save."""
    if not steps:
        return Pressed(0, {})
    found = rows(
        db,
        "WITH said AS (SELECT DISTINCT s.value AS trigger, a.mid FROM json_each(?3) s"
        " JOIN answers a ON a.workspace_id = ?1 AND a.flow_id = ?2 AND a.step = s.key)"
        " SELECT trigger, count(*) AS callers, (SELECT count(DISTINCT mid) FROM said) AS total"
        " FROM said GROUP BY trigger",
        workspace_id,
        flow_id,
        json.dumps(dict(steps)),
    )
    total = int(found[0]["total"]) if found else 0
    return Pressed(total, {row["trigger"]: int(row["callers"]) for row in found})


def flow_name(db: Database, workspace_id: int, flow_id: int) -> str | None:
    """The name of a flow of this workspace, a deleted one too; None when there is none."""
    row = one(db, "SELECT name FROM flows WHERE workspace_id = ? AND id = ?", workspace_id, flow_id)
    return row["name"] if row else None
