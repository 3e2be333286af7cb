"""The form of every kind of step: filled from an action, and an action again."""

from __future__ import annotations

from typing import Any, ClassVar

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import FieldList, FormField, SelectChoice, SelectField, StringField
from wtforms.validators import InputRequired, NumberRange, StopValidation

from blueprints import new_id, settings
from blueprints.fields import (
    VALUE_TYPES,
    EditForm,
    HeaderRow,
    Sound,
    ValueRow,
    WholeNumber,
    at_most,
    needed,
    parse_value,
    stripped,
    typed_value,
)
from blueprints.secret_headers import covered, uncovered
from calling.numbers import NumberRefused, normalise
from flows import edits, values
from flows.document import (
    KEYS,
    MAX_TIMES,
    AnyAction,
    Connect,
    Flow,
    GoTo,
    HangUp,
    Repeat,
    SaveAnswer,
    Webhook,
)

NEW_MENU = "+"
"""The choice of a menu that does not exist yet; the editor adds it together with the step."""

SPARE_ROWS = 1
"""Empty rows that a list of values shows below its own."""


HOW_OFTEN = _l("Type a number from 1 to %(most)s.", most=MAX_TIMES)


class StepForm(EditForm):
    """What every step's form can do: be filled from an action and become one.

    ``kind`` is the kind of the action; ``lists`` names the fields that are lists of rows.
    """

    kind: ClassVar[str] = ""
    lists: ClassVar[tuple[str, ...]] = ()

    @classmethod
    def of(cls, action: AnyAction | None, flow: Flow, revision: int, trigger: str = "") -> StepForm:
        """The form as the action is now, or for a new step of a trigger."""
        data = cls.data_of(action) if action else cls.new_data(trigger)
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

    @classmethod
    def new_data(cls, trigger: str) -> dict[str, Any]:
        """The fields' values of a new step."""
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
    for _row in range(number):
        rows.append_entry()


def _updated(old: AnyAction | None, made: AnyAction) -> AnyAction:
    return made.model_copy(update={"extra": old.extra}) if old else made


class WebhookForm(StepForm):
    """Tell a web address."""

    kind = "webhook"
    lists = ("body", "headers")
    url = StringField(
        _l("Web address"),
        [Sound(values.check_url)],
        filters=[stripped],
        description=_l(
            "The program there is told the caller’s number and what stands below. The caller"
            " hears nothing of it."
        ),
    )
    body = FieldList(FormField(ValueRow), max_entries=100)
    headers = FieldList(FormField(HeaderRow), max_entries=70)

    @classmethod
    def data_of(cls, action: Webhook) -> dict[str, Any]:
        """The fields' values of an action."""
        return {
            "url": action.url,
            "body": [{"name": k, **typed_value(v)} for k, v in (action.body or {}).items()],
            "headers": [{"name": k, "value": v} for k, v in covered(action.headers or {}).items()],
        }

    @classmethod
    def new_data(cls, trigger: str) -> dict[str, Any]:
        """Nobody is told which key was pressed unless that stands in what is told."""
        pressed = {"name": "key", **typed_value(trigger)}
        return {"body": [pressed]} if trigger in KEYS else {}

    def validate_body(self, field: Any) -> None:
        """Names must differ."""
        _refuse_twins(field, lambda name: name)

    def validate_headers(self, field: Any) -> None:
        """Names must differ, whatever their case."""
        _refuse_twins(field, str.casefold)

    def action(self, step_id: str, old: AnyAction | None) -> Webhook:
        """The webhook that was described."""
        body = {row.form.name.data: row.form.parsed() for row in _filled(self.body)}
        was = old if isinstance(old, Webhook) else Webhook(id=step_id, url="")
        sent = [(row.form.name.data or "", row.form.value.data or "") for row in self.headers]
        headers = uncovered(sent, was.headers or {})
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
            row.form.name.errors = [*row.form.name.errors, _("This name is there twice.")]
            raise StopValidation(_("Two rows have the same name. Rename or empty one of them."))
        seen.add(name)


class SaveAnswerForm(StepForm):
    """Save the answer."""

    kind = "save_answer"
    name = StringField(
        _l("Name of the answer"),
        [needed(_l("Give the answer a name.")), at_most(80)],
        filters=[stripped],
        description=_l("What was asked, such as “delivery”."),
    )
    type = SelectField(_l("Type"), choices=VALUE_TYPES, default="text")
    value = StringField(
        _l("Value"),
        [needed(_l("Say what this key means, such as “confirmed”: it is written down so."))],
        description=_l("What this key means, such as “confirmed”."),
    )

    @classmethod
    def data_of(cls, action: SaveAnswer) -> dict[str, Any]:
        """The fields' values of an action."""
        return {"name": action.name, **typed_value(action.value)}

    def validate_value(self, field: Any) -> None:
        """The value must fit its type."""
        try:
            parse_value(self.type.data, field.data or "")
        except ValueError as problem:
            raise StopValidation(problem.args[0]) from None

    def action(self, step_id: str, old: AnyAction | None) -> AnyAction:
        """The step that was described."""
        value = parse_value(self.type.data, self.value.data or "")
        return _updated(old, SaveAnswer(id=step_id, name=self.name.data, value=value))


class GoToForm(StepForm):
    """Go to a menu."""

    kind = "goto"
    menu = SelectField(
        _l("Menu"),
        [InputRequired(_l("Choose the menu that plays next."))],
        validate_choice=False,
        description=_l("The caller hears it next."),
    )

    @classmethod
    def data_of(cls, action: GoTo) -> dict[str, Any]:
        """The fields' values of an action."""
        return {"menu": action.menu}

    def know(self, flow: Flow) -> None:
        """All menus, by number and name."""
        self.menu.choices = [SelectChoice("", _("Choose a menu…"))] + [
            SelectChoice(menu.id, f"{number}. {menu.name or _('Menu %(number)s', number=number)}")
            for number, menu in enumerate(flow.menus, 1)
        ]
        self.menu.choices.append(SelectChoice(NEW_MENU, "+ " + _("A new menu")))

    def validate_menu(self, field: Any) -> None:
        """The menu must be there."""
        if field.data not in {choice.value for choice in field.choices}:
            raise StopValidation(_("That menu is not there any more: choose another one."))

    def action(self, step_id: str, old: AnyAction | None) -> AnyAction:
        """The step that was described; an imported link keeps the form it was written in."""
        form = old.form if isinstance(old, GoTo) else "string"
        return _updated(old, GoTo(id=step_id, menu=self.menu.data, form=form))


class RepeatForm(StepForm):
    """Say it again, a few times."""

    kind = "repeat"
    times = WholeNumber(
        _l("How many times"),
        InputRequired(HOW_OFTEN),
        NumberRange(1, MAX_TIMES, HOW_OFTEN),
        wrong=HOW_OFTEN,
        default=2,
        description=_l("After that, the next step runs."),
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

    kind = "connect"
    number = StringField(
        _l("Phone number"),
        [InputRequired(_l("Type the number to connect to, such as +380441234567."))],
        filters=[stripped],
        description=_l("With + and the country code, or as you would dial it at home."),
    )

    @classmethod
    def data_of(cls, action: Connect) -> dict[str, Any]:
        """The fields' values of an action."""
        return {"number": action.number}

    def validate_number(self, field: Any) -> None:
        """A number that exists and may be rung, as it will be dialled."""
        try:
            field.data = normalise(field.data, settings().home_region).e164
        except NumberRefused as refused:
            raise StopValidation(refused.message) from None

    def action(self, step_id: str, old: AnyAction | None) -> AnyAction:
        """The step that was described."""
        return _updated(old, Connect(id=step_id, number=self.number.data))


class HangUpForm(StepForm):
    """Hang up has nothing to fill in."""

    kind = "hangup"

    def action(self, step_id: str, old: AnyAction | None) -> AnyAction:
        """The step."""
        return _updated(old, HangUp(id=step_id))


_FORMS: tuple[type[StepForm], ...] = (
    WebhookForm,
    SaveAnswerForm,
    GoToForm,
    RepeatForm,
    ConnectForm,
    HangUpForm,
)

STEP_FORMS = {form.kind: form for form in _FORMS}
"""Kind -> form; a test holds it complete against blueprints.step_kinds."""


def with_new_menu(flow: Flow, action: AnyAction) -> tuple[Flow, AnyAction]:
    """A link to "a new menu" brings that menu along."""
    if not isinstance(action, GoTo) or action.menu != NEW_MENU:
        return flow, action
    menu_id = new_id()
    wider = edits.add_menu(flow, menu_id, _("Menu %(number)s", number=len(flow.menus) + 1))
    return wider, action.model_copy(update={"menu": menu_id})
