"""How moments, lengths and amounts are written on pages."""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any

import phonenumbers
from babel import dates, numbers
from flask import Flask, g
from flask_babel import format_date, get_locale
from flask_babel import gettext as _
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup, escape
from wtforms import Field

from storage.connections import Connection


def moment(stamp: str) -> str:
    """``2026-11-21T07:30:00.123Z`` -> "21 Nov 2026, 07:30 UTC" (the page's script localises)."""
    return _minute(stamp[:MINUTE], str(get_locale()))


MINUTE = len("2026-11-21T07:30")


@lru_cache(maxsize=4096)
def _minute(stamp: str, locale: str) -> str:
    """A list writes the same minutes again and again."""
    at = datetime.fromisoformat(stamp).replace(tzinfo=UTC)
    return f"{dates.format_datetime(at, 'd MMM y, HH:mm', UTC, locale)} UTC"


def clock(stamp: str) -> str:
    """The same moment as a time of day with seconds: "07:30:00"."""
    return f"{datetime.fromisoformat(stamp.replace('Z', '+00:00')):%H:%M:%S}"


def phone_number(e164: str) -> str:
    """``+15055550100`` -> "+1 505-555-0100"; what is no number stays as it is."""
    try:
        parsed = phonenumbers.parse(e164)
    except phonenumbers.NumberParseException:
        return e164
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


GROUPED_FROM = 1000
"""Smaller numbers are written alike in every language of the screens."""


def amount(number: int) -> str:
    """A whole number as the page's language groups it: "1,000,000"."""
    return str(number) if 0 <= number < GROUPED_FROM else _grouped(number, str(get_locale()))


@lru_cache(maxsize=4096)
def _grouped(number: int, locale: str) -> str:
    """A chart and its table write the same numbers again and again."""
    return str(numbers.format_decimal(number, locale=locale))


def day(at: date) -> str:
    """A day in the page's language: "21 Nov 2026"."""
    return str(format_date(at, "d MMM y"))


def connection_name(connection: Connection) -> str:
    """What people called a connection; the practice network's own name in the page's language."""
    ours = connection.practice and connection.name == "Practice"
    return str(_("Practice")) if ours else connection.name


def control(field: Field, control_id: str, attributes: dict[str, Any]) -> Markup:
    """A form's field as HTML, tied to its help and, when it is wrong, to its error."""
    return field(id=control_id, **_described(field, control_id), **attributes)


def _described(field: Field, control_id: str) -> dict[str, str]:
    if field.errors:
        return {"aria-invalid": "true", "aria-describedby": f"{control_id}-error"}
    return {"aria-describedby": f"{control_id}-help"} if field.description else {}


def about(field: Field, control_id: str) -> Markup:
    """The same of a field whose HTML stands in a template: what it is called, and tied to."""
    said = {"id": control_id, "name": field.name, **_described(field, control_id)}
    if field.flags.maxlength:
        said["maxlength"] = field.flags.maxlength
    return Markup("").join(Markup(f' {name}="{escape(value)}"') for name, value in said.items())


def edit_token(revision: int | str) -> Markup:
    """What every form of the editor says besides its fields; a page has a dozen such forms."""
    made: dict[int | str, Markup] = g.setdefault("edit_tokens", {})
    if revision not in made:
        hidden = Markup('<input type="hidden" name="{}" value="{}">')
        token = hidden.format("csrf_token", generate_csrf())
        made[revision] = token + hidden.format("revision", revision)
    return made[revision]


def init_app(app: Flask) -> None:
    """Offer them to templates."""
    app.add_template_filter(moment)
    app.add_template_filter(clock)
    app.add_template_filter(phone_number)
    app.add_template_filter(amount)
    app.add_template_filter(day)
    app.add_template_filter(connection_name)
    app.add_template_global(about)
    app.add_template_global(control)
    app.add_template_global(edit_token)
