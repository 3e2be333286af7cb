"""The Voice API (SESPCL, in front of Infobip), spoken as a client.

Facts: the SESPCL document. Its codes are Infobip's own (``providers.infobip_codes``). A call is
followed by its ``bulkId``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flows.said import said
from flows.targets.base import Compiled
from providers.base import (
    Accepted,
    ConnectionCheck,
    Credentials,
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
from providers.infobip_codes import read_status
from providers.web import Reply, WebClient, WebError

LABEL = "Voice API"

STATUS_PATH = "/call/status/"

NO_SUCH_CALL = "press-one-connection-check"
"""A bulkId that no service ever gave."""


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
        told = self.fetch_bulk(bulk_id, [message_id])
        return told if isinstance(told, StatusUnavailable) else told[message_id]

    def fetch_bulk(
        self, bulk_id: str, message_ids: Sequence[str]
    ) -> Mapping[str, StatusReport] | StatusUnavailable:
        """How these calls of a bulk stand; one question answers for all of them."""
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
            nothing = StatusReport("", "waiting", final=False, words=words, raw=body or {})
            return dict.fromkeys(message_ids, nothing)
        found = objects(results)
        read = {wanted: read_status(_ours(found, message_ids, wanted)) for wanted in message_ids}
        told = {message_id: report for message_id, report in read.items() if report}
        return told or self._exchange.unavailable(reply)

    def check(self) -> ConnectionCheck:
        """Ask for a call that cannot exist."""
        return self._exchange.check(STATUS_PATH + NO_SUCH_CALL, said("this key"))

    def _read_accepted(self, reply: Reply) -> SendResult:
        tracking = member(read_object(reply), "tracking")
        messages = objects(member(tracking, "messages"))
        bulk_id = identifier(member(tracking, "bulkId"))
        if not bulk_id or len(messages) > 1:
            return Unclear(self._exchange.status_words(200), reply)
        message = messages[0] if messages else {}
        message_id = identifier(member(message, "messageId"))
        return Accepted(bulk_id, message_id, read_status(message), reply)


def _ours(results: list[JsonObject], asked: Sequence[str], message_id: str) -> JsonObject:
    """The result of our message; the only one, where the service names a single one otherwise."""
    mine = [r for r in results if identifier(member(r, "messageId")) == message_id]
    chosen = mine or (results if len(asked) == 1 else [])
    return chosen[0] if len(chosen) == 1 else {}


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
