"""Gateway requests per second, beside a bare Flask route that commits one row.

``python -m benchmarks.bench_gateway``: both are served by the same granian with the same threads,
one after the other in turns, and asked by the same clients; the medians are compared. The calls
go to numbers that ring on a screen, and the practice network works while it is measured.
"""

from __future__ import annotations

import http.client
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from flask import Flask
from granian import Granian
from granian.constants import Interfaces

from serve import THREADS
from storage import keys, people
from storage.credentials import secret_box
from storage.db import now, open_db, write_tx
from storage.migrations import migrate
from tests.helpers import ROOT, free_port, start_server

CLIENTS = 4
SECONDS = 4.0
TURNS = 3
PER_MINUTE = 60_000
"""The key's limit: counted, but never reached."""

GOAL = 0.5

MESSAGE = {
    "from": "Bazar", "to": "+380936670003", "text": "ivr", "type": "speechcall",
    "menu": [{"introUrl": "ivr_651854", "idleTimeoutMsec": 10_000, "dtmfActions": {
        "d1": [{"action": "webhook", "url": "https://api.example.com/1", "body": {"confirm": True}},
               {"action": "hangup"}],
        "wrong": [{"action": "hangup"}]}}],
}  # fmt: skip
TEXT = {"to": "+15053753840", "text": "Hello, this is a friendly reminder of your appointment."}


def bare() -> Flask:
    """A route that commits one row, as durably as ours."""
    app, path = Flask("bare"), Path(os.environ["BARE_DATA"]) / "bare.sqlite3"

    @app.post("/")
    def save() -> dict[str, str]:
        db = open_db(path)
        with write_tx(db):
            db.execute("INSERT INTO saved (at) VALUES (?)", (now(),))
        db.close()
        return {"status": "saved"}

    return app


def serve_bare(port: int) -> None:
    """Serve it as ``serve.py`` serves Press One."""
    Granian(
        "benchmarks.bench_gateway:bare",
        factory=True,
        port=port,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=THREADS,
        log_enabled=False,
        websockets=False,
    ).serve()


@contextmanager
def bare_server(data: Path) -> Iterator[str]:
    """The bare route for the time of a ``with`` block; its address."""
    db = open_db(data / "bare.sqlite3")
    db.execute("CREATE TABLE saved (id INTEGER PRIMARY KEY, at TEXT)")
    db.close()
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.bench_gateway", str(port)],
        cwd=ROOT,
        env={**os.environ, "BARE_DATA": str(data)},
    )
    url = f"http://127.0.0.1:{port}/"
    until_it_answers(url)
    yield url
    process.terminate()
    process.wait(10)


def until_it_answers(url: str) -> None:
    """Wait for a server, 20 seconds at most."""
    end = time.monotonic() + 20
    while time.monotonic() < end:
        try:
            ask(http.client.HTTPConnection(urlsplit(url).netloc), url, b"{}", {})
            return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError(f"{url} does not answer.")


def ask(line: http.client.HTTPConnection, url: str, body: bytes, headers: dict[str, str]) -> None:
    """One POST that must be answered 200."""
    line.request("POST", urlsplit(url).path, body, headers)
    reply = line.getresponse()
    content = reply.read()
    if reply.status != 200:
        raise RuntimeError(f"{url} answered {reply.status}: {content[:200]!r}")


def per_second(url: str, body: dict[str, object], headers: dict[str, str]) -> float:
    """How many requests a second are answered to several clients at once."""
    content, counts = json.dumps(body).encode(), [0] * CLIENTS
    headers = {"Content-Type": "application/json", **headers}
    end = time.monotonic() + SECONDS

    def client(number: int) -> None:
        line = http.client.HTTPConnection(urlsplit(url).netloc, timeout=30)
        while time.monotonic() < end:
            try:
                ask(line, url, content, headers)
                counts[number] += 1
            except (BrokenPipeError, ConnectionResetError):  # a kept line that the server closed
                line.close()
        line.close()

    threads = [threading.Thread(target=client, args=(number,)) for number in range(CLIENTS)]
    began = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / (time.monotonic() - began)


def measure(folder: Path) -> dict[str, list[float]]:
    """Requests per second of each, in turns."""
    data = folder / "data"
    data.mkdir()
    db = open_db(data / "press-one.sqlite3")
    migrate(db)
    people.create_workspace(
        db, secret_box(data), workspace="A", email="a@example.com", name="A", password="long one"
    )
    key = keys.add(db, 1, "Bench", per_minute=PER_MINUTE)
    db.close()
    url, process = start_server(data, folder / "log")
    try:
        with bare_server(folder) as bare_url:
            asked = {
                "bare route": (bare_url, {}, {}),
                "Voice API": (f"{url}/api/v1/call/tts", TEXT, {"x-api-key": key}),
                "SpeechCall": (
                    f"{url}/bat/messagelist",
                    {"messages": [MESSAGE]},
                    {"X-Authorization-Key": key},
                ),
            }
            found: dict[str, list[float]] = {name: [] for name in asked}
            for _ in range(TURNS):
                for name, (where, body, headers) in asked.items():
                    found[name].append(per_second(where, body, headers))
            return found
    finally:
        process.terminate()
        process.wait(30)


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as folder:
        found = {name: statistics.median(runs) for name, runs in measure(Path(folder)).items()}
    for name, rate in found.items():
        print(
            f"{name:12} {rate:8.0f} requests/s {rate / found['bare route']:6.2f} of the bare route"
        )
    print(f"goal: at least {GOAL} of the bare route")


if __name__ == "__main__":
    serve_bare(int(sys.argv[1])) if len(sys.argv) > 1 else main()
