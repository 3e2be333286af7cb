"""The rules one by one: each says why a phone must not ring, or nothing."""

from __future__ import annotations

from collections.abc import Callable

from calling.guards.facts import Facts
from calling.guards.phones import Phone
from calling.guards.words import KIND_WORDS, WEEKDAYS, clock_text, price_text
from calling.numbers import REFUSALS
from flows.said import Said, said

Rule = Callable[[Facts], Said | None]


def paused(facts: Facts) -> Said | None:
    """Somebody pressed Pause."""
    return said("All calls are paused.") if facts.rules.paused else None


def never(facts: Facts) -> Said | None:
    """Emergency, premium, shared-cost and satellite numbers, pagers."""
    return _first(facts, lambda p: said(REFUSALS[p.never]) if p.never else None)


def practice_number(facts: Facts) -> Said | None:
    """A number of the practice network, asked of a real service."""
    return _first(
        facts,
        lambda p: (
            said("This is a number of the practice network. Choose Practice for it.")
            if p.practice
            else None
        ),
    )


def country(facts: Facts) -> Said | None:
    """A country that is not on the list."""
    allowed = facts.rules.allowed_countries(facts.home_region)

    def judge(phone: Phone) -> Said | None:
        if phone.country in allowed:
            return None
        if not phone.country:
            return said("Nobody can tell which country this number belongs to.")
        return said("Calls to {country} are not allowed.", country=phone.country_name)

    return _first(facts, judge)


def kind(facts: Facts) -> Said | None:
    """An ordinary kind of number that was not chosen."""

    def judge(phone: Phone) -> Said | None:
        if facts.rules.kinds.intersection(phone.kinds):
            return None
        return said("Numbers of this kind are not rung: {kind}.", kind=KIND_WORDS[phone.kinds[0]])

    return _first(facts, judge)


def listed(facts: Facts) -> Said | None:
    """Somebody asked not to be called."""
    return _first(
        facts,
        lambda p: (
            said("This number is on the do-not-call list.") if p.number in facts.listed else None
        ),
    )


def _first(facts: Facts, judge: Callable[[Phone], Said | None]) -> Said | None:
    """What is wrong with the phone itself, or else with one it may be connected to."""
    wrong = judge(facts.phone)
    if wrong is not None:
        return wrong
    for phone in facts.transfers:
        wrong = judge(phone)
        if wrong is not None:
            return said(
                "Callers may be connected to {number}. {why}", number=phone.number, why=wrong
            )
    return None


def hours(facts: Facts) -> Said | None:
    """The time of day, or the day, in any zone where the phone may be."""
    rules, times = facts.rules, facts.phone.local_times(facts.at)
    if not rules.hours_on:
        return None
    if not times:
        return said("Nobody can tell what time it is where this phone is.")
    if not all(rules.opens <= t.hour * 60 + t.minute < rules.closes for t in times):
        earliest, latest = f"{times[0]:%H:%M}", f"{times[-1]:%H:%M}"
        hours = {"opens": clock_text(rules.opens), "closes": clock_text(rules.closes)}
        if earliest == latest:
            return said(
                "It is {time} where this phone is. Calls are allowed there from {opens} to"
                " {closes}.",
                time=earliest, **hours,
            )  # fmt: skip
        return said(
            "This phone may be in several time zones, where it is {earliest} to {latest}. Calls"
            " are allowed from {opens} to {closes} in each of them.",
            earliest=earliest, latest=latest, **hours,
        )  # fmt: skip
    off = next((t.weekday() for t in times if t.weekday() not in rules.days), None)
    if off is not None:
        return said(
            "It is {day} where this phone is. Calls are not allowed then.", day=WEEKDAYS[off]
        )
    return None


def unheard(facts: Facts) -> Said | None:
    """Call me first: a changed flow rings the author's own phone before any other."""
    if not (facts.rules.call_me_first and facts.unheard):
        return None
    if not facts.own_number:
        return said(
            "This call flow changed and nobody has heard it on a phone of their own yet. Verify"
            " your own number, ring it, answer, and then ring others."
        )
    if facts.own_number == facts.phone.number:
        return None
    return said(
        "This call flow changed and nobody has heard it on a phone of their own yet. Ring your own"
        " number {number} first and answer.",
        number=facts.own_number,
    )


def in_flight(facts: Facts) -> Said | None:
    """One call at a time to one number."""
    if not facts.tally.in_flight:
        return None
    return said("A call to this number is not over yet. Wait until it is.")


def price_unknown(facts: Facts) -> Said | None:
    """A limit of spending can only be kept where calls have a price."""
    if facts.rules.spend_day is None or facts.price is not None:
        return None
    return said(
        "A limit of spending is set, and nobody has set what a call to {country} costs.",
        country=facts.phone.country_name,
    )


def spent(facts: Facts) -> Said | None:
    """This call would go over the limit of spending."""
    rules = facts.rules
    if rules.spend_day is None or facts.price is None:
        return None
    if facts.tally.spent_day + facts.price <= rules.spend_day:
        return None
    return said(
        "The calls of the last 24 hours cost {spent}. One more for {price} would go over the limit"
        " of {limit}.",
        spent=price_text(facts.tally.spent_day, rules.currency),
        price=price_text(facts.price, rules.currency),
        limit=price_text(rules.spend_day, rules.currency),
    )


CAPS: dict[str, tuple[Callable[[Facts], int | None], str]] = {
    "number_hour": (
        lambda facts: facts.rules.number_hour,
        "This number was rung {most} times in the last hour. More are not allowed.",
    ),
    "person_hour": (
        lambda facts: facts.rules.person_hour,
        "You placed {most} calls in the last hour. More are not allowed.",
    ),
    "workspace_hour": (
        lambda facts: facts.rules.workspace_hour,
        "{most} calls were placed in the last hour. More are not allowed.",
    ),
    "workspace_day": (
        lambda facts: facts.rules.workspace_day,
        "{most} calls were placed in the last 24 hours. More are not allowed.",
    ),
    "country_day": (
        lambda facts: facts.rules.country_day.get(facts.phone.country),
        "{most} calls to {country} were placed in the last 24 hours. More are not allowed.",
    ),
}
"""Count of ``storage.rules.Tally`` -> its limit (None: none), and what is said when it is full."""


def capped(count: str) -> Rule:
    """The rule that keeps one count below its limit."""
    limit, template = CAPS[count]

    def rule(facts: Facts) -> Said | None:
        most, counted = limit(facts), getattr(facts.tally, count)
        if most is None or counted < most:
            return None
        return said(template, most=most, country=facts.phone.country_name)

    return rule
