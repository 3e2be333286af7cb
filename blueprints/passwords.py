"""Choosing a password, and being asked for it again before something that matters."""

from __future__ import annotations

from datetime import UTC, datetime

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import PasswordField
from wtforms.validators import InputRequired

from blueprints import db, person
from blueprints.auth import chosen_password, wait_words
from blueprints.fields import OurForm
from storage import attempts
from storage.credentials import password_matches


class PasswordAgainForm(OurForm):
    """The password of who is signed in."""

    password = PasswordField(_l("Your password"), [InputRequired(_l("Type your password."))])


class NewPasswordForm(PasswordAgainForm):
    """The old password and the new one."""

    new = chosen_password(_l("New password"))


def refused(form: PasswordAgainForm) -> int:
    """0 when the form and its password are right; else the status of the page that says why.

    Whoever found a screen open has as few tries as at the sign-in page.
    """
    if not form.validate():
        return 422
    tried = attempts.count(db(), [attempts.for_account(person().email)], datetime.now(UTC))
    if tried.wait:
        form.password.errors = [wait_words(tried.wait)]
        return 429
    if not password_matches(person().password_hash, form.password.data or ""):
        form.password.errors = [_("This is not your password.")]
        return 422
    attempts.give_back(db(), tried)
    return 0
