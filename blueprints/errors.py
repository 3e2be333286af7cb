"""Pages for what went wrong: what happened, in one sentence, and what to do."""

from __future__ import annotations

import logging
import sqlite3

from flask import Flask, Response, current_app, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, SecurityError

from blueprints import editor, inbox, speechcall_gateway, told, voice_gateway
from flows.edits import Gone
from storage.flows import FlowNotFound
from storage.journeys import JourneyNotFound
from storage.recordings import RecordingNotFound

log = logging.getLogger("press_one")

PAGES = {
    400: (
        _l("That did not work"),
        _l(
            "The page was open for too long or was sent incompletely. Go back,"
            " reload the page and try again."
        ),
    ),
    403: (
        _l("You may not do that here"),
        _l("Your role does not include this. An owner of the workspace can change that."),
    ),
    404: (
        _l("Nothing is here"),
        _l("The page, flow or call you asked for does not exist or was removed."),
    ),
    405: (
        _l("That did not work"),
        _l("This address cannot be used that way. Go back and try again."),
    ),
    409: (
        _l("Somebody else changed this"),
        _l("Reload the page to see the newest version, then make your change again."),
    ),
    413: (_l("That is too large"), _l("A document may have up to 1 MB. Nothing was saved.")),
    429: (_l("Too many tries"), _l("Wait a few minutes, then try again.")),
    500: (
        _l("Something broke on our side"),
        _l("Nothing half was saved. Try again; if it happens again, tell whoever runs Press One."),
    ),
    503: (
        _l("Busy for a moment"),
        _l(
            "Nothing was saved just now, because somebody else is saving."
            " Try again in a few seconds."
        ),
    ),
    507: (
        _l("There is no room left"),
        _l("Nothing was saved, because the disk is full. Tell whoever runs Press One."),
    ),
}
"""Status -> (title, what to do)."""

DATABASE_FAULTS = (("locked", 503), ("full", 507))
"""A word of SQLite's message -> the status it means; anything else is a 500."""

GATEWAYS = {
    "/api/v1": voice_gateway.http_error,
    "/bat": speechcall_gateway.http_error,
    "/in": inbox.http_error,
    "/told": told.http_error,
}
"""Prefix of an address -> how errors are answered there.

A blueprint is not asked about a request that fits none of its routes (Flask's documentation,
"Blueprint Error Handlers"), such as one with a method that HTTP does not know.
"""

FOREIGN_HOST = (
    "Press One does not answer at this address. Whoever runs it sets the right one as"
    " PRESS_ONE_BASE_URL.\n"
)
"""Without a page: no address of ours can be trusted to stand in one."""

NEVER_SHOWN = ("password", "secret")
"""Fields that a page never repeats."""

AGAIN = (503, 507)
"""Statuses after which the same form may be sent again as it is.

After any other what was typed is only shown: a page that sends a form on, although it came
without a good token, would do another site's work.
"""

TOLD = ("revision", "kind", "keys", "inside", "press", "fix", "code", "path", "close")
"""Fields that the page fills in by itself."""


def page(status: int, sentence: str = "") -> tuple[str, int]:
    """The error page of a status.

    Pages of 500 and above are rendered without asking who is signed in, because that asks the
    database, which may be what is broken. What was typed stays on the page where sending it
    again makes sense.
    """
    typed = _typed()
    title, advice = PAGES.get(status, PAGES[500 if status >= 500 else 400])
    facts = {
        "status": status,
        "title": title,
        "advice": sentence or advice,
        "again": typed if status in AGAIN else None,
        "to_copy": []
        if status in AGAIN
        else [text for name, text in typed or () if name not in TOLD],
    }
    if status < 500:
        return render_template("error.html", **facts), status
    return current_app.jinja_env.get_template("error.html").render(facts), status


def _typed() -> list[tuple[str, str]] | None:
    """The fields of the form that was sent; None when a page cannot or may not repeat them."""
    try:
        fields = list(request.form.items(multi=True))
    except HTTPException:
        return None
    kept = [(name, text) for name, text in fields if name != "csrf_token"]
    secret = any(name in NEVER_SHOWN and text for name, text in kept)
    if request.method != "POST" or secret or any(request.files.values()):
        return None
    return kept


def init_app(app: Flask) -> None:
    """One place that turns errors of the domain and of HTTP into pages."""
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(CSRFError, lambda _error: page(400))
    for missing in (FlowNotFound, JourneyNotFound, RecordingNotFound):
        app.register_error_handler(missing, lambda _error: page(404))
    app.register_error_handler(Gone, editor.removed)
    app.register_error_handler(sqlite3.OperationalError, _database)
    app.register_error_handler(Exception, _unexpected)


def _http(error: HTTPException) -> ResponseReturnValue:
    if isinstance(error, SecurityError):
        return Response(FOREIGN_HOST, 400, mimetype="text/plain")
    for prefix, answer in GATEWAYS.items():
        if f"{request.path}/".startswith(f"{prefix}/"):
            return answer(error)
    if error.code is None or error.code < 400:
        return error.get_response()
    if error.code == 405 and request.method == "GET" and (above := _page_above(request.path)):
        return redirect(above, 303)
    return page(error.code)


def _page_above(path: str) -> str:
    """The nearest page above a form's own address, for Back and reload; "" when there is none."""
    while (path := path.rpartition("/")[0]) not in ("", "/flows"):
        try:
            current_app.url_map.bind("").match(path, method="GET")
        except HTTPException:
            continue
        return path
    return ""


def _database(error: sqlite3.OperationalError) -> ResponseReturnValue:
    log.exception("the database did not answer: %s %r", request.method, request.path)
    return page(next((status for word, status in DATABASE_FAULTS if word in str(error)), 500))


def _unexpected(_error: Exception) -> ResponseReturnValue:
    log.exception("an error nobody expected: %s %r", request.method, request.path)
    return page(500)
