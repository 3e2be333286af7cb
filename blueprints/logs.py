"""The server's log: one line an event, plain or JSON, with the request's id and without secrets.

A token in an address lets in whoever has it, so no line has one; a line break in what came from
outside would look like a line of ours, so it is written as ``\\n``.
"""

from __future__ import annotations

import json
import logging
import re
import secrets
import sys
import time
from datetime import UTC, datetime

from flask import Flask, Response, g, has_request_context, request

LOG = logging.getLogger("press_one.request")

TOKENS = (
    (re.compile(r"/(in|r|told|welcome|join|password)/+[^\s/?#\"'\\]+"), r"/\1/…"),
    (re.compile(r"\bp1_[\w-]+"), "p1_…"),
    (re.compile(r"\b(whsec_)[\w+/=-]+"), r"\1…"),
    (re.compile(r"(?i)\b(basic|bearer)\s+[\w+/=.~-]+"), r"\1 …"),
    (
        re.compile(
            r"(?i)\b(password|secret|token|csrf_token|x-api-key|x-authorization-key|api_key)"
            r"([\"']?\s*[=:]\s*[\"']?)[^\s\"'&,}]+"
        ),
        r"\1\2…",
    ),
)
"""What lets somebody in -> what stands in the log instead."""

ID_OF_OTHERS = re.compile(r"[\w.-]{1,64}", re.ASCII)
"""A request id that a proxy in front may give."""

HANDLER = "press_one_log"


def masked(text: str) -> str:
    """Without tokens and secrets, on one line, without characters that terminals act upon."""
    for pattern, instead in TOKENS:
        text = pattern.sub(instead, text)
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def request_id() -> str:
    """The id of the request that is answered now; "" outside of one."""
    if not has_request_context():
        return ""
    if "gateway_request_id" in g:  # the gateways give every request an id of their own
        return str(g.gateway_request_id)
    if "request_id" not in g:
        given = request.headers.get("X-Request-Id", "")
        g.request_id = given if ID_OF_OTHERS.fullmatch(given) else secrets.token_hex(8)
    found: str = g.request_id
    return found


class Line(logging.Formatter):
    """One event as one line; ``as_json`` for programs that collect logs."""

    def __init__(self, as_json: bool) -> None:
        super().__init__()
        self.as_json = as_json

    def format(self, record: logging.LogRecord) -> str:
        """The line, masked."""
        moment = datetime.fromtimestamp(record.created, UTC)
        at = moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        facts = {
            "at": at,
            "level": record.levelname.lower(),
            "logger": record.name,
            "request": request_id(),
            "event": masked(record.getMessage()),
            "trace": masked(self.formatException(record.exc_info)) if record.exc_info else "",
        }
        told = {name: text for name, text in facts.items() if text}
        return json.dumps(told, ensure_ascii=False) if self.as_json else " ".join(told.values())


def start(style: str) -> None:
    """Write the log to standard error; ``style`` is "json" or "plain"."""
    root = logging.getLogger()
    for handler in [one for one in root.handlers if one.name == HANDLER]:
        root.removeHandler(handler)
    handler = logging.StreamHandler(sys.stderr)
    handler.name = HANDLER
    handler.setFormatter(Line(style == "json"))
    root.addHandler(handler)
    root.setLevel(logging.INFO)


def init_app(app: Flask) -> None:
    """A line for every request, and its id in the answer."""

    @app.before_request
    def begin() -> None:
        g.began = time.perf_counter()
        request_id()

    @app.after_request
    def tell(response: Response) -> Response:
        response.headers.setdefault("X-Request-Id", request_id())
        if "gateway_began" in g:  # they have a line of their own
            return response
        took = round((time.perf_counter() - g.get("began", time.perf_counter())) * 1000)
        LOG.info("%s %s %s %d ms", request.method, request.path, response.status_code, took)
        return response
