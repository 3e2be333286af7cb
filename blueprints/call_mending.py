"""What stops a test call, or may not be heard well in it, is mended where it is read."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from blueprints import db, may_edit, person
from blueprints.auth import sign_in_first
from blueprints.flow_tools import Mending, load
from blueprints.test_call import FIRST_NUMBER, NumberForm, chosen_connection, with_sender
from flows import edits
from storage import flows as flow_store

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
    try:
        flow_store.edit(db(), me.workspace_id, flow_id, me.id, stored.revision, mending)
    except edits.Gone:
        mending.done = False
    if mending.done:
        flash(_("That was mended."))
    return redirect(_back(flow_id, connection.id, form.number.data or ""), 303)


def _back(flow_id: int, connection: int, number: str) -> str:
    """The page it was pressed on; the first one offers what it would, unless a number was typed."""
    if request.form.get("back") == "confirm":
        asked = {"connection": connection, "number": number[:NUMBER_MOST]}
        return url_for("test_call.confirm", flow_id=flow_id, **asked)
    typed = {"number": number[:NUMBER_MOST]} if number != FIRST_NUMBER else {}
    return url_for("test_call.start", flow_id=flow_id, **typed)
