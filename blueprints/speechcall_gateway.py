"""SpeechCall, served: ``/bat/messagelist`` and ``/bat/message/<messageId>``.

Requests and replies are those of the SpeechCall document and SMSBAT's help pages; the bodies
of errors, and one answer for every message of a list, are ours. A key's route decides who
rings: the practice network, or another SpeechCall account.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
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
from calling import gateway_answers, gateway_routes
from calling.gateway_requests import Taken, error_code, read_speechcall
from calling.gateway_routes import NoRoute, Sent
from calling.guards import Refusal
from calling.practice import Ring
from calling.practice_scripts import fault_of
from calling.practice_statuses import speechcall_status
from flows.json_text import Unreadable, too_large
from flows.problems import Problem
from storage import gateway_calls, practice
from storage.calls import StoredCall
from storage.keys import ApiKey

SERVICE = "speechcall"

ERRORS = {
    401: ("UNAUTHORIZED", "The user name and password, or the key, are not right."),
    404: ("NOT_FOUND", "There is nothing at this address."),
    405: ("METHOD_NOT_ALLOWED", "This address does not take that method."),
    413: ("MESSAGE_TOO_LONG", "The request is larger than 1 MB."),
    429: ("RATE_LIMIT_EXCEEDED", "Too many requests. Try again later."),
    500: ("INTERNAL_ERROR", "Something broke on our side. Whether the phone rings is not known."),
}
"""Status -> code and sentence."""

OUTCOMES = {
    "sent": "the phone rings",
    "rejected": "it does not ring, and `error` says why",
    "unknown": "nobody knows whether it rang; ask for the message before trying again",
}
"""Every ``status`` of a message in the reply to a list -> what it means."""

UNCLEAR = "Nobody knows whether the phone rang: {reason} Ask for this message before you try again."

blueprint = new_gateway("speechcall_gateway", "/bat")


@blueprint.post("/messagelist", provide_automatic_options=False, merge_slashes=False)
def place_calls() -> Response:
    """Ring the phones of a list; every message gets its own answer."""
    content = body_bytes()
    key = _key()
    taken = read_speechcall(content, key, request.path, lambda: str(uuid.uuid4()))
    if key.route != "practice":
        outcomes = _ring_for_real(key, [one.ring for one in taken if one.ring is not None])
        return json_reply({"messages": [_answer(one, outcomes) for one in taken]})
    taken = [_allowed_in_practice(one) for one in taken]
    rings = [one.ring for one in taken if one.ring is not None]
    faults = {fault_of(ring.to_number) for ring in rings}
    if "error" in faults:
        return _error(500)
    if "too_many" in faults:
        raise TooManyRequests(retry_after=RETRY_AFTER_S)
    jobs().practice_network(db()).accept(rings)
    reply = {"messages": [_answer(one, {}) for one in taken]}
    return broken_off(reply) if "drop" in faults else json_reply(reply)


@blueprint.get("/message/<message_id>", provide_automatic_options=False, merge_slashes=False)
def message_status(message_id: str) -> Response:
    """How one message stands."""
    workspace = _key().workspace_id
    practised = practice.find(db(), workspace, message_id)
    if practised is not None and practised.service == SERVICE:
        return json_reply(speechcall_status(practised))
    found = gateway_calls.find(db(), workspace, SERVICE, message_id)
    if found is None:
        return _error(404, "There is no message with this id.")
    return json_reply(gateway_answers.speechcall_status(db(), found))


def wrong_method(message_id: str = "") -> Response:
    """A known address, asked the wrong way."""
    return _error(405)


def nothing_here(rest: str = "") -> Response:
    """Everything else below the gateway's address."""
    return _error(404)


closed(
    blueprint,
    {"/messagelist": ("POST",), "/message/<message_id>": ("GET", "HEAD")},
    wrong_method,
    nothing_here,
)


def error_body(code: str, sentence: str) -> dict[str, Any]:
    """The body of every refusal."""
    return {"error": {"code": code, "message": sentence}}


def as_listed(problem: Problem) -> dict[str, str]:
    """One of the ``problems`` of a list that cannot be read."""
    return {
        "code": problem.code,
        "path": problem.path,
        "severity": problem.severity,
        "message": problem.message,
    }


@blueprint.errorhandler(Unreadable)
def _unreadable(problem: Unreadable) -> Response:
    first = next((p for p in problem.problems if p.severity == "error"), problem.problems[0])
    body = error_body(error_code(problem.problems), first.located_message)
    listed = [as_listed(one) for one in problem.problems]
    return json_reply({**body, "problems": listed}, problem.status)


@blueprint.errorhandler(NoRoute)
def _no_route(problem: NoRoute) -> Response:
    return _error(500, str(problem))


@blueprint.errorhandler(HTTPException)
def http_error(problem: HTTPException) -> Response:
    """What HTTP itself refuses, as this gateway says it."""
    status = problem.code or 500
    if status == 413:
        return _unreadable(too_large())
    response = _error(status, "" if status in ERRORS else problem.name)
    response.headers.update(retry_after(problem))
    return response


@blueprint.errorhandler(Exception)
def _unexpected(_problem: Exception) -> Response:
    LOG.exception("The SpeechCall gateway failed, request=%s", request_id())
    return _error(500)


def _key() -> ApiKey:
    """``X-Authorization-Key``, or Basic with the key as password (user name "@", or any)."""
    given = request.headers.get("X-Authorization-Key")
    if given is None and request.authorization is not None:
        given = request.authorization.password
    return admitted(given or "")


def _allowed_in_practice(one: Taken) -> Taken:
    """The message, or why not even practice takes it."""
    if one.ring is None:
        return one
    refusal = gateway_routes.refusal_in_practice(db(), one.ring, settings().home_region)
    if refusal is None:
        return one
    return Taken(one.recipient, None, refusal.code.upper(), refusal.whole)


def _ring_for_real(key: ApiKey, rings: Sequence[Ring]) -> dict[str, StoredCall | Refusal]:
    """Write the calls down together and send each once: our message id -> how it stands."""
    connection = gateway_routes.connection_of(db(), key, SERVICE)
    down = gateway_routes.write_down(db(), rings, connection, settings().home_region)
    written = [one for one in down if isinstance(one, Sent)]
    sent = gateway_routes.send_all(written, jobs().reach)
    for one in sent:
        jobs().watch(one.call)
    refused = {
        ring.message_id: one
        for ring, one in zip(rings, down, strict=True)
        if isinstance(one, Refusal)
    }
    return {**refused, **{one.names.message_id: one.call for one in sent}}


def _answer(one: Taken, outcomes: Mapping[str, StoredCall | Refusal]) -> dict[str, Any]:
    """The outcome of one message; the client's own name of it comes back where it gave one."""
    if one.ring is None:
        named = {"messageId": str(uuid.uuid4()), "recipient": one.recipient}
        return {**named, **_not_sent("rejected", one.error_code, one.error_message)}
    reference = one.ring.customer_message_id
    named = {"messageId": one.ring.message_id, "recipient": one.recipient}
    echoed = {"customerMessageId": reference} if reference else {}
    return {**named, **_outcome(outcomes.get(one.ring.message_id)), **echoed}


def _outcome(call: StoredCall | Refusal | None) -> dict[str, Any]:
    """How a message stands that was sent on; None: the practice network has it."""
    if call is None:
        return {"status": "sent"}
    if isinstance(call, Refusal):
        return _not_sent("rejected", call.code.upper(), call.whole)
    if call.state == "refused":
        error = gateway_answers.backend_details(call).get("error")
        code = error.get("code") if isinstance(error, dict) else None
        return _not_sent("rejected", code if isinstance(code, str) else "REFUSED", call.problem)
    if call.state == "unknown":
        return _not_sent("unknown", "UNCLEAR", UNCLEAR.format(reason=call.problem))
    return {"status": "sent"}


def _not_sent(status: str, code: str, sentence: str) -> dict[str, Any]:
    return {"status": status, **error_body(code, sentence)}


def _error(status: int, sentence: str = "") -> Response:
    code, usual = ERRORS.get(status, (f"HTTP_{status}", ""))
    headers = {"WWW-Authenticate": 'Basic realm="SpeechCall"'} if status == 401 else None
    return json_reply(error_body(code, sentence or usual), status, headers)
