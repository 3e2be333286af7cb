"""What the two served gateways share: reading a body, answering JSON, misbehaving on purpose."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from flask import Response, request
from werkzeug.exceptions import RequestEntityTooLarge

from flows.json_text import MAX_BYTES

ALL_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")

RETRY_AFTER_S = 5
"""What a 429 asks for, in seconds."""


class Dropped(Exception):
    """Raised in the middle of a reply, so that the server breaks the connection off."""


def other_methods(*allowed: str) -> list[str]:
    """The methods that a path does not take."""
    return [method for method in ALL_METHODS if method not in allowed]


def json_reply(
    body: Mapping[str, Any], status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """A reply whose keys keep their order, as the services' documents show them."""
    text = json.dumps(body, ensure_ascii=False)
    return Response(text, status, dict(headers or {}), mimetype="application/json")


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

    response = Response(half(), mimetype="application/json")
    response.headers["Content-Length"] = str(len(content))
    return response
