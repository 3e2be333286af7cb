"""Following a call after it was placed: asking, writing down what is new, asking again.

Practice calls are asked about after 1 s, 2 s, then every 5 s; real ones after 5 s, then ever
less often up to 5 minutes (SMSBAT asks for 5 to 10 seconds at least). After 24 hours we stop.
"""

from __future__ import annotations

import json
from datetime import timedelta

from sqlite_utils import Database

from calling.clock import later, moment, parsed
from calling.reach import CannotReach, ServiceFor, is_practice_call
from providers.base import StatusReport, StatusUnavailable
from storage import calls, calls_due
from storage.calls import NewEvent, StoredCall
from storage.db import now

PRACTICE_WAITS_S = (1.0, 2.0, 5.0)
"""Seconds before the first, the second and every later question about a practice call."""

REAL_WAITS_S = (5.0, 10.0, 20.0, 40.0, 80.0, 160.0, 300.0)
"""The same for a real service; the last one repeats."""

GIVE_UP_AFTER = timedelta(hours=24)
"""When we stop asking."""

LEASE_S = 30.0
"""A question takes 10 s at most; one that was begun longer ago has lost its asker."""

_SAID = ("status", "status_unavailable")


def first_poll_at(db: Database, call: StoredCall, practice_pace: float) -> str:
    """When to ask for the first time."""
    return _next(db, call, 0, practice_pace, 0.0)


def poll(
    db: Database, call_id: int, service_for: ServiceFor, practice_pace: float = 1.0
) -> StoredCall | None:
    """Ask how a call stands, if it is time, and write down what is new; None when it is not."""
    call = calls_due.claim_poll(db, call_id, now(), later(LEASE_S))
    if call is None:
        return None
    if parsed(now()) - parsed(call.created_at) > GIVE_UP_AFTER:
        return _finish(db, call, [NewEvent("gave_up")], "unknown")
    try:
        report = service_for(call).fetch_status(call.bulk_id, call.message_id)
    except CannotReach as problem:
        report = StatusUnavailable(str(problem))
    return apply(db, call, report, practice_pace)


def apply(
    db: Database,
    call: StoredCall,
    report: StatusReport | StatusUnavailable,
    practice_pace: float = 1.0,
) -> StoredCall | None:
    """Fold an answer into a call. An answer that says nothing new adds no line."""
    event = _event(report)
    new = [] if _known(db, call, event) else [event]
    if isinstance(report, StatusReport) and report.final:
        return _finish(db, call, new, report.outcome)
    wait = (report.retry_after_s or 0.0) if isinstance(report, StatusUnavailable) else 0.0
    next_at = _next(db, call, call.polls, practice_pace, wait)
    if isinstance(report, StatusUnavailable):
        return calls.change(db, call.id, new, next_poll_at=next_at)
    return calls.change(db, call.id, new, next_poll_at=next_at, outcome=report.outcome)


def _finish(
    db: Database, call: StoredCall, events: list[NewEvent], outcome: str
) -> StoredCall | None:
    return calls.change(db, call.id, events, outcome=outcome, finished_at=now(), next_poll_at=None)


def _event(report: StatusReport | StatusUnavailable) -> NewEvent:
    if isinstance(report, StatusUnavailable):
        raw = report.reply.content.decode(errors="replace") if report.reply else ""
        return NewEvent("status_unavailable", {"reason": report.reason}, raw)
    detail = {
        "status": report.code,
        "outcome": report.outcome,
        "words": report.words,
        "final": report.final,
        "at": report.at,
    }
    return NewEvent("status", detail, json.dumps(report.raw, ensure_ascii=False))


def _known(db: Database, call: StoredCall, event: NewEvent) -> bool:
    """Whether the last answer said the same; its moment and raw text do not count."""
    last = calls.last_event(db, call.id, _SAID)
    ignored = {"at": None}
    return (
        last is not None
        and last.code == event.code
        and {**last.detail, **ignored} == {**event.detail, **ignored}
    )


def _next(
    db: Database, call: StoredCall, asked: int, practice_pace: float, at_least_s: float
) -> str:
    practice = is_practice_call(db, call)
    waits = PRACTICE_WAITS_S if practice else REAL_WAITS_S
    wait = waits[min(asked, len(waits) - 1)] * (practice_pace if practice else 1.0)
    deadline = moment(parsed(call.created_at) + GIVE_UP_AFTER + timedelta(seconds=1))
    # Never beyond the moment at which we stop: a service may ask us to wait for a day.
    return min(later(max(wait, at_least_s)), max(deadline, now()))
