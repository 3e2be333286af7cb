"""One's own account: name, language, password, where one is signed in."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user, logout_user
from wtforms import SelectChoice, SelectField, StringField
from wtforms.validators import StopValidation

from blueprints import db, person
from blueprints.auth import alive, sign_in_first
from blueprints.browser_names import browser_name
from blueprints.fields import OurForm, at_most, needed, stripped
from blueprints.languages import LANGUAGES, spoken
from blueprints.noting import noted
from blueprints.passwords import NewPasswordForm, refused
from storage import people, second_factor, sessions

blueprint = Blueprint("account", __name__, url_prefix="/account")
blueprint.before_request(sign_in_first)


class ProfileForm(OurForm):
    """Name and language."""

    name = StringField(
        _l("Your name"),
        [needed(_l("Type your name.")), at_most(100)],
        filters=[stripped],
        description=_l("Your team sees it in History and beside your calls."),
    )
    language = SelectField(
        _l("Language"),
        choices=[
            SelectChoice("", _l("As my browser asks")),
            *(SelectChoice(*one) for one in LANGUAGES.items()),
        ],
        validate_choice=False,
        description=_l("Of the screens; call flows may speak any."),
    )

    def validate_language(self, field: SelectField) -> None:
        """A language that there is."""
        if field.data not in {"", *LANGUAGES}:
            raise StopValidation(_("Choose a language from the list."))


@blueprint.get("")
def page() -> ResponseReturnValue:
    """Everything about oneself."""
    return _page()


@blueprint.post("/profile")
def profile() -> ResponseReturnValue:
    """Another name or language."""
    form = ProfileForm()
    if not form.validate():
        return _page(profile=form, status=422)
    with noted("profile_changed", form.name.data):
        people.change_profile(
            db(), person(), name=form.name.data, language=form.language.data or ""
        )
    with force_locale(form.language.data or spoken()):
        flash(_("Saved."))
    return redirect(url_for("account.page"), 303)


@blueprint.post("/password")
def password() -> ResponseReturnValue:
    """Another password; other sessions end."""
    form = NewPasswordForm()
    if status := refused(form):
        return _page(password=form, status=status)
    try:
        with noted("password_changed"):
            people.change_password(db(), person(), form.new.data or "", keep=current_user.token)
    except people.PasswordChanged:
        form.password.errors = [_("This is not your password.")]
        return _page(password=form, status=422)
    flash(_("Your password was changed. Everywhere else you are signed out."))
    return redirect(url_for("account.page"), 303)


@blueprint.post("/sessions/<handle>/end")
def end_session(handle: str) -> ResponseReturnValue:
    """Sign out in one place."""
    with noted("session_ended"):
        if not sessions.end_one(db(), person(), handle):
            abort(404)
    flash(_("That session has ended."))
    return redirect(url_for("account.page", _anchor="sessions"), 303)


@blueprint.post("/sessions/end")
def end_sessions() -> ResponseReturnValue:
    """Sign out everywhere, here too."""
    with noted("sessions_ended"):
        sessions.end_all(db(), person().workspace_id, person().id)
    logout_user()
    session.clear()
    flash(_("You are signed out everywhere."))
    return redirect(url_for("auth.login"), 303)


def _page(
    profile: ProfileForm | None = None,
    password: NewPasswordForm | None = None,
    status: int = 200,
) -> tuple[str, int]:
    me = person()
    return render_template(
        "account/page.html",
        profile=profile
        or ProfileForm(formdata=None, data={"name": me.name, "language": me.language}),
        password=password or NewPasswordForm(formdata=None),
        sessions=[
            (one, browser_name(one.browser)) for one in sessions.list_of(db(), me, **alive())
        ],
        this=sessions.handle_of(current_user.token),
        app_on=second_factor.is_on(db(), me),
        codes_left=second_factor.codes_left(db(), me),
    ), status
