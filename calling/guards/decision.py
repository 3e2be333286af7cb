"""May this phone be rung? The decision itself: facts in, a refusal or nothing out."""

from __future__ import annotations

from msgspec import Struct

from calling.guards import rules
from calling.guards.facts import Facts, Refusal


class Row(Struct, frozen=True):
    """A rule: its code, the section of the Rules screen that changes it ("": nobody can), the
    HTTP status of its refusal, and whether it holds for practice too."""

    code: str
    section: str
    rule: rules.Rule
    status: int = 400
    in_practice: bool = False


RULES = (
    Row("paused", "pause", rules.paused, in_practice=True),
    Row("never", "", rules.never, in_practice=True),
    Row("practice_number", "", rules.practice_number),
    Row("country", "countries", rules.country),
    Row("kind", "countries", rules.kind),
    Row("do_not_call", "do-not-call", rules.listed),
    Row("hours", "hours", rules.hours),
    Row("call_me_first", "call-me-first", rules.unheard),
    Row("in_flight", "", rules.in_flight, 429),
    *(Row(count, "caps", rules.capped(count), 429) for count in rules.CAPS),
    Row("price_unknown", "spending", rules.price_unknown),
    Row("spent", "spending", rules.spent, 429),
)
"""Every rule, in the order in which they are asked."""


def decide(facts: Facts) -> Refusal | None:
    """The first rule that forbids it, or None: it may ring."""
    for row in RULES:
        if facts.practice and not row.in_practice:
            continue
        sentence = row.rule(facts)
        if sentence is not None:
            return Refusal(row.code, sentence, row.section, row.status)
    return None
