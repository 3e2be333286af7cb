"""The chart above the list of calls: how many a day, or a week or a month, and how they ended."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from flask_babel import format_date
from flask_babel import lazy_gettext as _l
from msgspec import Struct

from blueprints.formats import amount

HEIGHT = 100
"""Units of the tallest bar; the picture is stretched to the page."""

PITCH, WIDTH = 10, 7.5
"""Units from one bar to the next, and of a bar."""

MOST_BARS = 92
"""More days than that are drawn as weeks, more weeks as months."""

ENDINGS: dict[str, tuple[Any, tuple[str, ...]]] = {
    "answered": (_l("Answered"), ("answered",)),
    "missed": (_l("Not answered or busy"), ("not_answered", "busy")),
    "failed": (_l("Refused, failed or unclear"), ("refused", "failed", "unknown")),
    "open": (_l("Not over yet"), ("queued", "sending", "waiting", "ringing")),
}
"""What a part of a bar stands for, from the bottom up -> its words, the statuses in it."""

KIND_OF = {status: kind for kind, (_words, found) in ENDINGS.items() for status in found}
"""Status of a call -> the part of a bar it is in."""


class Part(Struct, frozen=True):
    """A part of a bar: where it is drawn, in units from the top."""

    kind: str
    top: float
    height: float


class Bar(Struct, frozen=True):
    """The calls of some days. ``left`` is where its place begins, ``x`` where it is drawn.

    ``address`` is the list of only these; ``told`` says its numbers, a line each.
    """

    first: date
    last: date
    label: str
    calls: int
    left: int
    x: float
    parts: tuple[Part, ...]
    counts: Mapping[str, int]
    address: str
    told: str


class Chart(Struct, frozen=True):
    """Bars, oldest first. ``step`` is "day", "week" or "month"; ``most`` is the tallest's.

    ``endings`` are the words of a bar's parts.
    """

    bars: tuple[Bar, ...]
    step: str
    most: int
    calls: int
    endings: Mapping[str, str]

    @property
    def width(self) -> float:
        """Units from the left to the right."""
        return len(self.bars) * PITCH

    @property
    def tallest(self) -> Bar:
        """The bar with the most calls, the newest of them."""
        return max(reversed(self.bars), key=lambda bar: bar.calls)


def drawn(
    by_day: Mapping[date, Mapping[str, int]],
    first: date,
    last: date,
    address: Callable[[date, date], str],
) -> Chart:
    """The chart of the days from ``first`` to ``last``; ``address`` is where a bar leads."""
    step = _step(first, last)
    spans = list(_spans(first, last, step))
    sums = [_sum(by_day, start, end) for start, end in spans]
    most = max(sum(found.values()) for found in sums)
    endings = {kind: str(words) for kind, (words, _statuses) in ENDINGS.items()}
    bars = tuple(
        _bar(number, span, found, most, endings, address(*span))
        for number, (span, found) in enumerate(zip(spans, sums, strict=True))
    )
    return Chart(bars, step, most, sum(bar.calls for bar in bars), endings)


def _step(first: date, last: date) -> str:
    days = (last - first).days + 1
    if days <= MOST_BARS:
        return "day"
    return "week" if days <= MOST_BARS * 7 else "month"


def _spans(first: date, last: date, step: str) -> Iterator[tuple[date, date]]:
    start = first
    while start <= last:
        end = min(_end(start, step), last)
        yield start, end
        start = end + timedelta(1)


def _end(start: date, step: str) -> date:
    """The last day of the day, week (to Sunday) or month that a day is in."""
    if step == "day":
        return start
    if step == "week":
        return start + timedelta(6 - start.weekday())
    return (start.replace(day=28) + timedelta(4)).replace(day=1) - timedelta(1)


def _sum(by_day: Mapping[date, Mapping[str, int]], start: date, end: date) -> Counter[str]:
    """Kind of ending -> calls."""
    found: Counter[str] = Counter()
    for number in range((end - start).days + 1):
        for status, calls in by_day.get(start + timedelta(number), {}).items():
            found[KIND_OF[status]] += calls
    return found


def _bar(
    number: int,
    span: tuple[date, date],
    found: Counter[str],
    most: int,
    endings: Mapping[str, str],
    address: str,
) -> Bar:
    bottom, parts, calls = float(HEIGHT), [], sum(found.values())
    label = _label(*span)
    told = [f"{label}: {amount(calls)}"]
    for kind in (kind for kind in ENDINGS if found[kind]):
        height = found[kind] / most * HEIGHT
        bottom -= height
        parts.append(Part(kind, round(bottom, 2), round(height, 2)))
        told.append(f"{endings[kind]}: {amount(found[kind])}")
    left = number * PITCH
    x = left + (PITCH - WIDTH) / 2
    return Bar(*span, label, calls, left, x, tuple(parts), found, address, "\n".join(told))


def _label(start: date, end: date) -> str:
    label = str(format_date(start, "d MMM"))
    return label if end == start else f"{label} – {format_date(end, 'd MMM y')}"
