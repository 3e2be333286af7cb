"""The script on paper: every prompt numbered, for the voice talent and for approval."""

from __future__ import annotations

from flask import Blueprint, Response, render_template
from flask.typing import ResponseReturnValue

from blueprints import db, person
from blueprints.auth import sign_in_first
from blueprints.languages import say
from flows.script import as_text, script
from storage import flows as store

blueprint = Blueprint("script", __name__, url_prefix="/flows/<int:flow_id>")
blueprint.before_request(sign_in_first)


@blueprint.get("/script")
def page(flow_id: int) -> ResponseReturnValue:
    """A page made to be printed."""
    stored = store.load(db(), person().workspace_id, flow_id)
    return render_template("editor/script_page.html", stored=stored, prompts=script(stored.flow))


@blueprint.get("/script.txt")
def text(flow_id: int) -> ResponseReturnValue:
    """The same as plain text."""
    stored = store.load(db(), person().workspace_id, flow_id)
    return Response(
        as_text(stored.flow, say),
        mimetype="text/plain",
        headers={"Content-Disposition": f'attachment; filename="script-{flow_id}.txt"'},
    )
