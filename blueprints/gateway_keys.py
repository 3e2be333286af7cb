"""Keys for programs: who may use the two gateways, what rings for them, how often they may ask."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from msgspec import Struct
from wtforms import SelectChoice, SelectField, StringField
from wtforms.validators import StopValidation

from blueprints import db, owners_only, person, row_id, settings
from blueprints.auth import sign_in_first
from blueprints.fields import OurForm, at_most, stripped
from blueprints.noting import noted
from calling.gateway_routes import CARRIERS
from calling.numbers import NumberRefused, normalise
from providers import SERVICES
from storage import connections, keys
from storage.connections import Connection
from storage.keys import ApiKey

MOST_PER_MINUTE = 60_000
"""The highest limit of a key, in requests a minute."""

PRACTICE = "practice"
"""The value of the choice that rings nobody."""

blueprint = Blueprint("gateway_keys", __name__, url_prefix="/settings/keys")
blueprint.before_request(sign_in_first)


class Shown(Struct, frozen=True):
    """A key and, in words, what rings for it; ``lost``: its connection was removed."""

    key: ApiKey
    route: str
    lost: bool


class KeyForm(OurForm):
    """Who the key is for, what rings, how often."""

    key_name = StringField(
        _l("What will use the key?"),
        [at_most(80)],
        filters=[stripped],
        description=_l("So that you know later what stops working without it."),
    )
    route = SelectField(
        _l("What rings"),
        validate_choice=False,
        default=PRACTICE,
        description=_l("The practice network, or real phones over one of your connections."),
    )
    per_minute = StringField(
        _l("Requests a minute, at most"),
        filters=[stripped],
        default=str(keys.USUAL_PER_MINUTE),
        description=_l("More than that are refused until the next minute."),
    )

    def validate_key_name(self, field: StringField) -> None:
        """Something to recognise the key by."""
        if not field.data:
            raise StopValidation(_("Type a name, such as “Shop”."))

    def validate_route(self, field: SelectField) -> None:
        """A choice that is there, and that does not lead back to ourselves."""
        if field.data not in {choice.value for choice in field.choices}:
            raise StopValidation(_("Choose what rings."))
        if leads_back(self.connection):
            raise StopValidation(_("This connection leads back to Press One itself."))

    def validate_per_minute(self, field: StringField) -> None:
        """A whole number that makes sense."""
        number = row_id(field.data)
        if number is None or not 1 <= number <= MOST_PER_MINUTE:
            raise StopValidation(_("Type a whole number from 1 to %(most)s.", most=MOST_PER_MINUTE))

    @property
    def connection_id(self) -> int | None:
        """The chosen connection, or None for practice."""
        return row_id(self.route.data)

    @property
    def connection(self) -> Connection | None:
        """The same, as it is stored."""
        chosen = self.connection_id
        return connections.get(db(), person().workspace_id, chosen) if chosen else None


class CallerIdForm(OurForm):
    """The number that called people see."""

    caller_id = StringField(
        _l("Default caller ID"),
        [at_most(40)],
        filters=[stripped],
        description=_l("Shown to the called person when a Voice API request names no “from”."),
    )

    def validate_caller_id(self, field: StringField) -> None:
        """A phone number, written as everybody writes it; empty for none."""
        if field.data:
            try:
                field.data = normalise(field.data, settings().home_region).e164
            except NumberRefused as refused:
                raise StopValidation(refused.message) from None


def leads_back(connection: Connection | None) -> bool:
    """Whether a request over this connection would come in here again, and again."""
    own = (settings().base_url, f"http://{settings().own_address}")
    return connection is not None and connection.base_url.startswith(own)


@blueprint.get("")
@owners_only
def listing() -> ResponseReturnValue:
    """Every key, and a new one."""
    return _page()


@blueprint.post("")
@owners_only
def add() -> ResponseReturnValue:
    """A new key; shown on this one page and never again."""
    form = _key_form()
    if not form.validate():
        return _page(form=form, status=422)
    with noted("key_made", form.key_name.data):
        made = keys.add(
            db(),
            person().workspace_id,
            form.key_name.data,
            connection_id=form.connection_id,
            per_minute=int(form.per_minute.data),
        )
    return _page(form=_key_form(formdata=None), new_key=made)


@blueprint.post("/caller-id")
@owners_only
def caller_id() -> ResponseReturnValue:
    """Keep the default caller ID."""
    form = CallerIdForm()
    if not form.validate():
        return _page(caller=form, status=422)
    with noted("caller_id_changed", form.caller_id.data):
        keys.set_caller_id(db(), person().workspace_id, form.caller_id.data)
    flash(_("The default caller ID is kept."))
    return redirect(url_for("gateway_keys.listing"), 303)


@blueprint.route("/<int:key_id>", methods=["GET", "POST"])
@owners_only
def edit(key_id: int) -> ResponseReturnValue:
    """Give a key another name, route or limit."""
    key = keys.get(db(), person().workspace_id, key_id) or abort(404)
    now = {"key_name": key.name, "route": _choice(key), "per_minute": str(key.per_minute)}
    form = _key_form(data=now)
    if not form.validate_on_submit():
        status = 422 if form.errors else 200
        return render_template("settings/key.html", form=form, key=key), status
    with noted("key_changed", key.name):
        keys.change(
            db(),
            key.workspace_id,
            key.id,
            name=form.key_name.data,
            connection_id=form.connection_id,
            per_minute=int(form.per_minute.data),
        )
    flash(_("The key was changed. Its next request goes the new way."))
    return redirect(url_for("gateway_keys.listing"), 303)


@blueprint.post("/<int:key_id>/revoke")
@owners_only
def revoke(key_id: int) -> ResponseReturnValue:
    """Take a key back."""
    key = keys.get(db(), person().workspace_id, key_id) or abort(404)
    with noted("key_taken_back", key.name):
        if not keys.revoke(db(), key.workspace_id, key.id):
            abort(404)
    flash(_("The key was taken back. Programs that use it are refused from now on."))
    return redirect(url_for("gateway_keys.listing"), 303)


def _page(
    form: KeyForm | None = None,
    caller: CallerIdForm | None = None,
    new_key: str = "",
    status: int = 200,
) -> tuple[str, int]:
    workspace = person().workspace_id
    known = {connection.id: connection for connection in _real()}
    kept = {"caller_id": keys.caller_id(db(), workspace)}
    return render_template(
        "settings/keys.html",
        keys=[_shown(key, known) for key in keys.list_all(db(), workspace)],
        form=form or _key_form(formdata=None),
        caller=caller or CallerIdForm(formdata=None, data=kept),
        new_key=new_key,
        own_url=settings().base_url,
    ), status


def _shown(key: ApiKey, known: dict[int, Connection]) -> Shown:
    if key.route == PRACTICE:
        return Shown(key, _("Practice: the phones are on your screens"), False)
    connection = known.get(key.connection_id or 0)
    if connection is None:
        return Shown(key, _("Rings nobody: its connection was removed"), True)
    return Shown(key, _words(connection), False)


def _key_form(**more: Any) -> KeyForm:
    form = KeyForm(**more)
    practice = SelectChoice(PRACTICE, _("Practice: the phones are on your screens"))
    real = [SelectChoice(str(connection.id), _words(connection)) for connection in _real()]
    form.route.choices = [practice, *real]
    return form


def _choice(key: ApiKey) -> str:
    return PRACTICE if key.route == PRACTICE else str(key.connection_id or "")


def _real() -> list[Connection]:
    """The connections that a gateway can send calls over."""
    able = {service for services in CARRIERS.values() for service in services}
    return [
        connection
        for connection in connections.list_all(db(), person().workspace_id)
        if not connection.practice and connection.service in able
    ]


def _words(connection: Connection) -> str:
    return _(
        "%(name)s (%(service)s)",
        name=connection.name,
        service=SERVICES[connection.service].label,
    )
