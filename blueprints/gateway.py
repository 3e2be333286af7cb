"""What the two served gateways share: who asks, how often, under which id; bodies and replies."""

from __future__ import annotations

import json
import logging
import math
import re
import sqlite3
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Response, current_app, g, request
from werkzeug.exceptions import RequestEntityTooLarge, TooManyRequests, Unauthorized

from blueprints import db, settings
from blueprints.noting import note
from flows.json_text import MAX_BYTES
from storage import attempts, keys, rate_limits
from storage.audit import Who
from storage.keys import ApiKey
from storage.rate_limits import RateLimits

LOG = logging.getLogger("press_one.gateway")

ALL_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")

RETRY_AFTER_S = 5
"""What the practice number that is always too many asks for, in seconds."""

REQUEST_ID = "X-Request-Id"
"""The header that names a request, on its way in and out."""

_GOOD_ID = re.compile(r"[A-Za-z0-9._:~+/=@-]{1,128}")


class Dropped(Exception):
    """Raised in the middle of a reply, so that the server breaks the connection off."""


def new_gateway(name: str, prefix: str) -> Blueprint:
    """A gateway's blueprint: every request is named, timed and written to the log."""
    gateway = Blueprint(name, __name__, url_prefix=prefix)
    gateway.before_request(_begin)
    gateway.after_request(_log)
    return gateway


def closed(
    gateway: Blueprint,
    known: Mapping[str, tuple[str, ...]],
    wrong_method: Callable[..., Response],
    nothing_here: Callable[..., Response],
) -> None:
    """Answer what is left below a gateway: ``known`` paths asked otherwise, and all other paths.

    Slashes are taken as they are: the framework's own redirects are pages, not JSON.
    """
    options: dict[str, Any] = {"provide_automatic_options": False, "merge_slashes": False}
    for path, allowed in known.items():
        others = [method for method in ALL_METHODS if method not in allowed]
        gateway.add_url_rule(path, view_func=wrong_method, methods=others, **options)
    for path in ("", "/", "/<path:rest>"):
        gateway.add_url_rule(path, view_func=nothing_here, methods=ALL_METHODS, **options)


def request_id() -> str:
    """The client's own name of this request where it gave a good one, else one of ours."""
    if "gateway_request_id" not in g:
        given = request.headers.get(REQUEST_ID, "")
        g.gateway_request_id = given if _GOOD_ID.fullmatch(given) else str(uuid.uuid4())
    found: str = g.gateway_request_id
    return found


def admitted(given: str) -> ApiKey:
    """The key that was presented, once more within its limit.

    Raises Unauthorized, and TooManyRequests with the whole seconds to wait.
    """
    key = keys.find(db(), given)
    if key is None:
        _tell_refused(given)
        raise Unauthorized
    g.gateway_key = key
    if key.per_minute != keys.NO_LIMIT:
        wait_s = _limits().take(key.id, key.per_minute, time.time())
        if wait_s:
            _tell("key_slowed", key)
            raise TooManyRequests(retry_after=math.ceil(wait_s))
    return key


def json_reply(
    body: Mapping[str, Any], status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """A reply whose keys keep their order, as the services' documents show them."""
    text = json.dumps(body, ensure_ascii=False)
    named = {**(headers or {}), REQUEST_ID: request_id()}
    return Response(text, status, named, mimetype="application/json")


def retry_after(problem: Exception) -> dict[str, str]:
    """The header that a 429 carries; none for other problems, or where nobody knows."""
    wait = getattr(problem, "retry_after", None)
    return {} if wait is None else {"Retry-After": str(wait)}


def body_bytes(most: int = MAX_BYTES) -> bytes:
    """The request's body. Raises werkzeug's RequestEntityTooLarge above ``most`` bytes."""
    request.max_content_length = most
    if request.content_length is None and "Transfer-Encoding" in request.headers:
        # Granian ends the input by itself and does not say so; werkzeug would read nothing.
        content: bytes = request.environ["wsgi.input"].read(most + 1)
        if len(content) > most:
            raise RequestEntityTooLarge
        return content
    return request.get_data(cache=False)


def broken_off(body: Mapping[str, Any]) -> Response:
    """A reply that stops half-way: its length is promised, and the connection breaks."""
    content = json.dumps(body).encode()

    def half() -> Iterator[bytes]:
        yield content[: len(content) // 2]
        raise Dropped("This practice number drops the connection.")

    response = Response(half(), mimetype="application/json", headers={REQUEST_ID: request_id()})
    response.headers["Content-Length"] = str(len(content))
    return response


def _tell_refused(given: str) -> None:
    if given:
        key = keys.find_taken_back(db(), given)
        _tell("key_refused" if key else "key_unknown", key)


def _tell(what: str, key: ApiKey | None) -> None:
    """The audit log hears of a key that is not let in, once an hour for each key.

    Keys that nobody knows belong to no workspace; all of them count as one.
    """
    whose = attempts.Try(what, str(key.id) if key else "")
    named = f"{key.name} ({key.prefix}…)" if key else ""
    who = Who(key.workspace_id if key else None, None, named)
    try:
        if attempts.first_of_its_hour(db(), whose, datetime.now(UTC)):
            note(what, who=who, detail=request.remote_addr or "")
    except sqlite3.OperationalError:  # no room, or a lock: the answer must not wait for a note
        LOG.warning("%s was not noted, key=%s", what, key.prefix if key else "-")


def _limits() -> RateLimits:
    """This process's way to the buckets; two threads may open one each at the start."""
    found: RateLimits | None = current_app.extensions.get("press_one_rate_limits")
    if found is None:
        found = RateLimits(settings().data / rate_limits.FILE)
        current_app.extensions["press_one_rate_limits"] = found
    return found


def _begin() -> None:
    g.gateway_began = time.perf_counter()


def _log(response: Response) -> Response:
    key: ApiKey | None = g.get("gateway_key")
    now = time.perf_counter()
    LOG.info(
        "%s %r %d %d ms key=%s request=%s",
        request.method,
        request.path,
        response.status_code,
        (now - g.get("gateway_began", now)) * 1000,
        key.prefix if key else "-",
        request_id(),
    )
    return response
