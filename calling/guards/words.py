"""The words of the rules: their sections on the Rules screen, kinds of numbers, days, amounts."""

from __future__ import annotations

from flows.said import said
from storage.rules import UNITS

SECTIONS = {
    "pause": said("Pause everything"),
    "countries": said("Countries and kinds of numbers"),
    "hours": said("Calling hours"),
    "caps": said("How many calls"),
    "spending": said("Spending"),
    "do-not-call": said("Do not call"),
    "call-me-first": said("Call me first"),
}
"""Anchor on the Rules screen -> the title that stands there."""

WEEKDAYS = (
    said("Monday"),
    said("Tuesday"),
    said("Wednesday"),
    said("Thursday"),
    said("Friday"),
    said("Saturday"),
    said("Sunday"),
)

KIND_WORDS = {
    "mobile": said("mobile phones"),
    "landline": said("landlines"),
    "voip": said("internet phones"),
    "toll_free": said("numbers that are free for whoever calls"),
    "personal": said("personal numbers that lead on to other phones"),
    "other": said("numbers of an unknown kind"),
}
"""Kind of ``storage.rules.KINDS`` -> its words."""


def price_text(amount: int, currency: str) -> str:
    """An amount in ``UNITS`` as people read it: "0.05 EUR"."""
    number = f"{amount / UNITS:.4f}".rstrip("0")
    whole, _, part = number.partition(".")
    return f"{whole}.{part.ljust(2, '0')} {currency}"


def clock_text(minutes: int) -> str:
    """Minutes after midnight as a time of day: "09:00"; the day ends at "24:00"."""
    return f"{minutes // 60:02}:{minutes % 60:02}"
