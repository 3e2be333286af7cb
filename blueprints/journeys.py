"""Calls kept as tests: keep one, see what an edit changed, accept it or take the edit back."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from msgspec.structs import replace

from blueprints import db, editor, may_edit, person
from blueprints.auth import sign_in_first
from blueprints.editor_forms import LONGEST_KEPT_NAME, KeepForm
from blueprints.editor_view import View
from blueprints.phone_page import build
from flows import journeys as kept_calls
from flows.journey_words import inputs_in_words
from storage import journeys as store

blueprint = Blueprint("journeys", __name__, url_prefix="/flows/<int:flow_id>/journeys")
blueprint.before_request(sign_in_first)


@blueprint.post("")
@may_edit
def keep(flow_id: int) -> ResponseReturnValue:
    """Keep the call on the phone as a test."""
    stored, view, me = editor.load(flow_id), View.asked(flow_id), person()
    call = build(stored.flow, view).call
    if call is None:
        abort(400)
    form = KeepForm()
    journey = kept_calls.record(call, form.name.data)
    if not journey.name:
        journey = replace(journey, name=inputs_in_words(journey.inputs)[:LONGEST_KEPT_NAME])
    known = store.list_for_flow(db(), me.workspace_id, flow_id)
    form.taken = {one.name.casefold() for one in known} & {journey.name.casefold()}
    if not form.validate():
        return editor.render(stored, view, 422, keep=form)
    store.add(db(), me.workspace_id, flow_id, me.id, journey)
    flash(_("Kept. From now on every edit replays this call and says when it goes another way."))
    return redirect(view.url(), 303)


@blueprint.post("/<int:journey_id>/accept")
@may_edit
def accept(flow_id: int, journey_id: int) -> ResponseReturnValue:
    """The way the call goes now is the way it must go."""
    stored, me = editor.load(flow_id), person()
    found = store.list_for_flow(db(), me.workspace_id, flow_id)
    journey = next((one for one in found if one.id == journey_id), None) or abort(404)
    accepted = kept_calls.accept(stored.flow, journey)
    store.set_expected(db(), me.workspace_id, flow_id, journey_id, accepted.expected)
    flash(
        _("Accepted: from now on “%(name)s” must go the new way.", name=journey.name),
        f"accepted:{journey_id}",
    )
    return redirect(View.asked(flow_id).url("checks"), 303)


@blueprint.post("/<int:journey_id>/bring-back")
@may_edit
def bring_back(flow_id: int, journey_id: int) -> ResponseReturnValue:
    """Undo accept: the way that was kept before must be gone again."""
    editor.load(flow_id)
    store.bring_back(db(), person().workspace_id, flow_id, journey_id)
    return redirect(View.asked(flow_id).url("checks"), 303)


@blueprint.post("/<int:journey_id>/forget")
@may_edit
def forget(flow_id: int, journey_id: int) -> ResponseReturnValue:
    """Keep the call no longer."""
    store.delete(db(), person().workspace_id, flow_id, journey_id)
    return redirect(View.asked(flow_id).url(), 303)
