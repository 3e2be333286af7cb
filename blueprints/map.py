"""The map on a page of its own: the flow as boxes and lines, with a call's way over it."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from blueprints import db, person
from blueprints.auth import sign_in_first
from blueprints.editor_view import View
from blueprints.phone_page import read_inputs
from flows import call as engine
from flows.map import lay_out
from flows.outline import outline
from storage import flows as store

blueprint = Blueprint("map", __name__, url_prefix="/flows/<int:flow_id>/map")
blueprint.before_request(sign_in_first)


@blueprint.get("")
def page(flow_id: int) -> ResponseReturnValue:
    """The whole map; ``keys`` in the address draw the way of that call over it."""
    stored, view = store.load(db(), person().workspace_id, flow_id), View.asked(flow_id)
    keys = request.args.get("keys")
    path = engine.replay(stored.flow, read_inputs(keys)).trail if keys is not None else ()
    return render_template(
        "editor/map_page.html",
        stored=stored,
        view=view,
        drawing=lay_out(stored.flow, path),
        outline=outline(stored.flow),
    )
