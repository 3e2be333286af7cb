"""Telling answers on to the workspace's own web address, as Standard Webhooks has it.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md fixes
the three headers, the signature, ``whsec_`` secrets, which statuses count as success, 410, and
gives the schedule of the attempts. Every answer is told until its address takes it.
"""

from __future__ import annotations

import base64
import json
import random
import secrets
import time
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from msgspec import Struct
from sqlite_utils import Database
from standardwebhooks import Webhook

from calling.clock import later
from flows.said import Said, said
from providers.web import NotSent, Reply, SentButUnclear, WebClient
from storage import forward_addresses, forwards
from storage.credentials import CannotDecrypt, SecretBox
from storage.db import now
from storage.forwards import Attempt, Owed

WAITS_S = (5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
"""Seconds before the second attempt, the third…: the specification's "Example retry schedule"."""

JITTER = 0.1
"""The most by which a wait is made longer, so that retries do not all come together."""

TIMEOUT_S = 15.0
"""Seconds the address has to answer (the specification: 15 to 30)."""

LEASE_S = 60.0
"""An attempt begun longer ago has lost its teller."""

REST_S = 5.0
"""Seconds for which an address is left alone after an attempt that failed."""

BUSY_S = 10.0
"""Seconds after which one task lets others work; the next one goes on."""

LONGEST_WAIT_S = 86_400
"""How long an address may ask us to wait (``Retry-After``)."""

SECRET_BYTES = 32
"""The specification asks for 24 to 64 random bytes."""

GONE = 410
"""The address wants nothing any more: it is switched off (the specification)."""

SAMPLE = {
    "question": "delivery",
    "answer": "confirmed",
    "number": "+380671112233",
    "sender": "Bazar",
    "call": 1,
    "call_flow": "Delivery survey",
    "version": 3,
    "message": "7748021",
    "step": "a1b2c3",
}
"""What ``data`` looks like; a test holds it equal to what is really told."""


class Outcome(Struct, frozen=True):
    """How one attempt went. ``retry_after_s``: how long the address asks us to wait."""

    attempt: Attempt
    retry_after_s: float = 0.0

    @property
    def taken(self) -> bool:
        """Whether the address took it: any status from 200 to 299."""
        return self.attempt.status is not None and 200 <= self.attempt.status < 300


def new_secret() -> str:
    """A fresh signing secret, as the specification writes it: ``whsec_`` and base64."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def content_of(owed: Owed) -> bytes:
    """What is told of an answer (compact JSON, UTF-8)."""
    data = {
        "question": owed.name,
        "answer": owed.value,
        "number": owed.to_number,
        "sender": owed.from_number,
        "call": owed.call_id,
        "call_flow": owed.flow_name,
        "version": owed.flow_revision,
        "message": owed.mid,
        "step": owed.step,
    }
    return _content("answer.received", owed.received_at, data)


def _content(kind: str, at: str, data: dict[str, object]) -> bytes:
    told = {"type": kind, "timestamp": at, "data": data}
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()


def headers_for(
    message: str, content: bytes, signed_with: list[str], at: datetime
) -> dict[str, str]:
    """The headers of one attempt; each secret gives a signature, so that one can be replaced."""
    signatures = [Webhook(secret).sign(message, at, content.decode()) for secret in signed_with]
    return {
        "Content-Type": "application/json",
        "webhook-id": message,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


def tell_due(db: Database, web: WebClient, box: SecretBox, workspace_id: int) -> str | None:
    """Tell a workspace's answers on that are due, one after the other, until one is not taken.

    Returns when to come back (UTC); None when there is nothing to come back for, or when
    somebody else is at it.
    """
    until, told = time.monotonic() + BUSY_S, 0
    while (owed := forwards.claim(db, workspace_id, later(LEASE_S))) is not None:
        told += 1
        outcome = _tell(db, web, box, owed)
        _finish(db, owed, outcome)
        if not outcome.taken or time.monotonic() > until:
            break
    return forwards.next_at(db, workspace_id) if told else None


def try_out(db: Database, web: WebClient, box: SecretBox, workspace_id: int) -> Said:
    """Send one test message now, because a person asked for it; how it went, in a sentence."""
    address = forward_addresses.get(db, workspace_id)
    if address is None:
        return said("Type your web address first.")
    content = _content("test", now(), dict(SAMPLE))
    try:
        signed_with = forward_addresses.secrets(db, box, workspace_id)
    except CannotDecrypt:
        return said(UNREADABLE)
    message = f"msg_test_{secrets.token_hex(8)}"
    attempt = _send(web, address.url, content, message, signed_with).attempt
    if attempt.status is None:
        return said("The test message did not arrive: {reason}", reason=attempt.reason)
    if 200 <= attempt.status < 300:
        return said("Your address took the test message after {ms} ms.", ms=attempt.ms)
    return said("Your address answered {status} after {ms} ms. It should answer 200 to 299.",
                status=attempt.status, ms=attempt.ms)  # fmt: skip


UNREADABLE = "The secret kept here cannot be read any more. Make a new one."
"""When the key file is not the one that the secret was kept with."""


def _tell(db: Database, web: WebClient, box: SecretBox, owed: Owed) -> Outcome:
    try:
        signed_with = forward_addresses.secrets(db, box, owed.workspace_id)
    except CannotDecrypt:
        return Outcome(Attempt(now(), None, 0, UNREADABLE))
    return _send(web, owed.url, content_of(owed), owed.message, signed_with)


def _send(
    web: WebClient, url: str, content: bytes, message: str, signed_with: list[str]
) -> Outcome:
    """One attempt. Private addresses are refused by ``web``. Never raises for the net."""
    started, at = time.monotonic(), datetime.now(UTC)
    headers = headers_for(message, content, signed_with, at)
    try:
        reply = web.post(url, content=content, headers=headers, timeout_s=TIMEOUT_S)
    except (NotSent, SentButUnclear) as problem:
        ms = round((time.monotonic() - started) * 1000)
        return Outcome(Attempt(now(), None, ms, problem.reason))
    return Outcome(Attempt(now(), reply.status, round(reply.duration_ms), ""), _asked_wait(reply))


def _asked_wait(reply: Reply) -> float:
    """``Retry-After`` in seconds (RFC 9110: seconds, or a date); 0 where there is none."""
    asked = reply.headers.get("retry-after", "").strip()
    try:
        if asked.isascii() and asked.isdecimal():
            wait = float(asked[:9])
        else:
            wait = (parsedate_to_datetime(asked) - datetime.now(UTC)).total_seconds()
    except (ValueError, TypeError):
        return 0.0
    return min(max(wait, 0.0), LONGEST_WAIT_S)


def _finish(db: Database, owed: Owed, outcome: Outcome) -> None:
    """Taken: done. Else again by the schedule, and the address is left alone for a moment."""
    if outcome.taken:
        forwards.finish(db, owed, outcome.attempt, "told", None, None)
        return
    rest = later(max(REST_S, outcome.retry_after_s))
    if owed.tries >= len(WAITS_S):
        forwards.finish(db, owed, outcome.attempt, "failed", None, rest)
    else:
        wait = WAITS_S[owed.tries] * (1 + random.uniform(0, JITTER))
        next_at = later(max(wait, outcome.retry_after_s))
        forwards.finish(db, owed, outcome.attempt, "waiting", next_at, rest)
    if outcome.attempt.status == GONE:
        forward_addresses.switch(db, owed.workspace_id, False, "gone")
