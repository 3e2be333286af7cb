"""What answers requests: the process that ``serve.py`` starts, and the only one that knows the app.

It brings the data up to date, says where Press One is, makes the app, and works the queue off
beside it unless the queue is elsewhere.
"""

from __future__ import annotations

import os
import sys

from flask import Flask

from app import create_app
from blueprints import logs
from blueprints.assets import serve_compressed
from blueprints.commands import first_owner_link
from blueprints.queue import jobs_of
from blueprints.start_up import Unsafe, refuse_unsafe
from jobs import start_consumer_thread
from settings import Settings
from storage import people
from storage.db import open_db
from storage.in_use import hold
from storage.migrations import migrate
from storage.rotation import settle


def application() -> Flask:
    """The app on data that is up to date. Ends the process with a sentence when it is not safe."""
    os.umask(0o077)
    settings = Settings.from_env()
    try:
        newcomer = _prepare(settings)
        app = create_app()
    except Unsafe as reason:
        sys.exit(f"Press One does not start. {reason}")
    _say_where(app, newcomer)
    logs.start(settings.log)
    serve_compressed(app)
    if not settings.queue_url:
        start_consumer_thread(jobs_of(app).huey)
    return app


def _prepare(settings: Settings) -> bool:
    """Bring the data up to date. Returns whether nobody has an account yet. Raises Unsafe."""
    settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    refuse_unsafe(settings, debug=False)
    settle(settings.data, settings.database)
    hold(settings.data)
    db = open_db(settings.database)
    try:
        migrate(db)
        return not people.anybody(db)
    finally:
        db.close()


def _say_where(app: Flask, newcomer: bool) -> None:
    print(f"\n  Press One is at {app.config['SETTINGS'].base_url}")
    if newcomer:
        with app.app_context():
            print(f"  Create the first account here (works once): {first_owner_link()}")
    print("  Stop it with Ctrl+C.\n", flush=True)
