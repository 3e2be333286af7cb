"""Placing a call, exactly once.

The intent is committed before a byte leaves; the call is claimed in a transaction of its own;
then one request is made, and never a second one. Whoever dies in between leaves a call that
says "the phone may have rung", not a phone that rings twice. A service that takes our own
name of a call gets the one that stands in the call's row since before it was sent: under it a
call of which nobody knows is looked up (``calling.track``).
"""

from __future__ import annotations

import json

from msgspec import Struct
from sqlite_utils import Database

from calling import guards
from calling.clock import later
from calling.numbers import Number
from calling.reach import CannotReach, ServiceFor
from calling.track import LOOK_UP_WAITS_S, first_poll_at
from flows.said import said
from flows.targets.base import Compiled
from providers import SERVICES
from providers.base import Accepted, Refused, SendResult, Unclear
from providers.exchange import header_text
from providers.web import DEFAULT_TIMEOUT_S, Reply
from settings import HOME_REGION
from storage import calls, calls_due, rules
from storage.calls import Gate, GateShut, NewCall, NewEvent, StoredCall
from storage.connections import Connection
from storage.db import now
from storage.flows import StoredFlow

MOST_REQUESTS = 2
"""Requests that one call takes: Infobip's scenarios are created, then launched."""

LONGEST_SENDING_S = MOST_REQUESTS * DEFAULT_TIMEOUT_S + 10.0
"""A claim older than this has lost its sender: the requests, and time to write the end down."""

PAUSED = said("All calls were paused before this one was sent.")

FINDABLE = frozenset(key for key, info in SERVICES.items() if info.finds)
"""Services at which a lost call can be looked up under our own name of it."""


UNCLEAR_FOR_S = 86_400.0
"""Seconds for which a call that may have rung is told of before its number is rung again."""


class MayHaveRung(GateShut):
    """An earlier call to this number may have rung: a person must say that it is to ring again."""

    def __init__(self, call: StoredCall) -> None:
        super().__init__(f"Call {call.id} to this number may have rung.")
        self.call = call


class Intent(Struct, frozen=True, kw_only=True):
    """One press of the button. ``nonce`` comes from the form: the same press, the same nonce.

    ``again``: the person knows that an earlier call to this number may have rung.
    """

    workspace_id: int
    person_id: int | None
    nonce: str
    flow: StoredFlow
    connection: Connection
    number: Number
    sender: str
    compiled: Compiled
    home_region: str = HOME_REGION
    again: bool = False

    @property
    def ask(self) -> guards.Ask:
        """What the rules of calling are asked."""
        return ask(self.flow, self.connection, self.number, self.person_id, self.home_region)


def ask(
    flow: StoredFlow,
    connection: Connection,
    number: Number,
    person_id: int | None,
    home_region: str,
) -> guards.Ask:
    """What the rules of calling are asked about a flow's call to a number."""
    return guards.Ask(
        workspace_id=flow.workspace_id,
        phone=guards.phone(number.e164),
        home_region=home_region,
        practice=connection.practice,
        transfers=guards.transfers_of(flow.flow),
        person_id=person_id,
        flow_id=flow.id,
        revision=flow.revision,
    )


def intend(db: Database, intent: Intent) -> tuple[StoredCall, bool]:
    """Write a call down, to be sent; and whether it is new.

    A second press with the same nonce gets the call of the first, whatever else it says. Raises
    guards.NotAllowed when the rules forbid a new one, and MayHaveRung when somebody should know
    of an earlier one first; nothing was written then.
    """
    new = NewCall(
        workspace_id=intent.workspace_id,
        origin="app",
        nonce=intent.nonce,
        flow_id=intent.flow.id,
        flow_revision=intent.flow.revision,
        flow_name=intent.flow.flow.name,
        connection_id=intent.connection.id,
        person_id=intent.person_id,
        service=intent.connection.service,
        to_number=intent.number.e164,
        sender=intent.sender,
        state="queued",
        request_path=intent.compiled.path,
        request=intent.compiled.text,
    )
    return calls.add(db, new, [NewEvent("queued")], _gate(intent))


def may_have_rung(db: Database, workspace_id: int, number: str) -> StoredCall | None:
    """The last call to this number (E.164) of which nobody knows whether it rang, or None."""
    return calls_due.unclear_to(db, workspace_id, number, later(-UNCLEAR_FOR_S))


def _gate(intent: Intent) -> Gate:
    allowed = guards.gate(intent.ask)

    def decided(db: Database, new: NewCall) -> NewCall:
        unclear = may_have_rung(db, new.workspace_id, new.to_number)
        if unclear is not None and not intent.again:
            raise MayHaveRung(unclear)
        return allowed(db, new)

    return decided


def own_name(call: StoredCall) -> str:
    """Our name of a call at its service: another one for every press, never given twice."""
    return header_text(f"press-one-{call.workspace_id}-{call.id}-{call.nonce}")


def send(
    db: Database, call_id: int, service_for: ServiceFor, practice_pace: float = 1.0
) -> StoredCall | None:
    """Send a queued call; None when somebody else has it or had it.

    ``practice_pace`` multiplies the waits between questions about practice calls. Raises
    LookupError when there is no such call.
    """
    waiting = calls.by_id(db, call_id)
    own = own_name(waiting) if waiting.service in FINDABLE else ""
    call = calls.claim(db, call_id, own)
    if call is None:
        return None
    paused = rules.get(db, call.workspace_id).paused
    result = Refused(PAUSED) if paused else _request(call, service_for)
    return _record(db, call, result, practice_pace)


def abandon_lost(db: Database) -> list[StoredCall]:
    """Calls whose sender died become "unknown"; they are never sent again."""
    look_at = later(LOOK_UP_WAITS_S[0])
    return calls_due.abandon(db, later(-LONGEST_SENDING_S), FINDABLE, look_at)


def _request(call: StoredCall, service_for: ServiceFor) -> SendResult:
    try:
        service = service_for(call)
    except CannotReach as problem:
        return Refused(str(problem))
    compiled = Compiled(call.service, call.request_path, json.loads(call.request))
    return service.send(compiled, call.bulk_id or own_name(call))


def _record(
    db: Database, call: StoredCall, result: SendResult, practice_pace: float
) -> StoredCall | None:
    if isinstance(result, Accepted):
        events, columns = [NewEvent("accepted", raw=_text(result.reply))], _taken(result)
        if columns["finished_at"] is None:
            columns["next_poll_at"] = first_poll_at(db, call, practice_pace)
    else:
        events, columns = _not_accepted(result)
    replied: dict[str, object] = {}
    if result.reply is not None:
        replied = {"reply_status": result.reply.status, "reply": _text(result.reply)}
    # A sender that comes back after it was given up still knows best.
    recorded = calls.change(
        db, call.id, events, only_in=("sending", "unknown"), **columns, **replied
    )
    if recorded is not None or not isinstance(result, Accepted):
        return recorded
    # The service told how the call went before its own reply was read.
    return calls.change(db, call.id, events, only_in=("accepted",), **replied)


def _not_accepted(result: Refused | Unclear) -> tuple[list[NewEvent], dict[str, object]]:
    """What a call becomes that was refused, or of which nobody knows; the latter is looked up."""
    state = "refused" if isinstance(result, Refused) else "unknown"
    events = [NewEvent(state, {"reason": result.reason}, _text(result.reply))]
    columns: dict[str, object] = {
        "state": state,
        "outcome": state,
        "problem": result.reason,
        "finished_at": now(),
        "next_poll_at": None,
    }
    if isinstance(result, Unclear) and result.bulk_id:
        events.append(NewEvent("looking_up"))
        columns |= {
            "bulk_id": result.bulk_id,
            "message_id": result.message_id,
            "finished_at": None,
            "next_poll_at": later(LOOK_UP_WAITS_S[0]),
        }
    return events, columns


def _taken(result: Accepted) -> dict[str, object]:
    """What an accepted call becomes. Without an id nobody can ask how it went on."""
    status = result.status
    known = bool(result.bulk_id or result.message_id)
    over = not known or (status is not None and status.final)
    outcome = status.outcome if status else "waiting"
    return {
        "state": "accepted",
        "outcome": outcome if known else "unknown",
        "bulk_id": result.bulk_id,
        "message_id": result.message_id,
        "problem": "",
        "finished_at": now() if over else None,
    }


def _text(reply: Reply | None) -> str:
    return reply.content.decode(errors="replace") if reply else ""
