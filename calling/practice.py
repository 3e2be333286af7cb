"""The practice phone network: calls that ring on a screen, or are answered by a script.

It stands behind both gateways. Every practice call is a row with the inputs its caller gave;
``flows.call.replay`` turns them into what happened, so a restart forgets nothing. A move is
decided on the newest row and written in one transaction; only after that are web addresses
told (``calling.webhooks``), each at most once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from msgspec import Struct
from msgspec.structs import asdict, replace
from sqlite_utils import Database

from calling.clock import later
from calling.practice_scripts import PRESS_AFTER_S, SCREEN, SCRIPTS, Result, script_of
from calling.practice_statuses import OUTCOMES
from flows import call as engine
from flows.document import KEYS, Flow
from flows.durations import prompt_ms
from storage import practice as book
from storage.calls import NewCall, NewEvent
from storage.db import now
from storage.keys import ApiKey
from storage.practice import Move, NewPracticeCall, PracticeCall

Follow = Callable[[PracticeCall], None]
"""Called after every committed move: see to its web addresses, and to ``next_at``."""


class Ring(Struct, frozen=True, kw_only=True):
    """A phone that a gateway was asked to ring. ``request`` is the body as it came."""

    key: ApiKey
    service: str
    flow: Flow
    sender: str
    to_number: str
    bulk_id: str
    message_id: str
    request_path: str
    request: str
    customer_message_id: str = ""


def ringing(db: Database, workspace_id: int, person_id: int | None = None) -> list[PracticeCall]:
    """Calls that ring or talk on a screen, oldest first; with ``person_id``, on this person's:
    those the person placed, and those that came from outside."""
    return book.on_screen(db, workspace_id, SCREEN, person_id)


def find(db: Database, workspace_id: int, message_id: str) -> PracticeCall | None:
    """A practice call of this workspace, or None."""
    return book.find(db, workspace_id, message_id)


def progress(call: PracticeCall) -> engine.Call:
    """How far the conversation got: its menu, its trail, its state."""
    return engine.replay(call.flow, call.inputs)


class Network(Struct, frozen=True):
    """The network at work: its book, its pace (1.0 is real time) and who follows up."""

    db: Database
    pace: float
    follow: Follow

    def accept(self, rings: Sequence[Ring]) -> list[PracticeCall]:
        """Take calls on, all or none; the phones ring by themselves, at once or soon after."""
        if not rings:
            return []
        accepted = book.accept(self.db, [self._taken(ring) for ring in rings])
        for call in accepted:
            self.follow(call)
        return accepted

    def advance(self, message_id: str) -> PracticeCall | None:
        """Move a call on by itself if its time has come; None when it has not."""
        return self._move(message_id, self._next_move)

    def answer(self, workspace_id: int, message_id: str) -> PracticeCall | None:
        """A person picks the phone up; None when it does not ring (any more)."""
        return self._by_hand(workspace_id, message_id, "ringing", self._answered)

    def press(self, workspace_id: int, message_id: str, key: str) -> PracticeCall | None:
        """A person presses a key; None when nobody talks on that phone or it is no key."""
        if key not in KEYS:
            return None
        return self._talk(workspace_id, message_id, key)

    def stay_silent(self, workspace_id: int, message_id: str) -> PracticeCall | None:
        """A person lets the wait run out now; None when nobody talks on that phone."""
        return self._talk(workspace_id, message_id, engine.SILENCE)

    def hang_up(self, workspace_id: int, message_id: str) -> PracticeCall | None:
        """A person puts the phone down, or does not take the call; None when it is over."""
        declined = self._by_hand(workspace_id, message_id, "ringing", lambda _: _ended("rejected"))
        return declined or self._talk(workspace_id, message_id, engine.HANGUP)

    def _taken(self, ring: Ring) -> book.Taken:
        """A call as it is written down: on its way, or ringing where nothing delays it."""
        name = script_of(ring.to_number)
        script, events = SCRIPTS[name], [NewEvent("gateway_accepted", {"path": ring.request_path})]
        if script.enroute_s or not script.ring_s:
            row = self._practice_row(ring, name, "enroute", script.enroute_s)
            return book.Taken(_call_row(ring), row, events)
        row = self._practice_row(ring, name, "ringing", script.ring_s)
        call = replace(_call_row(ring), outcome="ringing")
        return book.Taken(call, row, [*events, NewEvent("ringing")])

    def _practice_row(
        self, ring: Ring, script: str, phase: book.Phase, next_s: float
    ) -> NewPracticeCall:
        return NewPracticeCall(
            message_id=ring.message_id,
            workspace_id=ring.key.workspace_id,
            service=ring.service,
            bulk_id=ring.bulk_id,
            customer_message_id=ring.customer_message_id,
            sender=ring.sender,
            to_number=ring.to_number,
            flow=ring.flow,
            script=script,
            phase=phase,
            next_at=self._later(next_s),
        )

    def _talk(self, workspace_id: int, message_id: str, given: str) -> PracticeCall | None:
        return self._by_hand(
            workspace_id, message_id, "talking", lambda call: self._heard(call, given)
        )

    def _by_hand(
        self, workspace_id: int, message_id: str, phase: str, move: Callable[[PracticeCall], Move]
    ) -> PracticeCall | None:
        def decide(call: PracticeCall) -> Move | None:
            on_screen = call.workspace_id == workspace_id and call.script == SCREEN
            return move(call) if on_screen and call.phase == phase else None

        return self._move(message_id, decide)

    def _move(
        self, message_id: str, decide: Callable[[PracticeCall], Move | None]
    ) -> PracticeCall | None:
        try:
            moved = book.move(self.db, message_id, decide)
        except LookupError:
            return None
        if moved is not None:
            self.follow(moved)
        return moved

    def _next_move(self, call: PracticeCall) -> Move | None:
        if call.next_at is None or call.next_at > now():
            return None
        script = SCRIPTS[call.script]
        if call.phase == "enroute":
            return self._rings(script.ring_s) if script.ring_s else _ended(script.result)
        if call.phase == "talking":
            return self._heard(call, self._scripted_input(call))
        return self._answered(call) if script.behaviour else _ended(script.result)

    def _rings(self, seconds: float) -> Move:
        return Move(
            columns={"phase": "ringing", "next_at": self._later(seconds)},
            call_columns={"outcome": "ringing"},
            events=(NewEvent("ringing"),),
        )

    def _answered(self, call: PracticeCall) -> Move:
        started = engine.start(call.flow)
        events = (NewEvent("answered"), *_lines(call, started, 0))
        columns: dict[str, Any] = {"answered_at": now()}
        if started.state != "waiting":
            return _ended("answered", columns, events)
        columns |= {"phase": "talking", "next_at": self._next_at(call, started, 0)}
        return Move(columns=columns, call_columns={"outcome": "answered"}, events=events)

    def _heard(self, call: PracticeCall, given: str) -> Move:
        before = progress(call)
        after = engine.apply(before, given)
        inputs = (*call.inputs, given)
        events = _lines(call, after, len(before.trail))
        if after.state != "waiting":
            return _ended("answered", {"inputs": inputs}, events)
        next_at = self._next_at(call, after, len(inputs))
        return Move(columns={"inputs": inputs, "next_at": next_at}, events=events)

    def _scripted_input(self, call: PracticeCall) -> str:
        behaviour = SCRIPTS[call.script].behaviour
        given = len(call.inputs)
        return behaviour(progress(call), given) if behaviour else engine.SILENCE

    def _next_at(self, call: PracticeCall, talk: engine.Call, given: int) -> str:
        """When the call moves on by itself: a scripted key, or the silence running out."""
        behaviour = SCRIPTS[call.script].behaviour
        presses = behaviour is not None and behaviour(talk, given) != engine.SILENCE
        return self._later(PRESS_AFTER_S if presses else silent_after_s(talk))

    def _later(self, seconds: float) -> str:
        return later(seconds * self.pace)


def silent_after_s(talk: engine.Call) -> float:
    """Seconds until silence runs out in the present menu: its prompt, then its wait."""
    menu = talk.menu
    prompt = prompt_ms(menu) / 1000 if menu else 0.0
    return prompt + talk.wait_ms / 1000


def _call_row(ring: Ring) -> NewCall:
    return NewCall(
        workspace_id=ring.key.workspace_id,
        origin="gateway",
        nonce=f"gateway:{ring.message_id}",
        listed=ring.key.purpose == "outside",
        flow_name=ring.flow.name,
        api_key_id=ring.key.id,
        service=ring.service,
        to_number=ring.to_number,
        sender=ring.sender,
        state="accepted",
        bulk_id=ring.bulk_id,
        message_id=ring.message_id,
        request_path=ring.request_path,
        request=ring.request,
    )


def _ended(
    result: Result,
    columns: dict[str, Any] | None = None,
    events: tuple[NewEvent, ...] = (),
) -> Move:
    moment = now()
    how = () if result == "answered" else (NewEvent(result),)
    ended = {"phase": "ended", "result": result, "ended_at": moment, "next_at": None}
    return Move(
        columns={**(columns or {}), **ended},
        call_columns={"outcome": OUTCOMES[result], "finished_at": moment},
        events=(*events, *how),
    )


def _lines(call: PracticeCall, talk: engine.Call, heard_before: int) -> tuple[NewEvent, ...]:
    """The trail's new events as lines of history. ``index`` leads back into the trail."""
    return tuple(
        _line(call, event, index) for index, event in enumerate(talk.trail) if index >= heard_before
    )


def _line(call: PracticeCall, event: engine.Event, index: int) -> NewEvent:
    place = {
        "menu_id": event.menu_id,
        "trigger": event.trigger,
        "step_id": event.step_id,
        "index": index,
    }
    if isinstance(event, engine.Told):
        return NewEvent("webhook_due", {**place, "url": event.url})
    known = {k: v for k, v in asdict(event).items() if k not in place}
    words = event.in_words(call.flow)
    return NewEvent(type(event).__name__.lower(), {**place, **known, "words": words})
