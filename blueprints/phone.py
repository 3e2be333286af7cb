"""The phone in the editor: play the present draft, key by key. It is an address, replayed."""

from __future__ import annotations

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
from flask_babel import lazy_gettext as _l
from msgspec.structs import replace

from blueprints import editor, guide, may_edit, settings, whole
from blueprints.auth import sign_in_first
from blueprints.draft import with_unsaved
from blueprints.editor_view import View
from blueprints.languages import say
from blueprints.phone_page import build, delivery, read_inputs
from calling.webhooks import try_out
from flows import call as engine
from flows.differences import same
from flows.document import Flow
from providers.web import WebClient

blueprint = Blueprint("phone", __name__, url_prefix="/flows/<int:flow_id>/phone")
blueprint.before_request(sign_in_first)

CHANGED = _l("The call flow was changed meanwhile, so nothing was sent. Look again, then send it.")


@blueprint.get("")
def show(flow_id: int) -> ResponseReturnValue:
    """A call of the draft on a page of its own, replayed from the keys in the address."""
    stored, view = editor.load(flow_id), View.asked(flow_id).at(tab="phone")
    return render_template(
        "editor/phone_page.html",
        stored=stored,
        phone=build(stored.flow, view),
        view=view,
    )


@blueprint.post("")
def press(flow_id: int) -> ResponseReturnValue:
    """One more key. Unsaved fields come along and are played, never stored."""
    stored, view = editor.load(flow_id), _pressed(View.asked(flow_id))
    guide.note_phone(view)
    draft = with_unsaved(stored.flow, request)
    if same(draft, stored.flow):
        return redirect(_address(view), 303)
    phone = build(draft, view, unsaved=True)
    reply = make_response(editor.render(stored, view, side_shown=phone))
    # What is unsaved cannot stand in an address; a reload shows the call of what is saved.
    reply.headers["HX-Push-Url"] = view.url()
    return reply


@blueprint.post("/send")
@may_edit
def send(flow_id: int) -> ResponseReturnValue:
    """Send one of the call's web requests for real, once, exactly as the page showed it."""
    stored, view = editor.load(flow_id), _pressed(View.asked(flow_id))
    event = _told(stored.flow, view, request.form.get("number", ""))
    if event is None or request.form.get("revision") != str(stored.revision):
        flash(str(CHANGED), "warn")
    else:
        web = WebClient(settings().reachable_hosts)
        flash(say(try_out(web, event, delivery(stored.flow, event))))
    return redirect(_address(view), 303)


def _told(flow: Flow, view: View, number: str) -> engine.Told | None:
    """The web request with this number (from 1) on the call, or None when there is none."""
    wanted = whole(number)
    if wanted is None:
        abort(400)
    call = build(flow, view).call
    told = [event for event in call.trail if isinstance(event, engine.Told)] if call else []
    return dict(enumerate(told, 1)).get(wanted)


def _pressed(view: View) -> View:
    """The place after the button that was pressed; a new call begins where the last one did."""
    pressed = request.form.get("press", "")
    if pressed == "again":
        return replace(view.beside, keys="")
    if pressed == "beginning":
        return replace(view.beside, keys="", start=0)
    inputs = read_inputs(f"{request.form.get('keys', '')},{pressed}")
    return replace(view.beside, keys=",".join(inputs))


def _address(view: View) -> str:
    """Back to where the phone stood: in the editor, or on its own page."""
    if request.form.get("inside"):
        return view.url()
    return f"{url_for('phone.show', flow_id=view.flow_id)}?{view.query()}"
