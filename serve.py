"""Serving the app for real: granian, and one process of ``worker.py`` that answers.

``python serve.py`` migrates, prints the first owner's link when nobody has an account, and
serves. With ``QUEUE_URL=redis://…`` no consumer starts here: run ``huey_consumer jobs.huey``.
"""

from __future__ import annotations

import os
import sys

from granian import Granian
from granian.constants import Interfaces

from settings import Settings

THREADS = 6
"""Requests answered at the same time. SQLite takes one writer at a time anyway, and with more
threads forty people wait longer: they share one interpreter (``benchmarks/bench_forty.py``)."""


def main() -> None:
    """Listen, and have the worker answer. The app is loaded there only: once, not twice."""
    os.umask(0o077)
    settings = Settings.from_env()
    Granian(
        "worker:application",
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
