"""Numbers not to ring as people bring them: pasted lines or a CSV file, read line by line.

A line is a number, then, where wanted, the last day on which it must not be rung and a note:
``+380 50 123 4567, 2027-12-31, asked by e-mail``. The first line may name the columns instead.
Columns end with a tab, a semicolon or a comma, whichever the text uses first in this order.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from msgspec import Struct

from calling.clock import moment, parsed
from calling.numbers import NumberRefused, normalise
from flows.said import Said, said
from storage.do_not_call import NewEntry

MOST_LINES = 10_000
"""Lines of one text that are read (about two seconds)."""

TOO_MANY = "Only {most} lines are read at once. Bring this line and those after it by themselves."

LONGEST_NOTE = 200
"""Characters of a note that are kept."""

LONGEST_LINE = 10_000
"""Characters of a line that are read: far past any note, far below what a CSV reader refuses."""

COLUMNS = {
    "number": ("number", "phone", "phone number", "msisdn", "телефон", "номер", "to"),
    "until": ("until", "expires", "до", "край"),
    "note": ("note", "comment", "reason", "примітка", "коментар", "бележка"),
}
"""What a column means -> how its first line may name it."""

_DAY = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})|(\d{1,2})\.(\d{1,2})\.(\d{4})")


class BadLine(Struct, frozen=True):
    """A line that is no entry. ``number`` counts from 1; ``text`` is the line as it came."""

    number: int
    text: str
    sentence: Said


class Read(Struct, frozen=True):
    """What a text holds: entries, and the lines that are none."""

    entries: tuple[NewEntry, ...]
    bad: tuple[BadLine, ...]


class BadDay(Exception):
    """A day that cannot be read or is over; the sentence says which."""

    def __init__(self, sentence: Said) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def decoded(content: bytes) -> str:
    """A file's text: UTF-8, or else what Excel writes in Ukraine and Bulgaria (Windows-1251)."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1251", errors="replace")


def read_lines(text: str, home_region: str, today: date) -> Read:
    """Every line read for itself. ``home_region`` is where numbers without "+" belong."""
    lines = text.replace("\0", "").splitlines()
    mark = next((m for m in "\t;," if any(m in line for line in lines[:20])), ",")
    first = _cells(lines[0], mark) if lines else []
    named = any(cell.casefold() in COLUMNS["number"] for cell in first)
    order = _order(first) if named else dict(zip(COLUMNS, range(3), strict=True))
    entries, bad = [], []
    for number, line in enumerate(lines, start=1):
        if (number == 1 and named) or not line.strip(f"{mark} "):
            continue
        if number > MOST_LINES:
            bad.append(BadLine(number, line, said(TOO_MANY, most=MOST_LINES)))
            break
        try:
            entries.append(_entry(_cells(line, mark), order, home_region, today))
        except NumberRefused as problem:
            bad.append(BadLine(number, line, said(problem.message)))
        except BadDay as problem:
            bad.append(BadLine(number, line, problem.sentence))
    return Read(tuple(entries), tuple(bad))


def end_of(typed: str, today: date) -> str | None:
    """The moment (UTC) after the last day of an entry; None for ever. Raises BadDay."""
    if not typed.strip():
        return None
    found = _DAY.fullmatch(typed.strip())
    try:
        parts = [int(part) for part in found.groups() if part] if found else []
        last = date(*(parts if found and found[1] else parts[::-1]))
    except (TypeError, ValueError):
        raise BadDay(
            said("“{day}” is not a day. Write it like 2027-12-31.", day=typed.strip()[:40])
        ) from None
    if last < today:
        raise BadDay(said("The day {day} is over.", day=last.isoformat()))
    midnight = datetime(last.year, last.month, last.day, tzinfo=UTC)
    return moment(midnight + timedelta(days=1)) if last < date.max else None


def last_day(expires_at: str) -> str:
    """The last day of an entry, as it is typed: the other way round."""
    return (parsed(expires_at) - timedelta(seconds=1)).date().isoformat()


def _cells(line: str, mark: str) -> list[str]:
    return [cell.strip() for cell in next(csv.reader([line[:LONGEST_LINE]], delimiter=mark), [])]


def _order(first: Sequence[str]) -> dict[str, int]:
    """Column -> its place, by the names of the first line; -1 for one that is not there."""
    places = {cell.casefold(): index for index, cell in enumerate(first)}
    return {
        column: next((places[name] for name in names if name in places), -1)
        for column, names in COLUMNS.items()
    }


def _entry(cells: list[str], order: dict[str, int], home_region: str, today: date) -> NewEntry:
    def cell(column: str) -> str:
        place = order[column]
        return cells[place] if 0 <= place < len(cells) else ""

    number = normalise(cell("number"), home_region).e164
    return NewEntry(number, cell("note")[:LONGEST_NOTE], end_of(cell("until"), today))
