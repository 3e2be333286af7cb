"""A workspace's rules of calling, and what was already rung that they count.

A workspace that never changed anything has ``Rules()``. ``tally`` is read inside the
transaction that writes the next call down, so two calls never count the same room.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from msgspec import Struct, field
from msgspec.structs import asdict, replace
from sqlite_utils import Database

from storage.db import now, one, write_tx

KINDS = ("mobile", "landline", "voip", "toll_free", "personal", "other")
"""The ordinary kinds of phone numbers that a workspace may choose from."""

UNITS = 10_000
"""Prices are whole numbers: so many make one euro, dollar, hryvnia…"""

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


class Rules(Struct, frozen=True):
    """Whom a workspace rings, when, how often and for how much.

    ``countries`` are ISO 3166 codes; None is the installation's home country alone. ``opens``
    and ``closes`` are minutes after midnight where the phone is; ``days`` count from Monday, 0.
    The caps hold for any 60 minutes (``…_hour``) or 24 hours (``…_day``); None is no cap.
    ``spend_day`` and ``prices`` (country -> one call) are in ``UNITS`` of ``currency``.
    """

    paused: bool = False
    countries: frozenset[str] | None = None
    kinds: frozenset[str] = frozenset({"mobile", "landline", "voip"})
    hours_on: bool = True
    opens: int = 8 * 60
    closes: int = 21 * 60
    days: frozenset[int] = frozenset(range(7))
    person_hour: int | None = 5
    number_hour: int | None = 5
    workspace_hour: int | None = 10
    workspace_day: int | None = 100
    country_day: Mapping[str, int] = field(default_factory=dict)
    spend_day: int | None = None
    currency: str = "EUR"
    prices: Mapping[str, int] = field(default_factory=dict)
    call_me_first: bool = True

    def allowed_countries(self, home_region: str) -> frozenset[str]:
        """The countries that may be rung; ``home_region`` is the installation's own."""
        return frozenset({home_region}) if self.countries is None else self.countries


class Tally(Struct, frozen=True):
    """The real calls of one workspace so far: in the last hour, in the last day.

    ``person_hour``, ``number_hour`` and ``country_day`` are those of one person, number and
    country; ``spent_day`` leaves out the calls that were certainly not placed; ``in_flight``
    says whether a call to that number is not over yet; one that may have rung is asked about.
    """

    person_hour: int = 0
    number_hour: int = 0
    workspace_hour: int = 0
    workspace_day: int = 0
    country_day: int = 0
    spent_day: int = 0
    in_flight: bool = False


_SETS = ("countries", "kinds", "days")
_NAMES = Rules.__struct_fields__


def get(db: Database, workspace_id: int) -> Rules:
    """The workspace's rules."""
    row = one(db, "SELECT rules FROM calling_rules WHERE workspace_id = ?", workspace_id)
    return _loaded(json.loads(row["rules"])) if row else Rules()


def change(db: Database, workspace_id: int, **changed: Any) -> Rules:
    """Change some of the rules and leave the others as they are; returns them all.

    ``changed`` are fields of ``Rules``. Raises TypeError for anything else.
    """
    with write_tx(db):
        rules = replace(get(db, workspace_id), **changed)
        db.execute(
            "INSERT INTO calling_rules (workspace_id, rules, updated_at) VALUES (?, ?, ?)"
            " ON CONFLICT (workspace_id) DO UPDATE SET rules = excluded.rules,"
            " updated_at = excluded.updated_at",
            (workspace_id, json.dumps(_written(rules)), now()),
        )
    return rules


def tally(
    db: Database, workspace_id: int, number: str, country: str, person_id: int | None, at: datetime
) -> Tally:
    """What counts against a call to ``number`` at this moment (UTC)."""
    hour_ago, day_ago = _stored(at - HOUR), _stored(at - DAY)
    counted = one(
        db,
        "SELECT count(*) AS workspace_day, coalesce(sum(created_at > ?1), 0) AS workspace_hour,"
        " coalesce(sum(created_at > ?1 AND to_number = ?4), 0) AS number_hour,"
        " coalesce(sum(created_at > ?1 AND person_id = ?5), 0) AS person_hour,"
        " coalesce(sum(country = ?6), 0) AS country_day,"
        " coalesce(sum(CASE WHEN state <> 'refused' THEN price END), 0) AS spent_day"
        " FROM calls WHERE workspace_id = ?3 AND real = 1 AND created_at > ?2",
        hour_ago,
        day_ago,
        workspace_id,
        number,
        person_id,
        country,
    )
    flying = one(
        db,
        "SELECT 1 AS yes FROM calls WHERE workspace_id = ? AND to_number = ? AND real = 1"
        " AND finished_at IS NULL AND state <> 'unknown' LIMIT 1",
        workspace_id,
        number,
    )
    return Tally(**(counted or {}), in_flight=flying is not None)


def _stored(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _written(rules: Rules) -> dict[str, Any]:
    lists = {name: getattr(rules, name) for name in _SETS}
    return asdict(rules) | {n: None if v is None else sorted(v) for n, v in lists.items()}


def _loaded(kept: dict[str, Any]) -> Rules:
    """Rules as they were kept; what a newer or older version called differently is left out."""
    known = {name: kept[name] for name in _NAMES if name in kept}
    sets = {n: frozenset(known[n]) for n in _SETS if known.get(n) is not None}
    return Rules(**{**known, **sets})
