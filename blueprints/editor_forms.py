"""The editor's forms: what people type, as flask-wtf forms, and how it becomes actions."""

from __future__ import annotations

import json
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from typing import Any, ClassVar

from flask_wtf import FlaskForm
from wtforms import (
    FieldList,
    Form,
    FormField,
    HiddenField,
    IntegerField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, NumberRange, StopValidation

from flows import values
from flows.document import AnyAction, Connect, Flow, GoTo, HangUp, Menu, Repeat, SaveAnswer, Webhook
from flows.findings import Finding
from flows.json_text import Unreadable, parse

VALUE_TYPES = (("text", "text"), ("number", "number"), ("yesno", "yes or no"), ("json", "JSON"))
SPARE_ROWS = 1


def _errors(findings: Iterable[Finding]) -> list[str]:
    return [finding.message for finding in findings if finding.severity == "error"]


class Sound:
    """A validator from flows.values: the first error's sentence stands at the field."""

    def __init__(self, check: Any) -> None:
        self.check = check

    def __call__(self, _form: Form, field: Any) -> None:
        """Raise the field's error."""
        found = _errors(self.check(field.data or ""))
        if found:
            raise StopValidation(found[0])


def _stripped(text: str | None) -> str:
    return (text or "").strip()


class EditForm(FlaskForm):
    """Every form of the editor says which revision it was made on."""

    revision = HiddenField()


class SettingsForm(EditForm):
    """The flow itself."""

    name = StringField(
        "Name",
        [InputRequired("Give this call flow a name."), Length(max=120)],
        filters=[_stripped],
    )
    sender = StringField(
        "Sender",
        [Length(max=64)],
        filters=[_stripped],
        description="Who the call comes from: the name or number your service gave you.",
    )
    recipient = StringField(
        "Number in the JSON",
        [Sound(values.check_number)],
        filters=[_stripped],
        description="Only an example: a test call asks for the number to ring.",
    )
    text = StringField(
        "Text field",
        [Length(max=4000)],
        filters=[_stripped],
        description="SpeechCall requires it and never says it; “ivr” is usual.",
    )


class HeardForm(EditForm):
    """What the caller hears, and how long we wait."""

    name = StringField("Name of this menu", [Length(max=120)], filters=[_stripped])
    script = TextAreaField("What the caller hears", [Length(max=20_000)])
    recording = StringField(
        "Recording",
        filters=[_stripped],
        description="The web address of a recording, or the name your service gave it"
        " (such as ivr_651854).",
    )
    wait = StringField("Wait for a key", filters=[_stripped])

    @classmethod
    def of(cls, menu: Menu, revision: int) -> HeardForm:
        """The form as the menu is now."""
        return cls(
            formdata=None,
            data={
                "name": menu.name,
                "script": menu.script,
                "recording": menu.recording,
                "wait": seconds(menu.wait_ms),
                "revision": revision,
            },
        )

    def validate_recording(self, field: Any) -> None:
        """An empty recording may be saved (the checks speak of it); a wrong one may not."""
        if field.data:
            Sound(values.check_recording)(self, field)

    def validate_wait(self, field: Any) -> None:
        """Seconds, down to a millisecond; empty leaves it to the service."""
        if field.data and milliseconds(field.data) is None:
            raise StopValidation("Type the seconds as a number from 0.001 to 600, such as 10.")

    def values(self) -> dict[str, Any]:
        """What flows.edits.change_menu takes."""
        return {
            "name": self.name.data,
            "script": (self.script.data or "").replace("\r\n", "\n"),
            "recording": self.recording.data,
            "wait_ms": milliseconds(self.wait.data),
        }


def seconds(wait_ms: int | None) -> str:
    """Milliseconds as people type seconds: 10000 -> "10", 1500 -> "1.5", None -> ""."""
    return "" if wait_ms is None else f"{Decimal(wait_ms) / 1000:f}"


def milliseconds(typed: str | None) -> int | None:
    """Typed seconds in milliseconds, or None when empty, not a number or out of range."""
    try:
        exact = Decimal((typed or "").replace(",", ".")) * 1000
    except InvalidOperation:
        return None
    if not exact.is_finite() or exact != exact.to_integral_value() or not 1 <= exact <= 600_000:
        return None
    return int(exact)


class ValueRow(Form):
    """One name with a value of a chosen type."""

    name = StringField("Name", filters=[_stripped])
    type = SelectField("Type", choices=VALUE_TYPES, default="text")
    value = StringField("Value")

    @property
    def empty(self) -> bool:
        """Whether the row was left blank."""
        return not self.name.data and not self.value.data

    def validate_name(self, field: Any) -> None:
        """A value needs a name."""
        if self.value.data and not field.data:
            raise StopValidation("Give this value a name.")

    def validate_value(self, field: Any) -> None:
        """The value must fit its type."""
        if not self.empty:
            try:
                parse_value(self.type.data, field.data or "")
            except ValueError as problem:
                raise StopValidation(str(problem)) from None

    def parsed(self) -> Any:
        """The value as JSON has it."""
        return parse_value(self.type.data, self.value.data or "")


def parse_value(kind: str, typed: str) -> Any:
    """A typed value as JSON has it. Raises ValueError with a sentence."""
    return _PARSERS[kind](typed)


def _yes_or_no(typed: str) -> bool:
    answer = typed.strip().casefold()
    if answer not in _YES | _NO:
        raise ValueError("Type yes or no.")
    return answer in _YES


def _number(typed: str) -> int | float:
    value = _json(typed.strip().replace(",", "."), "Type a number, such as 5 or 2.5.")
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError("Type a number, such as 5 or 2.5.")
    return value


def _json(typed: str, sentence: str = "This is not valid JSON. Check quotes and brackets.") -> Any:
    try:
        return parse(typed.encode())
    except (Unreadable, UnicodeEncodeError):
        raise ValueError(sentence) from None


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

    name = StringField("Header", filters=[_stripped])
    value = StringField("Value")

    @property
    def empty(self) -> bool:
        """Whether the row was left blank."""
        return not self.name.data and not self.value.data

    def validate_name(self, field: Any) -> None:
        """The name must be one that may be sent."""
        found = [] if self.empty else _errors(values.check_header(field.data or "", ""))
        if found:
            raise StopValidation(found[0])

    def validate_value(self, field: Any) -> None:
        """The value must be one that may be sent."""
        found = [] if self.empty else _errors(values.check_header("X-Any", field.data or ""))
        if found:
            raise StopValidation(found[0])


class StepForm(EditForm):
    """What every step's form can do: be filled from an action and become one."""

    lists: ClassVar[tuple[str, ...]] = ()

    @classmethod
    def of(cls, action: AnyAction | None, flow: Flow, revision: int) -> StepForm:
        """The form as the action is now, or empty for a new step."""
        data = cls.data_of(action) if action else {}
        form = cls(formdata=None, data={**data, "revision": revision})
        form.know(flow)
        for name in cls.lists:
            _add_rows(getattr(form, name), SPARE_ROWS)
        return form

    @classmethod
    def sent(cls, flow: Flow) -> StepForm:
        """The form as it was sent."""
        form = cls()
        form.know(flow)
        return form

    @classmethod
    def data_of(cls, action: Any) -> dict[str, Any]:
        """The fields' values of an action."""
        return {}

    def know(self, flow: Flow) -> None:
        """Let choices come from the flow."""

    def action(self, step_id: str, old: AnyAction | None) -> AnyAction:
        """The action that was described; what the form does not show is kept from the old."""
        raise LookupError(type(self).__name__)

    def more(self, name: str) -> None:
        """One more empty row of a list."""
        if name in self.lists:
            _add_rows(getattr(self, name), 1)


def _add_rows(rows: FieldList, number: int) -> None:
    for _ in range(number):
        rows.append_entry()


def _updated(old: AnyAction | None, made: AnyAction) -> AnyAction:
    return made.model_copy(update={"extra": old.extra}) if old else made


class WebhookForm(StepForm):
    """Tell a web address."""

    lists = ("body", "headers")
    url = StringField("Web address", [Sound(values.check_url)], filters=[_stripped])
    body = FieldList(FormField(ValueRow), max_entries=100)
    headers = FieldList(FormField(HeaderRow), max_entries=70)

    @classmethod
    def data_of(cls, action: Webhook) -> dict[str, Any]:
        """The fields' values of an action."""
        return {
            "url": action.url,
            "body": [{"name": k, **typed_value(v)} for k, v in (action.body or {}).items()],
            "headers": [{"name": k, "value": v} for k, v in (action.headers or {}).items()],
        }

    def validate_body(self, field: Any) -> None:
        """Names must differ."""
        _refuse_twins(field, lambda name: name)

    def validate_headers(self, field: Any) -> None:
        """Names must differ, whatever their case."""
        _refuse_twins(field, str.casefold)

    def action(self, step_id: str, old: AnyAction | None) -> Webhook:
        """The webhook that was described."""
        body = {row.form.name.data: row.form.parsed() for row in _filled(self.body)}
        headers = {row.form.name.data: row.form.value.data or "" for row in _filled(self.headers)}
        was = old if isinstance(old, Webhook) else Webhook(id=step_id, url="")
        return Webhook(
            id=step_id,
            url=self.url.data,
            extra=was.extra,
            body=body or (None if was.body is None else {}),
            headers=headers or (None if was.headers is None else {}),
        )


def _filled(rows: FieldList) -> list[Any]:
    return [row for row in rows if not row.form.empty]


def _refuse_twins(rows: FieldList, fold: Any) -> None:
    seen: set[str] = set()
    for row in _filled(rows):
        name = fold(row.form.name.data or "")
        if name in seen:
            row.form.name.errors = [*row.form.name.errors, "This name is there twice."]
            raise StopValidation("Two rows have the same name. Rename or empty one of them.")
        seen.add(name)


class SaveAnswerForm(StepForm):
    """Save the answer."""

    name = StringField(
        "Name of the answer",
        [InputRequired("Give the answer a name."), Length(max=80)],
        filters=[_stripped],
        description="What was asked, such as “delivery”.",
    )
    type = SelectField("Type", choices=VALUE_TYPES, default="text")
    value = StringField("Value", description="What this key means, such as “confirmed”.")

    @classmethod
    def data_of(cls, action: SaveAnswer) -> dict[str, Any]:
        """The fields' values of an action."""
        return {"name": action.name, **typed_value(action.value)}

    def validate_value(self, field: Any) -> None:
        """The value must fit its type."""
        try:
            parse_value(self.type.data, field.data or "")
        except ValueError as problem:
            raise StopValidation(str(problem)) from None

    def action(self, step_id: str, old: AnyAction | None) -> AnyAction:
        """The step that was described."""
        value = parse_value(self.type.data, self.value.data or "")
        return _updated(old, SaveAnswer(id=step_id, name=self.name.data, value=value))


class GoToForm(StepForm):
    """Go to a menu."""

    menu = SelectField("Menu", [InputRequired("Choose the menu that plays next.")])

    @classmethod
    def data_of(cls, action: GoTo) -> dict[str, Any]:
        """The fields' values of an action."""
        return {"menu": action.menu}

    def know(self, flow: Flow) -> None:
        """All menus, by number and name."""
        self.menu.choices = [("", "Choose a menu…")] + [
            (menu.id, f"{number}. {menu.name or f'Menu {number}'}")
            for number, menu in enumerate(flow.menus, 1)
        ]

    def action(self, step_id: str, old: AnyAction | None) -> AnyAction:
        """The step that was described; an imported link keeps the form it was written in."""
        form = old.form if isinstance(old, GoTo) else "string"
        return _updated(old, GoTo(id=step_id, menu=self.menu.data, form=form))


class RepeatForm(StepForm):
    """Say it again, a few times."""

    times = IntegerField(
        "How many times",
        [
            InputRequired("Type a number from 1 to 20."),
            NumberRange(1, 20, "Type a number from 1 to 20."),
        ],
        default=2,
    )

    @classmethod
    def data_of(cls, action: Repeat) -> dict[str, Any]:
        """The fields' values of an action."""
        return {"times": action.times}

    def action(self, step_id: str, old: AnyAction | None) -> AnyAction:
        """The step that was described."""
        return _updated(old, Repeat(id=step_id, times=self.times.data))


class ConnectForm(StepForm):
    """Connect to a number."""

    number = StringField(
        "Phone number",
        [
            InputRequired("Type the number to connect to, such as +380441234567."),
            Sound(values.check_number),
        ],
        filters=[lambda typed: "".join(c for c in _stripped(typed) if c not in " -().")],
        description="With + and the country code.",
    )

    @classmethod
    def data_of(cls, action: Connect) -> dict[str, Any]:
        """The fields' values of an action."""
        return {"number": action.number}

    def action(self, step_id: str, old: AnyAction | None) -> AnyAction:
        """The step that was described."""
        return _updated(old, Connect(id=step_id, number=self.number.data))


class HangUpForm(StepForm):
    """Hang up has nothing to fill in."""

    def action(self, step_id: str, old: AnyAction | None) -> AnyAction:
        """The step."""
        return _updated(old, HangUp(id=step_id))


STEP_FORMS: dict[str, type[StepForm]] = {
    "webhook": WebhookForm,
    "save_answer": SaveAnswerForm,
    "goto": GoToForm,
    "repeat": RepeatForm,
    "connect": ConnectForm,
    "hangup": HangUpForm,
}
"""Kind -> form; a test holds it complete against blueprints.step_kinds."""
