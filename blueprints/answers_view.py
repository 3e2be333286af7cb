"""What the screens of answers show, worked out before a template is reached."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from flask_babel import format_date
from flask_babel import gettext as _
from msgspec import Struct

from blueprints.formats import day
from storage.answer_counts import Count, Totals

MOST_BARS = 40
"""How many values of one question get a bar of their own."""

STRETCHES = (
    (timedelta(days=3), 13, timedelta(hours=1)),
    (timedelta(days=120), 10, timedelta(days=1)),
    (timedelta.max, 7, timedelta(days=31)),
)
"""Answers over so long a time are drawn per hour, day or month: (most, letters of a moment that
name the stretch, its length)."""

_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,15})?")

CHART_WIDTH, CHART_HEIGHT = 600, 80
"""The picture's own units."""

MOST_STRETCHES = 400
"""More bars than that would be thinner than a line."""


class Bar(Struct, frozen=True):
    """One value of a question. ``value`` is JSON text; ``percent`` of the question's answers."""

    value: str
    text: str
    callers: int
    percent: int


class Version(Struct, frozen=True):
    """A question in one version of the flow: its shares in the order of the question's bars."""

    revision: int | None
    callers: int
    percents: list[int]


class Question(Struct, frozen=True):
    """One question with a bar per value: the most frequent first, numbers by their size."""

    name: str
    callers: int
    bars: list[Bar]
    more: int
    versions: list[Version]


class Column(Struct, frozen=True):
    """One stretch of time in the picture."""

    x: float
    y: float
    width: float
    height: float
    title: str


class Timeline(Struct, frozen=True):
    """Answers over time. ``first`` and ``last`` name the stretches at the two ends."""

    columns: list[Column]
    first: str
    last: str
    most: int
    width: int = CHART_WIDTH
    height: int = CHART_HEIGHT


def answer_text(value: Any) -> str:
    """An answer's value as people read it."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return _("nothing") if value is None else json.dumps(value, ensure_ascii=False)


def questions(counts: Iterable[Count]) -> list[Question]:
    """Every question, in the order of its name."""
    by_name: dict[str, list[Count]] = defaultdict(list)
    for count in counts:
        by_name[count.question].append(count)
    return [_question(name, by_name[name]) for name in sorted(by_name)]


def _question(name: str, counts: list[Count]) -> Question:
    per_value: dict[str, int] = defaultdict(int)
    per_version: dict[int | None, dict[str, int]] = defaultdict(dict)
    for count in counts:
        per_value[count.value] += count.callers
        per_version[count.revision][count.value] = count.callers
    total = sum(per_value.values())
    order = in_order(sorted(per_value, key=lambda value: (-per_value[value], value))[:MOST_BARS])
    return Question(
        name,
        total,
        [_bar(value, per_value[value], total) for value in order],
        len(per_value) - len(order),
        [
            _version(revision, per_version[revision], order)
            for revision in sorted(per_version, key=lambda r: -(r or 0))
        ],
    )


def in_order(values: list[str]) -> list[str]:
    """Values (JSON texts) by number where all of them are numbers; otherwise as they are."""
    numeric = all(_NUMBER.fullmatch(value.strip('"')) for value in values)
    return sorted(values, key=by_size) if numeric else values


def by_size(value: str) -> tuple[bool, float, str]:
    """Sorts values (JSON texts): numbers, also those in quotes, by their size, then all others."""
    text = value.strip('"')
    found = _NUMBER.fullmatch(text)
    return found is None, float(text) if found else 0, text


def _bar(value: str, callers: int, total: int) -> Bar:
    return Bar(value, answer_text(json.loads(value)), callers, _percent(callers, total))


def _version(revision: int | None, counts: Mapping[str, int], order: list[str]) -> Version:
    total = sum(counts.values())
    return Version(revision, total, [_percent(counts.get(value, 0), total) for value in order])


def _percent(part: int, total: int) -> int:
    return round(100 * part / total) if total else 0


def letters_for(totals: Totals) -> int:
    """How much of a moment names a stretch, for answers that came over so long a time."""
    if not totals.first_at:
        return STRETCHES[0][1]
    span = _at(totals.last_at) - _at(totals.first_at)
    return next(letters for most, letters, _length in STRETCHES if span <= most)


def timeline(stretches: Mapping[str, int]) -> Timeline | None:
    """The picture of answers over time; None when there is nothing to compare."""
    if len(stretches) < 2:
        return None
    names = _without_gaps(list(stretches))
    most, step = max(stretches.values()), CHART_WIDTH / len(names)
    columns = [
        Column(
            round(number * step, 2),
            round(CHART_HEIGHT * (1 - stretches.get(name, 0) / most), 2),
            round(step * 0.85, 2),
            round(CHART_HEIGHT * stretches.get(name, 0) / most, 2),
            f"{_stretch(name)}: {stretches.get(name, 0)}",
        )
        for number, name in enumerate(names)
    ]
    return Timeline(columns, _stretch(names[0]), _stretch(names[-1]), most)


def _without_gaps(names: list[str]) -> list[str]:
    """Every stretch from the first to the last, those without answers too."""
    letters = len(names[0])
    length = next(length for _most, known, length in STRETCHES if known == letters)
    at, last, whole = _start(names[0]), _start(names[-1]), [names[0]]
    while at < last and len(whole) < MOST_STRETCHES:
        at = (at.replace(day=1) + length).replace(day=1) if letters == 7 else at + length
        whole.append(at.isoformat()[:letters])
    return whole


def _start(name: str) -> datetime:
    """The first moment of a stretch: "2026-11", "2026-11-21" or "2026-11-21T07"."""
    return datetime.fromisoformat({7: f"{name}-01", 13: f"{name}:00"}.get(len(name), name))


def _stretch(name: str) -> str:
    """A stretch as people read it: "Nov 2026", "21 Nov 2026" or "21 Nov 2026, 07:00 UTC"."""
    at = _start(name)
    if len(name) == len("2026-11"):
        return str(format_date(at, "LLL y"))
    return f"{day(at)}, {at:%H:%M} UTC" if len(name) == len("2026-11-21T07") else day(at)


def _at(moment: str) -> datetime:
    return datetime.fromisoformat(moment)
