"""How long calls are kept: owners decide, and see first what would be deleted."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from wtforms import BooleanField, StringField
from wtforms.validators import StopValidation

from blueprints import db, owners_only, person
from blueprints.auth import sign_in_first
from blueprints.fields import OurForm, stripped
from blueprints.noting import noted
from calling.forgetting import first_kept
from storage import call_keeping as store

blueprint = Blueprint("call_keeping", __name__, url_prefix="/calls")
blueprint.before_request(sign_in_first)

LONGEST_DAYS = 36_500
"""A hundred years: more is "for ever"."""


class KeepingForm(OurForm):
    """A number of days, or nothing."""

    days = StringField(
        _l("Days to keep calls"),
        filters=[stripped],
        description=_l("Leave it empty to keep them for ever."),
    )
    sure = BooleanField(_l("Yes, delete these calls"))

    def validate_days(self, field: StringField) -> None:
        """A whole number from 1 on, or nothing."""
        typed = field.data
        sound = not typed or (typed.isascii() and typed.isdigit() and len(typed) < 6)
        if not sound or (typed and not 1 <= int(typed) <= LONGEST_DAYS):
            raise StopValidation(_("Type a number of days from 1 to 36500, or leave it empty."))

    @property
    def kept(self) -> int | None:
        """The days; None is for ever."""
        return int(self.days.data) if self.days.data else None


@blueprint.route("/keeping", methods=["GET", "POST"])
@owners_only
def settings() -> ResponseReturnValue:
    """Decide how many days calls are kept."""
    workspace = person().workspace_id
    now_kept = store.days_kept(db(), workspace)
    form = KeepingForm(days="" if now_kept is None else str(now_kept))
    doomed = 0
    if form.validate_on_submit():
        if form.kept:
            doomed = store.older(db(), workspace, first_kept(form.kept, datetime.now(UTC).date()))
        if not doomed or form.sure.data:
            with noted("calls_kept", _kept(form.kept)):
                store.keep(db(), workspace, form.kept)
            flash(_kept(form.kept))
            return redirect(url_for("calls.listing"), 303)
    status = 422 if form.is_submitted() else 200
    return render_template("calls/keeping.html", form=form, doomed=doomed), status


def _kept(days: int | None) -> str:
    if days is None:
        return _("Calls are kept for ever.")
    return ngettext("Calls are kept for one day.", "Calls are kept for %(num)s days.", days)
