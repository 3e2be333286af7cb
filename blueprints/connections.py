"""Connections to services: listed, added, edited, checked, removed."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import PasswordField, StringField
from wtforms.validators import Optional, StopValidation

from blueprints import box, db, owners_only, person, public_address, settings
from blueprints.auth import sign_in_first
from blueprints.fields import OurForm, Sound, at_most, needed, stripped
from blueprints.languages import say
from blueprints.noting import note, noted
from flows import values
from providers import SERVICES, ServiceInfo, connect
from providers.base import Credentials
from providers.web import WebClient
from storage import connections as store
from storage import keys
from storage.credentials import CannotDecrypt

blueprint = Blueprint("connections", __name__, url_prefix="/connections")
blueprint.before_request(sign_in_first)


SECRET_KEPT = _l("Kept encrypted and never shown again.")

UNREADABLE = _l("The password or key kept here cannot be read any more. Type it again.")
"""When the key file is not the one that the secret was kept with."""


def _nothing_after(_form: OurForm, field: StringField) -> None:
    """A request's own path is put behind the address, so nothing may end it."""
    if "?" in field.data or "#" in field.data:
        raise StopValidation(_("Leave out “?” or “#” and everything after it."))


def _not_anothers(form: ConnectionForm, field: StringField) -> None:
    """A key must not go to another service than the one it is for."""
    for service in SERVICES.values():
        if service is not form.service and field.data == service.default_base_url:
            raise StopValidation(
                _("This is the address of %(service)s. Leave it empty.", service=service.label)
            )


class ConnectionForm(OurForm):
    """Where a service is, and how to sign in there; it asks only what the service wants."""

    name = StringField(
        _l("Name"),
        [needed(_l("Give the connection a name.")), at_most(80)],
        filters=[stripped],
        description=_l("How you will recognise it, such as “SMSBAT, main account”."),
    )
    base_url = StringField(
        _l("Web address of the service"),
        [Optional(), Sound(values.check_url), _nothing_after, _not_anothers],
        filters=[lambda typed: stripped(typed).rstrip("/")],
        description=_l("Leave it empty for the service’s usual address."),
    )
    username = StringField(
        _l("User name"),
        [at_most(200)],
        filters=[stripped],
        description=_l("Leave it empty if the service gave you a key."),
    )
    secret = PasswordField(
        _l("Password or key"),
        [at_most(500)],
        description=_l("Kept encrypted and never shown again. Empty keeps the one that is stored."),
    )
    sender = StringField(
        _l("Usual sender"),
        [at_most(64)],
        filters=[stripped],
        description=_l("Used when a call flow names no sender."),
    )

    def __init__(self, service: ServiceInfo, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.service = service
        self.secret.label.text = _(service.secret_label)
        self.base_url.render_kw = {"placeholder": service.default_base_url}
        if not service.username_label:
            del self.username


@blueprint.get("")
def listing() -> ResponseReturnValue:
    """Every connection."""
    workspace = person().workspace_id
    return render_template(
        "settings/connections.html",
        connections=store.list_all(db(), workspace),
        key_count=len(keys.list_all(db(), workspace)),
        public_address=public_address.warning(),
        services=SERVICES,
    )


@blueprint.get("/new")
@owners_only
def choose() -> ResponseReturnValue:
    """Which service the new connection is for."""
    return render_template("settings/connection_services.html", services=SERVICES.values())


@blueprint.route("/new/<service>", methods=["GET", "POST"])
@owners_only
def new(service: str) -> ResponseReturnValue:
    """Add a connection."""
    if service not in SERVICES:
        abort(404)
    form = ConnectionForm(SERVICES[service])
    form.secret.description = SECRET_KEPT
    if form.is_submitted() and not form.secret.data:
        form.validate()
        form.secret.errors = [_("Type the password or key that the service gave you.")]
    elif form.validate_on_submit():
        _save(form, None)
        return redirect(url_for("connections.listing"), 303)
    return _form(form, _("New connection to %(service)s", service=form.service.label))


@blueprint.route("/<int:connection_id>", methods=["GET", "POST"])
@owners_only
def edit(connection_id: int) -> ResponseReturnValue:
    """Change a connection; its secret is never shown again."""
    connection = _real_or_404(connection_id)
    form = ConnectionForm(SERVICES[connection.service], obj=connection)
    if form.validate_on_submit():
        _save(form, connection_id)
        if _address(form) != connection.base_url and not form.secret.data:
            flash(
                _("The address changed, so the stored password or key was removed. Type it again."),
                "warn",
            )
        return redirect(url_for("connections.listing"), 303)
    return _form(form, connection.name)


def _address(form: ConnectionForm) -> str:
    """Where the connection leads: what was typed, or the service's usual address."""
    return form.base_url.data or form.service.default_base_url


def _form(form: ConnectionForm, title: str) -> tuple[str, int]:
    status = 422 if form.errors else 200
    return render_template("settings/connection.html", form=form, title=title), status


def _save(form: ConnectionForm, connection_id: int | None) -> None:
    secret = _("with a new password or key") if form.secret.data else ""
    with noted("connection_saved", form.name.data, f"{_address(form)} {secret}".strip()):
        store.save(
            db(),
            box(),
            person().workspace_id,
            connection_id=connection_id,
            service=form.service.key,
            name=form.name.data,
            base_url=_address(form),
            username=form.username.data if form.username else "",
            sender=form.sender.data,
            new_secret=form.secret.data or "",
        )
    flash(
        _("“%(name)s” was saved. Press Check to see whether it lets you in.", name=form.name.data)
    )


def _real_or_404(connection_id: int) -> store.Connection:
    connection = _or_404(connection_id)
    return connection if not connection.practice else abort(404)


def _or_404(connection_id: int) -> store.Connection:
    return store.get(db(), person().workspace_id, connection_id) or abort(404)


@blueprint.post("/<int:connection_id>/check")
@owners_only
def check(connection_id: int) -> ResponseReturnValue:
    """Ask the service whether the key is right, without placing a call."""
    connection = _or_404(connection_id)
    name = f"{connection.name} ({SERVICES[connection.service].label})"
    try:
        secret = store.secret(db(), box(), connection)
    except CannotDecrypt:
        flash(f"{name}: {UNREADABLE}", "warn")
        return redirect(url_for("connections.listing"), 303)
    own_url = f"http://{settings().own_address}"
    credentials = Credentials(connection.address(own_url), connection.username, secret)
    service = connect(connection.service, credentials, WebClient(settings().reachable_hosts))
    result = service.check()
    note("connection_checked", connection.name)
    flash(f"{name}: {say(result.words)}", "message" if result.works else "warn")
    return redirect(url_for("connections.listing"), 303)


@blueprint.post("/<int:connection_id>/delete")
@owners_only
def delete(connection_id: int) -> ResponseReturnValue:
    """Remove a connection; its calls stay."""
    connection = _real_or_404(connection_id)
    with noted("connection_removed", connection.name):
        store.delete(db(), person().workspace_id, connection_id)
    flash(_("“%(name)s” was removed. Its calls are still in Calls.", name=connection.name))
    return redirect(url_for("connections.listing"), 303)
