"""What is known of a phone before it rings: its country, its kind, its time zones.

All of it is Google's libphonenumber data (package ``phonenumbers``); what time it is in a zone
comes from the tz database (``zoneinfo``, ``tzdata``).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import phonenumbers
from msgspec import Struct
from phonenumbers import PhoneNumberType as Type
from phonenumbers import timezone

from calling.numbers import country_name, is_practice, kind_refused
from flows.document import Connect, Flow
from storage.rules import KINDS

_KINDS = {
    Type.MOBILE: ("mobile",),
    Type.FIXED_LINE: ("landline",),
    Type.FIXED_LINE_OR_MOBILE: ("mobile", "landline"),
    Type.VOIP: ("voip",),
    Type.TOLL_FREE: ("toll_free",),
    Type.PERSONAL_NUMBER: ("personal",),
}
"""libphonenumber's type -> what it may be among ``storage.rules.KINDS``; others are "other"."""

assert {kind for kinds in _KINDS.values() for kind in kinds} | {"other"} == set(KINDS)


class Phone(Struct, frozen=True):
    """A phone that would ring. ``country`` is ISO 3166, "" where nobody can tell it.

    ``kinds``: what the number may be; ``never`` is a key of ``calling.numbers.REFUSALS`` when it
    is of a kind that is never rung, else "". ``zones`` are all the time zones it may be in.
    """

    number: str
    country: str = ""
    country_name: str = ""
    kinds: tuple[str, ...] = ("other",)
    never: str = ""
    practice: bool = False
    zones: tuple[str, ...] = ()

    def local_times(self, at: datetime) -> tuple[datetime, ...]:
        """What time it may be there, earliest first; () when nobody can tell."""
        try:
            times = [at.astimezone(ZoneInfo(zone)) for zone in self.zones]
        except ZoneInfoNotFoundError:
            return ()
        return tuple(sorted(times, key=lambda time: time.replace(tzinfo=None)))


def phone(number: str) -> Phone:
    """What is known of a number in international form, with or without its plus sign."""
    e164 = number if number.startswith("+") else f"+{number}"
    never = kind_refused(e164)
    parsed = _parsed(e164)
    if parsed is None:
        return Phone(e164, never=never)
    region = phonenumbers.region_code_for_number(parsed) or ""
    zones = timezone.time_zones_for_number(parsed)
    return Phone(
        e164,
        region,
        country_name(region, parsed.country_code),
        _KINDS.get(phonenumbers.number_type(parsed), ("other",)),
        never,
        is_practice(e164),
        tuple(zone for zone in zones if zone != timezone.UNKNOWN_TIMEZONE),
    )


def _parsed(e164: str) -> phonenumbers.PhoneNumber | None:
    """libphonenumber reads letters as keys of a phone ("+380XXX…"); here they are no number."""
    if not e164.removeprefix("+").isdecimal():
        return None
    try:
        return phonenumbers.parse(e164)
    except phonenumbers.NumberParseException:
        return None


def transfers_of(flow: Flow) -> tuple[Phone, ...]:
    """The phones that callers of a flow can be connected to."""
    numbers = dict.fromkeys(
        action.number
        for menu in flow.menus
        for _, _, action in menu.all_actions()
        if isinstance(action, Connect) and action.number
    )
    return phones(numbers)


def phones(numbers: Iterable[str]) -> tuple[Phone, ...]:
    """``phone`` of each."""
    return tuple(phone(number) for number in numbers)
