"""Which calls the sample workspace has: how each went, and when."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flows.said import said

CALLS, ANSWERS, STRAY, DAYS = 500, 300, 2, 30
"""How many calls, answers, answers among them that no call here knows, and days."""

SAID: dict[str, tuple[tuple[str, int, int], ...]] = {
    "survey": (("51", 2, 9), ("41", 2, 7), ("42", 2, 3), ("31", 2, 3), ("11", 2, 1),
               ("22", 2, 2), ("5-", 1, 2)),
    "appointment": (("1", 1, 9), ("21", 1, 3), ("22", 1, 2), ("23", 1, 1), ("31", 1, 2),
                    ("7321", 0, 1)),
    "order": (("1", 1, 9), ("21", 1, 3), ("22", 1, 3), ("23", 1, 2), ("3", 1, 2)),
    "verification": (("2", 1, 8), ("1", 1, 1), ("0", 1, 1)),
    "line": (("111", 1, 6), ("121", 1, 2), ("131", 1, 1), ("2121", 1, 0), ("211", 1, 2),
             ("311", 0, 0)),
}  # fmt: skip
"""Flow -> what callers pressed ("-": put the phone down), answers that saves, how often."""

SILENT_ENDS: tuple[tuple[str, int], ...] = (
    ("busy", 38), ("no_answer", 52), ("rejected", 14), ("machine", 26), ("placeholder", 3),
)  # fmt: skip
"""How calls ended that nobody talked on, and how many."""

ENDS_BY_NUMBER = {
    "busy": "+15055550003",
    "no_answer": "+15055550004",
    "rejected": "+15055550006",
    "machine": "+15055550007",
    "placeholder": "+1505555XXXX",
}
"""How a call ends by itself -> the practice number that ends it so."""

REFUSALS = (
    (
        "refused",
        said("{name} does not know this key. Check the connection's key.", name="SpeechCall"),
        401,
        9,
    ),
    ("refused", said("{name} says that the account has no money left.", name="SpeechCall"), 402, 5),
    ("refused", said("All calls were paused before this one was sent."), None, 4),
    (
        "unknown",
        said(
            "{name}: {reason}", name="SpeechCall", reason=said("The answer did not come in time.")
        ),
        None,
        5,
    ),
)
"""State, reason, the service's status, and how many: calls over a real service."""

ABROAD = (("answered", "delivered", 17), ("not_answered", "undeliverable", 8),
          ("failed", "permanenterror", 6), ("unknown", "unknown", 3))  # fmt: skip
"""Outcome, the service's own word and how many: calls that a real service took."""

GIVEN_UP = 24
"""Calls that were answered and put down without an answer."""

FROM_PROGRAMS = 36
"""Calls that came in by a gateway."""


@dataclass(frozen=True)
class Plan:
    """One call to make. ``pressed`` are keys; ``ends``, how it ends without a talk."""

    flow: str
    how: str
    pressed: str = ""
    more: tuple[Any, ...] = ()


def plans(rng: random.Random) -> list[Plan]:
    """Every call but the last few, which are still under way, in the order of their days."""
    made: list[Plan] = []
    wanted = ANSWERS - STRAY
    ways = [(flow, *way) for flow, found in SAID.items() for way in found if way[1]]
    weights = [way[3] for way in ways]
    while wanted:
        flow, pressed, saved, _ = rng.choices(ways, weights)[0]
        if saved <= wanted:
            made.append(Plan(flow, "talk", pressed))
            wanted -= saved
    names = list(SAID)
    made += [Plan(rng.choice(names), how) for how, times in SILENT_ENDS for _ in range(times)]
    for state, reason, status, times in REFUSALS:
        made += [Plan("order", "refused", more=(state, reason, status)) for _ in range(times)]
    for outcome, word, times in ABROAD:
        made += [Plan("order", "abroad", more=(outcome, word)) for _ in range(times)]
    made += [Plan("survey", "program", "51" if n % 3 else "") for n in range(FROM_PROGRAMS)]
    made += [Plan(rng.choice(names), "talk", "-") for _ in range(GIVEN_UP)]
    rest = CALLS - len(UNDER_WAY) - len(made)
    made += [Plan("transfer", "talk", "1" if n % 4 else "-") for n in range(rest)]
    rng.shuffle(made)
    return made


UNDER_WAY = (("order", "ringing"), ("survey", "talking"), ("line", "waiting"),
             ("appointment", "queued"), ("order", "sending"))  # fmt: skip
"""The newest calls: flow, and how far each got."""


def moments(rng: random.Random, count: int, today: datetime) -> list[datetime]:
    """So many moments of the last days, in order: more on weekdays, between 8 and 20 o'clock."""
    found = []
    while len(found) < count:
        at = (today - timedelta(days=rng.randrange(1, DAYS))).replace(
            hour=min(19, max(8, round(rng.gauss(13, 3)))),
            minute=rng.randrange(60),
            second=rng.randrange(60),
        )
        if at.weekday() < 5 or rng.random() < 0.4:
            found.append(at)
    return sorted(found)
