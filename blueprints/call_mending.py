"""What stops a test call, or may not be heard well in it, is mended where it is read."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from blueprints import db, may_edit, person, row_id
from blueprints.auth import sign_in_first
from blueprints.flow_tools import Mending, load
from blueprints.test_call import FIRST_NUMBER, NumberForm, chosen_connection, with_sender
from flows import edits
from storage import flows as flow_store
from storage import history

blueprint = Blueprint("call_mending", __name__, url_prefix="/flows/<int:flow_id>/call/mend")
blueprint.before_request(sign_in_first)

NUMBER_MOST = 200
"""Characters of a typed number that are carried on; no number has a tenth of that."""


@blueprint.post("")
@may_edit
def mend(flow_id: int) -> ResponseReturnValue:
    """Mend one finding, the way its button says, and come back to the page it stood on.

    A finding that is gone meanwhile, or whose place is, needs no mending: the page then shows
    what there is.
    """
    stored, form, me = load(flow_id), NumberForm(), person()
    connection = chosen_connection(form)
    mending = Mending(connection.service, lambda flow: with_sender(flow, connection))
    number, back = (form.number.data or "")[:NUMBER_MOST], _page_of(request.form)
    place = {"flow_id": flow_id, "back": back, "connection": connection.id, "number": number}
    try:
        now = flow_store.edit(db(), me.workspace_id, flow_id, me.id, stored.revision, mending)
        if mending.done:
            undo = url_for(".undo", revision=now.revision, **place)
            flash(_("That was mended."), f"undo:{undo}")
        elif mending.found:
            flash(_("The sender is the connection’s own: change it there, under Settings."), "warn")
    except edits.Gone:
        pass
    return redirect(_back(**place), 303)


@blueprint.post("/undo")
@may_edit
def undo(flow_id: int) -> ResponseReturnValue:
    """Take the repair back that was just made, and come back to the page it stood on."""
    asked, me = request.args, person()
    revision, connection = row_id(asked.get("revision")), row_id(asked.get("connection"))
    if revision is None or connection is None:
        abort(404)
    try:
        history.undo(db(), me.workspace_id, flow_id, me.id, revision)
    except flow_store.Conflict:
        flash(_("The call flow was changed meanwhile, so nothing was taken back."), "warn")
    number = asked.get("number", "")[:NUMBER_MOST]
    return redirect(_back(flow_id, _page_of(asked), connection, number), 303)


def _page_of(asked: Mapping[str, str]) -> str:
    """Which of the two pages a repair stood on: "confirm", or "" for the first."""
    return "confirm" if asked.get("back") == "confirm" else ""


def _back(flow_id: int, back: str, connection: int, number: str) -> str:
    """The page it was pressed on; the first one offers what it would, unless a number was typed."""
    if back == "confirm":
        return url_for("test_call.confirm", flow_id=flow_id, connection=connection, number=number)
    typed = {"number": number} if number != FIRST_NUMBER else {}
    return url_for("test_call.start", flow_id=flow_id, **typed)
