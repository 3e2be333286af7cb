"""The calls and answers of the sample workspace: played on the practice network, then dated.

Every conversation is a real one of ``calling.practice``, so that trails, outcomes and answers
agree. What happened is moved back in time at the end, because the storage writes the present.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from msgspec.structs import replace
from sqlite_utils import Database

from calling import practice
from calling.clock import moment
from flows.document import PRACTICE_RECORDING, Flow
from flows.targets import TARGETS
from flows.targets.base import CannotCompile, Compiled
from flows.targets.speechcall import Inbox
from flows.trail import Saved
from storage import answers, calls, connections, keys
from storage import practice as book
from storage.connections import Connection
from storage.credentials import SecretBox
from storage.db import now, rows
from storage.flows import StoredFlow
from tools.demo_plans import ENDS_BY_NUMBER, STRAY, UNDER_WAY, Plan, moments, plans

PATIENT_PACE = 12.0
"""How slowly the phones ring that are under way: nine minutes instead of 45 seconds."""

FIRST = "CASE code WHEN 'queued' THEN 0 WHEN 'accepted' THEN 1 ELSE 2 END"
"""SQL for what a call's history begins with; the practice network was quicker than we were."""

INBOX = Inbox("https://bazar.example/in/sample", {})

GAP_S = 3.5
"""Seconds between two lines of a call's history."""


@dataclass(frozen=True)
class House:
    """What calls are made of: the flows by name, people, connections."""

    db: Database
    box: SecretBox
    flows: dict[str, StoredFlow]
    people: Sequence[int]
    practice: dict[str, Connection]
    real: Connection
    program_key: str


class Caller:
    """Places the calls, one after the other, and moves each into its moment."""

    def __init__(self, house: House, rng: random.Random) -> None:
        self.house, self.rng = house, rng
        self.network = practice.Network(house.db, 0.0, self._tell)
        self.requests: dict[str, tuple[str, str]] = {}
        secret = connections.secret(house.db, house.box, house.practice["speechcall"])
        key = keys.find(house.db, secret)
        program = keys.find(house.db, house.program_key)
        if key is None or program is None:
            raise LookupError("The keys of the practice network are missing.")
        self.key, self.program = key, program
        self.number = 0

    def place(self, plan: Plan, at: datetime) -> None:
        """One call of a plan, at that moment."""
        self.number += 1
        if plan.how == "refused":
            call = self._refused(plan)
        elif plan.how == "abroad":
            call = self._abroad(plan)
        else:
            call = self._practised(plan)
        _move_back(self.house.db, call, at)

    def under_way(self) -> None:
        """The newest calls, which are not over."""
        self.network = replace(self.network, pace=PATIENT_PACE)
        for flow, how in UNDER_WAY:
            self.number += 1
            call = self._written(flow, self.house.practice[_service(flow)], how)
            if how in ("queued", "sending"):
                continue
            message = self._taken(flow, call, "+15055550001" if how == "waiting" else "")
            if how == "talking":
                self.network.answer(1, message)
            outcome = {"talking": "answered"}.get(how, how)
            call = self._accepted(call, message, outcome, over=False)
            _spread(self.house.db, _both(self.house.db, call), datetime.now(UTC), until=True)

    def stray(self) -> None:
        """Answers whose message nobody here knows."""
        for n in range(STRAY):
            answers.receive(
                self.house.db,
                1,
                answers.Answer(f"elsewhere-{n}", "s1", "confirm", True, "Bazar", self._phone()),
            )

    def _practised(self, plan: Plan) -> calls.StoredCall:
        program = plan.how == "program"
        service = _service(plan.flow)
        call = None if program else self._written(plan.flow, self.house.practice[service], "queued")
        message = self._taken(plan.flow, call, ENDS_BY_NUMBER.get(plan.how, ""), program=program)
        if plan.how in ("talk", "program") and (plan.pressed or not program):
            self._talk(message, plan.pressed)
        elif plan.how in ("talk", "program"):
            self.network.hang_up(1, message)
        else:
            while self.network.advance(message):
                pass
        theirs = book.by_message(self.house.db, message)
        if call is None:
            return calls.by_id(self.house.db, theirs.call_id)
        done = calls.by_id(self.house.db, theirs.call_id)
        call = self._accepted(call, message, done.outcome, over=True)
        self._save(theirs, call)
        return call

    def _talk(self, message: str, pressed: str) -> None:
        self.network.answer(1, message)
        for key in pressed:
            if key == "-":
                self.network.hang_up(1, message)
            else:
                self.network.press(1, message, key)
        while self.network.stay_silent(1, message):
            pass

    def _save(self, theirs: book.PracticeCall, call: calls.StoredCall) -> None:
        for event in practice.progress(theirs).trail:
            if isinstance(event, Saved):
                answer = answers.Answer(
                    call.message_id, event.step_id, event.name, event.value,
                    call.sender, call.to_number,
                )  # fmt: skip
                answers.receive(self.house.db, 1, answer)

    def _written(self, flow: str, over: Connection, state: calls.State | str) -> calls.StoredCall:
        stored = self.house.flows[flow]
        path, text = self._request(flow)
        new = calls.NewCall(
            workspace_id=1, origin="app", nonce=f"sample-{self.number}", flow_id=stored.id,
            flow_revision=stored.revision, flow_name=stored.flow.name, service=over.service,
            connection_id=over.id, person_id=self.rng.choice(self.house.people),
            to_number=self._phone(), sender=stored.flow.sender or "+15055550100",
            request_path=path, request=text,
            state="sending" if state == "sending" else "queued", real=not over.practice,
        )  # fmt: skip
        return calls.insert(self.house.db, new, [calls.NewEvent("queued")])

    def _taken(
        self, flow: str, call: calls.StoredCall | None, number: str, *, program: bool = False
    ) -> str:
        """The practice network takes a call on; its message id."""
        stored = self.house.flows[flow]
        path, text = self._request(flow)
        message = f"sample-{self.number:04}"
        phone = number or (call.to_number if call else self._phone())
        self.network.accept(
            [
                practice.Ring(
                    key=self.program if program else self.key, service=_service(flow),
                    flow=stored.flow, sender=stored.flow.sender, to_number=phone,
                    bulk_id=f"bulk-{self.number:04}", message_id=message,
                    request_path=path, request=text,
                )
            ]
        )  # fmt: skip
        return message

    def _accepted(
        self, call: calls.StoredCall, message: str, outcome: str, *, over: bool
    ) -> calls.StoredCall:
        number = book.by_message(self.house.db, message).to_number
        changed = calls.apply_change(
            self.house.db, call.id, [calls.NewEvent("accepted")], state="accepted",
            outcome=outcome, message_id=message, bulk_id=f"bulk-{self.number:04}",
            to_number=number, reply_status=200, finished_at=now() if over else None,
            reply='{"messages": [{"messageId": "' + message + '", "status": "scheduled"}]}',
        )  # fmt: skip
        if changed is None:
            raise LookupError(call.id)
        return changed

    def _refused(self, plan: Plan) -> calls.StoredCall:
        state, reason, status = plan.more
        call = self._written(plan.flow, self.house.real, "queued")
        return _changed(
            self.house.db, call.id, [calls.NewEvent(state, {"reason": reason})], state=state,
            outcome=state, problem=reason, reply_status=status, finished_at=now(),
        )  # fmt: skip

    def _abroad(self, plan: Plan) -> calls.StoredCall:
        outcome, word = plan.more
        call = self._written(plan.flow, self.house.real, "queued")
        said = calls.NewEvent("status", {"words": f"SpeechCall says: {word}"})
        return _changed(
            self.house.db, call.id, [calls.NewEvent("accepted"), said], state="accepted",
            outcome=outcome, message_id=f"7{self.number:07}", finished_at=now(),
            reply_status=200,
        )  # fmt: skip

    def _request(self, flow: str) -> tuple[str, str]:
        """Path and text of the request that places a flow's calls; made once."""
        if flow not in self.requests:
            made = _compiled(_service(flow), self.house.flows[flow].flow)
            self.requests[flow] = (made.path, made.text)
        return self.requests[flow]

    def _phone(self) -> str:
        return f"+38093667{self.rng.randrange(1, 140):04}"

    def _tell(self, call: book.PracticeCall) -> None:
        """The sample's web addresses answered at once; nobody is really told."""
        while (webhook := book.claim_webhook(self.house.db, call.call_id)) is not None:
            took = {**webhook.detail, "status": 200, "ms": 40 + self.number % 90}
            book.finish_webhook(self.house.db, webhook, "webhook_told", took)


def _compiled(service: str, flow: Flow) -> Compiled:
    """A flow as a request; a menu without a recording plays the practice network's."""
    named = (
        menu if menu.recording else menu.model_copy(update={"recording": PRACTICE_RECORDING})
        for menu in flow.menus
    )
    ready = flow.model_copy(update={"menus": tuple(named)})
    made = TARGETS[service](ready, "+380936670003", INBOX)
    if isinstance(made, CannotCompile):
        raise ValueError(f"{flow.name}: {made.reasons[0]}")
    return made


def _changed(db: Database, call_id: int, events: list[calls.NewEvent], **columns: object) -> Any:
    return calls.apply_change(db, call_id, events, **columns)


def _service(flow: str) -> str:
    return "voice_api" if flow == "transfer" else "speechcall"


def _both(db: Database, call: calls.StoredCall) -> list[int]:
    """The ids of a call and of the practice network's own row of it."""
    found = rows(
        db,
        "SELECT id FROM calls WHERE workspace_id = 1"
        " AND (id = ?1 OR (message_id = ?2 AND ?2 <> ''))",
        call.id,
        call.message_id,
    )
    return [int(row["id"]) for row in found]


def _spread(db: Database, both: list[int], at: datetime, *, until: bool = False) -> datetime:
    """Some seconds between the lines of a history, from ``at`` on or up to it; when it ends."""
    marks = ", ".join("?" * len(both))
    lines = rows(
        db, f"SELECT id FROM call_events WHERE call_id IN ({marks}) ORDER BY {FIRST}, id", *both
    )
    length = timedelta(seconds=GAP_S * len(lines))
    first = at - length if until else at
    for n, line in enumerate(lines):
        at_line = moment(first + timedelta(seconds=GAP_S * n))
        db.execute("UPDATE call_events SET at = ? WHERE id = ?", (at_line, line["id"]))
    return first + length


def _move_back(db: Database, call: calls.StoredCall, at: datetime) -> None:
    """A call and all that belongs to it, to its moment; some seconds between its lines.

    The storage writes the present, and so many lines at once as a quick machine makes.
    """
    both = _both(db, call)
    marks = ", ".join("?" * len(both))
    start, end = moment(at), moment(_spread(db, both, at))
    db.execute(
        "UPDATE calls SET created_at = ?, updated_at = ?,"
        f" finished_at = CASE WHEN finished_at IS NOT NULL THEN ? END WHERE id IN ({marks})",
        (start, end, end, *both),
    )
    db.execute(
        "UPDATE practice_calls SET created_at = ?, ended_at = ?,"
        " answered_at = CASE WHEN answered_at IS NOT NULL THEN ? END"
        f" WHERE call_id IN ({marks})",
        (start, end, start, *both),
    )
    db.execute(
        "UPDATE answers SET received_at = ? WHERE workspace_id = 1 AND mid = ?",
        (end, call.message_id),
    )


def make(house: House, rng: random.Random, today: datetime | None = None) -> None:
    """All calls and answers, inside the caller's transaction."""
    at = today or datetime.now(UTC)
    caller, planned = Caller(house, rng), plans(rng)
    for plan, when in zip(planned, moments(rng, len(planned), at), strict=True):
        caller.place(plan, when)
    caller.stray()
    caller.under_way()
