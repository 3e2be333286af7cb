"""One's own phone number, verified by a call that speaks a code which is then typed.

The call obeys every rule but *Call me first*. Over a practice connection the phone rings on the
screen: this shows the way, and proves nothing about a real phone; ``calling.guards`` says where
such a number counts. The code works for 15 minutes and may be tried five times. It stands in the
call's request, so pages show a request through ``shown_request``: otherwise it could be read
without answering the phone.
"""

from __future__ import annotations

import secrets
from datetime import timedelta

from sqlite_utils import Database

from calling import guards
from calling.clock import later
from calling.code_call import can_speak, code_flow
from calling.numbers import Number
from flows.said import said
from flows.targets import TARGETS
from flows.targets.base import CannotCompile
from providers import SERVICES
from storage import calls, connections, own_numbers
from storage.calls import NewCall, NewEvent, StoredCall
from storage.connections import Connection
from storage.own_numbers import OwnNumber, Verdict
from storage.people import Person

DIGITS = 4
TRIES = 5
LASTS = timedelta(minutes=15)
"""How long a code works."""

NONCE = "own-number:"
"""How the nonces of these calls begin."""


class CannotSpeak(Exception):
    """This connection cannot speak a code; the text says why."""


def able(db: Database, workspace_id: int) -> list[Connection]:
    """The connections that can speak a code, practice first."""
    return [c for c in connections.list_all(db, workspace_id) if can_speak(c.service)]


def ring(
    db: Database, person: Person, connection: Connection, number: Number, nonce: str, home: str
) -> tuple[StoredCall, bool]:
    """Write down the call that speaks the code; the call, and whether it is new.

    ``nonce`` is the press; ``home`` the installation's country (ISO 3166). Raises
    guards.NotAllowed and CannotSpeak.
    """
    code = "".join(secrets.choice("0123456789") for _ in range(DIGITS))
    flow = code_flow(code, person.language, connection.sender)
    made = TARGETS[SERVICES[connection.service].target](flow, number.e164, None)
    if isinstance(made, CannotCompile):
        raise CannotSpeak(made.reasons[0].message)
    new = NewCall(
        workspace_id=person.workspace_id,
        origin="app",
        nonce=f"{NONCE}{nonce}",
        flow_name=flow.name,
        connection_id=connection.id,
        person_id=person.id,
        service=connection.service,
        to_number=number.e164,
        sender=flow.sender,
        state="queued",
        request_path=made.path,
        request=made.text,
    )
    ask = guards.Ask(
        workspace_id=person.workspace_id,
        phone=guards.phone(number.e164),
        home_region=home,
        practice=connection.practice,
        person_id=person.id,
    )
    call, is_new = calls.add(db, new, [NewEvent("queued")], guards.gate(ask))
    if is_new:
        waiting = OwnNumber(
            person.id,
            person.workspace_id,
            asked_number=number.e164,
            asked_practice=connection.practice,
            tries_left=TRIES,
            call_id=call.id,
        )
        own_numbers.ask(db, waiting, code)
    return call, is_new


def answer(db: Database, person: Person, typed: str) -> Verdict:
    """Whether this is the code that the phone was told; then the number is verified."""
    digits = "".join(character for character in typed if character.isdecimal())
    asked_after = later(-LASTS.total_seconds())
    return own_numbers.answer(db, person.workspace_id, person.id, digits, asked_after)


def shown_request(call: StoredCall) -> str:
    """A call's request as pages may show it: "" while it holds what only the phone may tell."""
    return "" if call.real and call.nonce.startswith(NONCE) else call.request


WRONG = {
    "wrong": said("This is not the code. Listen again, or have the number rung once more."),
    "over": said("This code does not work any more. Have the number rung once more."),
}
"""Verdict -> what the person is told."""
