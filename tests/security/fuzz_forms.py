"""Made-up requests on every route, for ``FUZZ_SECONDS``; run by test_fuzz_forms.py.

By hand: ``make fuzz-forms`` (an hour) or ``FUZZ_SECONDS=60 python -m tests.security.fuzz_forms``.
The last line printed is a report as JSON. It runs in a process of its own, so that the memory
it measures is the app's.
"""

from __future__ import annotations

import json
import logging
import os
import re
import resource
import socket
import sys
import tempfile
import time
import traceback
from collections import Counter
from pathlib import Path
from typing import Any

from flask.testing import EnvironBuilder

from app import create_app
from storage.credentials import hash_password
from storage.db import open_db
from tests.blueprints.reader import Page
from tests.helpers import OWNER, PASSWORD, ROOT, Browser
from tests.security.furniture import Things, furnish, new_house
from tests.security.made_up import Imagination

WARM_UP = 0.3
"""The part of the time after which memory is measured for the first time."""

MOST_WARM_UP_S = 60.0
FURNISH_EVERY = 600
"""Requests after which there is one of everything again, since some were removed."""

MOST_FAULTS = 20
PAGE_BYTES = resource.getpagesize()

PARTS = {
    "service": "speechcall", "menu_id": "m", "step_id": "s1", "slug": "1", "kind": "hangup",
    "direction": "down", "target": "speechcall", "number": 1, "filename": "press-one.css",
    "file_name": "none.mp3", "token": "none", "message_id": "none", "bulk_id": "none",
    "rest": "none", "language": "en", "handle": "none", "key": "survey", "ending": "csv",
}  # fmt: skip
"""A value for every part of an address that is no id of ours."""


class Faults(logging.Handler):
    """Every record with a traceback, and every error."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.found: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the first few."""
        if (record.exc_info or record.levelno >= logging.ERROR) and len(self.found) < MOST_FAULTS:
            trace = logging.Formatter().format(record) if record.exc_info else record.getMessage()
            self.found.append(trace[-3000:])


class Fuzz:
    """One app, three people and a stranger, and requests until the time is over."""

    def __init__(self, data: Path, seed: int) -> None:
        new_house(data)
        self.data, self.db = data, open_db(data / "press-one.sqlite3")
        self.app = create_app(data=data, TESTING=False, PROPAGATE_EXCEPTIONS=False)
        examples = [path.read_bytes() for path in sorted((ROOT / "tests/data/fixtures").iterdir())]
        self.dreams = Imagination(seed, examples)
        self.faults, self.statuses, self.bad = Faults(), Counter[int](), list[str]()
        logging.getLogger().addHandler(self.faults)
        self.rules = list(self.app.url_map.iter_rules())
        self.visited: Counter[str] = Counter()
        self.things = self._furnish(0)
        self.browsers = {email: self._browser(email) for email in
                         ("", "viewer@example.com", "editor@example.com", OWNER)}  # fmt: skip

    def _furnish(self, mark: int) -> Things:
        return furnish(self.db, self.data, "Our things", f"furnished{mark}")

    def _browser(self, email: str) -> Browser:
        """Somebody signed in, whatever the requests did to the account; nobody without e-mail."""
        browser = Browser(self.app.test_client())
        browser.get("/login")
        if email:
            self._put_back(email)
            browser.post("/login", email=email, password=PASSWORD)
        return browser

    def _put_back(self, email: str) -> None:
        role = {OWNER: "owner"}.get(email, email.partition("@")[0])
        self.db.execute("DELETE FROM attempts")
        self.db.execute("DELETE FROM second_factors")
        self.db.execute(
            "UPDATE people SET removed_at = NULL, role = ?, password_hash = ? WHERE email = ?",
            (role, hash_password(PASSWORD), email),
        )
        self.db.conn.commit()

    def run(self, seconds: float) -> dict[str, Any]:
        """Requests for so many seconds, every route at least once; what came of them."""
        unseen = self.dreams.random.sample(self.rules, len(self.rules))
        began, warm = time.monotonic(), min(seconds * WARM_UP, MOST_WARM_UP_S)
        first = 0
        while (spent := time.monotonic() - began) < seconds or unseen:
            if spent > warm and not first:
                first = memory()
            self.one(unseen.pop() if unseen else None)
        return {
            "requests": self.statuses.total(), "statuses": dict(sorted(self.statuses.items())),
            "routes": len(self.visited), "of": len({rule.endpoint for rule in self.rules}),
            "bad": self.bad, "logged": self.faults.found,
            "grown_mb": round((memory() - first) / 1e6, 1), "memory_mb": round(memory() / 1e6),
        }  # fmt: skip

    def one(self, rule: Any = None) -> None:
        """One request on a route, or on any, as one of the people."""
        made = self.statuses.total()
        if made and made % FURNISH_EVERY == 0:
            self.things = self._furnish(made)
        who = self.dreams.random.choice(list(self.browsers))
        browser = self.browsers[who]
        if self.dreams.sometimes(5) or 'name="csrf_token"' not in browser.text:
            browser.get("/" if who else "/login")
            if who and "/login" in browser.page.request.path:
                self.browsers[who] = browser = self._browser(who)
        rule = rule or self.dreams.random.choice(self._with_forms() if made % 2 else self.rules)
        method, path = self.dreams.method(rule.methods), self._path(rule)
        given: dict[str, Any] = {"query_string": self.dreams.query()}
        if method not in ("GET", "HEAD"):
            found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', browser.text)
            given |= self.dreams.body(self.dreams.fields(rule.rule, found[1] if found else ""))
            if found and not self.dreams.sometimes(4):  # bodies that are no forms get in, too
                given["headers"] = {"X-CSRFToken": found[1]}
        if headers := self.dreams.headers():
            given["headers"] = {**given.get("headers", {}), **headers}
        self._ask(browser, rule, method, path, given)

    def _with_forms(self) -> list[Any]:
        """The routes that a form on some page led to; all of them before there was one."""
        known = self.dreams.forms
        return [r for r in self.rules if r.rule in known and "POST" in r.methods] or self.rules

    def _path(self, rule: Any) -> str:
        parts = {**PARTS, "file_name": f"{self.things.recording}.mp3", **self.things.ids}
        values = {name: self.dreams.part(parts[name]) for name in rule.arguments}
        return re.sub(r"<(?:\w+:)?(\w+)>", lambda part: str(values[part[1]]), rule.rule)

    def _ask(self, browser: Browser, rule: Any, method: str, path: str, given: Any) -> None:
        told, logged = f"{method} {path!r} {given!r}"[:1500], len(self.faults.found)
        try:
            request = EnvironBuilder(self.app, path, method=method, **given).get_environ()
        except UnicodeEncodeError:  # no client could put this request into bytes
            return
        try:
            reply = browser.client.open(request)
            text = reply.get_data()
            reply.close()
        except Exception:  # what no error page caught: the worst that can be found
            self.statuses[500] += 1
            self.bad.append(f"raised {told}\n{traceback.format_exc()[-2500:]}")
            return
        self.statuses[reply.status_code] += 1
        self.visited[rule.endpoint] += 1
        fault = reply.status_code >= 500 or b"Traceback (most" in text
        if (fault or len(self.faults.found) > logged) and len(self.bad) < MOST_FAULTS:
            self.bad.append(f"{reply.status_code} {told}\n{text[:300]!r}")
        if reply.mimetype == "text/html":
            self._learn(text.decode())
            if method == "GET" and b'name="csrf_token"' in text:
                browser.page = reply

    def _learn(self, html: str) -> None:
        """The forms of a page, each under the rule of the address that it leads to."""
        adapter = self.app.url_map.bind("localhost")
        for form in Page(html).forms:
            path, method = form.action.partition("?")[0], form.method.upper()
            if path.startswith("/") and adapter.test(path, method):
                rule, _values = adapter.match(path, method, return_rule=True)
                for _words, own in form.buttons or [("", {})]:
                    self.dreams.remember(rule.rule, {**form.fields, **own})


def memory() -> int:
    """Bytes of memory that this process has now (Linux's ``statm``: pages resident)."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE_BYTES


def _stay_here(event: str, args: tuple[Any, ...]) -> None:
    """Nothing made up leaves this machine, whatever breaks."""
    if event == "socket.getaddrinfo":
        raise socket.gaierror("no name is known here")
    if event == "socket.connect":
        raise ConnectionRefusedError("nobody is reached from here")


def main() -> int:
    """Fuzz, print the report; 1 when something broke."""
    seed = int(os.environ.get("FUZZ_SEED", "20261121"))
    seconds = float(os.environ.get("FUZZ_SECONDS", "60"))
    print(f"FUZZ_SEED={seed} FUZZ_SECONDS={seconds:g}", flush=True)
    sys.addaudithook(_stay_here)
    with tempfile.TemporaryDirectory() as folder:
        report = Fuzz(Path(folder) / "data", seed).run(seconds)
    for one in report["bad"] + report["logged"]:
        print(one, end="\n\n")
    print(json.dumps({**report, "bad": len(report["bad"]), "logged": len(report["logged"])}))
    return 1 if report["bad"] or report["logged"] else 0


if __name__ == "__main__":
    sys.exit(main())
