"""SpeechCall, served: ``/bat/messagelist`` and ``/bat/message/<messageId>``.

Requests and replies are those of the SpeechCall document and SMSBAT's help pages; the bodies
of errors, and one answer for every message of a list, are ours. Accepted calls are placed on
the practice phone network.
"""

from __future__ import annotations

import logging
import uuid
from typing import Any

from flask import Blueprint, Response, request
from werkzeug.exceptions import HTTPException

from blueprints import db
from blueprints.gateway import (
    ALL_METHODS,
    RETRY_AFTER_S,
    body_bytes,
    broken_off,
    json_reply,
    other_methods,
)
from blueprints.queue import jobs
from calling.gateway_requests import Taken, error_code, read_speechcall
from calling.practice_scripts import fault_of
from calling.practice_statuses import speechcall_status
from flows.json_text import Unreadable
from storage import keys, practice
from storage.keys import ApiKey

LOG = logging.getLogger(__name__)

ERRORS = {
    401: ("UNAUTHORIZED", "The user name and password, or the key, are not right."),
    404: ("NOT_FOUND", "There is nothing at this address."),
    405: ("METHOD_NOT_ALLOWED", "This address does not take that method."),
    413: ("MESSAGE_TOO_LONG", "The request is larger than 1 MB."),
    429: ("RATE_LIMIT_EXCEEDED", "Too many requests. Try again later."),
    500: ("INTERNAL_ERROR", "Something broke on our side. Nothing was sent."),
}
"""Status -> code and sentence."""

blueprint = Blueprint("speechcall_gateway", __name__, url_prefix="/bat")


@blueprint.post("/messagelist", provide_automatic_options=False)
def place_calls() -> Response:
    """Ring the phones of a list; every message gets its own answer."""
    key = _key()
    if key is None:
        return _error(401)
    taken = read_speechcall(body_bytes(), key, request.path, lambda: str(uuid.uuid4()))
    rings = [one.ring for one in taken if one.ring is not None]
    faults = {fault_of(ring.to_number) for ring in rings}
    if "error" in faults:
        return _error(500)
    if "too_many" in faults:
        return _error(429)
    jobs().practice_network(db()).accept(rings)
    reply = {"messages": [_answer(one) for one in taken]}
    return broken_off(reply) if "drop" in faults else json_reply(reply)


@blueprint.get("/message/<message_id>", provide_automatic_options=False)
def message_status(message_id: str) -> Response:
    """How one message stands."""
    key = _key()
    if key is None:
        return _error(401)
    found = practice.find(db(), key.workspace_id, message_id)
    if found is None or found.service != "speechcall":
        return _error(404, "There is no message with this id.")
    return json_reply(speechcall_status(found))


@blueprint.route("/messagelist", methods=other_methods("POST"), provide_automatic_options=False)
@blueprint.route(
    "/message/<message_id>",
    methods=other_methods("GET", "HEAD"),
    provide_automatic_options=False,
)
def wrong_method(message_id: str = "") -> Response:
    """A known address, asked the wrong way."""
    return _error(405)


@blueprint.route("/", methods=ALL_METHODS, provide_automatic_options=False)
@blueprint.route("/<path:rest>", methods=ALL_METHODS, provide_automatic_options=False)
def nothing_here(rest: str = "") -> Response:
    """Everything else below the gateway's address."""
    return _error(404)


@blueprint.errorhandler(Unreadable)
def _unreadable(problem: Unreadable) -> Response:
    listed = [
        {"code": p.code, "path": p.path, "severity": p.severity, "message": p.message}
        for p in problem.problems
    ]
    first = next((p for p in problem.problems if p.severity == "error"), problem.problems[0])
    error = {"code": error_code(problem.problems), "message": first.located_message}
    return json_reply({"error": error, "problems": listed}, problem.status)


@blueprint.errorhandler(HTTPException)
def http_error(problem: HTTPException) -> Response:
    """What HTTP itself refuses, as this gateway says it."""
    status = problem.code or 500
    return _error(status, "" if status in ERRORS else problem.name)


@blueprint.errorhandler(Exception)
def _unexpected(problem: Exception) -> Response:
    LOG.exception("The SpeechCall gateway failed")
    return _error(500)


def _key() -> ApiKey | None:
    """``X-Authorization-Key``, or Basic with the key as password (user name "@", or any)."""
    given = request.headers.get("X-Authorization-Key")
    if given is None and request.authorization is not None:
        given = request.authorization.password
    return keys.find(db(), given or "")


def _answer(one: Taken) -> dict[str, Any]:
    if one.ring is None:
        error = {"code": one.error_code, "message": one.error_message}
        return {
            "messageId": str(uuid.uuid4()),
            "recipient": one.recipient,
            "status": "rejected",
            "error": error,
        }
    return {"messageId": one.ring.message_id, "recipient": one.recipient, "status": "sent"}


def _error(status: int, sentence: str = "") -> Response:
    code, usual = ERRORS.get(status, (f"HTTP_{status}", ""))
    headers = {
        401: {"WWW-Authenticate": 'Basic realm="SpeechCall"'},
        429: {"Retry-After": str(RETRY_AFTER_S)},
    }.get(status)
    return json_reply({"error": {"code": code, "message": sentence or usual}}, status, headers)
