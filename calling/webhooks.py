"""Telling web addresses what a practice call's caller chose: each at most once, in order.

The SpeechCall document fixes the body and the two seconds ("Webhook Delivery Format", "Best
Practices"). The call goes on whatever the address answers.
"""

from __future__ import annotations

import json
import time
from typing import Any

from sqlite_utils import Database

from calling.clock import later
from calling.words import sentence
from flows import call as engine
from providers.web import NotSent, WebClient, WebError
from storage import practice as book
from storage.practice import PracticeCall, Webhook

TIMEOUT_S = 2.0
"""Seconds a web address has to answer."""

LONGEST_TELLING_S = 20.0
"""After this long, one that was begun and not finished counts as abandoned."""


def tell_due(db: Database, web: WebClient, message_id: str) -> int:
    """Tell every web address this practice call owes, one after the other. Returns how many."""
    call = book.by_message(db, message_id)
    told = 0
    while (webhook := book.claim_webhook(db, call.call_id)) is not None:
        code, more = _tell(web, call, webhook)
        book.finish_webhook(db, webhook, code, {**webhook.detail, **more})
        told += 1
    return told


def abandon_unfinished(db: Database) -> None:
    """Those whose teller died are marked, and never told again: they may have arrived."""
    book.abandon_webhooks(db, later(-LONGEST_TELLING_S), "webhook_abandoned")


def _tell(web: WebClient, call: PracticeCall, webhook: Webhook) -> tuple[str, dict[str, object]]:
    """The event code and details of one attempt. Private addresses are refused by ``web``."""
    told = engine.replay(call.flow, call.inputs).trail[webhook.detail["index"]]
    if not isinstance(told, engine.Told):
        raise TypeError(f"Line {webhook.event_id} of the history tells no web address.")
    return deliver(web, told, told.delivery(call.sender, call.to_number, call.message_id))


def try_out(web: WebClient, told: engine.Told, body: dict[str, Any]) -> str:
    """Tell one web address now, because a person asked for it; how it went, in a sentence."""
    code, detail = deliver(web, told, body)
    return sentence(code, {"url": told.url, **detail})


def deliver(
    web: WebClient, told: engine.Told, body: dict[str, Any]
) -> tuple[str, dict[str, object]]:
    """One attempt: its event code (see ``calling.words``) and details. Never raises for the net."""
    started = time.monotonic()
    try:
        reply = web.post(
            told.url,
            content=json.dumps(body, ensure_ascii=False).encode(),
            headers={**dict(told.headers), "Content-Type": "application/json"},
            timeout_s=TIMEOUT_S,
        )
    except NotSent as problem:
        return "webhook_not_sent", {"reason": problem.reason, "ms": _ms_since(started)}
    except WebError as problem:
        return "webhook_unclear", {"reason": problem.reason, "ms": _ms_since(started)}
    code = "webhook_told" if reply.status < 300 else "webhook_refused"
    return code, {"status": reply.status, "ms": round(reply.duration_ms)}


def _ms_since(started: float) -> int:
    return round((time.monotonic() - started) * 1000)
