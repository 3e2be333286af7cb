"""SpeechCall (SMSBAT), spoken as a client: its sign-in, its two shapes of reply, its statuses.

Facts: the SpeechCall document and SMSBAT's public help pages (2026-02). The service knows calls
by ``messageId`` alone; ``customerMessageId`` is only echoed, so a lost reply stays lost.
"""

from __future__ import annotations

from flows.said import said
from flows.targets.base import Compiled
from providers.base import (
    Accepted,
    ConnectionCheck,
    Credentials,
    Outcome,
    Refused,
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

LABEL = "SpeechCall"

STATUS_PATH = "/bat/message/"

STATUSES: dict[str, tuple[Outcome, bool, str]] = {
    "sent": ("waiting", False, said("SpeechCall took the call.")),
    "accepted": ("waiting", False, said("SpeechCall took the call.")),
    "scheduled": ("waiting", False, said("The call is waiting for its turn.")),
    "processing": ("waiting", False, said("The call is under way.")),
    "delivered": ("answered", True, said("The call was answered.")),
    "undeliverable": ("not_answered", True, said("The call was not answered.")),
    "permanenterror": ("failed", True, said("This number cannot be called.")),
    "rejected": ("refused", True, said("SpeechCall refused the call.")),
    "failed": ("failed", True, said("SpeechCall could not make the call.")),
}
"""The service's status in lower case -> outcome, whether it is final, words."""

NOT_PLACED = ("rejected", "failed")
"""Statuses of a reply that say: this call was not taken."""

ERRORS = {
    "INVALID_RECIPIENT": "SpeechCall does not accept this phone number.",
    "INVALID_SENDER": "SpeechCall does not know this sender. Use one that it registered for you.",
    "MESSAGE_TOO_LONG": "SpeechCall says that the call flow is too long.",
    "INVALID_ENCODING": "SpeechCall cannot read some character of the call flow.",
}
"""The error codes that SMSBAT's help pages name -> words."""


class SpeechCall:
    """One SpeechCall account. Without a user name the secret is an authorization key."""

    def __init__(self, credentials: Credentials, web: WebClient) -> None:
        named = bool(credentials.username)
        self._key_words = said("this user name and password") if named else said("this key")
        self._exchange = Exchange(
            label=LABEL,
            web=web,
            credentials=credentials,
            headers={} if named else {"X-Authorization-Key": credentials.secret},
            auth=(credentials.username, credentials.secret) if named else None,
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
        """How the call stands; ``bulk_id`` is not needed here. Ask every 5 seconds at most."""
        try:
            reply = self._exchange.get(STATUS_PATH + in_path(message_id))
        except WebError as error:
            return no_status(LABEL, error)
        body = read_object(reply)
        if reply.status != 200:
            return self._exchange.unavailable(reply, _said(body))
        report = read_status(member(body, "deliverystatus"), body or {})
        return report or self._exchange.unavailable(reply)

    def check(self) -> ConnectionCheck:
        """Ask for message 0, which cannot exist."""
        return self._exchange.check(STATUS_PATH + "0", self._key_words)

    def _read_accepted(self, reply: Reply) -> SendResult:
        body = read_object(reply)
        messages = objects(member(body, "messages"))
        if len(messages) != 1:
            return Unclear(self._exchange.status_words(200), reply)
        message = messages[0]
        status = read_status(member(message, "status"), message)
        if status and status.code.lower() in NOT_PLACED:
            return Refused(_said(message) or _said(body) or status.words, reply)
        message_id = identifier(member(message, "messageId"))
        if not message_id:
            return Unclear(
                said("SpeechCall answered without a number to follow the call by."), reply
            )
        return Accepted(identifier(member(body, "messagelistId")), message_id, status, reply)


def read_status(code: object, raw: JsonObject) -> StatusReport | None:
    """A status of the service, one we do not know included; None when it is not even a name."""
    name = identifier(code)
    if not name:
        return None
    unknown: tuple[Outcome, bool, str] = ("unknown", False, quoted(LABEL, sentence(name)))
    outcome, final, words = STATUSES.get(name.lower(), unknown)
    return StatusReport(code=name, outcome=outcome, final=final, words=words, raw=raw)


def _said(body: object) -> str:
    """The service's reason in words: ``{"error": {"code", "message"}}`` or ``{"error": text}``."""
    error = member(body, "error")
    code = member(error, "code")
    known = ERRORS.get(code.upper()) if isinstance(code, str) else None
    return known or quoted(LABEL, sentence(member(error, "message")) or sentence(error))
