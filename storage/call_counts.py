"""How many calls ended how, altogether and day by day.

Read from ``call_counts``, which triggers keep. A search cannot be counted that way: the newest
of its calls are counted, and it is said how many.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import date

from msgspec import Struct
from msgspec.structs import replace
from sqlite_utils import Database

from storage.call_list import Filters, query_of
from storage.db import one, rows

MOST_COUNTED = 500
"""Calls of a search that are counted, the newest ones."""


class Counts(Struct, frozen=True):
    """``by_status``: status -> calls. ``by_day``: day (UTC) -> status -> calls.

    ``whole``: whether every call was counted, not only the newest ``MOST_COUNTED``.
    """

    by_status: Mapping[str, int]
    by_day: Mapping[date, Mapping[str, int]]
    whole: bool = True

    def of(self, status: str) -> int:
        """Those with a status; "" is any."""
        return self.by_status.get(status, 0) if status else self.calls

    @property
    def calls(self) -> int:
        """All of them."""
        return sum(self.by_status.values())


def count(
    db: Database, workspace_id: int, filters: Filters, first_day: date, last_day: date
) -> Counts:
    """The calls of a filter by status, whatever its own status is, and those of some days."""
    any_status = replace(filters, status="")
    if any_status.words.strip():
        return _newest(db, workspace_id, any_status, first_day, last_day)
    since, until = _span(any_status)
    sql, *values = _sum(workspace_id, any_status, since, until, "status")
    by_status = db.execute(sql, values).fetchall()
    sql, *values = _sum(workspace_id, any_status, str(first_day), str(last_day), "day, status")
    # A year of days is thousands of rows: as tuples, they take half the time.
    by_day = db.execute(sql, values).fetchall()
    return Counts(dict(by_status), _by_day(by_day))


def first_day(db: Database, workspace_id: int) -> date | None:
    """The day of the oldest call, or None."""
    row = one(db, "SELECT min(day) AS day FROM call_days WHERE workspace_id = ?", workspace_id)
    return date.fromisoformat(row["day"]) if row and row["day"] else None


def _span(filters: Filters) -> tuple[str, str]:
    """The days of the filter; '' is the count of all days."""
    if not (filters.first_day or filters.last_day):
        return "", ""
    return str(filters.first_day or "0"), str(filters.last_day or "a")


def _sum(
    workspace_id: int, filters: Filters, since: str, until: str, by: str
) -> tuple[str, *tuple[object, ...]]:
    """SQL and values of the calls by status, or by day and status."""
    kind: dict[str, object] = {
        "flow_id": filters.flow_id,
        "service": filters.service or None,
        "connection_id": filters.connection_id,
        "origin": filters.origin,
    }
    asked = {name: value for name, value in kind.items() if value is not None}
    every_kind = not asked and since != ""
    conditions = ["workspace_id = ?", "day >= ?", "day <= ?", *(f"{name} = ?" for name in asked)]
    conditions.append("service = ''" if every_kind else "service <> ''")
    values = [workspace_id, since, until, *asked.values()]
    if filters.status:
        conditions.append("status = ?")
        values.append(filters.status)
    return (
        f"SELECT {by}, sum(calls) AS n FROM call_counts WHERE {' AND '.join(conditions)}"
        f" GROUP BY {by} HAVING n > 0",
        *values,
    )


def _newest(
    db: Database, workspace_id: int, filters: Filters, first_day: date, last_day: date
) -> Counts:
    query = query_of(db, workspace_id, filters)
    found = rows(
        db,
        query.sql(
            "substr(c.created_at, 1, 10) AS day,"
            " CASE WHEN c.state = 'accepted' THEN c.outcome ELSE c.state END AS status"
        ),
        *query.values,
        MOST_COUNTED + 1,
    )
    counted = [(str(row["day"]), str(row["status"])) for row in found[:MOST_COUNTED]]
    first, last = first_day.isoformat(), last_day.isoformat()
    shown = ((day, status, 1) for day, status in counted if first <= day <= last)
    by_status = Counter(status for _, status in counted)
    return Counts(by_status, _by_day(shown), whole=len(found) <= MOST_COUNTED)


def _by_day(counted: Iterable[tuple[str, str, int]]) -> dict[date, dict[str, int]]:
    by_day: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for day, status, calls in counted:
        by_day[day][status] = by_day[day].get(status, 0) + calls
    return {date.fromisoformat(day): found for day, found in by_day.items()}
