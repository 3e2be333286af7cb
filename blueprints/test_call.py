"""The test call: choose a connection and a number, see what will happen, confirm, ring once."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import HiddenField, StringField

from blueprints import db, may_edit, person, public_address, row_id, settings
from blueprints.auth import sign_in_first
from blueprints.flow_tools import checked, compiled
from blueprints.queue import jobs
from calling import place
from calling.numbers import Number, NumberRefused, is_practice, normalise
from calling.practice_scripts import PRACTICE_NUMBERS
from flows.document import Flow
from flows.edits import change_settings
from flows.problems import Problem
from flows.targets.base import CannotCompile, Compiled
from providers import SERVICES
from storage import connections
from storage import flows as flow_store
from storage.connections import Connection

NONCE_MOST = 64
"""Characters of the longest nonce that is taken; ours have 22."""

blueprint = Blueprint("test_call", __name__, url_prefix="/flows/<int:flow_id>/call")
blueprint.before_request(sign_in_first)

FIRST_NUMBER = "+1 505 555 0100"
"""What the field offers: a number of the practice network that rings on the screen."""


@dataclass(frozen=True)
class Choice:
    """A connection and why it could not carry this flow (nothing: it can).

    ``loses``: what a call over it would lose because nobody outside reaches this machine.
    """

    connection: Connection
    service: str
    problems: tuple[Problem, ...]
    loses: str


class NumberForm(FlaskForm):
    """Which connection, which number."""

    connection = HiddenField()
    number = StringField("Number to ring")


class ConfirmForm(NumberForm):
    """The same, confirmed. One nonce is one call, however often the button is pressed."""

    nonce = HiddenField()


@blueprint.get("")
@may_edit
def start(flow_id: int) -> ResponseReturnValue:
    """Choose a connection and a number."""
    stored = _load(flow_id)
    return _page(stored, NumberForm(formdata=None, data={"number": FIRST_NUMBER}))


@blueprint.post("")
@may_edit
def check(flow_id: int) -> ResponseReturnValue:
    """Is it a number, and can the connection carry the flow? Then it can be confirmed."""
    stored, form = _load(flow_id), NumberForm()
    choice = _chosen(stored.flow, form)
    number = _number(form, choice.connection)
    if number is None or choice.problems:
        return _page(stored, form, 422)
    return redirect(
        url_for(
            "test_call.confirm",
            flow_id=flow_id,
            connection=choice.connection.id,
            number=number.e164,
        ),
        303,
    )


@blueprint.get("/confirm")
@may_edit
def confirm(flow_id: int) -> ResponseReturnValue:
    """See the number as it will be dialled, and what is about to happen. Rings nobody."""
    stored, form = _load(flow_id), NumberForm(request.args, meta={"csrf": False})
    choice = _chosen(stored.flow, form)
    number = _number(form, choice.connection)
    if number is None or choice.problems:
        return _page(stored, form, 422)
    confirmed = ConfirmForm(
        formdata=None,
        data={"connection": str(choice.connection.id), "nonce": secrets.token_urlsafe(16)},
    )
    practice = PRACTICE_NUMBERS.get(number.e164[-4:]) if is_practice(number.e164) else None
    return render_template(
        "calls/confirm.html",
        stored=stored,
        choice=choice,
        number=number,
        form=confirmed,
        practice_script=practice,
    )


@blueprint.post("/place")
@may_edit
def place_call(flow_id: int) -> ResponseReturnValue:
    """Write the call down and have it placed; pressing twice is one call."""
    stored, form = _load(flow_id), ConfirmForm()
    choice = _chosen(stored.flow, form)
    if not 0 < len(form.nonce.data or "") <= NONCE_MOST:
        abort(400)
    number = _number(form, choice.connection)
    if number is None or choice.problems:
        return _page(stored, form, 422)
    flow = _with_sender(stored.flow, choice.connection)
    made = compiled(flow, choice.connection.service, number.e164)
    if isinstance(made, CannotCompile):
        return _page(stored, form, 422)
    call, is_new = place.intend(
        db(), _intent(stored, choice.connection, number, flow.sender, made, form.nonce.data)
    )
    if is_new:
        jobs().place_call(call.id)
    return redirect(url_for("calls.show", call_id=call.id), 303)


def _intent(
    stored: flow_store.StoredFlow,
    connection: Connection,
    number: Number,
    sender: str,
    made: Compiled,
    nonce: str,
) -> place.Intent:
    me = person()
    return place.Intent(
        workspace_id=me.workspace_id,
        person_id=me.id,
        nonce=nonce,
        flow=stored,
        connection=connection,
        number=number,
        sender=sender,
        compiled=made,
    )


def _load(flow_id: int) -> flow_store.StoredFlow:
    return flow_store.load(db(), person().workspace_id, flow_id)


def _with_sender(flow: Flow, connection: Connection) -> Flow:
    return flow if flow.sender else change_settings(flow, sender=connection.sender)


def _choice(flow: Flow, connection: Connection) -> Choice:
    found = checked(_with_sender(flow, connection), connection.service)
    stops = tuple(
        problem
        for problem in found
        if problem.severity == "error"
        or (problem.code == "practice_recording" and not connection.practice)
    )
    loses = public_address.trouble(flow, connection)
    return Choice(connection, SERVICES[connection.service].label, stops, loses)


def _chosen(flow: Flow, form: NumberForm) -> Choice:
    chosen = row_id(form.connection.data)
    found = connections.get(db(), person().workspace_id, chosen) if chosen else None
    return _choice(flow, found) if found else abort(400)


def _number(form: NumberForm, connection: Connection) -> Number | None:
    try:
        number = normalise(form.number.data or "", settings().home_region)
    except NumberRefused as refused:
        form.number.errors = [refused.message]
        return None
    if is_practice(number.e164) and not connection.practice:
        form.number.errors = ["This is a number of the practice network. Choose Practice for it."]
        return None
    return number


def _page(stored: flow_store.StoredFlow, form: NumberForm, status: int = 200) -> tuple[str, int]:
    choices = [
        _choice(stored.flow, connection)
        for connection in connections.list_all(db(), person().workspace_id)
    ]
    able = [choice for choice in choices if not choice.problems]
    chosen = form.connection.data or (str(able[0].connection.id) if able else "")
    return render_template(
        "calls/start.html",
        stored=stored,
        form=form,
        choices=choices,
        chosen=chosen,
        able=able,
        practice_numbers=PRACTICE_NUMBERS,
    ), status
