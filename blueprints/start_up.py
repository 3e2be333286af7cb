"""What must be right before the app starts at all, most of it only in production."""

from __future__ import annotations

import os

from flask import Flask
from flask.cli import NoAppException
from werkzeug.middleware.proxy_fix import ProxyFix

from settings import Settings
from storage.credentials import KEY_BYTES, KEY_FILE


class Unsafe(NoAppException):
    """The app does not start like this; the sentence says what to change."""


def refuse_unsafe(settings: Settings, debug: bool) -> None:
    """Raise Unsafe when the app must not start with these settings and this data folder."""
    key = settings.data / KEY_FILE
    if key.exists() and key.stat().st_size < KEY_BYTES:
        raise Unsafe(f"{key} is too short to be a key. Put the right one back from its copy.")
    if not settings.production:
        return
    if debug:
        raise Unsafe("Production does not start with debugging: unset FLASK_DEBUG.")
    if not settings.base_url.startswith("https://") and not settings.allow_http:
        raise Unsafe(
            f"PRESS_ONE_BASE_URL is {settings.base_url}: production wants https://. Where nobody"
            " else can listen in, PRESS_ONE_ALLOW_HTTP=1 starts it all the same."
        )
    if settings.database.exists() and not key.exists():
        raise Unsafe(
            f"There is a database and no {key}, so no stored password could be opened. Put the key"
            " back from its copy; where there is none, make an empty one yourself:"
            f" head -c {KEY_BYTES} /dev/urandom > {key} && chmod 600 {key}"
        )
    if key.exists() and key.stat().st_mode & 0o077:
        raise Unsafe(f"Others may read {key}. Run: chmod 600 {key}")
    if settings.metrics_token == EXAMPLE_TOKEN:
        raise Unsafe("METRICS_TOKEN is the example that everybody can read: put in another one.")
    if settings.metrics_token and len(settings.metrics_token) < SHORTEST_TOKEN:
        raise Unsafe(f"METRICS_TOKEN is short: use at least {SHORTEST_TOKEN} characters.")


SHORTEST_TOKEN = 16
EXAMPLE_TOKEN = "change-this-to-something-random"
"""What docs/deploy.md has in its place."""


def debugging(app: Flask) -> bool:
    """Whether the app would show its insides when something breaks."""
    return app.debug or os.environ.get("FLASK_DEBUG", "0").lower() not in ("", "0", "false", "no")


def trust_proxies(app: Flask, settings: Settings) -> None:
    """Believe what so many proxies say of who asks and how, and nobody else."""
    if settings.trusted_proxies:
        count = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=0)  # type: ignore[method-assign]
