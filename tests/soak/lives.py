"""``python -m tests.soak.lives DATA SOCKET``: the app, killed and started again and again.

Everything is imported once. Each line on standard input has a new process made by ``fork``, which
makes the app anew, opens the database anew, and answers over HTTP; its number is printed. What
waits at the socket while no process is alive is answered by the next one.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from werkzeug.serving import WSGIRequestHandler, make_server

from app import create_app


class Quiet(WSGIRequestHandler):
    """Writes no line for each request."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        return


def live(data: Path, handle: int) -> None:
    """One life: until somebody kills it."""
    app = create_app(data=data)
    make_server(
        "127.0.0.1", 0, app, threaded=True, fd=handle, request_handler=Quiet
    ).serve_forever()


def main(data: Path, handle: int) -> None:
    """A life for each line."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for _ in sys.stdin:
        made = os.fork()
        if made == 0:
            live(data, handle)
        print(made, flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
