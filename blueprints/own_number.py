"""One's own phone number: have it rung, type the code, and it is verified."""

from __future__ import annotations

import secrets

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, StringField

from blueprints import db, may_edit, person, row_id, settings
from blueprints.auth import sign_in_first
from blueprints.fields import OurForm, needed, stripped
from blueprints.languages import say
from blueprints.queue import jobs
from calling import own_number
from calling.guards import NotAllowed, Refusal
from calling.numbers import NumberRefused, is_practice, normalise
from providers import SERVICES
from storage import own_numbers as store
from storage.connections import Connection

NONCE_MOST = 64
"""Characters of the longest nonce that is taken; ours have 22."""

blueprint = Blueprint("own_number", __name__, url_prefix="/settings/my-number")
blueprint.before_request(sign_in_first)


class RingForm(OurForm):
    """Which number, over which connection. One nonce is one call."""

    number = StringField(
        _l("Your own number"),
        [needed(_l("Type your phone number."))],
        description=_l("It is rung once, to say a code of four digits."),
    )
    connection = HiddenField()
    nonce = HiddenField()


class CodeForm(OurForm):
    """The code that the phone told."""

    code = StringField(_l("The code you heard"), [needed(_l("Type the four digits you heard."))],
                       filters=[stripped])  # fmt: skip


@blueprint.get("")
@may_edit
def page() -> ResponseReturnValue:
    """The number as it stands, the code that is waited for, and how to verify another."""
    return _page()


@blueprint.post("/ring")
@may_edit
def ring() -> ResponseReturnValue:
    """Have the number rung with a code; pressing twice is one call."""
    form, refusal = RingForm(), None
    if not 0 < len(form.nonce.data or "") <= NONCE_MOST:
        abort(400)
    connection = _chosen(form) or abort(400)
    if form.validate():
        try:
            number = normalise(form.number.data, settings().home_region)
            if is_practice(number.e164) and not connection.practice:
                raise own_number.CannotSpeak(_("This is a number of the practice network."))
            call, is_new = own_number.ring(
                db(), person(), connection, number, form.nonce.data, settings().home_region
            )
        except NumberRefused as problem:
            form.number.errors = [say(problem.message)]
        except own_number.CannotSpeak as problem:
            form.number.errors = [say(str(problem))]
        except NotAllowed as problem:
            refusal = problem.refusal
        else:
            if is_new:
                jobs().place_call(call.id)
            return redirect(url_for("own_number.page"), 303)
    return _page(form, refusal=refusal, status=refusal.page_status if refusal else 422)


@blueprint.post("/code")
@may_edit
def code() -> ResponseReturnValue:
    """Try a code."""
    form = CodeForm()
    if form.validate():
        verdict = own_number.answer(db(), person(), form.code.data)
        if verdict == "right":
            flash(_("This number is yours now. Changed call flows ring it first."))
            return redirect(url_for("own_number.page"), 303)
        form.code.errors = [say(own_number.WRONG[verdict])]
    return _page(code_form=form, status=422)


@blueprint.post("/forget")
@may_edit
def forget() -> ResponseReturnValue:
    """Have no number of one's own any more."""
    store.forget(db(), person().workspace_id, person().id)
    flash(_("Your number was removed."))
    return redirect(url_for("own_number.page"), 303)


def _chosen(form: RingForm) -> Connection | None:
    wanted = row_id(form.connection.data)
    able = own_number.able(db(), person().workspace_id)
    return next((connection for connection in able if connection.id == wanted), None)


def _page(
    form: RingForm | None = None,
    code_form: CodeForm | None = None,
    refusal: Refusal | None = None,
    status: int = 200,
) -> tuple[str, int]:
    me = person()
    able = own_number.able(db(), me.workspace_id)
    real = [connection for connection in able if not connection.practice]
    usual = str((real or able)[0].id) if able else ""
    form = form or RingForm(formdata=None)
    chosen = form.connection.data or usual
    form.nonce.data = secrets.token_urlsafe(16)
    return render_template(
        "settings/own_number.html",
        own=store.get(db(), me.workspace_id, me.id),
        able=able,
        can_be_real=bool(real),
        services=SERVICES,
        form=form,
        chosen=chosen,
        code_form=code_form or CodeForm(formdata=None),
        refusal=refusal,
        own_number="",
    ), status
