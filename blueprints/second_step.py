"""The second step of signing in: a code of the authenticator app, or a recovery code.

Between the steps the signed cookie holds whose password was right; it lets nobody in.
"""

from __future__ import annotations

from datetime import UTC, datetime

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from wtforms import StringField

from blueprints import box, db
from blueprints.auth import let_in, safe_next, too_many, wait_words
from blueprints.fields import OurForm, needed, stripped
from blueprints.noting import note
from storage import attempts, audit, people, second_factor
from storage.credentials import token_hash

blueprint = Blueprint("second_step", __name__, url_prefix="/login")


class CodeForm(OurForm):
    """A code."""

    code = StringField(
        _l("Code"),
        [needed(_l("Type the code."))],
        filters=[stripped],
        description=_l("The six digits that the app shows, or one of your recovery codes."),
    )


def _waiting() -> people.Person | None:
    """Whose password was right a short time ago, and is still the same."""
    kept = session.get("second_step")
    if not kept or kept["until"] < datetime.now(UTC).timestamp():
        return None
    found = people.get(db(), kept["workspace"], kept["person"])
    return found if found and token_hash(found.password_hash) == kept["proof"] else None


@blueprint.route("/code", methods=["GET", "POST"])
def code() -> ResponseReturnValue:
    """Ask for the code, and let in with a right one."""
    person = _waiting()
    if person is None:
        return redirect(url_for("auth.login", next=request.args.get("next")))
    form = CodeForm()
    if not form.validate_on_submit():
        return _page(form)
    moment = datetime.now(UTC)
    tried = attempts.count(db(), [attempts.for_code(person.id)], moment)
    if tried.wait:
        form.code.errors = [wait_words(tried.wait)]
        return too_many(_page(form)[0], tried.wait)
    typed = form.code.data.replace(" ", "")
    if second_factor.check(db(), box(), person, typed, moment):
        attempts.give_back(db(), tried)
        recovered = False
    elif second_factor.use_recovery_code(db(), person, typed):
        recovered = True
    else:
        note("code_refused", who=audit.by(person), detail=request.remote_addr or "")
        form.code.errors = [_why_refused(person)]
        return _page(form)
    if not let_in(person, "signed_in", code_checked=True):
        return redirect(url_for("auth.login", next=request.args.get("next")), 303)
    if recovered:
        _say_how_many_are_left(person)
    return redirect(safe_next(request.args.get("next", "")), 303)


def _why_refused(person: people.Person) -> str:
    if second_factor.can_be_checked(db(), box(), person):
        return _("This code is wrong or was used before. Wait for the next one.")
    return _(
        "Codes of your app cannot be checked here any more. Type one of your recovery codes, or"
        " ask whoever keeps this installation to turn your app off."
    )


def _say_how_many_are_left(person: people.Person) -> None:
    left = second_factor.codes_left(db(), person)
    note("recovery_code_used", who=audit.by(person), detail=f"{left} left")
    flash(
        ngettext(
            "You used a recovery code. %(num)s is left.",
            "You used a recovery code. %(num)s are left.",
            left,
        ),
        "warn",
    )


def _page(form: CodeForm) -> tuple[str, int]:
    return render_template("auth/code.html", form=form), 422 if form.errors else 200
