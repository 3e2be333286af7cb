"""Phone numbers as documents write them: which are no numbers, and which must not be rung.

Source of the kinds: Google's libphonenumber data (phonenumbers). No country is guessed: a
number is international, with or without its plus sign.
"""

from __future__ import annotations

import re
from functools import lru_cache

import phonenumbers
from phonenumbers import PhoneNumberType as Kind
from phonenumbers.shortnumberinfo import is_emergency_number

from flows.findings import Finding, shown

_NUMBER = re.compile(r"\+?[1-9][0-9]{1,14}")
_SHORT = re.compile(r"\+?[0-9]{2,6}")
_PLACEHOLDER = re.compile(r"\+?(?=[0-9Xx]*[Xx])[1-9Xx][0-9Xx]{1,14}")

PREMIUM_KINDS = (Kind.PREMIUM_RATE, Kind.SHARED_COST, Kind.UAN, Kind.PAGER)
"""Kinds that cost the caller's side more than an ordinary call."""

WORLD_REGION = "001"
"""libphonenumber's region of numbers that belong to no country: satellites and networks."""


def is_placeholder(number: str) -> bool:
    """Whether this is an example such as +380XXXXXXXXX, as the SpeechCall document writes it."""
    return _PLACEHOLDER.fullmatch(number) is not None


LONGEST_EMERGENCY = 6
"""Digits of the longest emergency number that libphonenumber knows, in any country."""


@lru_cache(maxsize=256)
def _is_emergency_anywhere(digits: str) -> bool:
    return any(is_emergency_number(digits, region) for region in phonenumbers.SUPPORTED_REGIONS)


def _parsed(number: str) -> phonenumbers.PhoneNumber | None:
    try:
        return phonenumbers.parse("+" + number.lstrip("+"))
    except phonenumbers.NumberParseException:
        return None


def _is_emergency(number: str, parsed: phonenumbers.PhoneNumber | None) -> bool:
    """Asked first: "112" by itself, and behind a country code ("+380112")."""
    if _SHORT.fullmatch(number) and _is_emergency_anywhere(number.lstrip("+")):
        return True
    if parsed is None or parsed.country_code is None:
        return False
    national = phonenumbers.national_significant_number(parsed)
    if len(national) > LONGEST_EMERGENCY:
        return False
    regions = phonenumbers.region_codes_for_country_code(parsed.country_code)
    return any(is_emergency_number(national, r) for r in regions)


def check_number(number: str) -> tuple[Finding, ...]:
    """What is wrong with a recipient's number: at most one finding.

    Errors: empty, bad_number. Warnings: emergency_number, premium_number, satellite_number.
    A placeholder is fine in a document.
    """
    if not number:
        return (Finding("empty"),)
    if is_placeholder(number):
        return ()
    wrong = Finding("bad_number", {"number": shown(number)})
    if not number.isascii() or not (_NUMBER.fullmatch(number) or _SHORT.fullmatch(number)):
        return (wrong,)
    parsed = _parsed(number)
    if _is_emergency(number, parsed):
        return (Finding("emergency_number", {"number": number}),)
    if not _NUMBER.fullmatch(number) or parsed is None:
        return (wrong,)
    if phonenumbers.number_type(parsed) in PREMIUM_KINDS:
        return (Finding("premium_number", {"number": number}),)
    if phonenumbers.region_code_for_country_code(parsed.country_code or 0) == WORLD_REGION:
        return (Finding("satellite_number", {"number": number}),)
    return () if phonenumbers.is_possible_number(parsed) else (wrong,)
