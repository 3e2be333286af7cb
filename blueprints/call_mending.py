"""What stops a test call, or may not be heard well in it, is mended where it is read."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from blueprints import db, may_edit, new_id, person
from blueprints.auth import sign_in_first
from blueprints.flow_tools import asked_fix
from blueprints.test_call import NumberForm, chosen_connection, load, with_sender
from flows import edits, fixes
from storage import flows as flow_store

blueprint = Blueprint("call_mending", __name__, url_prefix="/flows/<int:flow_id>/call/mend")
blueprint.before_request(sign_in_first)


@blueprint.post("")
@may_edit
def mend(flow_id: int) -> ResponseReturnValue:
    """Mend one finding, the way its button says, and come back to the page it stood on.

    A finding that is gone meanwhile, or whose place is, needs no mending: the page then shows
    what there is.
    """
    stored, form = load(flow_id), NumberForm()
    connection, me = chosen_connection(form), person()
    chosen = asked_fix(with_sender(stored.flow, connection), connection.service)
    if chosen is not None:
        try:
            flow_store.edit(
                db(), me.workspace_id, flow_id, me.id, stored.revision,
                lambda flow: fixes.apply(flow, chosen, new_id),
            )  # fmt: skip
            flash(_("That was mended."))
        except edits.Gone:
            pass
    page = "test_call.confirm" if request.form.get("back") == "confirm" else "test_call.start"
    back = url_for(page, flow_id=flow_id, connection=connection.id, number=form.number.data or "")
    return redirect(back, 303)
