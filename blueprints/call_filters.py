"""The filters above the list of calls: a form that lives in the page's address."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any, get_args

import phonenumbers
from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from msgspec import Struct
from wtforms import DateField, SearchField, SelectChoice, SelectField
from wtforms.validators import Optional, StopValidation

from blueprints import row_id, settings
from blueprints.fields import OurForm, stripped
from blueprints.languages import say
from calling import words
from providers import SERVICES
from storage.call_list import Filters
from storage.calls import Origin
from storage.connections import Connection
from storage.flows import Summary

STATUSES = {
    **words.STATES_SHOWN,
    **words.OUTCOMES,
    "refused": _l("Refused, or not placed"),
    "unknown": _l("Unclear: the phone may have rung"),
}
"""Status -> how the filter names it; two of them hold calls of two kinds."""

_FIRST = ("answered", "not_answered", "busy", "refused", "failed", "unknown")

CHIPS = {
    **{status: words.OUTCOMES[status] for status in _FIRST},
    **words.OUTCOMES,
    **{state: said for state, said in words.STATES_SHOWN.items() if state not in words.OUTCOMES},
}
"""Status -> its words beside its total, the endings first."""

ORIGINS: dict[Origin, Any] = {"app": _l("Placed here"), "gateway": _l("Came in from a program")}
"""Origin of a call -> how the filter names it."""


class Day(DateField):
    """A day; what is none gets a plain sentence, and stays as it was typed."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read it. Raises ValueError with the sentence."""
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(_("Type a day like 2026-11-21.")) from None


class FilterForm(OurForm):
    """Which calls to show. Nothing chosen is all of them."""

    class Meta:
        """It changes nothing, so it needs no token."""

        csrf = False

    q = SearchField(_l("Find a number, a call flow or words"), filters=[stripped])
    flow = SelectField(_l("Call flow"), validate_choice=False)
    status = SelectField(_l("Status"), validate_choice=False)
    via = SelectField(_l("Service or connection"), validate_choice=False)
    origin = SelectField(_l("Where from"), validate_choice=False)
    since = Day(_l("From"), [Optional()])
    until = Day(_l("To"), [Optional()])

    def validate_until(self, field: DateField) -> None:
        """The last day is not before the first."""
        if field.data and self.since.data and field.data < self.since.data:
            raise StopValidation(_("This day is before the first one."))


class Asked(Struct, frozen=True):
    """What the address asks for: the form, the filters, and the address's parts."""

    form: FilterForm
    filters: Filters
    query: dict[str, str]

    def but(self, **parts: str | None) -> dict[str, str]:
        """The address's parts with others in their place; None takes one away."""
        mixed = {**self.query, **parts}
        return {name: value for name, value in mixed.items() if value}

    @property
    def anything(self) -> bool:
        """Whether something is filtered."""
        return bool(self.query)

    @property
    def narrowed(self) -> bool:
        """Whether something is filtered beside the words."""
        return bool(self.query.keys() - {"q"})


def asked(flows: list[Summary], connections: list[Connection]) -> Asked:
    """The filters of this request. Those that make no sense filter nothing, and say why."""
    form = FilterForm(request.args)
    form.flow.choices = _all(SelectChoice(str(flow.id), flow.name) for flow in flows)
    form.status.choices = _all(SelectChoice(key, say(str(name))) for key, name in STATUSES.items())
    form.origin.choices = _all(SelectChoice(key, name) for key, name in ORIGINS.items())
    services = [SelectChoice(s.key, s.label) for s in SERVICES.values()]
    own = [SelectChoice(f"c{c.id}", f"{c.name} ({SERVICES[c.service].label})") for c in connections]
    form.via.choices = _all([*services, *own])
    form.validate()
    return Asked(form, _filters(form), _query(form))


def _all(choices: Any) -> list[SelectChoice]:
    return [SelectChoice("", _("All")), *choices]


def _filters(form: FilterForm) -> Filters:
    via, origin = form.via.data or "", form.origin.data
    of_connection = via.startswith("c") and via[1:].isdecimal()
    sound = not form.errors
    return Filters(
        flow_id=_id(form.flow.data),
        status=form.status.data or "",
        service="" if of_connection else via,
        connection_id=_id(via[1:]) if of_connection else None,
        origin=origin if origin in get_args(Origin) else None,
        first_day=form.since.data if sound else None,
        last_day=form.until.data if sound else None,
        words=form.q.data or "",
        home_code=str(phonenumbers.country_code_for_region(settings().home_region) or ""),
    )


def _id(typed: str | None) -> int | None:
    """An id; -1, which nothing has, for what cannot be one."""
    return (row_id(typed) or -1) if typed else None


def _query(form: FilterForm) -> dict[str, str]:
    names = [field.name for field in form]
    return {name: request.args[name] for name in names if request.args.get(name, "").strip()}


def period(filters: Filters, oldest: date | None) -> tuple[date, date]:
    """The days that the chart shows: those asked for, or the last thirty. UTC."""
    today = datetime.now(UTC).date()
    last = min(filters.last_day or today, today)
    first = filters.first_day or date.fromordinal(max(1, last.toordinal() - 29))
    return max(first, min(oldest or last, last)) if filters.first_day else first, last
