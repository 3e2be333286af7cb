"""The forms of the Rules screen: one for each section, filled from the rules and back into them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from datetime import time
from typing import Any

import phonenumbers
from babel import Locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import (
    HiddenField,
    RadioField,
    SelectChoice,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    TimeField,
)
from wtforms.validators import NumberRange, Optional, Regexp, StopValidation
from wtforms.widgets import CheckboxInput, ListWidget

from blueprints.fields import OurForm, WholeNumber, at_most, needed, stripped
from blueprints.languages import say, spoken
from calling.guards.words import KIND_WORDS, WEEKDAYS
from storage.rules import KINDS, UNITS, Rules

MOST_CALLS = 1_000_000
"""The largest number of calls that a limit may say."""

AMOUNT = r"\s*[0-9]{1,9}([.,][0-9]{1,4})?\s*"


class Checkboxes(SelectMultipleField):
    """Any number of choices, each with a box."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class HowMany(WholeNumber):
    """A number of calls; nothing typed means that there is no limit."""

    def __init__(self, label: str, **more: Any) -> None:
        wrong = _l("Type a whole number, or nothing for no limit.")
        super().__init__(label, Optional(), NumberRange(0, MOST_CALLS, wrong), wrong=wrong, **more)


class TimeOfDay(TimeField):
    """A time of day."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read what was typed. Raises ValueError with a sentence."""
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(_("Type a time such as 09:00.")) from None


class Amount(StringField):
    """An amount of money; nothing typed means that there is none."""

    def __init__(self, label: str, **more: Any) -> None:
        wrong = _l("Type an amount such as 0.05, with at most four digits after the point.")
        super().__init__(label, [Optional(), Regexp(rf"^{AMOUNT}$", message=wrong)], **more)

    @property
    def units(self) -> int | None:
        """The amount as ``storage.rules`` keeps it."""
        typed = stripped(self.data).replace(",", ".")
        if not typed:
            return None
        whole, _point, part = typed.partition(".")
        return int(whole) * UNITS + int(part.ljust(4, "0") or "0")


def amount_typed(units: int | None) -> str:
    """An amount as the form shows it."""
    if units is None:
        return ""
    whole, part = divmod(units, UNITS)
    digits = f"{part:04}".rstrip("0")
    return f"{whole}.{digits.ljust(2, '0')}" if digits else str(whole)


def countries() -> list[tuple[str, str]]:
    """(ISO 3166 code, name and calling code) of every country with phones, by name."""
    names = Locale.parse(spoken()).territories
    known = [
        (code, f"{names.get(code, code)} (+{phonenumbers.country_code_for_region(code)})")
        for code in phonenumbers.SUPPORTED_REGIONS
    ]
    return sorted(known, key=lambda pair: pair[1])


def named(codes: Iterable[str]) -> list[tuple[str, str]]:
    """The same for some countries only; a code without phones is left as it is."""
    chosen, known = set(codes), dict(countries())
    return sorted(((c, known.get(c, c)) for c in chosen), key=lambda pair: pair[1])


class CountriesForm(OurForm):
    """Which countries and which kinds of numbers may be rung."""

    countries = Checkboxes(_l("Countries that may be rung"), validate_choice=False)
    add = SelectField(_l("One more country"), validate_choice=False)
    kinds = Checkboxes(_l("Kinds of numbers that may be rung"))

    @classmethod
    def of(cls, rules: Rules, home_region: str, **more: Any) -> CountriesForm:
        """The form as the rules are."""
        allowed = rules.allowed_countries(home_region)
        form = cls(data={"countries": sorted(allowed), "kinds": sorted(rules.kinds)}, **more)
        form.countries.choices = [SelectChoice(code, name) for code, name in named(allowed)]
        others = [pair for pair in countries() if pair[0] not in allowed]
        form.add.choices = [SelectChoice("", _("Choose a country"))] + [
            SelectChoice(code, name) for code, name in others
        ]
        form.kinds.choices = [SelectChoice(kind, say(KIND_WORDS[kind])) for kind in KINDS]
        return form

    def validate_countries(self, field: Any) -> None:
        """Somebody must be left to ring."""
        if not self.chosen():
            raise StopValidation(_("Leave at least one country. To stop all calls, pause them."))

    def validate_kinds(self, field: Any) -> None:
        """The same for kinds."""
        if not field.data:
            raise StopValidation(_("Leave at least one kind. To stop all calls, pause them."))

    def chosen(self) -> frozenset[str]:
        """The countries that were ticked, and the one that was added."""
        known = phonenumbers.SUPPORTED_REGIONS
        typed = [*(self.countries.data or []), self.add.data or ""]
        return frozenset(code for code in typed if code in known)


class HoursForm(OurForm):
    """When phones may ring, by the clock where they are."""

    hours_on = RadioField(
        _l("When may phones ring?"),
        choices=[
            SelectChoice("1", _l("Only at these hours")),
            SelectChoice("0", _l("At any hour")),
        ],
    )
    opens = TimeOfDay(_l("From"))
    closes = TimeOfDay(_l("To"), description=_l("00:00 is the end of the day."))
    days = Checkboxes(_l("On these days"), coerce=int)

    @classmethod
    def of(cls, rules: Rules, _home_region: str, **more: Any) -> HoursForm:
        """The form as the rules are."""
        form = cls(
            data={
                "hours_on": str(int(rules.hours_on)),
                "opens": time(*divmod(rules.opens, 60)),
                "closes": time(*divmod(rules.closes % (24 * 60), 60)),
                "days": sorted(rules.days),
            },
            **more,
        )
        form.days.choices = [SelectChoice(n, say(day)) for n, day in enumerate(WEEKDAYS)]
        return form

    def validate_closes(self, field: Any) -> None:
        """The day must not end before it began."""
        if self.opens.data is None or field.data is None:
            return
        opens, closes = self.minutes()
        if closes <= opens:
            raise StopValidation(_("The end must be later than the beginning."))

    def validate_days(self, field: Any) -> None:
        """A week without a day is a pause."""
        if not field.data:
            raise StopValidation(_("Leave at least one day. To stop all calls, pause them."))

    def minutes(self) -> tuple[int, int]:
        """(opens, closes) in minutes after midnight."""
        opens, closes = (t.hour * 60 + t.minute for t in (self.opens.data, self.closes.data))
        return opens, closes or 24 * 60


class CapsForm(OurForm):
    """How many calls may be placed. One field more for every country (``country_UA``)."""

    person_hour = HowMany(_l("Test calls of one person in an hour"))
    number_hour = HowMany(_l("Calls to one number in an hour"))
    workspace_hour = HowMany(_l("All calls in an hour"))
    workspace_day = HowMany(_l("All calls in 24 hours"))


class SpendingForm(OurForm):
    """How much calls may cost. One field more for every country (``price_UA``)."""

    spend_day = Amount(_l("All calls of 24 hours may cost"))
    currency = StringField(
        _l("Currency"),
        [Regexp("^[A-Z]{3}$", message=_l("Type three letters, such as EUR, UAH or USD."))],
        filters=[lambda typed: stripped(typed).upper()],
    )


def caps_form(rules: Rules, home_region: str, **more: Any) -> CapsForm:
    """The form as the rules are, with a row for each country that may be rung."""
    allowed = named(rules.allowed_countries(home_region))
    rows = {f"country_{code}": HowMany(name) for code, name in allowed}
    form_class = type("CapsOfCountries", (CapsForm,), rows)
    limits = {f"country_{code}": most for code, most in rules.country_day.items()}
    form: CapsForm = form_class(obj=rules, data=limits, **more)
    return form


def spending_form(rules: Rules, home_region: str, **more: Any) -> SpendingForm:
    """The form as the rules are, with a price for each country that may be rung."""
    allowed = named(rules.allowed_countries(home_region))
    rows = {f"price_{code}": Amount(name) for code, name in allowed}
    form_class = type("PricesOfCountries", (SpendingForm,), rows)
    prices = {f"price_{code}": amount_typed(price) for code, price in rules.prices.items()}
    shown = {"spend_day": amount_typed(rules.spend_day), "currency": rules.currency}
    form: SpendingForm = form_class(data={**prices, **shown}, **more)
    return form


def rows_of(form: OurForm, prefix: str) -> list[Any]:
    """A form's fields for countries, in their order."""
    return [field for field in form if field.name.startswith(prefix)]


def kept(rows: Collection[Any], prefix: str, value: str) -> dict[str, int]:
    """Country -> what was typed for it, where something was. ``value``: the field's attribute."""
    typed = {row.name.removeprefix(prefix): getattr(row, value) for row in rows}
    return {code: number for code, number in typed.items() if number is not None}


class FirstForm(OurForm):
    """Whether a changed flow must ring its author before others."""

    call_me_first = RadioField(
        _l("Must a changed call flow ring somebody’s own phone first?"),
        choices=[
            SelectChoice("1", _l("Yes")),
            SelectChoice("0", _l("No, it may ring anybody at once")),
        ],
    )

    @classmethod
    def of(cls, rules: Rules, _home_region: str, **more: Any) -> FirstForm:
        """The form as the rules are."""
        return cls(data={"call_me_first": str(int(rules.call_me_first))}, **more)


class PauseForm(OurForm):
    """Stop everything ("1"), or let it go on ("0")."""

    paused = HiddenField()


class EntryForm(OurForm):
    """One number not to ring."""

    number = StringField(_l("Number"), [needed(_l("Type the phone number not to ring."))])
    until = StringField(_l("Until (empty: for ever)"), [at_most(40)], filters=[stripped])
    note = StringField(_l("Note"), [at_most(200)], filters=[stripped])


class PasteForm(OurForm):
    """Many numbers at once."""

    lines = TextAreaField(
        _l("One number a line"), [needed(_l("Paste the numbers not to ring, one a line."))]
    )


class FileForm(OurForm):
    """Many numbers in a file."""

    file = FileField(_l("CSV file"))


FORMS: dict[str, Callable[..., Any]] = {
    "pause": lambda _rules, _home, **more: PauseForm(**more),
    "countries": CountriesForm.of,
    "hours": HoursForm.of,
    "caps": caps_form,
    "spending": spending_form,
    "first": FirstForm.of,
    "entry": lambda _rules, _home, **more: EntryForm(**more),
    "paste": lambda _rules, _home, **more: PasteForm(**more),
    "file": lambda _rules, _home, **more: FileForm(**more),
}
"""Form -> how it is made: (rules, home region), and ``formdata=None`` for one nobody sent."""
