"""The Voice API, served: ``/api/v1/call/tts`` and ``/api/v1/call/status/<bulkId>``.

Requests, replies and errors are those of the SESPCL document; what it leaves open (404, 405,
413, 429) is ours. Accepted calls are placed on the practice phone network.
"""

from __future__ import annotations

import json
import logging
import uuid
from typing import Any

from flask import Blueprint, Response, request
from werkzeug.exceptions import HTTPException

from blueprints import db, settings
from blueprints.gateway import (
    ALL_METHODS,
    RETRY_AFTER_S,
    body_bytes,
    broken_off,
    json_reply,
    other_methods,
)
from blueprints.queue import jobs
from calling.gateway_requests import VoiceRefused, read_voice
from calling.moderation import Unjudged, judge
from calling.practice import Ring
from calling.practice_scripts import fault_of
from calling.practice_statuses import pending_status, voice_results
from flows.json_text import Unreadable
from providers.web import WebClient
from storage import keys, moderation, practice
from storage.keys import ApiKey

LOG = logging.getLogger(__name__)

UNAUTHORIZED = "Unauthorized. Invalid or missing API Key."
FLAGGED = "Message flagged as inappropriate content ({category})."
BACKEND = "Failed to initiate call via backend service."
SENTENCES = {
    404: "Not found",
    405: "This address does not take that method.",
    413: "The request is larger than 1 MB.",
    429: "Too many requests. Try again later.",
}

blueprint = Blueprint("voice_gateway", __name__, url_prefix="/api/v1")


@blueprint.post("/call/tts", provide_automatic_options=False)
def place_call() -> Response:
    """Ring one phone."""
    key = _key()
    if key is None:
        return _error(401, UNAUTHORIZED)
    ring = read_voice(body_bytes(), key, request.path, _new_id)
    _refuse_flagged(ring)
    fault = fault_of(ring.to_number)
    if fault == "error":
        return _error(500, BACKEND, details={})
    if fault == "too_many":
        return _too_many()
    jobs().practice_network(db()).accept([ring])
    reply = _initiated(ring.to_number, ring.bulk_id, ring.message_id)
    return broken_off(reply) if fault == "drop" else json_reply(reply)


@blueprint.get("/call/status/<bulk_id>", provide_automatic_options=False)
def call_status(bulk_id: str) -> Response:
    """How the calls of a bulk stand; an empty list while nothing is known yet."""
    key = _key()
    if key is None:
        return _error(401, UNAUTHORIZED)
    found = [
        call
        for call in practice.of_bulk(db(), key.workspace_id, bulk_id)
        if call.service == "voice_api"
    ]
    if not found:
        return _error(404, SENTENCES[404], details="There is no call with this bulkId.")
    return json_reply({"results": voice_results(found)})


@blueprint.route("/call/tts", methods=other_methods("POST"), provide_automatic_options=False)
@blueprint.route(
    "/call/status/<bulk_id>",
    methods=other_methods("GET", "HEAD"),
    provide_automatic_options=False,
)
def wrong_method(bulk_id: str = "") -> Response:
    """A known address, asked the wrong way."""
    return _error(405, SENTENCES[405])


@blueprint.route("/", methods=ALL_METHODS, provide_automatic_options=False)
@blueprint.route("/<path:rest>", methods=ALL_METHODS, provide_automatic_options=False)
def nothing_here(rest: str = "") -> Response:
    """Everything else below the gateway's address."""
    return _error(404, SENTENCES[404])


@blueprint.errorhandler(VoiceRefused)
def _refused(problem: VoiceRefused) -> Response:
    return _error(400, str(problem))


@blueprint.errorhandler(Unreadable)
def _unreadable(problem: Unreadable) -> Response:
    return _error(problem.status, problem.problems[0].message)


@blueprint.errorhandler(Unjudged)
def _unjudged(problem: Unjudged) -> Response:
    return _error(500, BACKEND, details={"moderation": str(problem)})


@blueprint.errorhandler(HTTPException)
def http_error(problem: HTTPException) -> Response:
    """What HTTP itself refuses, as this gateway says it."""
    status = problem.code or 500
    return _error(status, SENTENCES.get(status, problem.name))


@blueprint.errorhandler(Exception)
def _unexpected(problem: Exception) -> Response:
    LOG.exception("The Voice gateway failed")
    return _error(500, BACKEND, details={})


def _refuse_flagged(ring: Ring) -> None:
    """Raises VoiceRefused when the text must not be spoken, Unjudged when nobody can tell."""
    rules = moderation.get(db(), ring.key.workspace_id)
    text = json.loads(ring.request).get("text") or ""
    verdict = judge(text, rules, WebClient(settings().reachable_hosts))
    if verdict:
        LOG.info("Not spoken: %s, found by the stage %s", verdict.category, verdict.stage)
        raise VoiceRefused(FLAGGED.format(category=verdict.category))


def _key() -> ApiKey | None:
    return keys.find(db(), request.headers.get("x-api-key", ""))


def _new_id() -> str:
    return str(uuid.uuid4()).upper()


def _initiated(to: str, bulk_id: str, message_id: str) -> dict[str, Any]:
    message = {"to": to.lstrip("+"), "status": pending_status(), "messageId": message_id}
    return {
        "message": "Call initiated successfully.",
        "tracking": {"bulkId": bulk_id, "messages": [message]},
    }


def _error(status: int, sentence: str, **more: object) -> Response:
    return json_reply({"error": sentence, **more}, status)


def _too_many() -> Response:
    return json_reply({"error": SENTENCES[429]}, 429, {"Retry-After": str(RETRY_AFTER_S)})
