"""Setting up the authenticator app, its recovery codes, and doing without it again."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import pyotp
import segno
from flask import Blueprint, Response, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from wtforms import StringField

from blueprints import box, db, person
from blueprints.auth import sign_in_first, too_many, wait_words
from blueprints.fields import OurForm, needed, stripped
from blueprints.noting import noted
from blueprints.passwords import PasswordAgainForm, refused
from storage import attempts, second_factor

blueprint = Blueprint("authenticator", __name__, url_prefix="/account/app")
blueprint.before_request(sign_in_first)


class FirstCodeForm(OurForm):
    """The code that proves that the app knows the secret."""

    code = StringField(
        _l("The six digits that the app shows now"),
        [needed(_l("Type the six digits."))],
        filters=[stripped],
        description=_l("They change every 30 seconds; the newest are the right ones."),
    )


@blueprint.route("", methods=["GET", "POST"])
def page() -> ResponseReturnValue:
    """Set the app up, or change what there is."""
    if second_factor.is_on(db(), person()):
        return _settings_page()
    secret = second_factor.being_set_up(db(), box(), person())
    if secret is None:
        return _begin_page(PasswordAgainForm(formdata=None), 200)
    form = FirstCodeForm()
    if not form.validate_on_submit():
        return _setup_page(form, secret)
    moment = datetime.now(UTC)
    tried = attempts.count(db(), [attempts.for_code(person().id)], moment)
    if tried.wait:
        form.code.errors = [wait_words(tried.wait)]
        return too_many(_setup_page(form, secret)[0], tried.wait)
    typed = form.code.data.replace(" ", "")
    codes = second_factor.confirm(db(), box(), person(), typed, moment, keep=current_user.token)
    if not codes:
        form.code.errors = [_("This code is wrong. Is the clock of your phone right?")]
        return _setup_page(form, secret)
    attempts.give_back(db(), tried)
    with noted("app_on"):
        return render_template("account/codes.html", codes=codes)


@blueprint.post("/begin")
def begin() -> ResponseReturnValue:
    """Make the secret that the app will share; nothing asks for it before a code confirms it.

    Whoever finds a screen open must not make the phone theirs that is asked for from now on.
    """
    form = PasswordAgainForm()
    if status := refused(form):
        return _begin_page(form, status)
    second_factor.begin(db(), box(), person())
    return redirect(url_for("authenticator.page"), 303)


@blueprint.get("/picture.svg")
def picture() -> Response:
    """The QR code of an app that is being set up."""
    secret = second_factor.being_set_up(db(), box(), person())
    if secret is None:
        return Response("", 404)
    drawn = io.BytesIO()
    segno.make(_address(secret), micro=False).save(
        drawn, kind="svg", scale=5, border=3, light="#fff"
    )
    headers = {"Cache-Control": "no-store"}
    return Response(drawn.getvalue(), mimetype="image/svg+xml", headers=headers)


@blueprint.post("/codes")
def new_codes() -> ResponseReturnValue:
    """Ten new recovery codes; the old ones stop working."""
    form = PasswordAgainForm()
    if status := refused(form):
        return _settings_page(form, status)
    with noted("recovery_codes_made"):
        codes = second_factor.new_recovery_codes(db(), person())
    return render_template("account/codes.html", codes=codes)


@blueprint.post("/off")
def turn_off() -> ResponseReturnValue:
    """Sign in with the password alone again."""
    form = PasswordAgainForm()
    if status := refused(form):
        return _settings_page(form, status)
    with noted("app_off"):
        second_factor.turn_off(db(), person())
    flash(_("The app is not asked for any more."))
    return redirect(url_for("account.page"), 303)


def _address(secret: str) -> str:
    """What the app reads from the picture: an otpauth:// address."""
    return pyotp.TOTP(secret).provisioning_uri(name=person().email, issuer_name="Press One")


def _begin_page(form: PasswordAgainForm, status: int) -> tuple[str, int]:
    return render_template("account/app_begin.html", form=form), status


def _setup_page(form: FirstCodeForm, secret: str) -> tuple[str, int]:
    groups = " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))
    status = 422 if form.errors else 200
    return render_template("account/app.html", form=form, secret=groups), status


def _settings_page(form: PasswordAgainForm | None = None, status: int = 200) -> tuple[str, int]:
    return render_template(
        "account/app_on.html",
        form=form or PasswordAgainForm(formdata=None),
        codes_left=second_factor.codes_left(db(), person()),
    ), status
