"""The test call: choose a connection and a number, see what will happen, confirm, ring once."""

from __future__ import annotations

import secrets

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from msgspec import Struct
from wtforms import BooleanField, HiddenField, StringField

from blueprints import db, may_edit, person, public_address, row_id, settings
from blueprints.auth import sign_in_first
from blueprints.check_view import Check, check_views
from blueprints.editor_view import View
from blueprints.fields import OurForm
from blueprints.flow_tools import checked, compiled, load
from blueprints.formats import phone_number
from blueprints.judged import Words, words_of
from blueprints.noting import note, number_hint
from blueprints.queue import jobs
from blueprints.recording_view import try_recordings
from calling import guards, place
from calling.numbers import Number, NumberRefused, is_practice, normalise
from calling.practice_scripts import PRACTICE_NUMBERS
from flows.document import Flow
from flows.edits import change_settings
from flows.fitting import fitting
from flows.problems import Problem
from flows.rules.recordings import CODES as RECORDING_CODES
from flows.targets.base import CannotCompile, Compiled
from providers import SERVICES
from storage import calls, connections
from storage import flows as flow_store
from storage.connections import Connection
from storage.db import write_tx

NONCE_MOST = 64
"""Characters of the longest nonce that is taken; ours have 22."""

blueprint = Blueprint("test_call", __name__, url_prefix="/flows/<int:flow_id>/call")
blueprint.before_request(sign_in_first)

CHECKS_SHOWN = 8
"""How many reasons stand on the page; more are better mended in the editor."""

FIRST_NUMBER = "+1 505 555 0100"
"""What the field offers somebody who has not rung yet: on the practice network it rings here."""


class Choice(Struct, frozen=True):
    """A connection and why it could not carry this flow (nothing: it can).

    ``loses``: what a call over it would lose because nobody outside reaches this machine.
    """

    connection: Connection
    service: str
    problems: tuple[Problem, ...]
    loses: str


class NumberForm(OurForm):
    """Which connection, which number."""

    connection = HiddenField()
    number = StringField(
        _l("Number to ring"),
        description=_l("With + and the country code, or as you would dial it at home."),
    )


class ConfirmForm(NumberForm):
    """The same, confirmed. One nonce is one call, however often the button is pressed.

    ``again`` is asked where an earlier call to the number may have rung.
    """

    nonce = HiddenField()
    again = BooleanField(_l("Ring it all the same. It may ring a second time."))


@blueprint.get("")
@may_edit
def start(flow_id: int) -> ResponseReturnValue:
    """Choose a connection and a number: those of the person's last call where that connection can
    carry this flow, too, unless the address (on the way back here) has others.
    """
    stored, asked, me = load(flow_id), request.args, person()
    number, connection = calls.last_of(db(), me.workspace_id, me.id)
    last = connections.get(db(), me.workspace_id, connection) if connection else None
    if not number or last is None or _choice(stored.flow, last).problems:
        number, connection = "", None
    typed = {
        "number": asked.get("number", phone_number(number) if number else FIRST_NUMBER),
        "connection": asked.get("connection", str(connection or "")),
    }
    return _page(stored, NumberForm(formdata=None, data=typed))


@blueprint.post("")
@may_edit
def check(flow_id: int) -> ResponseReturnValue:
    """Is it a number, and can the connection carry the flow? Then it can be confirmed."""
    stored, form = load(flow_id), NumberForm()
    choice = _chosen(stored.flow, form)
    number = _number(form, choice.connection)
    if number is None or choice.problems:
        return _page(stored, form, 422)
    if not choice.connection.practice:
        try_recordings(stored.flow)
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
    stored, form = load(flow_id), NumberForm(request.args, meta={"csrf": False})
    choice = _chosen(stored.flow, form)
    number = _number(form, choice.connection)
    if number is None or choice.problems:
        return _page(stored, form, 422)
    confirmed = ConfirmForm(
        formdata=None,
        data={"connection": str(choice.connection.id), "nonce": secrets.token_urlsafe(16)},
    )
    return _confirm_page(stored, choice, number, confirmed)


def _confirm_page(
    stored: flow_store.StoredFlow,
    choice: Choice,
    number: Number,
    form: ConfirmForm,
    status: int = 200,
    refusal: guards.Refusal | None = None,
    words: Words | None = None,
) -> tuple[str, int]:
    """The call before it rings; or why it may not ring, as a rule just said or says now.

    ``words``: what moderation just said of the scripts; without it they are judged.
    """
    words = words or words_of(stored, choice.connection)
    facts = guards.facts_of(db(), _ask(stored, choice.connection, number))
    refusal = refusal or guards.decide(facts)
    practice = PRACTICE_NUMBERS.get(number.e164[-4:]) if is_practice(number.e164) else None
    return render_template(
        "calls/confirm.html",
        stored=stored,
        choice=choice,
        number=number,
        form=form,
        practice_script=practice,
        heard=_heard(stored, choice),
        unclear=place.may_have_rung(db(), person().workspace_id, number.e164),
        refusal=refusal,
        words=words,
        times=guards.times_there(facts),
        price=guards.price_of(facts),
        own_number=facts.own_number,
    ), refusal.page_status if refusal else 422 if words.stopped else status


def _ask(stored: flow_store.StoredFlow, connection: Connection, number: Number) -> guards.Ask:
    return place.ask(stored, connection, number, person().id, settings().home_region)


@blueprint.post("/place")
@may_edit
def place_call(flow_id: int) -> ResponseReturnValue:
    """Write the call down and have it placed; pressing twice is one call."""
    stored, form = load(flow_id), ConfirmForm()
    choice = _chosen(stored.flow, form)
    if not 0 < len(form.nonce.data or "") <= NONCE_MOST:
        abort(400)
    number = _number(form, choice.connection)
    if number is None or choice.problems:
        return _page(stored, form, 422)
    flow = with_sender(stored.flow, choice.connection)
    made = compiled(flow, choice.connection.service, number.e164)
    if isinstance(made, CannotCompile):
        return _page(stored, form, 422)
    words = _words_before(stored, choice.connection, form)
    if words is not None and words.stopped:
        return _confirm_page(stored, choice, number, form, words=words)
    intent = _intent(stored, choice.connection, number, flow.sender, made, form)
    try:
        with write_tx(db()):
            call, is_new = place.intend(db(), intent)
            if is_new:
                note("test_call", stored.flow.name, number_hint(number.e164))
    except guards.NotAllowed as problem:
        return _confirm_page(stored, choice, number, form, refusal=problem.refusal, words=words)
    except place.MayHaveRung:
        form.again.errors = [_("Tick this to ring the number once more, or go back.")]
        return _confirm_page(stored, choice, number, form, 422, words=words)
    if is_new:
        jobs().place_call(call.id)
    return redirect(url_for("calls.show", call_id=call.id), 303)


def _words_before(
    stored: flow_store.StoredFlow, connection: Connection, form: ConfirmForm
) -> Words | None:
    """What moderation says before a real call; None where nobody is asked.

    That is practice, and a second press of the button: its call was written down already.
    """
    pressed = calls.of_nonce(db(), person().workspace_id, form.nonce.data or "")
    return None if connection.practice or pressed else words_of(stored, connection)


def _heard(stored: flow_store.StoredFlow, choice: Choice) -> tuple[Check, ...]:
    """What a real call's callers might not hear well: the checks of its recordings."""
    if choice.connection.practice:
        return ()
    found = checked(stored.flow, choice.connection.service)
    told = tuple(problem for problem in found if problem.code in RECORDING_CODES)
    return _views(stored, choice, told)


def _views(
    stored: flow_store.StoredFlow, choice: Choice, problems: tuple[Problem, ...]
) -> tuple[Check, ...]:
    view = View(stored.id, target=choice.connection.service)
    return check_views(problems, view, stored.flow)


def _nearest(stored: flow_store.StoredFlow, choices: list[Choice]) -> Choice:
    """Of connections that cannot carry a flow the one that a few presses of a button make able:
    practice first, then what has no button, then how much there is to read.
    """

    def lacks(choice: Choice) -> tuple[bool, int, int]:
        alone = sum(not problem.fixes for problem in choice.problems)
        return (
            not choice.connection.practice, alone, len(_views(stored, choice, choice.problems))
        )  # fmt: skip

    return min(choices, key=lacks)


def _intent(
    stored: flow_store.StoredFlow,
    connection: Connection,
    number: Number,
    sender: str,
    made: Compiled,
    form: ConfirmForm,
) -> place.Intent:
    me = person()
    return place.Intent(
        workspace_id=me.workspace_id,
        person_id=me.id,
        nonce=form.nonce.data or "",
        flow=stored,
        connection=connection,
        number=number,
        sender=sender,
        compiled=made,
        again=bool(form.again.data),
        home_region=settings().home_region,
    )


def with_sender(flow: Flow, connection: Connection) -> Flow:
    """The flow as the connection would send it: without a sender, from the connection's."""
    return flow if flow.sender else change_settings(flow, sender=connection.sender)


def _choice(flow: Flow, connection: Connection) -> Choice:
    found = checked(with_sender(flow, connection), connection.service)
    stops = tuple(
        problem
        for problem in found
        if problem.severity == "error"
        or (problem.code == "practice_recording" and not connection.practice)
    )
    loses = public_address.trouble(flow, connection)
    return Choice(connection, SERVICES[connection.service].label, stops, loses)


def chosen_connection(form: NumberForm) -> Connection:
    """The connection that the form names; 400 where this workspace has none of that id."""
    chosen = row_id(form.connection.data)
    found = connections.get(db(), person().workspace_id, chosen) if chosen else None
    return found or abort(400)


def _chosen(flow: Flow, form: NumberForm) -> Choice:
    return _choice(flow, chosen_connection(form))


def _number(form: NumberForm, connection: Connection) -> Number | None:
    try:
        number = normalise(form.number.data or "", settings().home_region)
    except NumberRefused as refused:
        form.number.errors = [refused.message]
        return None
    if is_practice(number.e164) and not connection.practice:
        form.number.errors = [
            _("This is a number of the practice network. Choose Practice for it.")
        ]
        return None
    return number


def _page(stored: flow_store.StoredFlow, form: NumberForm, status: int = 200) -> tuple[str, int]:
    choices = [
        _choice(stored.flow, connection)
        for connection in connections.list_all(db(), person().workspace_id)
    ]
    able = [choice for choice in choices if not choice.problems]
    ids = [str(choice.connection.id) for choice in able]
    chosen = form.connection.data if form.connection.data in ids else next(iter(ids), "")
    nearest = _nearest(stored, choices) if choices and not able else None
    checks = _views(stored, nearest, nearest.problems) if nearest else ()
    carries = next(one for one in SERVICES.values() if one.target == fitting(stored.flow))
    here = {choice.connection.service for choice in choices}
    return render_template(
        "calls/start.html",
        stored=stored,
        form=form,
        choices=choices,
        chosen=chosen,
        able=able,
        nearest=nearest,
        elsewhere=carries if carries.key not in here else None,
        checks=checks[:CHECKS_SHOWN],
        more_checks=len(checks[CHECKS_SHOWN:]),
        practice_numbers=PRACTICE_NUMBERS,
    ), status
