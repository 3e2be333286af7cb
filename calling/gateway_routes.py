"""Calls that a gateway sends on to a real service: written down first, sent once, answered.

Which service a call goes to is its key's route. The client keeps the ids that we gave it; the
service's own stand on the call's row, and its key leaves only with the request itself.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager

from msgspec import Struct
from msgspec.structs import replace
from sqlite_utils import Database

from calling import guards, place
from calling.guards import Refusal
from calling.moderation.language import language_of
from calling.practice import Ring
from calling.reach import ServiceFor
from flows.document import Flow
from flows.targets import TARGETS, speechcall
from flows.targets.base import CannotCompile, Compiled
from providers import SERVICES
from storage import calls, connections, gateway_calls
from storage.calls import GateShut, NewCall, NewEvent, StoredCall
from storage.connections import Connection
from storage.gateway_calls import Names
from storage.keys import ApiKey

CARRIERS = {
    "voice_api": ("infobip", "voice_api", "speechcall"),
    "speechcall": ("speechcall",),
}
"""Gateway -> the services that can carry what comes in through it."""

AT_ONCE = 8
"""Messages of one list that are sent at the same time."""

PATIENCE_S = 8.0
"""Seconds in which a list's messages are begun; the queue sends those that are left."""

VOICED = ("en", "uk", "bg", "ru")
"""Languages that a text is recognised in; anything else is spoken as the flow says."""

Open = Callable[[], AbstractContextManager[tuple[Database, ServiceFor]]]
"""A database and a way to the services, for one thread."""


class NoRoute(Exception):
    """Why a key's calls cannot be placed, in a sentence for whoever owns the key."""


class Sent(Struct, frozen=True):
    """What became of one call. ``names`` are the ids that its client knows."""

    call: StoredCall
    names: Names


def connection_of(db: Database, key: ApiKey, service: str) -> Connection:
    """The connection that rings what this key asks one gateway for. Raises NoRoute."""
    found = connections.get(db, key.workspace_id, key.connection_id) if key.connection_id else None
    if found is None:
        raise NoRoute("The connection of this key was removed. Give the key another route.")
    if found.service not in CARRIERS[service]:
        carrier, asked = SERVICES[found.service].label, SERVICES[service].label
        raise NoRoute(f"This key rings over {carrier}, which cannot carry {asked} requests.")
    return found


def refusal_in_practice(db: Database, ring: Ring, home_region: str) -> Refusal | None:
    """Why not even the practice network takes this call, or None.

    What kind of number it is was judged when the request was read.
    """
    ask = guards.Ask(
        workspace_id=ring.key.workspace_id,
        phone=guards.Phone(ring.to_number),
        home_region=home_region,
        practice=True,
    )
    return guards.check(db, ask)


def write_down(
    db: Database, rings: Sequence[Ring], connection: Connection, home_region: str
) -> list[Sent | Refusal]:
    """Commit the calls that may ring before a byte leaves; the others are refused, in words.

    The decision and the call's row are one transaction. Raises NoRoute.
    """
    asked = [
        (_row(ring, connection), _names(ring), guards.gate(_ask(ring, home_region)))
        for ring in rings
    ]
    if not asked:
        return []
    events = [NewEvent("gateway_accepted", {"path": rings[0].request_path}), NewEvent("queued")]
    stored = gateway_calls.write_down(db, asked, events)
    return [
        _refusal(one) if isinstance(one, GateShut) else Sent(one, names)
        for one, (_, names, _) in zip(stored, asked, strict=True)
    ]


def send(db: Database, sent: Sent, service_for: ServiceFor) -> Sent:
    """Send one call, once. Where somebody else took it, it is answered as it stands."""
    done = place.send(db, sent.call.id, service_for)
    return replace(sent, call=done or calls.by_id(db, sent.call.id))


def send_all(written: Sequence[Sent], open_: Open) -> list[Sent]:
    """Send the calls of a list side by side; those not begun in time stay in the queue."""
    if not written:
        return []
    until = time.monotonic() + PATIENCE_S

    def one(sent: Sent) -> Sent:
        if time.monotonic() > until:
            return sent
        with open_() as (db, service_for):
            return send(db, sent, service_for)

    with ThreadPoolExecutor(max_workers=AT_ONCE) as threads:
        return list(threads.map(one, written))


def _ask(ring: Ring, home_region: str) -> guards.Ask:
    # The Voice API's own example connects to a number that the practice network uses.
    transfers = tuple(one for one in guards.transfers_of(ring.flow) if not one.practice)
    return guards.Ask(
        workspace_id=ring.key.workspace_id,
        phone=guards.phone(ring.to_number),
        home_region=home_region,
        practice=False,
        transfers=transfers,
    )


def _refusal(stopped: GateShut) -> Refusal:
    if not isinstance(stopped, guards.NotAllowed):
        raise stopped
    return stopped.refusal


def _row(ring: Ring, connection: Connection) -> NewCall:
    sender = ring.sender or connection.sender
    compiled = _compiled(ring, connection.service, sender)
    return NewCall(
        workspace_id=ring.key.workspace_id,
        origin="gateway",
        nonce=f"gateway:{ring.message_id}",
        flow_name=ring.flow.name,
        connection_id=connection.id,
        api_key_id=ring.key.id,
        service=connection.service,
        to_number=ring.to_number,
        sender=sender,
        state="queued",
        request_path=compiled.path,
        request=compiled.text,
    )


def _names(ring: Ring) -> Names:
    return Names(
        service=ring.service,
        bulk_id=ring.bulk_id,
        message_id=ring.message_id,
        customer_message_id=ring.customer_message_id,
    )


def _compiled(ring: Ring, service: str, sender: str) -> Compiled:
    """What the service is sent. A SpeechCall message goes on to SpeechCall as it came."""
    if ring.service == service == "speechcall":
        return Compiled(service, speechcall.PATH, json.loads(ring.request))
    flow = _spoken(ring.flow).model_copy(update={"sender": sender})
    made = TARGETS[SERVICES[service].target](flow, ring.to_number, None)
    if isinstance(made, CannotCompile):
        raise NoRoute(made.reasons[0].message)
    return made


def _spoken(flow: Flow) -> Flow:
    """The request names no language, so the text's own one is used."""
    found = language_of(" ".join(menu.script for menu in flow.menus).lower())
    return flow.model_copy(update={"language": found}) if found in VOICED else flow
