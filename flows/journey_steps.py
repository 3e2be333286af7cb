"""What a journey keeps of a call: one step for each thing that must happen."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from flows.call import Call
from flows.trail import Connected, Ended, Event, Heard, Pressed, Saved, Silent, Told

What = Literal["heard", "told", "saved", "connected", "ended"]


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that must happen, after so many inputs of the caller.

    ``about``: a menu's id, a web address, an answer's name, a number, or the reason of an end.
    ``value``: what was told or saved, as JSON text; "" where nothing is.
    ``label``: what people called the menu at that time; only for words, never compared.
    """

    after: int
    what: What
    about: str
    value: str = ""
    label: str = field(default="", compare=False)

    def called(self, label: str) -> Step:
        """The same, under this name of the menu."""
        return replace(self, label=label)


_STEPS: dict[type[Event], Callable[[int, Any], Step]] = {
    Told: lambda after, e: Step(after, "told", e.url, "" if e.body is None else _text(e.body)),
    Saved: lambda after, e: Step(after, "saved", e.name, _text(e.value)),
    Connected: lambda after, e: Step(after, "connected", e.number),
    Ended: lambda after, e: Step(after + (e.reason == "caller_hung_up"), "ended", e.reason),
}
"""Event -> what is kept of it, after so many inputs; a menu heard is kept by its id."""


def steps_of(call: Call) -> tuple[Step, ...]:
    """What happened on a call, without labels."""
    steps, after = [], 0
    for event in call.trail:
        kind = type(event)
        if kind is Heard:
            steps.append(Step(after, "heard", event.menu_id))
        elif kind is Pressed or kind is Silent:
            after += 1
        elif kind in _STEPS:
            steps.append(_STEPS[kind](after, event))
    return tuple(steps)


def _text(value: Any) -> str:
    return _JSON.encode(value)


_JSON = json.JSONEncoder(ensure_ascii=False, sort_keys=True)
