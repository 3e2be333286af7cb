"""A database with one workspace and its practice connections, and a web server to tell."""

from __future__ import annotations

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from storage import connections, keys
from storage.credentials import secret_box
from storage.db import now, open_db, write_tx
from storage.migrations import migrate
from tests.helpers import let_ring


@pytest.fixture
def box(tmp_path):
    return secret_box(tmp_path)


@pytest.fixture
def path(tmp_path, box):
    path = tmp_path / "press-one.sqlite3"
    db = open_db(path)
    migrate(db)
    with write_tx(db):
        db.execute("INSERT INTO workspaces (name, created_at) VALUES ('A', ?)", (now(),))
        db.execute("INSERT INTO workspaces (name, created_at) VALUES ('B', ?)", (now(),))
        connections.add_practice(db, box, 1, "+15053761293")
    let_ring(db)
    db.close()
    return path


@pytest.fixture
def db(path):
    db = open_db(path)
    yield db
    db.close()


@pytest.fixture
def key(db):
    return keys.find(db, keys.add(db, 1, "outside"))


@pytest.fixture
def practice_key(db):
    with write_tx(db):
        text = keys.issue(db, 1, "inside", "practice")
    return keys.find(db, text)


class Listener:
    """A web server on loopback that keeps what it was told.

    ``answer``: status, body, delay; ``headers`` are sent besides.
    """

    def __init__(self) -> None:
        self.requests: list[tuple[str, dict[str, str], bytes]] = []
        self.answer = (200, b"{}", 0.0)
        self.headers: dict[str, str] = {}
        listener = self

        class Handler(BaseHTTPRequestHandler):
            def _reply(self):
                length = int(self.headers.get("Content-Length", 0))
                body = self.rfile.read(length)
                headers = {k.lower(): v for k, v in self.headers.items()}
                listener.requests.append((self.path, headers, body))
                status, content, delay = listener.answer
                time.sleep(delay)
                self.send_response(status)
                self.send_header("Content-Length", str(len(content)))
                for name, value in listener.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(content)

            do_POST = do_GET = _reply

            def log_message(self, *_):
                return

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.host = f"127.0.0.1:{self._server.server_port}"
        self.url = f"http://{self.host}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def bodies(self):
        return [json.loads(body) for _, _, body in self.requests]

    def close(self):
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def listener():
    listener = Listener()
    yield listener
    listener.close()
