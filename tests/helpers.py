"""What tests share besides fixtures: a browser without JavaScript, and a served app."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests
from flask import session
from flask.testing import FlaskClient

import blueprints
from blueprints.auth import let_in
from flows.document import Flow
from storage import flows as flow_store
from storage import people, rules

ROOT = Path(__file__).parent.parent
PASSWORD = "a long password"
OWNER = "owner@example.com"


class Browser:
    """A browser without JavaScript: follows redirects, sends the forms it finds on the page."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client
        self.page: Any = None

    @property
    def text(self) -> str:
        """The page as it came."""
        return self.page.get_data(as_text=True)

    def get(self, path: str) -> Any:
        """Open a page."""
        self.page = self.client.get(path, follow_redirects=True)
        return self.page

    def post(self, path: str, /, follow: bool = True, **fields: Any) -> Any:
        """Send a form with the token and, unless given, the revision of the page looked at."""
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', self.text)
        revision = re.search(r'name="revision"[^>]*value="(\d+)"', self.text)
        form = {
            "csrf_token": token[1] if token else "",
            "revision": revision[1] if revision else "",
            **fields,
        }
        self.page = self.client.post(path, data=form, follow_redirects=follow)
        return self.page


def sign_in(app: Any, email: str = OWNER) -> Browser:
    """Somebody who has signed in and looks at the first page.

    The session is begun as the sign-in page begins it, only without the password: working out
    its hash is slow on purpose, and takes longer than most tests (tests/blueprints/test_people.py
    and test_coming_in.py sign in at the page).
    """
    browser = Browser(app.test_client())
    with app.test_request_context("/login", environ_base={"REMOTE_ADDR": "127.0.0.1"}):
        assert let_in(people.by_email(blueprints.db(), email), "signed_in")
        begun = dict(session)
    with browser.client.session_transaction() as kept:
        kept.update(begun)
    assert browser.get("/").status_code == 200
    return browser


def save_flow(db: Any, flow: Flow) -> int:
    """A flow in the owner's library."""
    return flow_store.create(db, 1, 1, flow, "Start a call flow")


def let_ring(db: Any, workspace_id: int = 1, **changed: Any) -> None:
    """Rules of calling that stop no number of this test, at whatever hour it runs."""
    open_to_all = {
        "countries": frozenset({"UA", "US", "BG"}), "hours_on": False, "person_hour": None,
        "number_hour": None, "workspace_hour": None, "workspace_day": None,
        "call_me_first": False,
    }  # fmt: skip
    rules.change(db, workspace_id, **{**open_to_all, **changed})


@dataclass
class Served:
    """The app as ``python serve.py`` runs it, on a port of its own."""

    url: str
    data: Path
    process: subprocess.Popen[bytes]
    log: Path
    key: str = field(repr=False)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start_server(data: Path, log: Path, **env: str) -> tuple[str, subprocess.Popen[bytes]]:
    """Start the server and wait until it is ready; returns its address."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "serve.py"],
            cwd=ROOT,
            stdout=output,
            stderr=subprocess.STDOUT,
            env={**os.environ, "PORT": str(port), "PRESS_ONE_DATA": str(data), **env},
        )
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            if requests.get(f"{url}/readyz", timeout=60).ok:
                return url, process
        except requests.ConnectionError:
            time.sleep(0.05)
    process.kill()
    raise AssertionError(f"The server did not start:\n{log.read_text()}")
