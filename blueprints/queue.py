"""The queue as routes see it: one for each application."""

from __future__ import annotations

from threading import Lock

from flask import Flask, current_app

from blueprints import settings
from jobs import Jobs

_LOCK = Lock()
_NAME = "press_one_jobs"


def jobs() -> Jobs:
    """The tasks of this application; its queue is opened when first asked for."""
    return _jobs(current_app)


def jobs_of(app: Flask) -> Jobs:
    """The same, for whoever starts the consumer outside of a request."""
    with app.app_context():
        return _jobs(app)


def _jobs(app: Flask) -> Jobs:
    with _LOCK:
        if _NAME not in app.extensions:
            app.extensions[_NAME] = Jobs(settings())
        found: Jobs = app.extensions[_NAME]
        return found
