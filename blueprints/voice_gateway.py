"""The Voice API, served: ``/api/v1/call/tts`` and ``/api/v1/call/status/<bulkId>``.

Requests, replies and errors are those of the SESPCL document; what it leaves open (404, 405,
413, 429) is ours. A key's route decides who rings: the practice network, or a real service.
"""

from __future__ import annotations

import json
import uuid
from typing import Any

from flask import Response, request
from werkzeug.exceptions import HTTPException, TooManyRequests

from blueprints import db, settings
from blueprints.gateway import (
    LOG,
    RETRY_AFTER_S,
    admitted,
    body_bytes,
    broken_off,
    closed,
    json_reply,
    new_gateway,
    request_id,
    retry_after,
)
from blueprints.queue import jobs
from blueprints.voice_errors import Kind, VoiceError, written
from calling import gateway_answers, gateway_routes
from calling.gateway_requests import VoiceRefused, read_voice
from calling.gateway_routes import NoRoute
from calling.guards import Refusal
from calling.moderation import Unjudged, judge
from calling.practice import Ring
from calling.practice_scripts import fault_of
from calling.practice_statuses import pending_status, voice_results
from flows.json_text import Unreadable
from providers.web import WebClient
from storage import gateway_calls, moderation, practice
from storage.calls import StoredCall
from storage.keys import ApiKey

SERVICE = "voice_api"

SENTENCES = {
    404: "Not found",
    405: "This address does not take that method.",
    413: "The request is larger than 1 MB.",
    429: "Too many requests. Try again later.",
}

UNKNOWN = {"details": "There is no call with this bulkId."}
"""What the 404 of a status says beside its sentence."""

UNCLEAR = (
    "Nobody knows whether the phone rang: {reason} Ask for the status of this bulkId before"
    " you try again."
)

blueprint = new_gateway("voice_gateway", "/api/v1")


@blueprint.post("/call/tts", provide_automatic_options=False, merge_slashes=False)
def place_call() -> Response:
    """Ring one phone."""
    content = body_bytes()
    key = _key()
    ring = read_voice(content, key, request.path, _new_id)
    _refuse_flagged(ring)
    return _practise(ring) if key.route == "practice" else _ring_for_real(ring)


@blueprint.get("/call/status/<bulk_id>", provide_automatic_options=False, merge_slashes=False)
def call_status(bulk_id: str) -> Response:
    """How the calls of a bulk stand; an empty list while nothing is known yet."""
    workspace = _key().workspace_id
    practised = [
        call for call in practice.of_bulk(db(), workspace, bulk_id) if call.service == SERVICE
    ]
    if practised:
        return json_reply({"results": voice_results(practised)})
    found = gateway_calls.of_bulk(db(), workspace, SERVICE, bulk_id)
    if found:
        return json_reply({"results": gateway_answers.voice_results(db(), found)})
    raise VoiceError("http", SENTENCES[404], 404, UNKNOWN)


def wrong_method(bulk_id: str = "") -> Response:
    """A known address, asked the wrong way."""
    raise VoiceError("http", SENTENCES[405], 405)


def nothing_here(rest: str = "") -> Response:
    """Everything else below the gateway's address."""
    raise VoiceError("http", SENTENCES[404], 404)


closed(
    blueprint,
    {"/call/tts": ("POST",), "/call/status/<bulk_id>": ("GET", "HEAD")},
    wrong_method,
    nothing_here,
)


@blueprint.errorhandler(VoiceError)
def _error(error: VoiceError) -> Response:
    status, body = written(error, settings().voice_gateway_errors)
    return json_reply(body, status)


@blueprint.errorhandler(VoiceRefused)
def _refused(problem: VoiceRefused) -> Response:
    return _error(VoiceError("invalid", str(problem)))


@blueprint.errorhandler(Unreadable)
def _unreadable(problem: Unreadable) -> Response:
    if problem.status != 400:
        return _error(VoiceError("http", problem.problems[0].message, problem.status))
    return _error(VoiceError("invalid", problem.problems[0].message))


@blueprint.errorhandler(Unjudged)
def _unjudged(problem: Unjudged) -> Response:
    return _error(VoiceError("backend", details={"moderation": str(problem)}))


@blueprint.errorhandler(NoRoute)
def _no_route(problem: NoRoute) -> Response:
    return _error(VoiceError("backend", details={"message": str(problem)}))


@blueprint.errorhandler(HTTPException)
def http_error(problem: HTTPException) -> Response:
    """What HTTP itself refuses, as this gateway says it."""
    status = problem.code or 500
    kind: Kind = "unauthorized" if status == 401 else "http"
    response = _error(VoiceError(kind, SENTENCES.get(status, problem.name), status))
    response.headers.update(retry_after(problem))
    return response


@blueprint.errorhandler(Exception)
def _unexpected(_problem: Exception) -> Response:
    LOG.exception("The Voice gateway failed, request=%s", request_id())
    return _error(VoiceError("backend"))


def _practise(ring: Ring) -> Response:
    """Ring the phones of practice, which can fail on purpose."""
    refusal = gateway_routes.refusal_in_practice(db(), ring, settings().home_region)
    if refusal is not None:
        raise _not_allowed(refusal)
    fault = fault_of(ring.to_number)
    if fault == "error":
        raise VoiceError("backend")
    if fault == "too_many":
        raise TooManyRequests(retry_after=RETRY_AFTER_S)
    jobs().practice_network(db()).accept([ring])
    reply = _initiated(ring, pending_status())
    return broken_off(reply) if fault == "drop" else json_reply(reply)


def _ring_for_real(ring: Ring) -> Response:
    """Write the call down, send it once, and say what the service said in our own shape."""
    connection = gateway_routes.connection_of(db(), ring.key, SERVICE)
    region = settings().home_region
    (down,) = gateway_routes.write_down(db(), [ring], connection, region)
    if isinstance(down, Refusal):
        raise _not_allowed(down)
    with jobs().reach() as (own_db, service_for):
        call = gateway_routes.send(own_db, down, service_for).call
    jobs().watch(call)
    if call.state in ("refused", "unknown"):
        raise _backend_error(call, ring)
    return json_reply(_initiated(ring, gateway_answers.first_status(call)))


def _backend_error(call: StoredCall, ring: Ring) -> VoiceError:
    status = call.reply_status if call.reply_status and call.reply_status >= 400 else 500
    details = gateway_answers.backend_details(call)
    if call.state == "unknown":
        message = UNCLEAR.format(reason=call.problem)
        details = {"message": message, "bulkId": ring.bulk_id, "messageId": ring.message_id}
    return VoiceError("backend", status=status, details=details)


def _not_allowed(refusal: Refusal) -> VoiceError:
    """The rules of the workspace, as an error: 429 where waiting helps, else 400."""
    kind: Kind = "invalid" if refusal.status == 400 else "http"
    return VoiceError(kind, refusal.whole, refusal.status)


def _refuse_flagged(ring: Ring) -> None:
    """Raises VoiceError when the text must not be spoken, Unjudged when nobody can tell."""
    rules = moderation.get(db(), ring.key.workspace_id)
    text = json.loads(ring.request).get("text") or ""
    verdict = judge(text, rules, WebClient(settings().reachable_hosts))
    if verdict:
        LOG.info(
            "Not spoken: %s, found by the stage %s, request=%s",
            verdict.category,
            verdict.stage,
            request_id(),
        )
        raise VoiceError("flagged", verdict.category)


def _key() -> ApiKey:
    return admitted(request.headers.get("x-api-key", ""))


def _new_id() -> str:
    return str(uuid.uuid4()).upper()


def _initiated(ring: Ring, status: dict[str, Any]) -> dict[str, Any]:
    message = {
        "to": ring.to_number.lstrip("+"),
        "status": status,
        "messageId": ring.message_id,
    }
    return {
        "message": "Call initiated successfully.",
        "tracking": {"bulkId": ring.bulk_id, "messages": [message]},
    }
