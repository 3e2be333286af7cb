"""Pages for what went wrong: what happened, in one sentence, and what to do."""

from __future__ import annotations

import logging
import sqlite3

from flask import Flask, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from flows.edits import Gone
from storage.flows import FlowNotFound

log = logging.getLogger("press_one")

PAGES = {
    400: (
        "That did not work",
        "The page was open for too long or was sent incompletely. Go back,"
        " reload the page and try again.",
    ),
    403: (
        "You may not do that here",
        "Your role does not include this. An owner of the workspace can change that.",
    ),
    404: ("Nothing is here", "The page, flow or call you asked for does not exist or was removed."),
    405: ("That did not work", "This address cannot be used that way. Go back and try again."),
    409: (
        "Somebody else changed this",
        "Reload the page to see the newest version, then make your change again.",
    ),
    413: ("That is too large", "A document may have up to 1 MB. Nothing was saved."),
    429: ("Too many tries", "Wait a few minutes, then try again."),
    500: (
        "Something broke on our side",
        "Nothing half was saved. Try again; if it happens again, tell whoever runs Press One.",
    ),
    503: (
        "Busy for a moment",
        "Your change could not be saved just now. Go back and try again in a few seconds.",
    ),
}
"""Status -> (title, what to do)."""


def page(status: int, sentence: str = "") -> tuple[str, int]:
    """The error page of a status."""
    title, advice = PAGES.get(status, PAGES[500 if status >= 500 else 400])
    return render_template(
        "error.html", status=status, title=title, advice=sentence or advice
    ), status


def init_app(app: Flask) -> None:
    """One place that turns errors of the domain and of HTTP into pages."""
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(CSRFError, lambda _error: page(400))
    app.register_error_handler(FlowNotFound, lambda _error: page(404))
    app.register_error_handler(Gone, lambda error: page(409, str(error)))
    app.register_error_handler(sqlite3.OperationalError, _database)
    app.register_error_handler(Exception, _unexpected)


def _http(error: HTTPException) -> ResponseReturnValue:
    if error.code is None or error.code < 400:
        return error.get_response()
    return page(error.code)


def _database(error: sqlite3.OperationalError) -> ResponseReturnValue:
    log.exception("the database did not answer: %s %s", request.method, request.path)
    return page(503 if "locked" in str(error) or "full" in str(error) else 500)


def _unexpected(_error: Exception) -> ResponseReturnValue:
    log.exception("an error nobody expected: %s %s", request.method, request.path)
    return page(500)
