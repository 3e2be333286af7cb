"""The map on a page of its own: the flow as boxes and lines, with a call's way over it."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from blueprints import db, person
from blueprints.auth import sign_in_first
from blueprints.editor_view import View
from blueprints.phone_page import build
from flows.map import lay_out
from flows.outline import outline
from storage import flows as store

blueprint = Blueprint("map", __name__, url_prefix="/flows/<int:flow_id>/map")
blueprint.before_request(sign_in_first)


@blueprint.get("")
def page(flow_id: int) -> ResponseReturnValue:
    """The whole map; ``keys`` in the address draw the way of that call over it."""
    stored = store.load(db(), person().workspace_id, flow_id)
    view = View.asked(flow_id).at(tab="map")
    played = build(stored.flow, view).call
    return render_template(
        "editor/map_page.html",
        stored=stored,
        view=view,
        drawing=lay_out(stored.flow, played.trail if played else ()),
        outline=outline(stored.flow),
    )
