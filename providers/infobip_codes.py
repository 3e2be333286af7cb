"""What Infobip's voice codes mean, for everything that speaks to Infobip, directly or not.

Facts: Infobip's public code registry (2026-07), kept with our words in
``data/infobip_voice_codes.json``. The status' group decides; the error refines it.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from msgspec import Struct

from providers.base import Outcome, StatusReport
from providers.exchange import JsonObject, member, sentence


class Meaning(Struct, frozen=True):
    """What a code means for people."""

    outcome: Outcome
    words: str


class Group(Struct, frozen=True):
    """What a status group decides, and which outcomes of an error may refine it.

    ``fixed``: the error changes the words only.
    """

    meaning: Meaning
    final: bool
    hears: frozenset[Outcome] = frozenset()
    fixed: bool = False


_MISSED: Final[frozenset[Outcome]] = frozenset({"not_answered", "busy", "refused", "failed"})

GROUPS = {
    1: Group(Meaning("waiting", "The call is on its way."), final=False),
    2: Group(Meaning("failed", "The call did not get through."), final=True, hears=_MISSED),
    3: Group(
        Meaning("answered", "The call was answered."), final=True, hears=frozenset({"answered"})
    ),
    4: Group(Meaning("not_answered", "The time for this call ran out."), final=True, hears=_MISSED),
    5: Group(Meaning("refused", "The call was refused."), final=True, hears=_MISSED, fixed=True),
}
"""``status.groupId`` decides (PENDING, UNDELIVERABLE, DELIVERED, EXPIRED, REJECTED)."""

_UNKNOWN = Group(Meaning("unknown", "The service says something that we do not know."), False)

_CODES = json.loads((Path(__file__).parent / "data" / "infobip_voice_codes.json").read_text())

STATUSES = {
    (code["groupId"], code["name"]): Meaning(code["outcome"], code["words"])
    for code in _CODES["statuses"]
}
"""(groupId, name) -> meaning. Ids are no key: 87 stands for three different things."""

ERRORS = {
    code["name"]: Meaning(code["outcome"], code["words"])
    for code in _CODES["errors"]
    if code["outcome"]
}
"""``error.name`` -> meaning; NO_ERROR is absent, since it adds nothing."""


def read_status(result: JsonObject) -> StatusReport | None:
    """A report's ``status`` and ``error`` as one status; None when there is no status."""
    status = member(result, "status")
    number = member(status, "groupId")
    if not isinstance(number, int) or isinstance(number, bool):
        return None
    name = fold(member(status, "name"))
    group = GROUPS.get(number, _UNKNOWN)
    meaning = STATUSES.get((number, name), group.meaning)
    error = ERRORS.get(fold(member(member(result, "error"), "name")))
    if error and error.outcome in group.hears:
        outcome = group.meaning.outcome if group.fixed else error.outcome
        meaning = Meaning(outcome, error.words)
    return StatusReport(
        code=name or fold(member(status, "groupName")),
        outcome=meaning.outcome,
        final=group.final,
        words=meaning.words,
        at=_when(result),
        raw=result,
    )


def fold(name: object) -> str:
    """A code's name in one spelling: the document writes ``DELIVERED TO HANDSET`` with spaces."""
    return "_".join(sentence(name).upper().replace("_", " ").split())


def _when(result: JsonObject) -> str | None:
    """When it happened. The newer reports have no ``doneAt`` (Infobip, ``/voice/1/reports``)."""
    ended = member(member(result, "voiceCall"), "endTime")
    times = (member(result, "doneAt"), ended, member(result, "sentAt"))
    return next(filter(None, map(_moment, times)), None)


def _moment(value: object) -> str | None:
    """A time with ``Z``, ``+0000`` or ``+00:00`` in our spelling; None when it is not a time."""
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
