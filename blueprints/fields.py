"""What the forms of several screens are made of: validators, and rows of typed values."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    FieldList,
    Form,
    HiddenField,
    IntegerField,
    SelectChoice,
    SelectField,
    StringField,
)
from wtforms.form import BaseForm
from wtforms.meta import DefaultMeta
from wtforms.validators import DataRequired, Length, StopValidation

from blueprints import whole
from blueprints.languages import spoken
from blueprints.secret_headers import COVERED
from flows import values
from flows.findings import Finding
from flows.json_text import Unreadable, parse

MOST_NAME = 500
"""Characters of the name of a value in a body (ours)."""

VALUE_TYPES = [
    SelectChoice("text", _l("text")),
    SelectChoice("number", _l("number")),
    SelectChoice("yesno", _l("yes or no")),
    SelectChoice("json", _l("list or group")),
]


def errors_of(findings: Iterable[Finding]) -> list[str]:
    """The sentences of what makes a value wrong; warnings do not."""
    return [finding.message for finding in findings if finding.severity == "error"]


class Sound:
    """A validator from flows.values: the first error's sentence stands at the field."""

    def __init__(self, check: Any) -> None:
        self.check = check

    def __call__(self, _form: Form, field: Any) -> None:
        """Raise the field's error."""
        found = errors_of(self.check(field.data or ""))
        if found:
            raise StopValidation(found[0])


def needed(sentence: str) -> DataRequired:
    """A validator: something other than spaces must be typed."""
    return DataRequired(sentence)


class at_most(Length):
    """A validator: the text may not be longer, nor hold characters that nobody sees.

    ``lines``: whether it may have several lines.
    """

    def __init__(self, characters: int, *, lines: bool = False) -> None:
        super().__init__(
            max=characters,
            message=_l("This is too long: use at most %(most)s characters.", most=characters),
        )
        self.sound = Sound(values.check_prose if lines else values.check_line)

    def __call__(self, form: Form, field: Any) -> None:
        """Raise the field's error."""
        super().__call__(form, field)
        self.sound(form, field)


def stripped(text: str | None) -> str:
    """Without the spaces around it, and with a space for each tab; "" for nothing."""
    return (text or "").replace("\t", " ").strip()


def on_one_line(text: str | None) -> str:
    """With one space wherever there are several, or a new line; "" for nothing."""
    return " ".join((text or "").split())


class WholeNumber(IntegerField):
    """A whole number in ordinary digits; ``wrong`` is the sentence for anything else."""

    def __init__(self, label: str, *checks: Any, wrong: Any, **more: Any) -> None:
        super().__init__(label, list(checks), **more)
        self.wrong = wrong

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read what was typed. Raises ValueError with the sentence."""
        if valuelist:
            self.data = whole(stripped(valuelist[0]))
            if self.data is None:
                raise ValueError(self.wrong)


def typed(form: Form) -> list[tuple[str, str]]:
    """(label, text) of everything that was typed into a form, for a page it has no place on."""
    found: list[tuple[str, str]] = []
    for field in form:
        if isinstance(field, FieldList):
            rows = [row.form for row in field if not row.form.empty]
            found += [(row["name"].data or "", row["value"].data or "") for row in rows]
        elif isinstance(field, SelectField):
            labels = {choice.value: choice.label for choice in field.choices or ()}
            if field.data and field.data != field.default:
                found.append((field.label.text, str(labels.get(field.data, field.data))))
        elif isinstance(field, _TYPED) and not isinstance(field, HiddenField) and field.data:
            found.append((field.label.text, str(field.data)))
    return found


_TYPED = (StringField, IntegerField)


class OurForm(FlaskForm):
    """A form with its token; what WTForms says of it is in the page's language."""

    class Meta(FlaskForm.Meta):
        """Flask-WTF reads the catalogue anew for every page; WTForms keeps it."""

        @property
        def locales(self) -> list[str]:
            """The languages that WTForms looks for, best first."""
            return [spoken(), "en"]

        def get_translations(self, form: BaseForm) -> Any:
            """WTForms' own sentences, kept for each language."""
            return DefaultMeta.get_translations(self, form)


class EditForm(OurForm):
    """Every form of the editor says which revision it was made on."""

    revision = HiddenField()


class ValueRow(Form):
    """One name with a value of a chosen type."""

    name = StringField(_l("Name"), [at_most(MOST_NAME)], filters=[stripped])
    type = SelectField(_l("Type"), choices=VALUE_TYPES, default="text")
    value = StringField(_l("Value"))

    @property
    def empty(self) -> bool:
        """Whether the row was left blank."""
        return not self.name.data and not self.value.data

    def validate_name(self, field: Any) -> None:
        """A value needs a name."""
        if self.value.data and not field.data:
            raise StopValidation(_("Give this value a name."))

    def validate_value(self, field: Any) -> None:
        """The value must fit its type."""
        if not self.empty:
            try:
                parse_value(self.type.data, field.data or "")
            except ValueError as problem:
                raise StopValidation(problem.args[0]) from None

    def parsed(self) -> Any:
        """The value as JSON has it."""
        return parse_value(self.type.data, self.value.data or "")


def parse_value(kind: str, typed: str) -> Any:
    """A typed value as JSON has it. Raises ValueError with a sentence."""
    value = _PARSERS[kind](typed)
    found = errors_of(values.check_value(value))
    if found:
        raise ValueError(found[0])
    return value


def _yes_or_no(typed: str) -> bool:
    answer = typed.strip().casefold()
    if answer not in _YES | _NO:
        raise ValueError(_("Type yes or no."))
    return answer in _YES


def _number(typed: str) -> int | float:
    value = _json(typed.strip().replace(",", "."), _("Type a number, such as 5 or 2.5."))
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(_("Type a number, such as 5 or 2.5."))
    return value


def _json(typed: str, sentence: str = "") -> Any:
    try:
        return parse(typed.encode())
    except (Unreadable, UnicodeEncodeError):
        wrong = sentence or _("This is not valid JSON. Check quotes and brackets.")
        raise ValueError(wrong) from None


_YES, _NO = (
    frozenset({"yes", "true", "1", "так", "да"}),
    frozenset({"no", "false", "0", "ні", "не"}),
)
_PARSERS = {"text": str, "number": _number, "yesno": _yes_or_no, "json": _json}


def typed_value(value: Any) -> dict[str, str]:
    """(type, value) as the form shows a JSON value."""
    if isinstance(value, str):
        return {"type": "text", "value": value}
    if isinstance(value, bool):
        return {"type": "yesno", "value": "yes" if value else "no"}
    if isinstance(value, int | float):
        return {"type": "number", "value": json.dumps(value)}
    return {"type": "json", "value": json.dumps(value, ensure_ascii=False)}


class HeaderRow(Form):
    """One custom header."""

    name = StringField(_l("Header"), filters=[stripped])
    value = StringField(_l("Value"))

    @property
    def empty(self) -> bool:
        """Whether the row was left blank."""
        return not self.name.data and not self.value.data

    def validate_name(self, field: Any) -> None:
        """The name must be one that may be sent."""
        found = [] if self.empty else errors_of(values.check_header(field.data or "", ""))
        if found:
            raise StopValidation(found[0])

    def validate_value(self, field: Any) -> None:
        """The value must be one that may be sent."""
        untouched = self.empty or field.data == COVERED
        found = [] if untouched else errors_of(values.check_header("X-Any", field.data or ""))
        if found:
            raise StopValidation(found[0])
