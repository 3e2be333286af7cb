"""Following a call after it was placed: asking, writing down what is new, asking again.

Practice calls are asked about after 1 s, 2 s, then every 5 s; real ones after 5 s, then ever
less often up to 5 minutes (SMSBAT asks for 5 to 10 seconds at least). After 24 hours we stop.
A call of which nobody knows whether it was placed is looked up instead, where the service took
our own name of it: found, it is followed like any other; without a trace, it was not placed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import timedelta

from msgspec import Struct
from sqlite_utils import Database

from calling.clock import later, moment, parsed
from calling.reach import CannotReach, ServiceFor, is_practice_call
from flows.said import said
from providers import SERVICES
from providers.base import (
    CanFind,
    FindResult,
    Found,
    NotFound,
    Service,
    StatusReport,
    StatusUnavailable,
    TellsBulk,
    Unclear,
)
from storage import calls, calls_due
from storage.calls import NewEvent, StoredCall
from storage.db import now, write_tx

PRACTICE_WAITS_S = (1.0, 2.0, 5.0)
"""Seconds before the first, the second and every later question about a practice call."""

CLOCKS_DIFFER_S = 60.0
"""Seconds by which a clock may go back without anybody minding."""

REAL_WAITS_S = (5.0, 10.0, 20.0, 40.0, 80.0, 160.0, 300.0)
"""The same for a real service; the last one repeats."""

LOOK_UP_WAITS_S = (10.0, 20.0, 40.0, 80.0, 160.0, 300.0)
"""The same for looking up a call that may have been placed. Infobip's logs lag a little behind."""

GIVE_UP_AFTER = timedelta(hours=24)
"""When we stop asking."""

LEASE_S = 30.0
"""A question is at most three requests of 10 s; one that began earlier has lost its asker."""

BY_BULK = frozenset(key for key, info in SERVICES.items() if info.tells_bulk)
"""Services of which one question answers for all calls of a bulk."""

NO_TRACE = said(
    "The service has no trace of this call a quarter of an hour after it was sent,"
    " so it was not placed."
)

_SAID = ("status", "status_unavailable")

Answer = StatusReport | StatusUnavailable


class _Step(Struct, frozen=True):
    """What becomes of a call: lines for its history, columns of its row."""

    events: list[NewEvent]
    columns: dict[str, object]


def first_poll_at(db: Database, call: StoredCall, practice_pace: float) -> str:
    """When to ask for the first time."""
    return _next(db, call, 0, practice_pace, 0.0)


def poll(
    db: Database, call_id: int, service_for: ServiceFor, practice_pace: float = 1.0
) -> list[StoredCall]:
    """Ask how a call stands, if it is time, and write down what is new.

    Returns the calls that changed: other calls of the same bulk are answered for, too.
    """
    taken = calls_due.claim_poll(db, call_id, now(), later(LEASE_S), BY_BULK)
    if not taken:
        return []
    call = taken[0]
    if parsed(now()) - parsed(call.created_at) > GIVE_UP_AFTER:
        return _changed([_give_up(db, call)])
    if call.state == "unknown":
        return _changed([_look_up(db, call, service_for)])
    answers = _ask(taken, service_for)
    return _changed([apply(db, one, answers[one.id], practice_pace) for one in taken])


def apply(
    db: Database, call: StoredCall, answer: Answer, practice_pace: float = 1.0
) -> StoredCall | None:
    """Fold an answer into a call; None when it changes nothing.

    An answer that says nothing new adds no line. A call that is over stays as it is, unless its
    end was unclear. A call of which the service knows was accepted, whatever we knew before.
    """
    with write_tx(db):
        newest = calls.by_id(db, call.id)
        if not _counts(newest, answer):
            return None
        step = _step(db, newest, answer, practice_pace)
        return calls.apply_change(db, call.id, step.events, (), **step.columns)


def _changed(results: Sequence[StoredCall | None]) -> list[StoredCall]:
    return [call for call in results if call is not None]


def _ask(taken: Sequence[StoredCall], service_for: ServiceFor) -> Mapping[int, Answer]:
    """Call id -> how it stands, with one question for all of them. They are of one bulk."""
    call = taken[0]
    try:
        service = service_for(call)
    except CannotReach as problem:
        return dict.fromkeys((one.id for one in taken), StatusUnavailable(str(problem)))
    if len(taken) == 1 or not isinstance(service, TellsBulk):
        return {call.id: service.fetch_status(call.bulk_id, call.message_id)}
    told = service.fetch_bulk(call.bulk_id, [one.message_id for one in taken])
    if isinstance(told, StatusUnavailable):
        return dict.fromkeys((one.id for one in taken), told)
    silence = StatusUnavailable(said("The service told about other calls, but not about this one."))
    return {one.id: told.get(one.message_id, silence) for one in taken}


def _look_up(db: Database, call: StoredCall, service_for: ServiceFor) -> StoredCall | None:
    """Whether a call of which nobody knows was placed. Nothing is sent again, ever."""
    found = _find(call, service_for)
    if isinstance(found, Found):
        return apply(db, call, found.status)
    if isinstance(found, NotFound) and call.polls > len(LOOK_UP_WAITS_S):
        return calls.change(
            db,
            call.id,
            [NewEvent("no_trace")],
            only_in=("unknown",),
            state="refused",
            outcome="refused",
            problem=NO_TRACE,
            finished_at=now(),
            next_poll_at=None,
        )
    wait = LOOK_UP_WAITS_S[min(call.polls, len(LOOK_UP_WAITS_S) - 1)]
    return calls.change(db, call.id, [], only_in=("unknown",), next_poll_at=later(wait))


def _find(call: StoredCall, service_for: ServiceFor) -> FindResult:
    try:
        service: Service = service_for(call)
    except CannotReach as problem:
        return Unclear(str(problem))
    if not isinstance(service, CanFind):
        return Unclear(said("This service cannot look calls up."))
    return service.find(call.bulk_id)


def _give_up(db: Database, call: StoredCall) -> StoredCall | None:
    return calls.change(
        db,
        call.id,
        [NewEvent("gave_up")],
        outcome="unknown",
        finished_at=now(),
        next_poll_at=None,
    )


def _counts(call: StoredCall, answer: Answer) -> bool:
    """Whether an answer can still change a call."""
    if call.state == "queued":
        return False
    if not call.final:
        return True
    unclear = call.state != "accepted" or call.outcome == "unknown"
    return (
        unclear
        and isinstance(answer, StatusReport)
        and answer.final
        and answer.outcome != call.outcome
    )


def _step(db: Database, call: StoredCall, answer: Answer, practice_pace: float) -> _Step:
    event = _event(answer)
    events = [] if _known(db, call, event) else [event]
    if isinstance(answer, StatusUnavailable):
        next_at = _next(db, call, call.polls, practice_pace, answer.retry_after_s or 0.0)
        return _Step(events, {"next_poll_at": next_at})
    columns: dict[str, object] = {"outcome": answer.outcome}
    if call.state != "accepted":
        events = [NewEvent("found"), *events]
        # A call that we named has one name for the bulk and for its only message.
        own = {"message_id": call.message_id or call.bulk_id}
        columns |= {"state": "accepted", "problem": "", "finished_at": None, **own}
    if answer.final:
        columns |= {"finished_at": now(), "next_poll_at": None}
    else:
        asked = call.polls if call.state == "accepted" else 0
        columns["next_poll_at"] = _next(db, call, asked, practice_pace, 0.0)
    return _Step(events, columns)


def _event(answer: Answer) -> NewEvent:
    if isinstance(answer, StatusUnavailable):
        raw = answer.reply.content.decode(errors="replace") if answer.reply else ""
        detail: dict[str, object] = {"reason": answer.reason}
        if answer.reply is not None and answer.reply.status == 200:
            detail["answered"] = True
        return NewEvent("status_unavailable", detail, raw)
    said = {
        "status": answer.code,
        "outcome": answer.outcome,
        "words": answer.words,
        "final": answer.final,
        "at": answer.at,
    }
    return NewEvent("status", said, json.dumps(answer.raw, ensure_ascii=False))


def _known(db: Database, call: StoredCall, event: NewEvent) -> bool:
    """Whether the last answer said the same; its moment and raw text do not count.

    Except for the text of a question that was answered, but not about this call: a service
    that hands its reports out once says it once.
    """
    last = calls.last_event(db, call.id, _SAID)
    ignored = {"at": None}
    return (
        last is not None
        and last.code == event.code
        and {**last.detail, **ignored} == {**event.detail, **ignored}
        and (not event.detail.get("answered") or last.raw == event.raw)
    )


def after_the_clock_was_set_back(db: Database) -> None:
    """Ask now about calls whose questions lie ahead because the clock did."""
    usual_until = later(REAL_WAITS_S[-1] + CLOCKS_DIFFER_S)
    calls_due.bring_back(db, now(), usual_until, later(CLOCKS_DIFFER_S))


def _next(
    db: Database, call: StoredCall, asked: int, practice_pace: float, at_least_s: float
) -> str:
    practice = is_practice_call(db, call)
    waits = PRACTICE_WAITS_S if practice else REAL_WAITS_S
    wait = waits[min(asked, len(waits) - 1)] * (practice_pace if practice else 1.0)
    deadline = moment(parsed(call.created_at) + GIVE_UP_AFTER + timedelta(seconds=1))
    # Never beyond the moment at which we stop: a service may ask us to wait for a day.
    return min(later(max(wait, at_least_s)), max(deadline, now()))
