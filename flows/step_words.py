"""The words for steps: one home for history, script, map and journeys."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

from flows.document import AnyAction, Flow, GoTo, menu_label

NOTHING = "nothing"
"""What a key without steps does."""


def step_in_words(flow: Flow, action: AnyAction) -> str:
    """One step as people say it: "Go to Another day", "Hang up". Never clipped."""
    return _STEP_WORDS[action.kind](flow, action)


def steps_in_words(flow: Flow, actions: Iterable[AnyAction]) -> str:
    """All steps of a key, in order: "Tell https://…, then hang up"; "nothing" without any."""
    said = [step_in_words(flow, action) for action in actions]
    return ", then ".join([*said[:1], *(_small(words) for words in said[1:])]) or NOTHING


def times_in_words(times: int) -> str:
    """once, twice, 3 times."""
    return {1: "once", 2: "twice"}.get(times, f"{times} times")


def value_in_words(value: Any) -> str:
    """A value of an answer as people read it: yes and no, text as it is, the rest as JSON."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _go_to(flow: Flow, action: GoTo) -> str:
    return f"Go to {menu_label(flow, action.menu)}" if action.menu else "Go to no menu yet"


_STEP_WORDS: dict[str, Callable[[Flow, Any], str]] = {
    "webhook": lambda _flow, step: f"Tell {step.url or 'no web address yet'}",
    "save_answer": lambda _flow, step: f"Save the answer {step.name}: {value_in_words(step.value)}",
    "goto": _go_to,
    "repeat": lambda _flow, step: f"Say it again, {times_in_words(step.times)}",
    "connect": lambda _flow, step: f"Connect to {step.number}",
    "hangup": lambda _flow, _step: "Hang up",
}
"""Action kind -> its words: (flow, step) -> words."""


def _small(words: str) -> str:
    return words[:1].lower() + words[1:]
