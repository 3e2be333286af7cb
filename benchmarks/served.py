"""Press One as people run it (``python serve.py``), with call flows in it, for the benchmarks."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode

from benchmarks.bench_edit import PASSWORD, flow_of
from storage import flows, people
from storage.credentials import secret_box
from storage.db import open_db
from storage.migrations import migrate

EMAIL = "a@example.com"
ROOT = Path(__file__).parent.parent
PATIENCE_S = 30


@dataclass(frozen=True)
class Running:
    """A server under way: its address, its process, and the flows in it by their menus."""

    port: int
    pid: int
    flow_ids: dict[int, list[int]]
    started: float

    @property
    def url(self) -> str:
        """The address without a path."""
        return f"http://127.0.0.1:{self.port}"


def free_port() -> int:
    """A port that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def prepare(data: Path, sizes: dict[int, int]) -> dict[int, list[int]]:
    """A workspace with flows in it: ``sizes`` maps menus to how many such flows; their ids."""
    db = open_db(data / "press-one.sqlite3")
    migrate(db)
    people.create_workspace(
        db, secret_box(data), workspace="A", email=EMAIL, name="A", password=PASSWORD
    )
    made = {
        size: flows.create_all(db, 1, 1, [flow_of(size)] * count, "bench")
        for size, count in sizes.items()
    }
    db.close()
    return made


@contextmanager
def running(sizes: dict[int, int]) -> Iterator[Running]:
    """``serve.py`` on a folder of its own until the block ends."""
    with tempfile.TemporaryDirectory() as folder:
        made, port = prepare(Path(folder), sizes), free_port()
        environment = {**os.environ, "PRESS_ONE_DATA": folder, "PORT": str(port)}
        started = time.perf_counter()
        server = subprocess.Popen(
            [sys.executable, str(ROOT / "serve.py")],
            env=environment, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            wait_for_page(port)
            yield Running(port, server.pid, made, started)
        finally:
            server.send_signal(signal.SIGINT)
            server.wait(PATIENCE_S)


def wait_for_page(port: int, path: str = "/login") -> None:
    """Until the server sends a page. Raises TimeoutError when it does not."""
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        try:
            connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
            connection.request("GET", path)
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.005)
    raise TimeoutError(f"no page at port {port}")


class Visitor:
    """Somebody signed in, on one connection that stays open."""

    def __init__(self, port: int) -> None:
        self._connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
        self.cookie = ""
        token = field(self.ask("GET", "/login")[1], "csrf_token")
        values = {"csrf_token": token, "email": EMAIL, "password": PASSWORD}
        status, _page = self.ask("POST", "/login", values)
        assert status in (302, 303), status

    def ask(
        self, method: str, path: str, values: dict[str, str] | None = None, **headers: str
    ) -> tuple[int, str]:
        """(status, page) of one request; a redirect is not followed, what is packed stays so."""
        sent = {"Cookie": self.cookie, **headers}
        if values is not None:
            sent["Content-Type"] = "application/x-www-form-urlencoded"
        self._connection.request(method, path, urlencode(values) if values else None, sent)
        reply = self._connection.getresponse()
        page = reply.read().decode(errors="replace")
        if cookie := reply.getheader("Set-Cookie"):
            self.cookie = cookie.partition(";")[0]
        return reply.status, page


def field(page: str, name: str) -> str:
    """The value of a form's hidden field."""
    found = re.search(rf'name="{name}"[^>]*value="([^"]*)"', page)
    return found[1] if found else ""
