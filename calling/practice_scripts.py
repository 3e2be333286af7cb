"""How the people of the practice phone network behave, by the last digits of their number.

Everything here is ours; the statuses' names and numbers are those of the services.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from msgspec import Struct

from calling.numbers import is_practice
from flows.call import SILENCE, Call
from flows.document import KEYS
from flows.numbers import is_placeholder

Result = Literal["answered", "machine", "busy", "no_answer", "rejected", "placeholder"]
"""How a practice call can end."""

Behaviour = Callable[[Call, int], str]
"""(the call, how many inputs it has had) -> the next input of the called person."""

SCREEN = "screen"
"""The script of a phone that rings on a screen, and that a person answers."""

PRESS_AFTER_S = 2.0
"""Seconds after which a scripted person presses a key."""

ENROUTE_S = 1.0
"""Seconds before a scripted phone rings. A phone on a screen rings at once."""


class Script(Struct, frozen=True):
    """Rings ``ring_s`` seconds, then ends with ``result``, or talks as ``behaviour`` says."""

    ring_s: float
    result: Result
    behaviour: Behaviour | None = None
    enroute_s: float = ENROUTE_S


def _presses_one(call: Call, given: int) -> str:
    return "1" if given == 0 else SILENCE


def _stays_silent(call: Call, given: int) -> str:
    return SILENCE


def _presses_unused_then_one(call: Call, given: int) -> str:
    """The first key without steps; silence when all twelve have some."""
    if given == 0:
        menu = call.menu
        return next((key for key in KEYS if menu and not menu.actions(key)), SILENCE)
    return "1" if given == 1 else SILENCE


SCRIPTS: dict[str, Script] = {
    SCREEN: Script(45.0, "no_answer", enroute_s=0.0),
    "0001": Script(2.0, "answered", _presses_one),
    "0002": Script(2.0, "answered", _stays_silent),
    "0003": Script(1.0, "busy"),
    "0004": Script(20.0, "no_answer"),
    "0005": Script(2.0, "answered", _presses_unused_then_one),
    "0006": Script(0.0, "rejected"),
    "0007": Script(3.0, "machine"),
    "0010": Script(20.0, "no_answer"),
    "placeholder": Script(0.0, "placeholder"),
}
"""Script name -> behaviour; four digits are the end of a practice number."""

Fault = Literal["error", "too_many", "drop"]

GATEWAY_FAULTS: dict[str, Fault] = {"0008": "error", "0009": "too_many", "0010": "drop"}
"""Endings of practice numbers that make the gateway itself misbehave."""


PRACTICE_NUMBERS: dict[str, str] = {
    "0001": "answers and presses 1",
    "0002": "answers and stays silent",
    "0003": "is busy",
    "0004": "does not answer",
    "0005": "answers, presses a key that does nothing, then 1",
    "0006": "is rejected by the network",
    "0007": "is an answering machine",
    "0008": "makes the service fail: nothing is placed",
    "0009": "makes the service say that there are too many calls",
    "0010": "makes the connection break after the call was accepted",
}
"""The last four digits of a practice number -> what it does, after "This number …"."""


def script_of(number: str) -> str:
    """The script's name for a number as it came ("+1505555…", "1505555…")."""
    if is_placeholder(number):
        return "placeholder"
    ending = _ending(number)
    return ending if ending in SCRIPTS else SCREEN


def fault_of(number: str) -> Fault | None:
    """How the gateway misbehaves for this number, or None."""
    return GATEWAY_FAULTS.get(_ending(number))


def _ending(number: str) -> str:
    e164 = "+" + number.strip().lstrip("+")
    return e164[-4:] if is_practice(e164) else ""
