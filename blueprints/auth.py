"""Coming in: the first owner by a one-time link, signing in, signing out."""

from __future__ import annotations

import sqlite3
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from flask import Blueprint, Flask, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user
from flask_wtf import FlaskForm
from wtforms import EmailField, PasswordField, StringField
from wtforms.validators import InputRequired, Length, Regexp

from blueprints import box, db
from blueprints.fields import at_most, needed
from storage import people
from storage.credentials import password_matches

blueprint = Blueprint("auth", __name__)
LOGIN = LoginManager()

IDLE = timedelta(hours=12)
AT_MOST = timedelta(days=7)
TOUCH_EVERY = timedelta(minutes=5)
PASSWORD_MIN = 10


class SignedIn(UserMixin):
    """Who a session belongs to. flask-login's id is the session's token, not the person's."""

    def __init__(self, person: people.Person, token: str) -> None:
        self.person, self.token = person, token

    def get_id(self) -> str:
        """What the cookie holds: a token whose row can be removed on the server."""
        return self.token


def _ago(span: timedelta) -> str:
    moment = datetime.now(UTC) - span
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


@LOGIN.user_loader
def _by_token(token: str) -> SignedIn | None:
    found = people.by_session(db(), token, started_after=_ago(AT_MOST), seen_after=_ago(IDLE))
    if found is None:
        return None
    person, seen_at = found
    if seen_at < _ago(TOUCH_EVERY):
        # A page can be read while nothing can be written; the next request notes it.
        with suppress(sqlite3.OperationalError):
            people.touch_session(db(), token)
    return SignedIn(person, token)


def init_app(app: Flask) -> None:
    """Sessions through flask-login, kept as rows on the server."""
    LOGIN.init_app(app)
    LOGIN.login_view = "auth.login"
    LOGIN.login_message = "Sign in to go on."
    LOGIN.session_protection = None


def sign_in_first() -> ResponseReturnValue | None:
    """For ``blueprint.before_request``: nobody gets further without a session."""
    if current_user.is_authenticated:
        return None
    refused: ResponseReturnValue = LOGIN.unauthorized()
    return refused


class LoginForm(FlaskForm):
    """E-mail and password."""

    email = EmailField("E-mail", [InputRequired("Type your e-mail address.")])
    password = PasswordField("Password", [InputRequired("Type your password.")])


class OwnerForm(FlaskForm):
    """Who the first owner is."""

    name = StringField("Your name", [needed("Type your name."), at_most(100)])
    workspace = StringField(
        "Your company or team",
        [needed("Type the name of your company or team."), at_most(100)],
    )
    email = EmailField(
        "E-mail",
        [
            InputRequired("Type your e-mail address."),
            Regexp(
                r"[^@\s]+@[^@\s]+\.?[^@\s]*$",
                message="Type an e-mail address, such as anna@example.com.",
            ),
        ],
    )
    password = PasswordField(
        "Password",
        [
            InputRequired("Choose a password."),
            Length(PASSWORD_MIN, 200, f"Use at least {PASSWORD_MIN} characters."),
        ],
        description=f"At least {PASSWORD_MIN} characters.",
    )


@blueprint.route("/welcome/<token>", methods=["GET", "POST"])
def first_owner(token: str) -> ResponseReturnValue:
    """Make the first owner, once."""
    if not people.setup_link_works(db(), token):
        return render_template("auth/link_used.html"), 410
    form = OwnerForm()
    if form.validate_on_submit():
        try:
            people.create_first_owner(
                db(),
                box(),
                token,
                workspace=form.workspace.data.strip(),
                email=form.email.data.strip(),
                name=form.name.data.strip(),
                password=form.password.data,
            )
        except people.LinkUsed:
            return render_template("auth/link_used.html"), 410
        except people.EmailTaken:
            form.email.errors = ["Somebody here has this e-mail address already."]
        else:
            _sign_in(people.by_email(db(), form.email.data.strip()))
            return redirect(url_for("library.flows"), 303)
    return render_template("auth/first_owner.html", form=form), 422 if form.errors else 200


@blueprint.route("/login", methods=["GET", "POST"])
def login() -> ResponseReturnValue:
    """Sign in; the same answer for an unknown person and a wrong password."""
    if current_user.is_authenticated:
        return redirect(url_for("library.flows"), 303)
    form = LoginForm()
    if form.validate_on_submit():
        person = people.by_email(db(), form.email.data.strip())
        if password_matches(person.password_hash if person else None, form.password.data):
            _sign_in(person)
            return redirect(safe_next(request.args.get("next", "")), 303)
        form.password.errors = ["E-mail or password is wrong. Try again."]
    empty = not people.anybody(db())
    return render_template("auth/login.html", form=form, empty=empty), 422 if form.errors else 200


@blueprint.post("/logout")
def logout() -> ResponseReturnValue:
    """Sign out; the old cookie is worth nothing from now on."""
    if current_user.is_authenticated:
        people.close_session(db(), current_user.token)
    logout_user()
    session.clear()
    flash("You are signed out.")
    return redirect(url_for("auth.login"), 303)


def _sign_in(person: people.Person | None) -> None:
    if person is not None:
        session.clear()
        login_user(SignedIn(person, people.open_session(db(), person)))


def safe_next(target: str) -> str:
    """A path of this app, or the start page for anything that could lead elsewhere."""
    plain = target.startswith("/") and not target.startswith(("//", "/\\"))
    clean = all(character.isprintable() and character not in "\\ " for character in target)
    parts = urlsplit(target) if plain and clean else None
    if parts is None or parts.scheme or parts.netloc or "%2f" in target.lower():
        return url_for("library.flows")
    return target
