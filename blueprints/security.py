"""What every page and every form is protected by: headers, cookies, CSRF, origin."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Flask, Response, abort, current_app, request
from flask_wtf.csrf import CSRFProtect
from werkzeug.exceptions import SecurityError

CSRF = CSRFProtect()

COOKIE_RULES: dict[str, Any] = {
    "SESSION_COOKIE_HTTPONLY": True,
    "SESSION_COOKIE_SAMESITE": "Lax",
    "SESSION_COOKIE_NAME": "press_one",
    "WTF_CSRF_TIME_LIMIT": None,
}

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
        " connect-src 'self'; media-src 'self' http: https:; form-action 'self';"
        " base-uri 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), payment=()",
}

OWN_NAMES = ("localhost", "127.0.0.1", "[::1]")
"""Names by which this machine itself may ask; everybody else uses the base URL's name."""

HTTPS_ONLY_S = 31_536_000
"""Seconds for which a browser uses nothing but https, once it came by https: a year."""

FILE_FIELDS = frozenset({"file", "files"})
"""The names under which forms send files."""

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def init_app(app: Flask) -> None:
    """Protect every route; gateways are exempted from CSRF where they are registered."""
    app.before_request(_refuse_foreign_hosts)
    CSRF.init_app(app)
    app.before_request(_refuse_other_sites)
    app.before_request(_refuse_documents)
    app.before_request(_refuse_files_for_texts)
    app.after_request(_add_headers)
    settings = app.config["SETTINGS"]
    app.config.setdefault("TRUSTED_HOSTS", None)
    if app.config["TRUSTED_HOSTS"] is None:
        app.config["TRUSTED_HOSTS"] = sorted(
            {urlsplit(settings.base_url).hostname or "", *OWN_NAMES}
        )
    if app.config["SETTINGS"].base_url.startswith("https://"):
        app.config.update(
            SESSION_COOKIE_SECURE=True,
            SESSION_COOKIE_NAME="__Host-press_one",
            PREFERRED_URL_SCHEME="https",
        )


def for_programs(app: Flask, blueprint: Blueprint) -> None:
    """Programs ask here: they bring a key instead of a form's token, and documents."""
    CSRF.exempt(blueprint)
    app.extensions.setdefault(_FOR_PROGRAMS, set()).add(blueprint.name)


_FOR_PROGRAMS = "press_one_for_programs"


def _programs() -> set[str]:
    names: set[str] = current_app.extensions[_FOR_PROGRAMS]
    return names


def _refuse_documents() -> None:
    """Screens take forms only: flask-wtf would read JSON as a form's fields, whatever it is."""
    known = request.routing_exception is None
    if known and request.is_json and request.blueprint not in _programs():
        abort(400)


def _refuse_files_for_texts() -> None:
    """flask-wtf gives a field whatever came under its name, a file too; no form of ours sends
    one where a text is typed."""
    known = request.routing_exception is None and request.method == "POST"
    if known and request.blueprint not in _programs() and set(request.files) - FILE_FIELDS:
        abort(400)


def _refuse_foreign_hosts() -> None:
    """First of all: Flask itself refuses later, and no page can be made before that."""
    if isinstance(request.routing_exception, SecurityError):
        raise request.routing_exception


def _refuse_other_sites() -> None:
    if request.method in SAFE_METHODS:
        return
    if (
        request.headers.get("Sec-Fetch-Site") in ("cross-site", "same-site")
        or not _origin_is_ours()
    ):
        abort(403)


def _origin_is_ours() -> bool:
    """Whether no other site sent this. Programs send no origin; a browser's "null" is no site."""
    origin = request.headers.get("Origin")
    if origin is None:
        return True
    base = urlsplit(current_app.config["SETTINGS"].base_url)
    # The host was checked against TRUSTED_HOSTS; a proxy in front may have changed the scheme.
    return origin in (f"{base.scheme}://{base.netloc}", f"http://{request.host}",
                      f"https://{request.host}")  # fmt: skip


def _add_headers(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if current_app.config["SETTINGS"].base_url.startswith("https://"):
        response.headers.setdefault("Strict-Transport-Security", f"max-age={HTTPS_ONLY_S}")
    response.headers.setdefault("Cache-Control", "no-store")
    return response
