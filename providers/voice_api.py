"""The Voice API (SESPCL, in front of Infobip), spoken as a client.

Facts: the SESPCL document; Infobip's public code registry (2026-07), kept with our words in
``data/infobip_voice_codes.json``. A call is followed by its ``bulkId``.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from flows.targets.base import Compiled
from providers.base import (
    Accepted,
    ConnectionCheck,
    Credentials,
    Outcome,
    SendResult,
    StatusReport,
    StatusUnavailable,
    Unclear,
)
from providers.exchange import (
    Exchange,
    JsonObject,
    failed,
    identifier,
    in_path,
    member,
    no_status,
    objects,
    quoted,
    read_object,
    sentence,
)
from providers.web import Reply, WebClient, WebError

LABEL = "Voice API"

STATUS_PATH = "/call/status/"

NO_SUCH_CALL = "press-one-connection-check"
"""A bulkId that no service ever gave."""


@dataclass(frozen=True)
class Meaning:
    """What a code means for people."""

    outcome: Outcome
    words: str


@dataclass(frozen=True)
class Group:
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
    4: Group(
        Meaning("not_answered", "The time for this call ran out."), final=True, hears=_MISSED
    ),
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


class VoiceApi:
    """One Voice API account. The secret is its key; there is no user name."""

    def __init__(self, credentials: Credentials, web: WebClient) -> None:
        self._exchange = Exchange(
            label=LABEL,
            web=web,
            credentials=credentials,
            headers={"x-api-key": credentials.secret},
        )

    def send(self, compiled: Compiled, call_ref: str) -> SendResult:
        """Place the call; see ``Service.send``."""
        try:
            reply = self._exchange.post(compiled.path, compiled.content, call_ref)
        except WebError as error:
            return failed(LABEL, error)
        if not 200 <= reply.status < 300:
            return self._exchange.not_accepted(reply, _said(read_object(reply)))
        return self._read_accepted(reply)

    def fetch_status(self, bulk_id: str, message_id: str) -> StatusReport | StatusUnavailable:
        """How the call stands. An empty list means that nothing is known yet."""
        try:
            reply = self._exchange.get(STATUS_PATH + in_path(bulk_id))
        except WebError as error:
            return no_status(LABEL, error)
        body = read_object(reply)
        if reply.status != 200:
            return self._exchange.unavailable(reply, _said(body))
        results = member(body, "results")
        if results == []:
            words = "The service knows nothing about this call yet."
            return StatusReport("", "waiting", final=False, words=words, raw=body or {})
        report = read_status(_ours(objects(results), message_id))
        return report or self._exchange.unavailable(reply)

    def check(self) -> ConnectionCheck:
        """Ask for a call that cannot exist."""
        return self._exchange.check(STATUS_PATH + NO_SUCH_CALL, "this key")

    def _read_accepted(self, reply: Reply) -> SendResult:
        tracking = member(read_object(reply), "tracking")
        messages = objects(member(tracking, "messages"))
        bulk_id = identifier(member(tracking, "bulkId"))
        if not bulk_id or len(messages) > 1:
            return Unclear(self._exchange.status_words(200), reply)
        message = messages[0] if messages else {}
        message_id = identifier(member(message, "messageId"))
        return Accepted(bulk_id, message_id, read_status(message), reply)


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
        at=_moment(member(result, "doneAt")) or _moment(member(result, "sentAt")),
        raw=result,
    )


def fold(name: object) -> str:
    """A code's name in one spelling: the document writes ``DELIVERED TO HANDSET`` with spaces."""
    return "_".join(sentence(name).upper().replace("_", " ").split())


def _ours(results: list[JsonObject], message_id: str) -> JsonObject:
    """The result of our message; the only one, where the service names it otherwise."""
    mine = [r for r in results if identifier(member(r, "messageId")) == message_id]
    chosen = mine or results
    return chosen[0] if len(chosen) == 1 else {}


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


def _said(body: object) -> str:
    """The service's reason in words: ``error``, and ``details`` where they are words too."""
    details = member(body, "details")
    fault = member(member(details, "requestError"), "serviceException")
    said = _words(member(body, "error")) or sentence(member(body, "message"))
    why = _words(details) or sentence(member(fault, "text"))
    return quoted(LABEL, f"{said} ({why})" if said and why else said or why)


def _words(value: object) -> str:
    """A sentence, or the ``message`` of an object."""
    return sentence(value) or sentence(member(value, "message"))
