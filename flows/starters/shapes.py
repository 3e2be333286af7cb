"""What the starters do, whatever language they speak: their menus, keys and steps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Save(NamedTuple):
    """Saves an answer. ``value`` is itself unless the wording has words for it."""

    answer: str
    value: str | int | bool


class Go(NamedTuple):
    """Leads to a menu of the same starter."""

    menu: str


class Transfer(NamedTuple):
    """Connects the caller to a person; the number is only an example."""

    number: str


Deed = Save | Go | Transfer
Keys = Mapping[str, tuple[Deed, ...]]


class Shape(NamedTuple):
    """One starter: its target, and the keys of its menus by their ids, the first menu first.

    A menu without keys is an announcement, after which the call ends.
    """

    target: str
    menus: Mapping[str, Keys]


EXAMPLE_NUMBER = "+15055550100"
"""Nobody's number: 555-0100 to 555-0199 are kept for fiction (North American Numbering Plan)."""

SHAPES = {
    "survey": Shape(
        "speechcall",
        {
            "rate": {
                **{key: (Save("score", int(key)), Go("sorry")) for key in "12"},
                **{key: (Save("score", int(key)), Go("recommend")) for key in "345"},
                "9": (Go("rate"),),
            },
            "sorry": {
                "1": (Save("callback", True), Go("thanks")),
                "2": (Save("callback", False), Go("thanks")),
            },
            "recommend": {
                "1": (Save("recommend", True), Go("thanks")),
                "2": (Save("recommend", False), Go("thanks")),
            },
            "thanks": {},
        },
    ),
    "appointment": Shape(
        "speechcall",
        {
            "reminder": {
                "1": (Save("visit", "confirmed"), Go("confirmed")),
                "2": (Go("time"),),
                "3": (Go("cancel"),),
                "9": (Go("reminder"),),
            },
            "time": {
                "1": (Save("time", "morning"), Go("callback")),
                "2": (Save("time", "afternoon"), Go("callback")),
                "3": (Save("time", "evening"), Go("callback")),
                "0": (Go("reminder"),),
            },
            "cancel": {
                "1": (Save("visit", "cancelled"), Go("cancelled")),
                "2": (Save("visit", "confirmed"), Go("confirmed")),
            },
            "confirmed": {},
            "callback": {},
            "cancelled": {},
        },
    ),
    "order": Shape(
        "speechcall",
        {
            "status": {
                "1": (Save("delivery", "confirmed"), Go("confirmed")),
                "2": (Go("day"),),
                "3": (Save("delivery", "collect"), Go("collect")),
                "9": (Go("status"),),
            },
            "day": {
                "1": (Save("day", "after_tomorrow"), Go("changed")),
                "2": (Save("day", "saturday"), Go("changed")),
                "3": (Save("day", "monday"), Go("changed")),
                "0": (Go("status"),),
            },
            "confirmed": {},
            "changed": {},
            "collect": {},
        },
    ),
    "transfer": Shape("voice_api", {"notice": {"1": (Transfer(EXAMPLE_NUMBER),)}}),
    "verification": Shape(
        "speechcall",
        {
            "word": {
                "1": (Save("word", "mismatch"), Go("mismatch")),
                "2": (Save("word", "right"), Go("right")),
                "3": (Save("word", "mismatch"), Go("mismatch")),
                "0": (Save("word", "stranger"), Go("stopped")),
                "9": (Go("word"),),
            },
            "right": {},
            "mismatch": {},
            "stopped": {},
        },
    ),
}
"""Starter key -> its shape."""
