"""From a call that somebody wants to the facts of the moment, and to the word on it."""

from __future__ import annotations

from datetime import UTC, datetime

from msgspec import Struct
from msgspec.structs import replace
from sqlite_utils import Database

from calling.clock import moment
from calling.code_call import can_speak
from calling.guards.decision import decide
from calling.guards.facts import Facts, Refusal
from calling.guards.phones import Phone
from storage import connections, do_not_call, own_numbers, rules
from storage.calls import Gate, GateShut, NewCall


class NotAllowed(GateShut):
    """The rules forbid this call; nothing was written, and nothing will ring."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.sentence)
        self.refusal = refusal


class Ask(Struct, frozen=True, kw_only=True):
    """A call that somebody wants. ``home_region`` (ISO 3166) is the installation's country.

    ``person_id`` is None for programs; ``flow_id`` and ``revision`` are None for what is no flow
    of this workspace.
    """

    workspace_id: int
    phone: Phone
    home_region: str
    practice: bool
    transfers: tuple[Phone, ...] = ()
    person_id: int | None = None
    flow_id: int | None = None
    revision: int | None = None


def check(db: Database, ask: Ask) -> Refusal | None:
    """Why the call is not allowed as things stand now, or None. Writes nothing."""
    return decide(facts_of(db, ask))


def gate(ask: Ask) -> Gate:
    """The same for ``storage.calls.add``: raises NotAllowed, or says what the call counts as."""

    def decided(db: Database, call: NewCall) -> NewCall:
        facts = facts_of(db, ask)
        refusal = decide(facts)
        if refusal is not None:
            raise NotAllowed(refusal)
        if ask.practice:
            return call
        return replace(
            call,
            to_number=ask.phone.number,
            real=True,
            country=ask.phone.country,
            price=facts.price or 0,
        )

    return decided


def facts_of(db: Database, ask: Ask) -> Facts:
    """All that the decision goes by, as it is at this moment."""
    at = datetime.now(UTC)
    known = Facts(
        rules=rules.get(db, ask.workspace_id),
        home_region=ask.home_region,
        at=at,
        phone=ask.phone,
        transfers=ask.transfers,
        practice=ask.practice,
    )
    if ask.practice:
        return known
    number, country = ask.phone.number, ask.phone.country
    listed = frozenset(
        phone.number
        for phone in known.all_phones
        if do_not_call.standing(db, ask.workspace_id, phone.number, moment(at))
    )
    tally = rules.tally(db, ask.workspace_id, number, country, ask.person_id, at)
    return _hearing(db, ask, replace(known, tally=tally, listed=listed))


def _hearing(db: Database, ask: Ask, known: Facts) -> Facts:
    """The facts with whether the flow was heard and the asker's own number, where it matters."""
    wanted = known.rules.call_me_first
    if not wanted or ask.person_id is None or ask.flow_id is None or ask.revision is None:
        return known
    practice = not _can_speak(db, ask.workspace_id)
    own = own_numbers.get(db, ask.workspace_id, ask.person_id)
    heard = own_numbers.heard(db, ask.workspace_id, ask.flow_id, ask.revision, practice)
    number = own.number if practice or not own.practice else ""
    return replace(known, unheard=not heard, own_number=number)


def _can_speak(db: Database, workspace_id: int) -> bool:
    """Whether one of the workspace's real connections could speak a code."""
    return any(
        can_speak(connection.service)
        for connection in connections.list_all(db, workspace_id)
        if not connection.practice
    )
