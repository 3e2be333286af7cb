"""The phone in the editor: play the present draft, key by key. It is an address, replayed."""

from __future__ import annotations

from dataclasses import replace

from flask import (
    Blueprint,
    abort,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue

from blueprints import editor, may_edit, settings
from blueprints.auth import sign_in_first
from blueprints.draft import has_unsaved, with_unsaved
from blueprints.editor_view import View
from blueprints.phone_page import MID_SHOWN, build, read_inputs
from calling.webhooks import try_out
from flows import call as engine
from providers.web import WebClient

blueprint = Blueprint("phone", __name__, url_prefix="/flows/<int:flow_id>/phone")
blueprint.before_request(sign_in_first)


@blueprint.get("")
def show(flow_id: int) -> ResponseReturnValue:
    """A call of the draft on a page of its own, replayed from the keys in the address."""
    stored, view = editor.load(flow_id), View.asked(flow_id)
    return render_template(
        "editor/phone_page.html", stored=stored, phone=build(stored.flow, view), view=view
    )


@blueprint.post("")
def press(flow_id: int) -> ResponseReturnValue:
    """One more key. Unsaved fields come along and are played, never stored."""
    stored, view = editor.load(flow_id), _pressed(View.asked(flow_id))
    if has_unsaved(request):
        phone = build(with_unsaved(stored.flow, request), view, unsaved=True)
        reply = make_response(editor.render(stored, view, side_shown=phone))
        # What is unsaved cannot stand in an address; a reload shows the call of what is saved.
        reply.headers["HX-Push-Url"] = view.url()
        return reply
    return redirect(_address(view), 303)


@blueprint.post("/send")
@may_edit
def send(flow_id: int) -> ResponseReturnValue:
    """Send one of the call's web requests for real, once, as it stands in the saved flow."""
    stored, view = editor.load(flow_id), View.asked(flow_id)
    phone = build(stored.flow, replace(view, keys=request.form.get("keys", "")))
    told = [e for e in phone.call.trail if isinstance(e, engine.Told)] if phone.call else []
    number = request.form.get("number", "")
    if not number.isdecimal() or not 1 <= int(number) <= len(told):
        abort(400)
    event = told[int(number) - 1]
    body = event.delivery(stored.flow.sender, stored.flow.recipient, MID_SHOWN)
    flash(try_out(WebClient(settings().reachable_hosts), event, body))
    return redirect(_address(_pressed(view)), 303)


def _pressed(view: View) -> View:
    """The place after the button that was pressed."""
    pressed = request.form.get("press", "")
    if pressed == "stop":
        return replace(view, keys=None, start=0)
    inputs = read_inputs(f"{request.form.get('keys', '')},{pressed}")
    return replace(view, keys=",".join(inputs))


def _address(view: View) -> str:
    """Back to where the phone stood: in the editor, or on its own page."""
    if request.form.get("inside"):
        return view.url()
    return f"{url_for('phone.show', flow_id=view.flow_id)}?{view.query()}"
