"""What a service that places calls is, and everything it can answer: one Protocol, frozen results.

A service never raises for reasons of the network and never tries a second time: a call that was
asked for twice is a phone that rings twice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, runtime_checkable

from msgspec import Struct

from flows.targets.base import Compiled
from providers.web import Reply

Outcome = Literal[
    "waiting", "ringing", "answered", "not_answered", "busy", "refused", "failed", "unknown"
]
"""What became of a call, in one word that does not depend on the service."""


@dataclass(frozen=True)
class Credentials:
    """Where a connection leads and how it signs in. ``username`` may be empty.

    ``notify_url``: where the service may tell by itself how calls went; "" for nowhere. Only
    a service that can do so (``ServiceInfo.read_told``) is asked for it.
    """

    base_url: str
    username: str
    secret: str = field(repr=False)
    notify_url: str = field(default="", repr=False)


class StatusReport(Struct, frozen=True):
    """How a call stands. ``code`` is the service's own name; ``words`` is one plain sentence.

    ``final``: nothing more will come. ``at``: when it happened, ``2026-11-21T07:30:00.123Z``,
    or None where the service does not say. ``raw``: what it said, as it said it.
    """

    code: str
    outcome: Outcome
    final: bool
    words: str
    at: str | None = None
    raw: dict[str, Any] = {}


class Accepted(Struct, frozen=True):
    """The service took the call. ``message_id`` or ``bulk_id`` is "" where it gave only one."""

    bulk_id: str
    message_id: str
    status: StatusReport | None
    reply: Reply


class Refused(Struct, frozen=True):
    """The call was certainly not placed. ``retry_after_s``: seconds the service asks to wait."""

    reason: str
    reply: Reply | None = None
    retry_after_s: float | None = None


class Unclear(Struct, frozen=True):
    """The request left, and nobody knows what became of it: the phone may have rung.

    ``bulk_id`` and ``message_id`` are our own names of the call, where the service took them
    with the request: it can then be looked up (``CanFind``). Otherwise both are "".
    """

    reason: str
    reply: Reply | None = None
    bulk_id: str = ""
    message_id: str = ""


SendResult = Accepted | Refused | Unclear


class Report(Struct, frozen=True):
    """What a service says about one message; ids are "" where it does not name them.

    ``status.raw`` is all that it said.
    """

    bulk_id: str
    message_id: str
    status: StatusReport


class Found(Struct, frozen=True):
    """The service has this call: it was placed. ``status`` is how it stands; store its ``raw``."""

    bulk_id: str
    message_id: str
    status: StatusReport
    reply: Reply


class NotFound(Struct, frozen=True):
    """The service answered, and has no trace of this call (yet)."""

    reason: str


FindResult = Found | NotFound | Unclear


class StatusUnavailable(Struct, frozen=True):
    """The status could not be had this time. It says nothing about the call."""

    reason: str
    reply: Reply | None = None
    retry_after_s: float | None = None


class ConnectionCheck(Struct, frozen=True):
    """Whether a connection would work. ``words`` is one plain sentence."""

    state: Literal["right_key", "wrong_key", "unreachable"]
    words: str

    @property
    def works(self) -> bool:
        """True when the service knows the key."""
        return self.state == "right_key"


class Service(Protocol):
    """One account at one outward service."""

    def send(self, compiled: Compiled, call_ref: str) -> SendResult:
        """Place the call: one request, whatever happens.

        ``call_ref`` is our own name of the call; it travels as the header ``X-Request-Id``,
        beside the compiled bytes and never inside them.
        """

    def fetch_status(self, bulk_id: str, message_id: str) -> StatusReport | StatusUnavailable:
        """How a call stands, by the ids that ``Accepted`` gave."""

    def check(self) -> ConnectionCheck:
        """Whether the key is right, found out without placing a call."""


@runtime_checkable
class CanFind(Protocol):
    """A service that takes our own name of a call, so that a lost reply can be looked up."""

    def find(self, bulk_id: str) -> FindResult:
        """Whether the service has this call; nothing is placed. ``bulk_id`` as in ``Unclear``."""


@runtime_checkable
class TellsBulk(Protocol):
    """A service whose answer about one call holds the other calls of its bulk, too."""

    def fetch_bulk(
        self, bulk_id: str, message_ids: Sequence[str]
    ) -> Mapping[str, StatusReport] | StatusUnavailable:
        """How these calls stand, with one question. A message that it says nothing about is
        left out; ``fetch_status`` is the same for a single one."""
