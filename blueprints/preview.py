"""Taking a flow away: as a file, as JSON to copy, as a curl command.

Not for viewers: it holds the secrets of custom headers and of the answers inbox.
"""

from __future__ import annotations

import re

from flask import Blueprint, Response, abort, render_template
from flask.typing import ResponseReturnValue

from blueprints import db, json_view, may_edit, person
from blueprints.auth import sign_in_first
from blueprints.flow_tools import compiled, with_usual_sender
from blueprints.noting import note
from flows import whole_file
from flows.targets import TARGETS
from flows.targets.base import CannotCompile, Compiled
from providers import SERVICES
from storage import flows as store

blueprint = Blueprint("preview", __name__, url_prefix="/flows/<int:flow_id>/export")
blueprint.before_request(sign_in_first)


def _compiled(flow_id: int, target: str) -> tuple[store.StoredFlow, Compiled | CannotCompile]:
    if target not in TARGETS or target not in SERVICES:
        abort(404)
    stored = store.load(db(), person().workspace_id, flow_id)
    return stored, compiled(with_usual_sender(stored.flow, target), target)


@blueprint.get("/press-one.json")
@may_edit
def whole(flow_id: int) -> ResponseReturnValue:
    """The whole call flow as a Press One file, which Import brings back as it is."""
    stored = store.load(db(), person().workspace_id, flow_id)
    return _file(stored, whole_file.write(stored.flow), "press-one.json")


@blueprint.get("/<target>")
@may_edit
def page(flow_id: int, target: str) -> ResponseReturnValue:
    """Everything to copy, on one page (works without JavaScript)."""
    stored, made = _compiled(flow_id, target)
    ready = isinstance(made, Compiled)
    return render_template(
        "editor/export.html",
        stored=stored,
        target=target,
        service=SERVICES[target].label,
        text=made.text if isinstance(made, Compiled) else "",
        curl=json_view.as_curl(made) if isinstance(made, Compiled) else "",
        reasons=() if ready else made.reasons,
    ), 200 if ready else 422


@blueprint.get("/<target>.json")
@may_edit
def download(flow_id: int, target: str) -> ResponseReturnValue:
    """The request's exact bytes, as a file."""
    stored, made = _compiled(flow_id, target)
    if isinstance(made, CannotCompile):
        return page(flow_id, target)
    return _file(stored, made.content, "json")


def _file(stored: store.StoredFlow, content: bytes, ending: str) -> Response:
    note("flow_exported", stored.flow.name, ending)
    name = re.sub(r"[^A-Za-z0-9]+", "-", stored.flow.name).strip("-").lower() or "call-flow"
    return Response(
        content,
        mimetype="application/json",
        headers={"Content-Disposition": f'attachment; filename="{name}.{ending}"'},
    )


@blueprint.get("/<target>.curl")
@may_edit
def curl(flow_id: int, target: str) -> ResponseReturnValue:
    """The request as a command for a terminal."""
    _stored, made = _compiled(flow_id, target)
    if isinstance(made, CannotCompile):
        return page(flow_id, target)
    return Response(json_view.as_curl(made), mimetype="text/plain")
