"""Answers as files, written piece by piece: any number of calls takes no room."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from blueprints import sheets
from blueprints.answers_view import answer_text
from storage import answers as store
from storage.answers import CallAnswers, Wanted
from storage.db import open_db

FIRST_COLUMNS = ("Number", "When (UTC)", "Version", "Call")
"""What stands before the questions."""


def csv_pieces(database: Path, wanted: Wanted, questions: list[str]) -> Iterator[str]:
    """A line per call; a question answered twice in a call has both answers in its cell."""
    lines = (_line(call, questions) for call in _calls(database, wanted))
    return sheets.csv_lines((*FIRST_COLUMNS, *questions), lines)


def _line(call: CallAnswers, questions: list[str]) -> list[object]:
    given = ["; ".join(_given(call, name)) for name in questions]
    return [call.number, _when(call), call.revision, call.call_id, *given]


def _when(call: CallAnswers) -> str:
    return call.placed_at or call.answers[0].received_at


def _given(call: CallAnswers, question: str) -> list[str]:
    return [answer_text(answer.value) for answer in call.answers if answer.name == question]


def json_pieces(database: Path, wanted: Wanted, _questions: list[str]) -> Iterator[str]:
    """One list; a call a line."""
    before = "[\n"
    for call in _calls(database, wanted):
        yield before + json.dumps(_as_json(call), ensure_ascii=False)
        before = ",\n"
    yield "\n]\n" if before != "[\n" else "[]\n"


def _as_json(call: CallAnswers) -> dict[str, object]:
    return {
        "call": call.call_id,
        "number": call.number,
        "placed_at": call.placed_at,
        "version": call.revision,
        "answers": [
            {
                "question": answer.name,
                "answer": answer.value,
                "received_at": answer.received_at,
                "step": answer.step,
                "message": answer.mid,
            }
            for answer in call.answers
        ],
    }


def _calls(database: Path, wanted: Wanted) -> Iterator[CallAnswers]:
    """Over a connection of its own: the request's is closed before the last piece is sent."""
    with closing(open_db(database)) as db:
        yield from store.all_calls(db, wanted)
