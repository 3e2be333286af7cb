"""Calls: the list that updates by itself, one call's page, and the phone that rings on it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from msgspec import Struct

from blueprints import db, json_view, may_edit, person
from blueprints.auth import sign_in_first
from blueprints.call_list import Line, asked_for, line_of, shown
from blueprints.queue import jobs
from blueprints.recording_view import playable
from calling import practice, words
from calling.clock import parsed
from calling.own_number import shown_request
from flows import call as engine
from flows.document import KEYS, Flow, Menu
from flows.said import said
from flows.step_words import value_in_words
from flows.trail import Event
from providers import SERVICES
from storage import answers, connections
from storage import calls as store
from storage import flows as flow_store
from storage.practice import PracticeCall
from storage.send_again import newest_attempts, send_again

blueprint = Blueprint("calls", __name__, url_prefix="/calls")
blueprint.before_request(sign_in_first)

PHASES = {
    "ringing": said("Ringing"),
    "talking": said("On the phone"),
    "ended": said("Over, waiting for the service’s report"),
}
"""Phase of a phone on the screen -> its words."""


TELLING = ("webhook_due", "webhook_started")
"""Codes of a web address that is still to be told: the page goes on watching."""


WHILE_PLACED = ("queued", "sending", "accepted", "gateway_accepted")
"""Codes that come before what the phone does: a quick service rings before its reply is read."""

LINGERS_S = 30
"""Seconds that a phone stays on the screen after its call, so that nobody wonders where it went."""


class Phone(Struct, frozen=True):
    """The phone on the screen. ``speak_id`` changes whenever a menu is said."""

    practice: PracticeCall
    talk: engine.Call | None
    menu: Menu | None
    speak_id: str
    language: str
    trail: tuple[str, ...]
    seconds_left: int

    @property
    def shown(self) -> bool:
        """Whether it is on the screen: until a moment after the call."""
        if self.practice.script != "screen":
            return False
        ended = self.practice.ended_at
        return ended is None or datetime.now(UTC) - parsed(ended) < timedelta(seconds=LINGERS_S)

    @property
    def minutes_left(self) -> int:
        """Whole minutes of ``seconds_left``; 0 below one."""
        return self.seconds_left // 60

    @property
    def plays(self) -> str:
        """The address of the recording, when it can be played here."""
        return playable(self.menu.recording) if self.menu else ""


@blueprint.get("")
def listing() -> ResponseReturnValue:
    """All calls, newest first: searched, filtered, counted."""
    return render_template("calls/list.html", **shown(asked_for()))


@blueprint.get("/live")
def live_list() -> ResponseReturnValue:
    """Only the part of the list that changes by itself."""
    return render_template("calls/list_live.html", **shown(asked_for()))


def _line_now(call: store.StoredCall, phone: Phone | None) -> Line:
    """The line as it is at this moment: a phone on the screen knows before the service says."""
    phase = phone.practice.phase if phone else ""
    if call.final or phase not in PHASES:
        return line_of(call)
    return Line(call, PHASES[phase], "ringing", SERVICES[call.service].label)


def _history(call: store.StoredCall, phone: Phone | None) -> list[tuple[store.CallEvent, str]]:
    """Every event with its sentence; a conversation is told with the names people gave."""
    flow = phone.talk.flow if phone and phone.talk else None
    told = []
    for event in sorted(store.events(db(), call), key=_order):
        line = _line(event, phone)
        sentence: str = words.event_words(event)
        if isinstance(line, engine.Saved) and event.code in words.SAVING:
            sentence = words.saving_words(event, line.name, value_in_words(line.value))
        elif line is not None and flow is not None and "words" in event.detail:
            sentence = line.in_words(flow)
        if not (call.origin == "app" and event.code == "gateway_accepted"):
            told.append((event, sentence))
    return told


def _line(event: store.CallEvent, phone: Phone | None) -> Event | None:
    """The line of the conversation that an event is about."""
    trail = phone.talk.trail if phone and phone.talk else ()
    index = event.detail.get("index", -1)
    return trail[index] if 0 <= index < len(trail) else None


def _may_be_told_again(
    history: list[tuple[store.CallEvent, str]], phone: Phone | None
) -> frozenset[int]:
    """Ids of the attempts that may be made once more; an answer that was kept needs no second."""
    attempts = newest_attempts([(event.id, event.code, event.detail) for event, _ in history])
    return attempts - {
        event.id
        for event, _ in history
        if event.code == "webhook_told" and isinstance(_line(event, phone), engine.Saved)
    }


def _order(event: store.CallEvent) -> tuple[str, bool]:
    """Its place in the history: by the second that is shown, the placing first."""
    return event.at[: len("2026-11-21T07:30:00")], event.code not in WHILE_PLACED


@blueprint.get("/<int:call_id>")
def show(call_id: int) -> ResponseReturnValue:
    """One call: the phone while it rings, how it went, its whole history."""
    return render_template("calls/show.html", **_call(call_id))


@blueprint.get("/<int:call_id>/live")
def live(call_id: int) -> ResponseReturnValue:
    """Only the part of a call's page that changes by itself."""
    return render_template("calls/show_live.html", **_call(call_id))


def _call(call_id: int) -> dict[str, Any]:
    workspace = person().workspace_id
    call = store.get(db(), workspace, call_id) or abort(404)
    on_phone = practice.find(db(), workspace, call.message_id) if call.message_id else None
    connection = (
        connections.get(db(), workspace, call.connection_id) if call.connection_id else None
    )
    written = _written_flow(call)
    phone = _phone(on_phone, written or on_phone.flow) if on_phone else None
    history = _history(call, phone)
    return {
        "line": _line_now(call, phone),
        "call": call,
        "problem": _problem(call, history),
        "connection": connection,
        "phone": phone,
        "answers": answers.of_message(db(), workspace, call.message_id) if call.message_id else [],
        "flow_is_there": written is not None,
        "events": history,
        "again": _may_be_told_again(history, phone),
        "not_told": words.NOT_TOLD,
        "request_html": json_view.highlighted_json(shown_request(call)),
        "reply_html": json_view.highlighted_json(call.reply),
        "live": call.finished_at is None or any(event.code in TELLING for event, _ in history),
        "keys": KEYS,
    }


def _problem(call: store.StoredCall, history: list[tuple[store.CallEvent, str]]) -> str:
    """Why a call was not placed; its history remembers how the sentence was made."""
    reasons = (event.detail.get("reason") for event, _ in history)
    return next((reason for reason in reasons if reason == call.problem), call.problem)


def _phone(on_phone: PracticeCall, flow: Flow) -> Phone:
    """The conversation, told with the flow as people wrote it where it is still known."""
    talk = engine.replay(flow, on_phone.inputs) if on_phone.answered_at else None
    left = 0.0
    if on_phone.next_at:
        left = (parsed(on_phone.next_at) - datetime.now(UTC)).total_seconds()
    return Phone(
        on_phone,
        talk,
        talk.menu if talk else None,
        f"{on_phone.message_id}:{talk.played if talk else 0}",
        flow.language,
        talk.in_words() if talk else (),
        max(0, round(left)),
    )


def _written_flow(call: store.StoredCall) -> Flow | None:
    if call.flow_id is None:
        return None
    try:
        return flow_store.load(db(), call.workspace_id, call.flow_id, call.flow_revision).flow
    except flow_store.FlowNotFound:
        return None


@blueprint.post("/<int:call_id>/phone")
@may_edit
def use_phone(call_id: int) -> ResponseReturnValue:
    """Answer, press a key, stay silent or hang up on the phone on the screen."""
    workspace = person().workspace_id
    call = store.get(db(), workspace, call_id) or abort(404)
    network, message = jobs().practice_network(db()), call.message_id
    key = request.form.get("key", "")
    moves = {
        "answer": lambda: network.answer(workspace, message),
        "press": lambda: network.press(workspace, message, key),
        "silence": lambda: network.stay_silent(workspace, message),
        "hangup": lambda: network.hang_up(workspace, message),
    }
    moves.get(request.form.get("do", "press"), lambda: abort(400))()
    return redirect(url_for("calls.show", call_id=call_id), 303)


@blueprint.post("/<int:call_id>/again/<int:event_id>")
@may_edit
def tell_again(call_id: int, event_id: int) -> ResponseReturnValue:
    """Tell a web address once more; it stands in the history as another attempt."""
    workspace = person().workspace_id
    call = store.get(db(), workspace, call_id) or abort(404)
    if event_id not in {event.id for event in store.events(db(), call)}:
        abort(404)
    message_id = send_again(db(), workspace, event_id)
    if message_id:
        jobs().tell(message_id)
    return redirect(url_for("calls.show", call_id=call_id), 303)
