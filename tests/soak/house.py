"""A whole installation as a process that can be killed, and somebody who presses its buttons."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import requests

from calling import place
from flows.document import Flow, HangUp, Menu
from storage import calls, connections
from storage.credentials import secret_box
from storage.db import open_db
from tests.helpers import OWNER, PASSWORD, ROOT, free_port, let_ring, save_flow
from tests.soak.service import Service, path_of

CARRIED = ("speechcall", "voice_api", "infobip")
"""Services that the presses go to in turn."""

START_S = 40.0
"""Seconds that a process may take to start, on a machine that runs eight of them."""


@dataclass
class House:
    """A data folder with an owner, two flows and a connection for each service and fault."""

    data: Path
    service: Service
    flow_of: dict[str, int] = field(default_factory=dict)
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def connect(self, fault: str) -> dict[str, int]:
        """Service -> a connection to it that goes wrong in this way."""
        db = open_db(self.database)
        made = {
            service: connections.save(
                db, secret_box(self.data), 1, service=service, name=fault,
                base_url=f"{self.service.url}/{path_of(fault)}", new_secret="a-s3cret-key",
            )
            for service in CARRIED
        }  # fmt: skip
        db.close()
        return made

    @property
    def database(self) -> Path:
        """The SQLite file."""
        return self.data / "press-one.sqlite3"

    def run(self, *command: str, **env: str) -> subprocess.Popen[bytes]:
        """Start a process of this house, at the head of a group of its own."""
        with (self.data / "log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, *command], cwd=ROOT, stdout=log, stderr=log,
                start_new_session=True,
                env={
                    **os.environ, "PRESS_ONE_DATA": str(self.data),
                    "PRESS_ONE_ALLOWED_HOSTS": self.service.allowed, **env,
                },
            )  # fmt: skip
        self.processes.append(process)
        return process

    def start(self, **env: str) -> tuple[str, subprocess.Popen[bytes]]:
        """Start a server, and wait until it is ready. Gives its address."""
        port = free_port()
        url = f"http://127.0.0.1:{port}"
        process = self.run("serve.py", PORT=str(port), **env)
        end = time.monotonic() + START_S
        while time.monotonic() < end:
            try:
                if requests.get(f"{url}/readyz", timeout=START_S).ok:
                    return url, process
            except requests.ConnectionError:
                time.sleep(0.05)
        raise AssertionError((self.data / "log").read_text())

    def rows(self) -> list[calls.StoredCall]:
        """Every call that is written down."""
        db = open_db(self.database)
        found = [calls.as_call(row) for row in db.query("SELECT * FROM calls ORDER BY id")]
        db.close()
        return found

    def until(self, done: Callable[[list[calls.StoredCall]], bool], seconds: float) -> float:
        """Wait until the calls are as wanted. Gives the seconds it took."""
        began = time.monotonic()
        while time.monotonic() < began + seconds:
            if done(self.rows()):
                return time.monotonic() - began
            time.sleep(0.25)
        raise AssertionError(f"not in {seconds} s: {Counter(row.state for row in self.rows())}")

    def close(self) -> None:
        """End every process of this house."""
        for process in self.processes:
            kill(process)


def build(first_day: Path, folder: Path, service: Service) -> House:
    """A house with its flows; its rules of calling stop nothing."""
    house = House(Path(shutil.copytree(first_day, folder)), service)
    db = open_db(house.database)
    let_ring(db)
    end = {"wrong": (HangUp(id="h"),)}
    played = (Menu(id="m", recording="ivr_1", keys=end),)
    said = (Menu(id="m", script="Hello.", keys=end),)
    recorded = save_flow(db, Flow(name="Recorded", sender="Bazar", menus=played))
    spoken = save_flow(db, Flow(name="Spoken", menus=said))
    house.flow_of = {"speechcall": recorded, "voice_api": spoken, "infobip": spoken}
    db.close()
    return house


def kill(process: subprocess.Popen[bytes]) -> None:
    """kill -9, for the process and everything it started."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(10)


@dataclass(frozen=True)
class Button:
    """A button that was found on a page and can be pressed any number of times."""

    path: str
    form: dict[str, str]


class Presser:
    """Somebody signed in, at whatever address the house has at the moment."""

    def __init__(self, house: House, url: str) -> None:
        self.house = house
        self.url = url
        self.session = requests.Session()
        page = self.session.get(f"{url}/login", timeout=30).text
        form = {"csrf_token": _value(page, "csrf_token"), "email": OWNER, "password": PASSWORD}
        assert self.session.post(f"{url}/login", data=form, timeout=30).ok

    def find(self, service: str, connection: int, number: str) -> Button:
        """Open the question whether to ring; rings nobody."""
        flow = self.house.flow_of[service]
        asked = {"connection": str(connection), "number": number}
        page = self.session.get(f"{self.url}/flows/{flow}/call/confirm", params=asked, timeout=30)
        names = {name: _value(page.text, name) for name in ("csrf_token", "nonce")}
        return Button(f"/flows/{flow}/call/place", {**asked, **names})

    def press(self, button: Button, url: str = "") -> str:
        """Press it; gives the address of the call's page, "" when no answer came."""
        cookies = self.session.cookies.get_dict()
        try:
            reply = requests.post(
                (url or self.url) + button.path, data=button.form, cookies=cookies,
                allow_redirects=False, timeout=60,
            )  # fmt: skip
        except requests.RequestException:
            return ""
        assert reply.status_code == 303, (reply.status_code, reply.text[:3000])
        return reply.headers["Location"]


def _value(page: str, name: str) -> str:
    found = re.search(rf'name="{name}"[^>]*value="([^"]+)"', page)
    assert found, page[-3000:]
    return found[1]


def number(index: int) -> str:
    """A mobile number of its own for every press."""
    return f"+38050{index:07}"


@dataclass
class Line:
    """One line of the table: what was pressed, what was asked for, what was written down."""

    name: str
    presses: int
    posts: int
    most: int
    calls: int
    unrecorded: int
    ends: Counter[str]
    more: str = ""


def line(name: str, house: House, buttons: Sequence[Button], more: str = "") -> Line:
    """Count what became of these buttons. A button is unrecorded when there is no call of it, or
    when the service was asked for a call that is not written down."""
    nonces = {button.form["nonce"] for button in buttons}
    rows = [row for row in house.rows() if row.nonce in nonces]
    named = {place.own_name(row): row for row in house.rows()}
    placed = house.service.placed
    strangers = [name for name in placed if name not in named]
    ours = {place.own_name(row): placed[place.own_name(row)] for row in rows}
    return Line(
        name=name,
        presses=len(buttons),
        posts=sum(ours.values()),
        most=max(ours.values(), default=0),
        calls=len(rows),
        unrecorded=len(nonces - {row.nonce for row in rows}) + len(strangers),
        ends=Counter(row.state for row in rows),
        more=more,
    )


TABLE: list[Line] = []
"""Every line of this run, for the one table at its end."""


def show(lines: Sequence[Line]) -> None:
    """Keep these lines for the table."""
    TABLE.extend(lines)


def table() -> Iterator[str]:
    """The lines as Markdown, for people and for docs/soak.md."""
    states = ("queued", "sending", "accepted", "refused", "unknown")
    head = ("", "presses", "POSTs", "most a call", "calls", "unrecorded", *states, "")
    yield "| " + " | ".join(head) + " |"
    yield "|" + "---|" * len(head)
    for one in TABLE:
        counts = (one.presses, one.posts, one.most, one.calls, one.unrecorded)
        ends = [one.ends[state] for state in states]
        yield f"| {one.name} | " + " | ".join(map(str, (*counts, *ends))) + f" | {one.more} |"


def hold(lines: Sequence[Line]) -> None:
    """What must be true of every line."""
    for one in lines:
        assert one.posts <= one.presses, one
        assert one.most <= 1, one
        assert one.unrecorded == 0, one
        assert one.calls <= one.presses, one
