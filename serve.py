"""Serving the app for real: granian, and one process of ``worker.py`` that answers.

``python serve.py`` migrates, prints the first owner's link when nobody has an account, and
serves. With ``QUEUE_URL=redis://…`` no consumer starts here: run ``huey_consumer jobs.huey``.
"""

from __future__ import annotations

import gc
import os
import sys
from importlib import import_module
from typing import TYPE_CHECKING

from granian import Granian
from granian.constants import Interfaces

from settings import Settings

if TYPE_CHECKING:
    from flask import Flask

THREADS = 6
"""Requests answered at the same time. SQLite takes one writer at a time anyway, and with more
threads forty people wait longer: they share one interpreter (``benchmarks/bench_forty.py``)."""

NEW_OBJECTS = 50_000
"""So many more objects than before are made before the collector looks (Python 3.11: 700)."""


def application() -> Flask:
    """What the process that answers runs: ``worker.application()``, loaded in one go.

    Whatever is loaded stays, so looking through it for rubbish meanwhile is idle: a tenth of the
    time until the first page. A twelfth is Redis, where there is none.
    """
    gc.disable()
    if not Settings.from_env().queue_url:
        sys.modules["redis"] = None  # type: ignore[assignment]  # huey would load all of it
    app: Flask = import_module("worker").application()
    look_for_rubbish_seldom()
    return app


def look_for_rubbish_seldom() -> None:
    """Let the garbage collector pass over what is loaded, and look at the rest less often.

    An edit of a large flow makes tens of thousands of small objects, nearly all of which go by
    themselves: looking through them 46 times took a quarter of its time.
    """
    gc.freeze()
    gc.set_threshold(NEW_OBJECTS)
    gc.enable()


def main() -> None:
    """Listen, and have the worker answer. The app is loaded there only: once, not twice."""
    os.umask(0o077)
    settings = Settings.from_env()
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
    sys.exit(main())
