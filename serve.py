"""Serving the app for real: granian, with the queue's consumer beside it.

``python serve.py`` migrates, prints the first owner's link when nobody has an account, and
serves. With ``QUEUE_URL=redis://…`` no consumer starts here: run ``huey_consumer jobs.huey``.
"""

from __future__ import annotations

import os
import sys

from flask import Flask
from granian import Granian
from granian.constants import Interfaces

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

THREADS = 8
"""Requests answered at the same time; SQLite takes one writer at a time anyway."""


def application() -> Flask:
    """What a granian worker runs: the app, and the consumer unless the queue is elsewhere."""
    os.umask(0o077)
    settings = Settings.from_env()
    logs.start(settings.log)
    hold(settings.data)
    app = create_app()
    serve_compressed(app)
    if not app.config["SETTINGS"].queue_url:
        start_consumer_thread(jobs_of(app).huey)
    return app


def main() -> None:
    """Bring the data up to date, say where the app is, and serve it."""
    os.umask(0o077)
    settings = Settings.from_env()
    settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    refuse_unsafe(settings, debug=False)
    settle(settings.data, settings.database)
    hold(settings.data)
    db = open_db(settings.database)
    try:
        migrate(db)
        newcomer = not people.anybody(db)
    finally:
        db.close()
    print(f"\n  Press One is at {settings.base_url}")
    if newcomer:
        with create_app().app_context():
            print(f"  Create the first account here (works once): {first_owner_link()}")
    print("  Stop it with Ctrl+C.\n", flush=True)
    Granian(
        "serve:application",
        factory=True,
        address=settings.host,
        port=settings.port,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=THREADS,
        log_enabled=True,
        log_level="error",
        websockets=False,
    ).serve()


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Unsafe as reason:
        sys.exit(f"Press One does not start. {reason}")
