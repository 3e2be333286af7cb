"""What the tests of faults share: an editor over HTTP, what it was promised, and their table."""

from __future__ import annotations

import re
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import requests

from flows.document import Flow, HangUp, Menu
from storage import flows as store
from storage.db import open_db
from tests.helpers import OWNER, PASSWORD, save_flow

LONG = 400
"""Words of a saved script: more than a page of the database holds."""


@dataclass
class Result:
    """One line of the table. ``lost``: acknowledged and not there; ``torn``: half there."""

    name: str
    rounds: int
    acknowledged: int = 0
    lost: int = 0
    torn: int = 0
    errors: int = 0
    more: str = ""


RESULTS: list[Result] = []


def show(result: Result) -> Result:
    """Keep a line for the table at the end."""
    RESULTS.append(result)
    return result


def hold(result: Result) -> None:
    """What must be true of every line."""
    assert (result.lost, result.torn, result.errors) == (0, 0, 0), result


def table() -> Iterator[str]:
    """The lines as Markdown, for people and for docs/soak.md."""
    yield "| fault | rounds | acknowledged | lost | torn | errors | |"
    yield "|---|---|---|---|---|---|---|"
    for r in RESULTS:
        counts = (r.rounds, r.acknowledged, r.lost, r.torn, r.errors)
        yield f"| {r.name} | " + " | ".join(map(str, counts)) + f" | {r.more} |"


def house(first_day: Path, folder: Path, count: int) -> tuple[Path, list[int]]:
    """A data folder with so many call flows of one menu each."""
    data = Path(shutil.copytree(first_day, folder, dirs_exist_ok=True))
    end = {"wrong": (HangUp(id="h"),)}
    with closing(open_db(data / "press-one.sqlite3")) as db:
        made = [
            save_flow(db, Flow(name=f"F{i}", menus=(Menu(id="m", recording="ivr_1", keys=end),)))
            for i in range(count)
        ]
    return data, made


def script(number: int) -> str:
    """A long script that says its number in every word."""
    return " ".join([f"edit-{number}"] * LONG)


@dataclass
class Editor:
    """Somebody signed in who saves one menu again and again. ``sent`` and ``told``: the number
    of the last edit that left, and of the last one that was acknowledged. ``revision``: the one
    that stands on the page, which its next edit changes."""

    url: str
    flow_id: int
    sent: int = 0
    told: int = 0
    acknowledged: int = 0
    revision: int = 1
    slowest_s: float = 0.0
    statuses: list[int] = field(default_factory=list)
    session: requests.Session = field(default_factory=requests.Session)
    token: str = ""

    def sign_in(self) -> Editor:
        """Through the page."""
        self._take_token("/login")
        form = {"csrf_token": self.token, "email": OWNER, "password": PASSWORD}
        assert self.session.post(f"{self.url}/login", data=form, timeout=30).ok
        self._take_token(f"/flows/{self.flow_id}")
        return self

    def save(self) -> requests.Response:
        """One more edit; raises requests.RequestException when no answer came."""
        self.sent += 1
        form = {
            "csrf_token": self.token, "revision": str(self.revision), "name": f"Menu {self.sent}",
            "script": script(self.sent), "recording": "ivr_1", "wait": "5",
        }  # fmt: skip
        reply = self.session.post(
            f"{self.url}/flows/{self.flow_id}/menus/m", data=form, allow_redirects=False,
            timeout=30,
        )  # fmt: skip
        self.slowest_s = max(self.slowest_s, reply.elapsed.total_seconds())
        if reply.status_code == 303:
            self.told = self.sent
            self.acknowledged += 1
            self.revision += 1
        else:
            self.statuses.append(reply.status_code)
        return reply

    def share(self, flow_id: int, url: str = "") -> Editor:
        """The same person at another call flow, in a window of its own."""
        other = Editor(url or self.url, flow_id, token=self.token)
        other.session.cookies.update(self.session.cookies.get_dict())
        return other

    def _take_token(self, path: str) -> None:
        page = self.session.get(f"{self.url}{path}", timeout=30).text
        found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
        assert found, page[:2000]
        self.token = found[1]


@dataclass(frozen=True)
class Saved:
    """What is there: the number of an edit, its revision, and whether all of it is there and
    its history has no gap."""

    number: int
    revision: int
    whole: bool


def saved(database: Path, flow_id: int) -> Saved:
    """What a call flow holds now."""
    with closing(open_db(database)) as db:
        kept = store.load(db, 1, flow_id)
        asked = "SELECT number FROM flow_revisions WHERE flow_id = ? ORDER BY number"
        numbers = [row[0] for row in db.execute(asked, [flow_id])]
    menu = kept.flow.menus[0]
    if not menu.script:
        return Saved(0, kept.revision, kept.revision == 1)
    number = int(menu.script.split(" ")[0].removeprefix("edit-"))
    whole = (menu.name, menu.script) == (f"Menu {number}", script(number))
    return Saved(number, kept.revision, whole and numbers == list(range(1, kept.revision + 1)))


def sound(database: Path) -> bool:
    """Whether every page and every reference is in order."""
    with closing(sqlite3.connect(database)) as db:
        pages = db.execute("PRAGMA integrity_check").fetchall()
        return pages == [("ok",)] and not db.execute("PRAGMA foreign_key_check").fetchall()
