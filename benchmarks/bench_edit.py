"""Server time of an edit, beside a bare Flask route that commits one row and sends as much HTML.

``python -m benchmarks.bench_edit``: milliseconds (median of the runs) for flows of 10, 50 and
200 menus with 12 keys each, and the ratio to the bare route in the same run.
"""

from __future__ import annotations

import gzip
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient

from app import create_app
from flows.document import KEYS, WRONG, Flow, GoTo, HangUp, Menu, Repeat
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
    """Milliseconds of the middle run, after two that do not count."""
    taken = []
    for run in range(RUNS + 2):
        started = time.perf_counter()
        work(run)
        taken.append((time.perf_counter() - started) * 1000)
    return statistics.median(taken[2:])


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


def edit_ms(client: FlaskClient, flow_id: int) -> tuple[float, float, str]:
    """(POST, the page after it, that page) of changing what one menu says."""
    address = f"/flows/{flow_id}?tab=phone"
    form = {"csrf_token": _field(client.get(address).text, "csrf_token"), "name": "Menu 1",
            "recording": "ivr_1", "wait": "10"}  # fmt: skip

    def post(run: int) -> None:
        revision = _field(client.get(address).text, "revision")
        started = time.perf_counter()
        reply = client.post(
            f"/flows/{flow_id}/menus/m0?tab=phone",
            data={**form, "revision": revision, "script": f"Press 1. {run}"},
        )
        posts.append((time.perf_counter() - started) * 1000)
        assert reply.status_code == 303, reply.status_code

    posts: list[float] = []
    for run in range(RUNS + 2):
        post(run)
    page = median_ms(lambda _run: client.get(address))
    return statistics.median(posts[2:]), page, client.get(address).text


def bare_ms(data: Path, size: int) -> float:
    """A route that commits one row, and one that sends ``size`` characters of HTML."""
    bare, page = Flask("bare"), "x" * size

    @bare.post("/")
    def save() -> tuple[str, int]:
        db = open_db(data / "bare.sqlite3")
        with write_tx(db):
            db.execute("INSERT INTO saved VALUES (?)", (now(),))
        db.close()
        return "", 303

    @bare.get("/")
    def show() -> str:
        return page

    db = open_db(data / "bare.sqlite3")
    db.execute("CREATE TABLE IF NOT EXISTS saved (at TEXT)")
    db.close()
    client = bare.test_client()
    return median_ms(lambda _run: (client.post("/"), client.get("/")))


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
        print(" menus     save     page     both     bare  ratio  page kB  gzip kB")
        for size in (10, 50, 200):
            flow_id = flows.create(db, 1, 1, flow_of(size), "bench")
            save, page, html = edit_ms(client, flow_id)
            bare = bare_ms(data, len(html))
            print(
                f"{size:6} {save:6.1f}ms {page:6.1f}ms {save + page:6.1f}ms {bare:6.1f}ms"
                f" {(save + page) / bare:6.1f} {len(html) / 1000:8.1f}"
                f" {len(gzip.compress(html.encode())) / 1000:8.1f}"
            )
        db.close()


if __name__ == "__main__":
    sys.exit(main())
