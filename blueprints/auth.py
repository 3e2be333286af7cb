"""Coming in: the first owner by a one-time link, signing in, signing out."""

from __future__ import annotations

import sqlite3
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from flask import (
    Blueprint,
    Flask,
    flash,
    g,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user
from wtforms import EmailField, PasswordField, StringField
from wtforms.validators import InputRequired, Length, Regexp, StopValidation

from blueprints import box, db
from blueprints.fields import OurForm, at_most, needed
from blueprints.languages import LANGUAGES, spoken
from blueprints.noting import note
from storage import attempts, audit, people, second_factor, sessions
from storage.credentials import is_common, password_matches, token_hash

blueprint = Blueprint("auth", __name__)
LOGIN = LoginManager()

IDLE = timedelta(hours=12)
AT_MOST = timedelta(days=7)
CODE_WITHIN = timedelta(minutes=10)
TOUCH_EVERY = timedelta(minutes=5)
PASSWORD_MIN = 10

MOST_EMAIL = 254
"""Characters of an e-mail address (RFC 5321, section 4.5.3.1.3, without the brackets)."""


class SignedIn(UserMixin):
    """Who a session belongs to. flask-login's id is the session's token, not the person's."""

    def __init__(self, person: people.Person, token: str) -> None:
        self.person, self.token = person, token

    def get_id(self) -> str:
        """What the cookie holds: a token whose row can be removed on the server."""
        return self.token


def stored(moment: datetime) -> str:
    """A moment as tables keep it."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def alive() -> dict[str, str]:
    """When a session must have begun and been used, at least, to let somebody in."""
    moment = datetime.now(UTC)
    return {"started_after": stored(moment - AT_MOST), "seen_after": stored(moment - IDLE)}


@LOGIN.user_loader
def _by_token(token: str) -> SignedIn | None:
    found = sessions.of_token(db(), token, **alive())
    if found is None:
        return None
    person, seen_at = found
    if seen_at < stored(datetime.now(UTC) - TOUCH_EVERY):
        # A page can be read while nothing can be written; the next request notes it.
        with suppress(sqlite3.OperationalError):
            sessions.touch(db(), token)
    return SignedIn(person, token)


def init_app(app: Flask) -> None:
    """Sessions through flask-login, kept as rows on the server."""
    LOGIN.init_app(app)
    LOGIN.login_view = "auth.login"
    LOGIN.login_message = _l("Sign in to go on.")
    LOGIN.localize_callback = str
    LOGIN.session_protection = None


def sign_in_first() -> ResponseReturnValue | None:
    """For ``blueprint.before_request``: nobody gets further without a session."""
    if current_user.is_authenticated:
        return None
    refused: ResponseReturnValue = LOGIN.unauthorized()
    return refused


class LoginForm(OurForm):
    """E-mail and password."""

    email = EmailField(
        _l("E-mail"),
        [
            InputRequired(_l("Type your e-mail address.")),
            Length(max=MOST_EMAIL, message=_l("This is too long for an e-mail address.")),
        ],
    )
    password = PasswordField(_l("Password"), [InputRequired(_l("Type your password."))])


def _not_common(_form: OurForm, field: PasswordField) -> None:
    if is_common(field.data or ""):
        raise StopValidation(_("Many people use this password. Choose another one."))


def chosen_password(label: str) -> PasswordField:
    """A field for a password that is chosen now."""
    return PasswordField(
        label,
        [
            InputRequired(_l("Choose a password.")),
            Length(PASSWORD_MIN, 200, _l("Use at least 10 characters.")),
            _not_common,
        ],
        description=_l("At least 10 characters."),
    )


class OwnerForm(OurForm):
    """Who the first owner is."""

    name = StringField(
        _l("Your name"),
        [needed(_l("Type your name.")), at_most(100)],
        description=_l("As the people you work with know you."),
    )
    workspace = StringField(
        _l("Your company or team"),
        [needed(_l("Type the name of your company or team.")), at_most(100)],
        description=_l("Templates say it to callers, as in “This is …”."),
    )
    email = EmailField(
        _l("E-mail"),
        [
            InputRequired(_l("Type your e-mail address.")),
            Length(max=MOST_EMAIL, message=_l("This is too long for an e-mail address.")),
            Regexp(
                r"[^@\s]+@[^@\s]+\.?[^@\s]*$",
                message=_l("Type an e-mail address, such as anna@example.com."),
            ),
        ],
        description=_l("You sign in with it. Nothing is sent there now."),
    )
    password = chosen_password(_l("Password"))


@blueprint.route("/welcome/<token>", methods=["GET", "POST"])
def first_owner(token: str) -> ResponseReturnValue:
    """Make the first owner, once. The page speaks the language that is chosen on it."""
    asked = request.form.get("show_in") or request.form.get("language", "")
    g.language = asked if asked in LANGUAGES else spoken()
    if not people.setup_link_works(db(), token):
        return render_template("auth/link_used.html"), 410
    form = OwnerForm()
    if "show_in" in request.form:
        return _first_owner_page(form)
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
                language=g.language,
            )
        except people.LinkUsed:
            return render_template("auth/link_used.html"), 410
        except people.EmailTaken:
            form.email.errors = [_("Somebody here has this e-mail address already.")]
        else:
            let_in(people.by_email(db(), form.email.data.strip()), "first_owner")
            return redirect(url_for("guide.welcome"), 303)
    return _first_owner_page(form)


def _first_owner_page(form: OwnerForm) -> tuple[str, int]:
    page = render_template("auth/first_owner.html", form=form, languages=LANGUAGES)
    return page, 422 if form.errors else 200


@blueprint.route("/login", methods=["GET", "POST"])
def login() -> ResponseReturnValue:
    """Sign in; the same answer for an unknown person and a wrong password."""
    if current_user.is_authenticated:
        return redirect(url_for("library.flows"), 303)
    form = LoginForm()
    if not form.validate_on_submit():
        return _login_page(form)
    email, address = form.email.data.strip(), request.remote_addr or ""
    tries = (attempts.for_account(email), attempts.for_address(address))
    counted = attempts.count(db(), tries, datetime.now(UTC))
    person = people.by_email(db(), email)
    if counted.wait:
        if attempts.first_refusals(db(), counted, datetime.now(UTC)):
            _note_stranger("too_many_tries", person)
        form.password.errors = [wait_words(counted.wait)]
        return too_many(_login_page(form)[0], counted.wait)
    if not password_matches(person.password_hash if person else None, form.password.data):
        return _wrong(form, person)
    attempts.give_back(db(), counted)
    if person is not None and second_factor.is_on(db(), person):
        return _ask_for_code(person)
    if not let_in(person, "signed_in"):
        return _wrong(form, person)
    return redirect(safe_next(request.args.get("next", "")), 303)


def _wrong(form: LoginForm, person: people.Person | None) -> ResponseReturnValue:
    _note_stranger("sign_in_refused", person)
    form.password.errors = [_("E-mail or password is wrong. Try again.")]
    return _login_page(form)


def _ask_for_code(person: people.Person) -> ResponseReturnValue:
    """The password was right: the cookie says whose, for the second step (second_step.py)."""
    session.clear()
    session["second_step"] = {
        "workspace": person.workspace_id,
        "person": person.id,
        "until": (datetime.now(UTC) + CODE_WITHIN).timestamp(),
        "proof": token_hash(person.password_hash),
    }
    return redirect(url_for("second_step.code", next=request.args.get("next")), 303)


def _note_stranger(what: str, person: people.Person | None) -> None:
    """Note somebody who may not be who they say, for the workspace whose person it would be.

    What was typed for somebody whom nobody knows is not kept: sometimes it is a password.
    """
    who = audit.Who(person.workspace_id if person else None, None, "")
    note(what, person.email if person else "", request.remote_addr or "", who)


def _login_page(form: LoginForm) -> tuple[str, int]:
    empty = not people.anybody(db())
    return render_template("auth/login.html", form=form, empty=empty), 422 if form.errors else 200


def wait_words(seconds: int) -> str:
    """How long somebody who tried too often has to wait."""
    return ngettext(
        "There were too many tries. Wait a minute, then try again.",
        "There were too many tries. Try again in %(num)s minutes.",
        -(-seconds // 60),
    )


def too_many(page: str, seconds: int) -> ResponseReturnValue:
    """A page for somebody who has to wait so many seconds."""
    reply = make_response(page, 429)
    reply.headers["Retry-After"] = str(seconds)
    return reply


@blueprint.post("/logout")
def logout() -> ResponseReturnValue:
    """Sign out; the old cookie is worth nothing from now on."""
    if current_user.is_authenticated:
        note("signed_out")
        sessions.end(db(), current_user.token)
    logout_user()
    session.clear()
    flash(_("You are signed out."))
    return redirect(url_for("auth.login"), 303)


def let_in(person: people.Person | None, how: str, *, code_checked: bool = False) -> bool:
    """A session with a new id for somebody who proved who they are; ``code_checked``: also by
    their app. False when what they proved it with was changed meanwhile."""
    if person is None:
        return False
    session.clear()
    sessions.forget_old(db(), **alive())
    try:
        token = sessions.start(db(), person, request.user_agent.string, code_checked=code_checked)
    except people.PasswordChanged:
        return False
    note(how, who=audit.by(person), detail=request.remote_addr or "")
    return bool(login_user(SignedIn(person, token)))


def safe_next(target: str) -> str:
    """A path of this app, or the start page for anything that could lead elsewhere."""
    plain = target.startswith("/") and not target.startswith(("//", "/\\"))
    clean = all(character.isprintable() and character not in "\\ " for character in target)
    parts = urlsplit(target) if plain and clean else None
    if (
        parts is None
        or parts.scheme
        or parts.netloc
        or any(hidden in target.lower() for hidden in ("%2f", "%5c"))
    ):
        return url_for("library.flows")
    return target
