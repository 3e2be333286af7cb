"""A bare Flask + htmx page, to measure ours against: one form, and one durable commit an edit."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask, Response, redirect, request
from granian import Granian
from granian.constants import Interfaces

from benchmarks.served import ROOT, free_port, wait_for_page
from storage.db import open_db, write_tx

HTMX = ROOT / "static" / "htmx-2.0.11.min.js"


def make(database: Path, size: int) -> Flask:
    """A page with ``size`` lines and a field that saves itself, as the editor's does."""
    app = Flask("bare", static_folder=None)
    db = open_db(database)
    db.execute("CREATE TABLE IF NOT EXISTS saved (text TEXT)")
    db.close()
    lines = "".join(f"<li><a href='/?menu={n}'>Menu {n}<small>12 keys</small></a>"
                    for n in range(size))  # fmt: skip

    def kept() -> tuple[int, str]:
        db = open_db(database)
        count, text = db.execute("SELECT count(*), max(text) FROM saved").fetchone()
        db.close()
        return count, text or ""

    @app.get("/")
    def show() -> str:
        version, _text = kept()
        return (
            "<!doctype html><title>Bare</title><script src='/htmx.js' defer></script>"
            "<div id=editor hx-boost=true hx-target='#editor' hx-select='#editor'"
            f" hx-swap=outerHTML><ol>{lines}</ol><form method=post action='/'"
            " hx-trigger='submit, change'><textarea id=script name=script></textarea></form>"
            f"<div class=announce>Saved, version {version}</div></div>"
        )

    @app.post("/")
    def save() -> object:
        db = open_db(database)
        with write_tx(db):
            db.execute("INSERT INTO saved VALUES (?)", (request.form["script"],))
        db.close()
        return redirect("/", 303)

    @app.get("/htmx.js")
    def script() -> Response:
        return Response(HTMX.read_bytes(), mimetype="text/javascript")

    return app


def application() -> Flask:
    """What the server runs; where and how large is in its arguments."""
    return make(Path(sys.argv[1]), int(sys.argv[2]))


@contextmanager
def served(size: int) -> Iterator[str]:
    """The bare page on loopback until the block ends: its address."""
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        server = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.bare", f"{folder}/bare.sqlite3", str(size),
             str(port)],
            cwd=ROOT, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            wait_for_page(port, "/")
            yield f"http://127.0.0.1:{port}/"
        finally:
            server.terminate()
            server.wait()


if __name__ == "__main__":
    Granian(
        "benchmarks.bare:application", factory=True, address="127.0.0.1", port=int(sys.argv[3]),
        interface=Interfaces.WSGI, workers=1, blocking_threads=8, log_level="error",
        websockets=False,
    ).serve()  # fmt: skip
