"""Every word people read about a call: its states, its outcomes, the lines of its history."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flows.said import Said, Whole
from storage.calls import CallEvent, StoredCall

STATES: dict[str, str] = {
    "queued": "About to be placed",
    "sending": "Being placed",
    "accepted": "Accepted by the service",
    "refused": "Not placed",
    "unknown": "Unclear: the phone may have rung",
}
"""How far a call got on its way to the service."""

STATES_SHOWN = {state: words for state, words in STATES.items() if state != "accepted"}
"""The states a list shows; an accepted call shows its outcome instead."""

OUTCOMES: dict[str, str] = {
    "waiting": "On its way",
    "ringing": "Ringing",
    "answered": "Answered",
    "not_answered": "Not answered",
    "busy": "Busy",
    "refused": "Refused",
    "failed": "Failed",
    "unknown": "Unclear",
}
"""What became of a call that the service accepted."""

EVENTS: dict[str, str] = {
    "queued": "The call was written down and is about to be placed.",
    "sending": "The request is being sent to the service.",
    "accepted": "The service accepted the call.",
    "refused": "The call was not placed: {reason}",
    "unknown": "Nobody knows whether the call was placed: {reason}",
    "abandoned": (
        "Press One stopped while the call was being placed. The phone may have rung;"
        " it is not rung again by itself."
    ),
    "restored": (
        "This call comes from a backup that was made before it was placed. The phone may have rung"
        " since; it is not rung again by itself."
    ),
    "looking_up": ("Press One looks this call up at the service. It is not rung again by itself."),
    "found": "The service has this call: it was placed.",
    "no_trace": (
        "The service has no trace of this call, a quarter of an hour after it was sent:"
        " it was not placed."
    ),
    "status": "The service says: {words}",
    "status_unavailable": "The service did not say how the call stands: {reason}",
    "gave_up": "The service did not say how the call ended within 24 hours.",
    "gateway_accepted": "The call came in through {path} and was accepted.",
    "ringing": "The phone is ringing.",
    "answered": "The call was answered.",
    "machine": "An answering machine took the call.",
    "busy": "The line is busy.",
    "no_answer": "Nobody answered.",
    "rejected": "The call was rejected.",
    "placeholder": "The call failed for good: the number still has X in it.",
    "heard": "{words}",
    "pressed": "{words}",
    "silent": "{words}",
    "saved": "{words}",
    "wentto": "{words}",
    "repeated": "{words}",
    "connected": "{words}",
    "ended": "{words}",
    "webhook_due": "About to tell {url}",
    "webhook_started": "Telling {url}",
    "webhook_told": "Told {url}: it answered {status} after {ms} ms.",
    "webhook_refused": "Told {url}: it answered {status} after {ms} ms. The call went on.",
    "webhook_not_sent": "Did not tell {url}: {reason}",
    "webhook_unclear": "Tried to tell {url}, without a clear answer after {ms} ms: {reason}",
    "erased": "The caller’s number and answers were deleted on request.",
    "webhook_abandoned": "Press One stopped while telling {url}. It is not told again.",
}
"""Event code -> sentence; ``{name}`` places a part of the event's detail."""


NOT_TOLD = frozenset(
    {"webhook_refused", "webhook_not_sent", "webhook_unclear", "webhook_abandoned"}
)
"""The codes of a web address, or of our inbox, that did not take what it was told, or may not."""


SAVING: dict[str, str] = {
    "webhook_due": "About to save the answer {name}: {value}",
    "webhook_started": "Saving the answer {name}: {value}",
    "webhook_told": "Saved the answer {name}: {value}",
    "webhook_refused": "The answer {name}: {value} was not taken (status {status}).",
    "webhook_not_sent": "The answer {name}: {value} was not saved: {reason}",
    "webhook_unclear": "Nobody knows whether the answer {name}: {value} was saved: {reason}",
    "webhook_abandoned": "Press One stopped while saving the answer {name}: {value}",
}
"""The codes of a web address that is told -> the sentence where it is our own inbox."""


class _Detail(dict[str, Any]):
    def __missing__(self, name: str) -> str:
        return "…"


_SENTENCES = frozenset({"words", "reason"})
"""Parts of a detail that are sentences themselves."""


def _whole(text: Any) -> str:
    """A sentence that an older version wrote remembers nothing, and is looked up whole."""
    return text if isinstance(text, Said) else Whole(str(text))


def sentence(code: str, detail: Mapping[str, Any]) -> Said:
    """The sentence of an event code. A code of an older version reads as itself."""
    values = {
        name: _whole(value) if name in _SENTENCES and isinstance(value, str) else value
        for name, value in detail.items()
    }
    return Said(EVENTS.get(code, code), _Detail(values))


def saving_words(event: CallEvent, name: str, value: str) -> Said:
    """A line about a web address told that is our own inbox: what was saved there, or not.

    Raises KeyError for a code that is not in ``SAVING``.
    """
    reason = _whole(event.detail.get("reason", "…"))
    detail = {**event.detail, "name": name, "value": value, "reason": reason}
    return Said(SAVING[event.code], _Detail(detail))


def event_words(event: CallEvent) -> Said:
    """A line of a call's history, for people."""
    return sentence(event.code, event.detail)


def status_words(call: StoredCall) -> str:
    """How a call stands, in a word or two."""
    return OUTCOMES[call.outcome] if call.state == "accepted" else STATES[call.state]
