"""Where a service tells by itself how calls went: ``/told/<token>``."""

from __future__ import annotations

import logging

from flask import Blueprint, Response, abort
from werkzeug.exceptions import HTTPException

from blueprints import box, db
from blueprints.gateway import body_bytes, json_reply
from calling import told

LOG = logging.getLogger(__name__)

blueprint = Blueprint("told", __name__, url_prefix=told.PATH.rstrip("/"))


@blueprint.post("/<token>")
def receive(token: str) -> Response:
    """Take a report. The same one again is answered alike, and counted once."""
    connection = told.connection_of(db(), box(), token) or abort(404)
    if not told.receive(db(), connection, body_bytes()):
        return json_reply({"error": "Send the reports as JSON: {results: [{…}]}."}, 400)
    return json_reply({"status": "ok"})


@blueprint.errorhandler(HTTPException)
def http_error(problem: HTTPException) -> Response:
    """What HTTP itself refuses, in JSON."""
    return json_reply({"error": problem.name}, problem.code or 500)


@blueprint.errorhandler(Exception)
def _unexpected(_problem: Exception) -> Response:
    LOG.exception("A service's report could not be kept")
    return json_reply({"error": "The report could not be kept just now. Send it again."}, 503)
