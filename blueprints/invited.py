"""The two links an owner hands over: to join the workspace, and to choose a new password."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import logout_user
from wtforms import StringField

from blueprints import db
from blueprints.auth import chosen_password, let_in
from blueprints.fields import OurForm, at_most, needed, stripped
from blueprints.noting import note
from storage import audit, invitations, people

blueprint = Blueprint("invited", __name__)


class JoinForm(OurForm):
    """Who joins."""

    name = StringField(
        _l("Your name"),
        [needed(_l("Type your name.")), at_most(100)],
        filters=[stripped],
        description=_l("As the people you work with know you."),
    )
    password = chosen_password(_l("New password"))


class ResetForm(OurForm):
    """A new password."""

    password = chosen_password(_l("New password"))


@blueprint.route("/join/<token>", methods=["GET", "POST"])
def join(token: str) -> ResponseReturnValue:
    """Join the workspace, once."""
    moment = datetime.now(UTC)
    invitation = invitations.of_token(db(), "join", token, moment)
    if invitation is None:
        return _gone()
    form = JoinForm()
    if form.validate_on_submit():
        typed = {"name": form.name.data, "password": form.password.data}
        try:
            person_id = invitations.join(db(), token, moment, **typed)
        except (invitations.LinkUsed, invitations.EmailTaken):
            return _gone()
        let_in(people.get(db(), invitation.workspace_id, person_id), "joined")
        flash(_("Welcome. You can sign in with your e-mail and this password from now on."))
        return redirect(url_for("library.flows"), 303)
    return render_template(
        "auth/join.html",
        form=form,
        email=invitation.email,
        workspace=people.workspace_name(db(), invitation.workspace_id),
    ), 422 if form.errors else 200


@blueprint.route("/password/<token>", methods=["GET", "POST"])
def reset(token: str) -> ResponseReturnValue:
    """Choose a new password, once; signing in comes after it, with the app where there is one."""
    moment = datetime.now(UTC)
    link = invitations.of_token(db(), "password", token, moment)
    if link is None:
        return _gone()
    form = ResetForm()
    if form.validate_on_submit():
        try:
            person_id = invitations.choose_password(db(), token, moment, form.password.data)
        except invitations.LinkUsed:
            return _gone()
        found = people.get(db(), link.workspace_id, person_id)
        note("password_reset", who=audit.by(found) if found else None)
        logout_user()
        flash(_("Your new password is kept. Sign in with it."))
        return redirect(url_for("auth.login"), 303)
    return render_template("auth/reset.html", form=form), 422 if form.errors else 200


def _gone() -> ResponseReturnValue:
    return render_template("auth/link_gone.html"), 410
