"""The calls that people see: filtered, searched, page by page, newest first.

A filter is a query of ``call_search`` (see that migration): every combination costs the same,
with a million calls too. Days are days in UTC.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from msgspec import Struct
from sqlite_utils import Database

from storage import call_search
from storage.calls import Origin, StoredCall, as_call
from storage.db import one, rows

EXPORTED_AT_ONCE = 500
"""Calls that an export holds in memory."""


class Filters(Struct, frozen=True, kw_only=True):
    """Which calls. ``status`` is a ``StoredCall.status``; "" and None are any.

    ``first_day`` and ``last_day`` are days in UTC, both included. ``words`` is as typed;
    ``home_code`` is the country code of numbers in it that begin with a zero.
    """

    flow_id: int | None = None
    status: str = ""
    service: str = ""
    connection_id: int | None = None
    origin: Origin | None = None
    first_day: date | None = None
    last_day: date | None = None
    words: str = ""
    home_code: str = ""


EVERYTHING = Filters()

NOBODY = "_nobody"
"""A word that no call has: what a filter that makes no sense finds."""

_KIND = re.compile(r"[a-z0-9_]+")


class Page(Struct, frozen=True):
    """Calls, newest first, and whether there are others on each side."""

    calls: tuple[StoredCall, ...]
    newer: bool
    older: bool


class Query(Struct, frozen=True):
    """Which rows, in SQL: what to read from, the conditions, and their values."""

    source: str
    where: str
    values: tuple[object, ...]
    row_id: str

    def sql(self, columns: str, more: str = "", *, newest_first: bool = True) -> str:
        """The SELECT; its last value is how many rows."""
        order = "DESC" if newest_first else "ASC"
        return (
            f"SELECT {columns} FROM {self.source} WHERE {self.where}{more}"
            f" ORDER BY {self.row_id} {order} LIMIT ?"
        )


def list_page(
    db: Database,
    workspace_id: int,
    filters: Filters = EVERYTHING,
    *,
    before_id: int | None = None,
    after_id: int | None = None,
    limit: int = 50,
) -> list[StoredCall]:
    """The newest calls, older than ``before_id``; or the first ones newer than ``after_id``."""
    return list(page(db, workspace_id, filters, before_id, after_id, limit).calls)


def page(
    db: Database,
    workspace_id: int,
    filters: Filters = EVERYTHING,
    before_id: int | None = None,
    after_id: int | None = None,
    limit: int = 50,
) -> Page:
    """A page of the list. Where nothing fills a page of newer calls, the newest page."""
    query = query_of(db, workspace_id, filters)
    if after_id is not None:
        found = _rows(db, query, after_id, limit + 1, newest_first=False)
        if len(found) > limit:
            return Page(tuple(reversed(found[:limit])), newer=True, older=True)
        before_id = None
    found = _rows(db, query, before_id, limit + 1)
    return Page(tuple(found[:limit]), newer=before_id is not None, older=len(found) > limit)


def every(
    db: Database, workspace_id: int, filters: Filters = EVERYTHING
) -> Iterator[list[StoredCall]]:
    """Every call, newest first, some at a time; without requests and replies.

    Reads page by page, so that nobody who writes meanwhile is held up.
    """
    query, before = query_of(db, workspace_id, filters), None
    while found := _rows(db, query, before, EXPORTED_AT_ONCE, _LIGHT):
        yield found
        before = found[-1].id


def _columns() -> str:
    """Every column but the two large ones, which are read as empty."""
    names = StoredCall.__struct_fields__
    return ", ".join(f"'' AS {n}" if n in ("request", "reply") else f"c.{n}" for n in names)


_LIGHT = _columns()


def _rows(
    db: Database,
    query: Query,
    beside: int | None,
    limit: int,
    columns: str = "c.*",
    *,
    newest_first: bool = True,
) -> list[StoredCall]:
    more, values = "", query.values
    if beside is not None:
        more = f" AND {query.row_id} {'<' if newest_first else '>'} ?"
        values = (*values, beside)
    sql = query.sql(columns, more, newest_first=newest_first)
    return [as_call(row) for row in rows(db, sql, *values, limit)]


def query_of(db: Database, workspace_id: int, filters: Filters) -> Query:
    """The rows that pass the filters."""
    scope = f"_w{workspace_id}"
    search = call_search.read(db, scope, filters.words, filters.home_code)
    match = [*_kinds(scope, filters), *search.match]
    row_id = "call_search.rowid" if match else "c.id"
    conditions: list[tuple[str, tuple[object, ...]]] = [("c.workspace_id = ?", (workspace_id,))]
    if match:
        if not search.rare and not any(word.startswith(f'"{scope}') for word in match):
            match.append(f'"{scope}"')
        conditions.insert(0, ("call_search MATCH ?", (" AND ".join(match),)))
    else:
        conditions.append(("c.listed = 1", ()))
    if filters.first_day or filters.last_day:
        conditions.append(_days(db, workspace_id, filters, row_id))
    conditions += [_in_full(readings) for readings in search.numbers]
    return Query(
        "call_search CROSS JOIN calls c ON c.id = call_search.rowid" if match else "calls c",
        " AND ".join(condition for condition, _ in conditions),
        tuple(value for _, values in conditions for value in values),
        row_id,
    )


def _kinds(scope: str, filters: Filters) -> list[str]:
    """The filters that are words of ``call_search``, those of few calls first."""
    kinds = (
        filters.status and f"{scope}_{filters.status}",
        filters.flow_id is not None and f"_f{filters.flow_id}",
        filters.connection_id is not None and f"_c{filters.connection_id}",
        filters.service and f"{scope}_{filters.service}",
        filters.origin and f"{scope}_{filters.origin}",
    )
    return [f'"{kind if _KIND.fullmatch(kind) else NOBODY}"' for kind in kinds if kind]


def _days(
    db: Database, workspace_id: int, filters: Filters, row_id: str
) -> tuple[str, tuple[object, ...]]:
    """The ids between which the calls of these days lie, and the days themselves.

    Ids alone are not enough: a clock that was set back mixes the calls of two days.
    """
    first = filters.first_day.isoformat() if filters.first_day else "0"
    # "T" of a moment comes before "Z", and after every moment of the day comes the next day.
    after = f"{filters.last_day}Z" if filters.last_day else "a"
    span = one(
        db,
        "SELECT min(first_id) AS first, max(last_id) AS last FROM call_days"
        " WHERE workspace_id = ? AND day >= ? AND day < ?",
        workspace_id,
        first,
        after,
    )
    if span is None or span["first"] is None:
        return "0", ()
    return (
        f"{row_id} >= ? AND {row_id} <= ? AND c.created_at >= ? AND c.created_at < ?",
        (span["first"], span["last"], first, after),
    )


def _in_full(readings: tuple[str, ...]) -> tuple[str, tuple[object, ...]]:
    """A number that is longer than the parts that ``call_search`` knows."""
    number, text = "ltrim(c.to_number, '+')", "c.flow_name || ' ' || c.sender || ' ' || c.problem"
    each = f"{number} LIKE ? OR {number} LIKE ? OR {text} LIKE ?"
    values = tuple(v for digits in readings for v in (f"{digits}%", f"%{digits}", f"%{digits}%"))
    return f"({' OR '.join([each] * len(readings))})", values


def last_of_flows(db: Database, workspace_id: int) -> dict[int, StoredCall]:
    """Flow id -> the newest call made with it."""
    found = rows(
        db,
        "SELECT c.* FROM flows f JOIN calls c ON c.id = (SELECT id FROM calls"
        " WHERE workspace_id = f.workspace_id AND flow_id = f.id AND listed = 1"
        " ORDER BY id DESC LIMIT 1) WHERE f.workspace_id = ?",
        workspace_id,
    )
    calls = [as_call(row) for row in found]
    return {call.flow_id: call for call in calls if call.flow_id is not None}
