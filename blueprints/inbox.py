"""The answers inbox: where a service tells what a caller answered.

It answers as soon as the answer is safely written down; telling it on comes after that.
"""

from __future__ import annotations

import logging
from functools import partial
from itertools import chain
from threading import Lock
from typing import Any

from flask import Blueprint, abort, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from blueprints import box, db, settings
from blueprints.gateway import body_bytes, json_reply
from blueprints.queue import jobs
from flows.json_text import Unreadable, parse, texts_of
from flows.targets.speechcall import Inbox
from flows.values import check_characters, check_depth
from storage import answers, inboxes
from storage.answers import Answer

LOG = logging.getLogger(__name__)

blueprint = Blueprint("inbox", __name__, url_prefix="/in")

SECRET_HEADER = "X-Press-One-Secret"
MAX_BYTES = 16_000
"""The most that one answer may carry."""

LONGEST = 200
"""Characters of a name, an id or a number that are kept."""


_IN_TURN = Lock()
"""Deliveries write one after the other. SQLite lets writers wait by sleeping ever longer, and
some would sleep for seconds while others pass them by (measured: docs/scale.md)."""


class NotAnAnswer(Exception):
    """What came is no answer; the sentence says what is needed."""


def inbox(workspace_id: int) -> Inbox:
    """Where the workspace's saved answers go, for a compiler."""
    keys = inboxes.inbox_keys(db(), box(), workspace_id)
    return Inbox(f"{settings().base_url}/in/{keys.token}", {SECRET_HEADER: keys.secret})


@blueprint.post("/<token>")
def deliver(token: str) -> ResponseReturnValue:
    """Take one answer. The same one again is answered alike, and counted once."""
    found = inboxes.inbox_of_token(db(), token)
    if found is None or not found.proves(request.headers.get(SECRET_HEADER, "")):
        abort(404)
    try:
        answer = _answer(parse(body_bytes(MAX_BYTES)))
    except Unreadable as problem:
        return _error(problem.status, problem.problems[0].message)
    except NotAnAnswer as problem:
        return _error(400, str(problem))
    reply = json_reply({"status": "ok"})
    with _IN_TURN:
        received = answers.receive(db(), found.workspace_id, answer)
    if received.owed:
        # The queue may be slow or gone; the service gets its 200 before it is asked.
        reply.call_on_close(partial(jobs().forward_answers, found.workspace_id))
    return reply


def _answer(body: Any) -> Answer:
    """What was told, in the documented form {from, to, mid, action}. Raises NotAnAnswer."""
    if not isinstance(body, dict) or not isinstance(body.get("action"), dict):
        raise NotAnAnswer("Send {from, to, mid, action} as JSON.")
    odd = [*check_depth(body), *chain.from_iterable(map(check_characters, texts_of(body)))]
    if odd:
        raise NotAnAnswer(odd[0].message)
    action = body["action"]
    texts = [body.get("mid"), action.get("step"), action.get("answer")]
    if not all(isinstance(text, str) and 0 < len(text) <= LONGEST for text in texts):
        raise NotAnAnswer("The answer needs mid, action.step and action.answer as short texts.")
    mid, step, name = texts
    return Answer(
        mid,
        step,
        name,
        action.get("value"),
        str(body.get("from", ""))[:LONGEST],
        str(body.get("to", ""))[:LONGEST],
    )


@blueprint.errorhandler(HTTPException)
def http_error(problem: HTTPException) -> ResponseReturnValue:
    return _error(problem.code or 500, problem.name)


@blueprint.errorhandler(Exception)
def _unexpected(_problem: Exception) -> ResponseReturnValue:
    LOG.exception("The answers inbox failed")
    return _error(503, "The answer could not be kept just now. Send it again.")


def _error(status: int, sentence: str) -> ResponseReturnValue:
    return json_reply({"error": sentence}, status)
