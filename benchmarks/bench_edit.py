"""Server time of an edit, beside a bare Flask route that commits one row and renders as much HTML.

``python -m benchmarks.bench_edit``: milliseconds (middle of the runs) for flows of 10, 50 and
200 menus with 12 keys each: an edit as a browser with scripts sends it, answered with the page
but for the parts that the browser has; the whole page; and the ratio of the edit to the bare
route, turn by turn in the same run, by the clock and by the processor's time.
"""

from __future__ import annotations

import gzip
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient

from app import create_app
from flows.document import KEYS, WRONG, Flow, GoTo, HangUp, Menu, Repeat
from serve import look_for_rubbish_seldom
from storage import flows, people
from storage.credentials import secret_box
from storage.db import now, open_db, write_tx
from storage.migrations import migrate

RUNS = 40
PASSWORD = "a long password"


def flow_of(size: int) -> Flow:
    """A flow whose every menu has all twelve keys."""

    def menu(number: int) -> Menu:
        keys = {
            key: (GoTo(id=f"{number}-{key}", menu=f"m{(number * 7 + place) % size}"),)
            for place, key in enumerate(KEYS[:-1])
        }
        keys["#"] = (HangUp(id=f"{number}-#"),)
        keys[WRONG] = (Repeat(id=f"{number}-r", times=2), HangUp(id=f"{number}-w"))
        return Menu(
            id=f"m{number}", name=f"Menu {number + 1}", script="Press 1 or 2.",
            recording="ivr_1", keys=keys,
        )  # fmt: skip

    return Flow(name=f"{size} menus", sender="Bazar", menus=tuple(map(menu, range(size))))


def median_ms(work: Callable[[int], object]) -> float:
    """Milliseconds of the middle run by the clock, after two that do not count."""
    return by_turns(work)[0].clock


def signed_in(data: Path) -> FlaskClient:
    """A client of the app on this folder, signed in."""
    client = create_app(data=data, TESTING=True).test_client()
    token = _field(client.get("/login").text, "csrf_token")
    client.post(
        "/login", data={"csrf_token": token, "email": "a@example.com", "password": PASSWORD}
    )
    return client


def _field(page: str, name: str) -> str:
    found = re.search(rf'name="{name}"[^>]*value="([^"]*)"', page)
    return found[1] if found else ""


@dataclass(frozen=True)
class Taken:
    """Milliseconds of one thing, the middle of its runs: by the clock, and of the processor."""

    clock: float
    processor: float


def by_turns(*works: Callable[[int], object]) -> list[Taken]:
    """What each work takes, one after the other in every run; the first two do not count."""
    taken: list[list[tuple[float, float]]] = [[] for _work in works]
    for run in range(RUNS + 2):
        for work, kept in zip(works, taken, strict=True):
            clock, processor = time.perf_counter(), time.process_time()
            work(run)
            kept.append((time.perf_counter() - clock, time.process_time() - processor))
    return [
        Taken(*(statistics.median(kind) * 1000 for kind in zip(*kept[2:], strict=True)))
        for kept in taken
    ]


class Editor:
    """A browser with scripts that changes what the first menu of a flow says."""

    def __init__(self, client: FlaskClient, flow_id: int) -> None:
        self._client, self._flow_id = client, flow_id
        page = client.get(f"/flows/{flow_id}").text
        self._token, self._revision = _field(page, "csrf_token"), 1
        self._parts = self._marks(page)
        self.page = page

    def _marks(self, page: str) -> str:
        return " ".join(re.findall(r'data-part="(\w+)"', page))

    def look(self, _run: int) -> None:
        """Open the whole page."""
        assert self._client.get(f"/flows/{self._flow_id}").status_code == 200

    def edit(self, run: int) -> None:
        """Save another text; the reply is kept as ``page``."""
        reply = self._client.post(
            f"/flows/{self._flow_id}/menus/m0",
            data={"csrf_token": self._token, "revision": str(self._revision), "name": "Menu 1",
                  "recording": "ivr_1", "wait": "10", "script": f"Press 1. {run}"},
            headers={"HX-Request": "true", "X-Parts": self._parts},
        )  # fmt: skip
        assert reply.status_code == 200, reply.status_code
        self.page, self._revision = reply.text, self._revision + 1
        self._parts = self._marks(self.page)


def bare_route(data: Path, page: Callable[[], str]) -> Callable[[int], object]:
    """A route that commits one row and renders as much as ``page()`` is."""
    bare = Flask("bare")
    template = bare.jinja_env.from_string("{% for line in lines %}<p>{{ line }}</p>{% endfor %}")
    db = open_db(data / "bare.sqlite3")
    db.execute("CREATE TABLE IF NOT EXISTS saved (at TEXT)")
    db.close()

    @bare.post("/")
    def save() -> str:
        db = open_db(data / "bare.sqlite3")
        with write_tx(db):
            db.execute("INSERT INTO saved VALUES (?)", (now(),))
        db.close()
        return template.render(lines=["x" * 73] * (len(page()) // 80))

    client = bare.test_client()
    return lambda _run: client.post("/")


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        db = open_db(data / "press-one.sqlite3")
        migrate(db)
        people.create_workspace(
            db, secret_box(data), workspace="A", email="a@example.com", name="A", password=PASSWORD
        )
        client = signed_in(data)
        look_for_rubbish_seldom()  # as in the process that answers; the bare route gains, too
        print(
            " menus      edit     page     bare  ratio  of the processor"
            "  reply kB  page kB  gzip kB"
        )
        for size in (10, 50, 200):
            editor = Editor(client, flows.create(db, 1, 1, flow_of(size), "bench"))
            whole = editor.page
            bare = bare_route(data, lambda editor=editor: editor.page)
            edit, alone, page = by_turns(editor.edit, bare, editor.look)
            print(
                f"{size:6} {edit.clock:7.1f}ms {page.clock:6.1f}ms {alone.clock:6.1f}ms"
                f" {edit.clock / alone.clock:6.1f} {edit.processor / alone.processor:17.1f}"
                f" {len(editor.page) / 1000:9.1f} {len(whole) / 1000:8.1f}"
                f" {len(gzip.compress(whole.encode())) / 1000:8.1f}"
            )
        db.close()


if __name__ == "__main__":
    sys.exit(main())
