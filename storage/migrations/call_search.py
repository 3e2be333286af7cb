"""What keeps the list of calls quick at a million: its search, and its counts.

``call_search`` knows the words, the numbers and the kinds of every listed call, without a copy
of its text (FTS5, contentless). Kinds and parts of numbers are words beginning with ``_``, which
nobody can type: ``_w1`` workspace, ``_w1_busy`` status in a workspace, ``_w1_app`` origin,
``_w1_speechcall`` service, ``_f7`` flow, ``_c3`` connection, ``_h38093`` a number begins so,
``_t70003`` it ends so. ``call_counts`` counts listed calls by day (UTC; '' is all days) and kind
(service '' is every kind); ``call_days`` knows between which ids the calls of a day lie. Triggers
keep all three.
"""

from __future__ import annotations

from sqlite_utils import Database

NUMBER_PARTS = range(3, 8)
"""How many first or last digits of a number are words of their own."""

_COLUMNS = (
    "listed, workspace_id, flow_id, connection_id, service, origin, state, outcome,"
    " to_number, flow_name, sender, problem"
)


def _words(row: str) -> str:
    """SQL for the words of a call; ``row`` is NEW, OLD or the table's name."""
    digits = f"replace({row}.to_number, '+', '')"
    text = f"replace({row}.flow_name || ' ' || {row}.sender || ' ' || {row}.problem, '_', ' ')"
    kinds = (
        f"' _w' || {row}.workspace_id",
        f"' _w' || {row}.workspace_id || '_' || {_status(row)}",
        f"' _w' || {row}.workspace_id || '_' || {row}.origin",
        f"' _w' || {row}.workspace_id || '_' || {row}.service",
        f"coalesce(' _f' || {row}.flow_id, '')",
        f"coalesce(' _c' || {row}.connection_id, '')",
    )
    heads = (f"' _h' || substr({digits}, 1, {n})" for n in NUMBER_PARTS)
    tails = (f"' _t' || substr({digits}, -{n})" for n in NUMBER_PARTS)
    return " || ".join((text, *kinds, *heads, *tails))


def _status(row: str) -> str:
    return f"(CASE WHEN {row}.state = 'accepted' THEN {row}.outcome ELSE {row}.state END)"


def _kind(row: str) -> str:
    return (
        f"coalesce({row}.flow_id, 0), {row}.service, coalesce({row}.connection_id, 0),"
        f" {row}.origin, {_status(row)}"
    )


def _day(row: str) -> str:
    return f"substr({row}.created_at, 1, 10)"


def _count(row: str, step: int) -> str:
    """SQL that counts a call in or out, wherever it counts."""
    values = (f"({row}.workspace_id, {day}, {kind}, {step})" for day, kind in _places(row))
    return (
        f"INSERT INTO call_counts VALUES {', '.join(values)}"
        f" ON CONFLICT DO UPDATE SET calls = calls + {step};"
    )


def _places(row: str) -> tuple[tuple[str, str], ...]:
    """(day, kind) of every count that a call is in."""
    day, every_kind = _day(row), f"0, '', 0, '', {_status(row)}"
    return (day, _kind(row)), ("''", _kind(row)), (day, every_kind)


def _name(row: str) -> str:
    return f"INSERT INTO call_search(rowid, words) VALUES ({row}.id, {_words(row)});"


def _unname(row: str) -> str:
    return (
        "INSERT INTO call_search(call_search, rowid, words)"
        f" VALUES ('delete', {row}.id, {_words(row)});"
    )


_SPAN = (
    "INSERT INTO call_days VALUES (NEW.workspace_id, {day}, NEW.id, NEW.id) ON CONFLICT DO UPDATE"
    " SET first_id = min(first_id, NEW.id), last_id = max(last_id, NEW.id);"
).format(day=_day("NEW"))

_CAME = f"{_name('NEW')} {_count('NEW', 1)} {_SPAN}"
_WENT = f"{_unname('OLD')} {_count('OLD', -1)}"
_CHANGED = f"AFTER UPDATE OF {_COLUMNS}, created_at ON calls"


def up(db: Database) -> None:
    """Apply it."""
    for sql in (
        "CREATE VIRTUAL TABLE call_search USING fts5(words, content='', columnsize=0,"
        """ detail=none, tokenize="unicode61 remove_diacritics 2 tokenchars '_'")""",
        "CREATE VIRTUAL TABLE call_words USING fts5vocab(call_search, row)",
        "CREATE TABLE call_counts (workspace_id INTEGER NOT NULL REFERENCES workspaces(id),"
        " day TEXT NOT NULL, flow_id INTEGER NOT NULL, service TEXT NOT NULL,"
        " connection_id INTEGER NOT NULL, origin TEXT NOT NULL, status TEXT NOT NULL,"
        " calls INTEGER NOT NULL, PRIMARY KEY"
        " (workspace_id, day, flow_id, service, connection_id, origin, status)) WITHOUT ROWID",
        "CREATE INDEX call_counts_of_days ON call_counts(workspace_id, day, status, calls)"
        " WHERE service = ''",
        "CREATE TABLE call_days (workspace_id INTEGER NOT NULL REFERENCES workspaces(id),"
        " day TEXT NOT NULL, first_id INTEGER NOT NULL, last_id INTEGER NOT NULL,"
        " PRIMARY KEY (workspace_id, day)) WITHOUT ROWID",
        f"INSERT INTO call_search(rowid, words) SELECT id, {_words('calls')} FROM calls"
        " WHERE listed = 1 ORDER BY id",
        *(
            f"INSERT INTO call_counts SELECT workspace_id, {day}, {kind}, count(*)"
            " FROM calls WHERE listed = 1 GROUP BY 1, 2, 3, 4, 5, 6, 7"
            for day, kind in _places("calls")
        ),
        f"INSERT INTO call_days SELECT workspace_id, {_day('calls')}, min(id), max(id)"
        " FROM calls WHERE listed = 1 GROUP BY 1, 2",
        f"CREATE TRIGGER call_search_came AFTER INSERT ON calls WHEN NEW.listed BEGIN {_CAME} END",
        f"CREATE TRIGGER call_search_went AFTER DELETE ON calls WHEN OLD.listed BEGIN {_WENT} END",
        f"CREATE TRIGGER call_search_left {_CHANGED} WHEN OLD.listed AND NOT NEW.listed"
        f" BEGIN {_WENT} END",
        f"CREATE TRIGGER call_search_joined {_CHANGED} WHEN NEW.listed AND NOT OLD.listed"
        f" BEGIN {_CAME} END",
        f"CREATE TRIGGER call_search_changed {_CHANGED} WHEN OLD.listed AND NEW.listed AND"
        f" (OLD.created_at <> NEW.created_at OR {_words('OLD')} <> {_words('NEW')})"
        f" BEGIN {_WENT} {_CAME} END",
    ):
        db.execute(sql)
