"""Phone numbers as people type them: one number in E.164, or why it cannot be rung.

Which numbers exist, and how they are written, is Google's libphonenumber's word (package
``phonenumbers``); which kinds must not be rung is ``flows.numbers``'.
"""

from __future__ import annotations

import re

import phonenumbers
from babel import Locale
from msgspec import Struct
from phonenumbers import PhoneNumberFormat

from flows.numbers import check_number, is_placeholder
from flows.said import Country, Said, said

PRACTICE_PREFIXES = ("+1505555", "+38093555")
"""Numbers of the practice phone network: these and four more digits (ours)."""

REFUSALS = {
    "missing": "Type the phone number to ring.",
    "placeholder": "This number still has X in it. Type a real number.",
    "not_a_number": "This is not a phone number. Type it with its country, like +380 50 123 4567.",
    "not_possible": "A number like this does not exist. Check its digits.",
    "emergency_number": "This is an emergency number. Press One does not ring those.",
    "premium_number": "Calls to this number cost extra. Press One does not ring those.",
    "satellite_number": "This is a satellite number. Press One does not ring those.",
}
"""Refusal code -> what the person is told."""

KINDS_REFUSED = ("emergency_number", "premium_number", "satellite_number")
"""The kinds of numbers that are never rung, by their codes in ``flows.numbers``."""

_ENGLISH = Locale("en")
_SPELLING = re.compile(r"[+\d\s()./\-\u00a0\u2010-\u2015]+")
_FILLERS = re.compile(r"[\s()./\-\u00a0\u2010-\u2015]+")


class Number(Struct, frozen=True):
    """A number that may exist. ``country_code`` is ISO 3166 ("UA"), "" when shared by several."""

    e164: str
    country_code: str
    country_name: str
    pretty: str


class NumberRefused(Exception):
    """Why a text is no number to ring. ``code`` is a key of ``REFUSALS``."""

    def __init__(self, code: str) -> None:
        super().__init__(REFUSALS[code])
        self.code = code

    @property
    def message(self) -> str:
        """The sentence for the person."""
        return REFUSALS[self.code]


def normalise(text: str, home_region: str) -> Number:
    """The number a person typed; without "+" it belongs to ``home_region`` (ISO 3166).

    Raises NumberRefused, with a sentence that says what to do.
    """
    typed = _FILLERS.sub("", text)
    if not typed:
        raise NumberRefused("missing")
    if is_placeholder(typed):
        raise NumberRefused("placeholder")
    if not typed.isascii() or not _SPELLING.fullmatch(text):
        raise NumberRefused("not_a_number")
    # Asked before it is read as a number of the home country: "112" would become +380112.
    _refuse_kinds(typed)
    parsed = _parse(typed, home_region)
    e164 = phonenumbers.format_number(parsed, PhoneNumberFormat.E164)
    _refuse_kinds(e164)
    if not is_practice(e164) and not phonenumbers.is_valid_number(parsed):
        raise NumberRefused("not_possible")
    region = phonenumbers.region_code_for_number(parsed) or ""
    return Number(
        e164,
        region,
        country_name(region, parsed.country_code),
        phonenumbers.format_number(parsed, PhoneNumberFormat.INTERNATIONAL),
    )


def country_name(region: str, calling_code: int | None = None) -> Country | Said:
    """The English name of an ISO 3166 code (Unicode's, package ``babel``), "country +883" where
    the code says nothing."""
    found: str | None = _ENGLISH.territories.get(region)
    return Country(region, found) if found else said("country +{code}", code=calling_code)


def kind_refused(number: str) -> str:
    """Why an international number is never rung, as a key of ``REFUSALS``; "" when it may be."""
    found = (finding.code for finding in check_number(number))
    return next((code for code in found if code in KINDS_REFUSED), "")


def is_practice(e164: str) -> bool:
    """Whether a number belongs to the practice phone network."""
    return any(e164.startswith(p) and len(e164) == len(p) + 4 for p in PRACTICE_PREFIXES)


def _refuse_kinds(number: str) -> None:
    code = kind_refused(number)
    if code:
        raise NumberRefused(code)


def _parse(typed: str, home_region: str) -> phonenumbers.PhoneNumber:
    try:
        return phonenumbers.parse(typed, home_region)
    except phonenumbers.NumberParseException:
        raise NumberRefused("not_a_number") from None
