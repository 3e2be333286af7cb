"""What callers answered: taken in once, found again by call, by question and by number.

An answer belongs to the call whose message it names. Who brings it may be faster than the
service's reply to the sending; such an answer is taken, and gets its call as soon as the
message has one (the migration ``answers_of_calls``). Until then it is unknown.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import groupby
from typing import Any

from msgspec import Struct
from sqlite_utils import Database

from storage import forwards
from storage.db import now, one, rows, write_tx

NO_FLOW = 0
"""``flow_id`` of answers from calls that a program placed: there is no call flow here."""


class Answer(Struct, frozen=True):
    """One answer as it was brought. ``mid`` is the service's id of the call's message.

    ``step`` is the id of the step that saved it; (mid, step) is counted once.
    """

    mid: str
    step: str
    name: str
    value: Any
    from_number: str
    to_number: str


class StoredAnswer(Answer, frozen=True):
    """An answer that was kept. ``received_at`` is UTC."""

    id: int
    received_at: str


class CallAnswers(Struct, frozen=True):
    """A call and what its caller answered. ``revision`` is the flow's.

    ``call_id`` and ``placed_at`` (UTC) are None when the call was forgotten. ``place`` is where
    the call stands in the list: its newest answer that was asked for.
    """

    place: int
    call_id: int | None
    number: str
    placed_at: str | None
    revision: int | None
    answers: tuple[StoredAnswer, ...]


class Wanted(Struct, frozen=True):
    """Which answers are asked for. ``value`` is JSON text; ``since`` ≤ received < ``before``."""

    workspace_id: int
    flow_id: int
    question: str | None = None
    value: str | None = None
    revision: int | None = None
    since: str | None = None
    before: str | None = None

    def where(self, table: str = "answers") -> tuple[str, list[object]]:
        """The condition over ``table`` as SQL, and its values."""
        parts = {
            "workspace_id = ?": self.workspace_id,
            "flow_id = ?": self.flow_id,
            "name = ?": self.question,
            "value = ?": self.value,
            "flow_revision = ?": self.revision,
            "received_at >= ?": self.since,
            "received_at < ?": self.before,
        }
        asked = {part: value for part, value in parts.items() if value is not None}
        return " AND ".join(f"{table}.{part}" for part in asked), list(asked.values())


class Received(Struct, frozen=True):
    """``new``: it was not there before. ``owed``: it must be told on (storage.forwards)."""

    new: bool
    owed: bool = False


def receive(db: Database, workspace_id: int, answer: Answer) -> Received:
    """Keep an answer. The same (mid, step) again changes nothing."""
    with write_tx(db):
        call = one(
            db,
            "SELECT id, coalesce(flow_id, 0) AS flow_id, flow_revision FROM calls"
            " WHERE workspace_id = ? AND message_id = ? AND listed = 1 ORDER BY origin LIMIT 1",
            workspace_id,
            answer.mid,
        ) or {"id": None, "flow_id": None, "flow_revision": None}
        cursor = db.execute(
            "INSERT INTO answers (workspace_id, mid, step, name, value, from_number, to_number,"
            " received_at, call_id, flow_id, flow_revision)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
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
                call["id"],
                call["flow_id"],
                call["flow_revision"],
            ),
        )
        if not cursor.rowcount:
            return Received(False)
        return Received(True, forwards.owe(db, workspace_id, int(cursor.lastrowid or 0)))


_COLUMNS = "id, mid, step, name, value, from_number, to_number, received_at"


def of_message(db: Database, workspace_id: int, mid: str) -> list[StoredAnswer]:
    """The answers of one call, in the order they came."""
    found = rows(
        db,
        f"SELECT {_COLUMNS} FROM answers WHERE workspace_id = ? AND mid = ? ORDER BY id",
        workspace_id,
        mid,
    )
    return [_answer(row) for row in found]


def unknown(
    db: Database, workspace_id: int, *, before_id: int | None = None, limit: int = 50
) -> list[StoredAnswer]:
    """Answers whose message no call here has, newest first."""
    found = rows(
        db,
        f"SELECT {_COLUMNS} FROM answers WHERE workspace_id = ? AND flow_id IS NULL"
        " AND call_id IS NULL AND (?2 IS NULL OR id < ?2) ORDER BY id DESC LIMIT ?3",
        workspace_id,
        before_id,
        limit,
    )
    return [_answer(row) for row in found]


def calls_page(
    db: Database, wanted: Wanted, *, before: int | None = None, limit: int = 50
) -> list[CallAnswers]:
    """Calls that have such an answer, newest answer first, each with all its answers.

    ``before`` is the ``place`` of the last call of the page before.
    """
    return list(_calls(db, wanted, LAST if before is None else before, limit))


def all_calls(db: Database, wanted: Wanted) -> Iterator[CallAnswers]:
    """Every such call, read one after the other: any number of calls takes no room."""
    return _calls(db, wanted, LAST, ALL)


LAST, ALL = 2**63 - 1, -1
"""The largest place, and SQLite's "no limit"."""


BY_MESSAGE = "sqlite_autoindex_answers_1"
"""The index that UNIQUE (workspace_id, mid, step) made. Left alone, SQLite looks through all
answers of a workspace for every call."""


def _calls(db: Database, wanted: Wanted, before: int, limit: int) -> Iterator[CallAnswers]:
    mine, values = wanted.where("a")
    later, _ = wanted.where("l")
    found = db.query(
        "WITH newest AS (SELECT a.mid, a.id AS place FROM answers a"
        f" WHERE {mine} AND a.id < ? AND NOT EXISTS (SELECT 1 FROM answers l"
        f" INDEXED BY {BY_MESSAGE} WHERE {later}"
        " AND l.workspace_id = a.workspace_id AND l.mid = a.mid AND l.id > a.id)"
        " ORDER BY a.id DESC LIMIT ?)"
        " SELECT n.place, a.id, a.mid, a.step, a.name, a.value, a.from_number, a.to_number,"
        " a.received_at, a.call_id, coalesce(c.to_number, a.to_number) AS number,"
        " c.created_at AS placed_at, a.flow_revision"
        " FROM newest n JOIN answers a ON a.workspace_id = ? AND a.mid = n.mid"
        " LEFT JOIN calls c ON c.id = a.call_id ORDER BY n.place DESC, a.id",
        (*values, before, *values, limit, wanted.workspace_id),
    )
    for place, group in groupby(found, key=lambda row: row["place"]):
        answered = list(group)
        first = answered[0]
        yield CallAnswers(
            place,
            first["call_id"],
            first["number"],
            first["placed_at"],
            first["flow_revision"],
            tuple(_answer(row) for row in answered),
        )


_OWN = tuple(_COLUMNS.split(", "))


def _answer(row: dict[str, Any]) -> StoredAnswer:
    return StoredAnswer(**{**{name: row[name] for name in _OWN}, "value": json.loads(row["value"])})
