"""Infobip, spoken as a client: voice messages and IVR scenarios, reports and logs.

Facts: Infobip's public voice OpenAPI (3.210, 2026-07). ``bulkId`` and ``messageId`` are always
ours: both are the name that the caller gave the call, so a lost reply can be looked up again.
That name must never be given twice in one Infobip account.
A report is handed out once; the logs (48 hours, 120 questions a minute) as often as asked.
Creating a scenario rings no phone; launching one does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from flows.said import Whole, said
from flows.targets import infobip_ivr
from flows.targets.base import Compiled
from providers.base import (
    Accepted,
    ConnectionCheck,
    Credentials,
    FindResult,
    Found,
    NotFound,
    Refused,
    Report,
    SendResult,
    StatusReport,
    StatusUnavailable,
    Unclear,
)
from providers.exchange import (
    Exchange,
    JsonObject,
    failed,
    header_text,
    identifier,
    in_path,
    member,
    no_status,
    objects,
    quoted,
    read_object,
    sentence,
)
from providers.infobip_codes import fold, read_status
from providers.infobip_reports import Reports, chosen, per_message, read_reports
from providers.web import Reply, WebClient, WebError

LABEL = "Infobip"

REPORT_PATHS = ("/voice/1/reports", "/tts/3/reports")
"""Where reports are; an account without the first has the second, older one."""

LOG_PATH = "/tts/3/logs"

NO_SUCH_CALL = "press-one-connection-check"
"""A bulkId that we never give."""

REJECTED = 5
"""The status group of a message that was not taken."""

FORBIDDEN = said(
    "Infobip knows this key, but does not let it use voice calls. Allow that for the key at "
    "Infobip, or use another key."
)

FAULTS = {"UNAUTHORIZED": 401, "FORBIDDEN": 403, "TOO_MANY_REQUESTS": 429, "GENERAL_ERROR": 500}
"""``messageId`` of an error -> the HTTP status that has our words for it.

Any other, ``BAD_REQUEST`` for one, is told in Infobip's own words.
"""


class Infobip:
    """One Infobip account. The secret is its API key; there is no user name."""

    def __init__(self, credentials: Credentials, web: WebClient) -> None:
        self._exchange = Exchange(
            label=LABEL,
            web=web,
            credentials=credentials,
            headers={"Authorization": f"App {credentials.secret}"},
        )
        self._told_at = {"notifyUrl": credentials.notify_url} if credentials.notify_url else {}

    def send(self, compiled: Compiled, call_ref: str) -> SendResult:
        """Place the call; see ``Service.send``. One request rings: message or launch.

        Whatever goes wrong while a scenario is created is a refusal: nothing was launched yet.
        Where there is a ``notify_url``, Infobip is asked to tell there how the call went.
        """
        *before, ringing = infobip_ivr.requests(compiled)
        own = header_text(call_ref)
        for scenario in before:
            created = self._create(scenario, call_ref)
            if isinstance(created, Refused):
                return created
            ringing = _filled(ringing, {"scenarioId": created, "parameters": {"mid": own}})
        ringing = _named(_filled(ringing, self._told_at), own)
        try:
            reply = self._exchange.post(ringing.path, ringing.content, call_ref)
        except WebError as error:
            return _ours(failed(LABEL, error), own)
        if not 200 <= reply.status < 300:
            return _ours(self._exchange.not_accepted(reply, self._said(reply)), own)
        return self._read_accepted(reply, own)

    def fetch_status(self, bulk_id: str, message_id: str) -> StatusReport | StatusUnavailable:
        """How the call stands. ``raw`` holds every report that was handed out: store it."""
        told = self.fetch_bulk(bulk_id, [message_id])
        return told if isinstance(told, StatusUnavailable) else told[message_id]

    def fetch_bulk(
        self, bulk_id: str, message_ids: Sequence[str]
    ) -> Mapping[str, StatusReport] | StatusUnavailable:
        """How these calls stand. Where there is no report (any more), the logs are asked.

        Reports that are all about others come back as unavailable, with the reply: they were
        handed out this once, so it must be stored.
        """
        reports = self.fetch_reports(bulk_id)
        if isinstance(reports, StatusUnavailable):
            return reports
        told = per_message(reports, message_ids)
        if reports.items and not told:
            words = said("{name} told about other calls, but not about this one.", name=LABEL)
            return StatusUnavailable(words, reports.reply)
        missing = [message_id for message_id in message_ids if message_id not in told]
        logged = self._look(LOG_PATH, bulk_id) if missing else None
        if isinstance(logged, Reports):
            told = {**per_message(logged, missing), **told}
        nothing = _nothing_known(reports.reply)
        return {message_id: told.get(message_id, nothing) for message_id in message_ids}

    def fetch_reports(self, bulk_id: str) -> Reports | StatusUnavailable:
        """Every report that waits for us: it is handed out this once, so all must be stored."""
        for path in REPORT_PATHS:
            found = self._look(path, bulk_id)
            if isinstance(found, Reports) or not found.reply or found.reply.status != 404:
                break
        return found

    def find(self, bulk_id: str) -> FindResult:
        """Whether Infobip has this call. Ask within 48 hours, and not at once: logs lag behind.

        A call that was just taken may show in neither logs nor reports; "not found" a few
        minutes after sending is as sure as Infobip lets us be.
        """
        logged = self._look(LOG_PATH, bulk_id)
        if isinstance(logged, Reports) and logged.items:
            return _found(logged, logged.items[-1], bulk_id)
        reports = self.fetch_reports(bulk_id)
        if isinstance(reports, Reports) and reports.items:
            return _found(reports, reports.items[-1], bulk_id)
        for unclear in (logged, reports):
            if isinstance(unclear, StatusUnavailable):
                return Unclear(unclear.reason, unclear.reply, bulk_id)
        return NotFound(said("{name} has no trace of this call.", name=LABEL))

    def check(self) -> ConnectionCheck:
        """Look for a call that cannot exist in the logs."""
        path = f"{LOG_PATH}?bulkId={NO_SUCH_CALL}"
        return self._exchange.check(path, said("this key"), FORBIDDEN)

    def _create(self, scenario: Compiled, call_ref: str) -> str | Refused:
        """The id of a new scenario; no phone has rung, whatever is answered."""
        try:
            reply = self._exchange.post(scenario.path, scenario.content, call_ref)
        except WebError as error:
            return Refused(said("{name}: {reason}", name=LABEL, reason=Whole(error.reason)))
        if not 200 <= reply.status < 300:
            words = self._said(reply) or self._exchange.status_words(reply.status)
            return self._exchange.refused(reply, words)
        made = identifier(member(read_object(reply), "id"))
        return made or Refused(
            said("{name} did not say that it took the call flow.", name=LABEL), reply
        )

    def _read_accepted(self, reply: Reply, own: str) -> SendResult:
        body = read_object(reply)
        messages = objects(member(body, "messages"))
        status = read_status(messages[0]) if len(messages) == 1 else None
        if status is None:
            return Unclear(self._exchange.status_words(200), reply, own, own)
        if member(member(messages[0], "status"), "groupId") == REJECTED:
            return Refused(status.words, reply)
        bulk_id = identifier(member(body, "bulkId")) or own
        return Accepted(bulk_id, identifier(member(messages[0], "messageId")) or own, status, reply)

    def _look(self, path: str, bulk_id: str) -> Reports | StatusUnavailable:
        try:
            reply = self._exchange.get(f"{path}?bulkId={in_path(bulk_id)}")
        except WebError as error:
            return no_status(LABEL, error)
        if reply.status != 200:
            return self._exchange.unavailable(reply, self._said(reply))
        return read_reports(reply) or self._exchange.unavailable(reply)

    def _said(self, reply: Reply) -> str:
        """The reason in words: ``requestError.serviceException``, or "" without one."""
        fault = member(member(read_object(reply), "requestError"), "serviceException")
        known = FAULTS.get(fold(member(fault, "messageId")))
        if known:
            return self._exchange.status_words(known)
        return quoted(LABEL, sentence(member(fault, "text")))


def _filled(request: Compiled, more: JsonObject) -> Compiled:
    """The request with these fields in each of its messages."""
    messages = [{**message, **more} for message in objects(member(request.body, "messages"))]
    return replace(request, body={**request.body, "messages": messages})


def _named(request: Compiled, own: str) -> Compiled:
    """The request with our own ids in it."""
    messages = [
        {
            **message,
            "destinations": [
                {**to, "messageId": own} for to in objects(member(message, "destinations"))
            ],
        }
        for message in objects(member(request.body, "messages"))
    ]
    return replace(request, body={**request.body, "bulkId": own, "messages": messages})


def _ours(result: Refused | Unclear, own: str) -> Refused | Unclear:
    """An unclear end keeps the ids by which the call can be looked up."""
    return replace(result, bulk_id=own, message_id=own) if isinstance(result, Unclear) else result


def _found(reports: Reports, item: Report, bulk_id: str) -> Found:
    status = chosen(reports, item.message_id) or item.status
    return Found(bulk_id, item.message_id or bulk_id, status, reports.reply)


def _nothing_known(reply: Reply) -> StatusReport:
    words = "The service knows nothing about this call yet."
    return StatusReport("", "waiting", final=False, words=words, raw=read_object(reply) or {})
