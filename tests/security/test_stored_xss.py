"""Whatever people, programs and services write stays words, on every page, in a real Chromium."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from playwright.sync_api import Browser, Page

from app import create_app
from storage.db import open_db
from tests.blueprints.test_doors import EXAMPLES
from tests.helpers import OWNER, PASSWORD, start_server
from tests.security.furniture import Things, a_flow, furnish, new_house
from tests.security.payloads import BATCHES, CANARY, TEXTS

NO_PAGES = ("static", "health.", "metrics.", "media.", "schema.", "voice_gateway.",
            "speechcall_gateway.", "answers.export", "call_export.", "audit.download",
            "glance.small_map", "preview.download", "preview.curl", "preview.whole",
            "script.text", "authenticator.picture", "guide.drawing")  # fmt: skip
"""Routes that answer with files, documents, figures or pictures."""

EDITORS = ("key=1", "key=2", "menu=n", "tab=json", "tab=script", "tab=map")
"""What else the editor shows."""

REFLECTING = ("/calls?q={}&status={}&from={}", "/answers/delete?number={}", "/nothing/{}",
              "/flows/1?menu={}&key={}&tab={}", "/settings/rules?digits={}",
              "/settings/audit?kind={}&since={}", "/connections/new/{}")  # fmt: skip
"""Addresses that repeat what stands in them."""

TELL = """document.addEventListener('securitypolicyviolation',
  event => console.error('VIOLATION ' + event.violatedDirective + ' ' + event.blockedURI))"""

LIVE = """() => [...document.querySelectorAll('*')].filter(one =>
  [...one.attributes].some(at => at.name.startsWith('on') || at.name.startsWith('hx-on')
    || (['href', 'src', 'action', 'formaction'].includes(at.name)
        && /^\\s*(javascript|data:text)/i.test(at.value)))).map(one => one.outerHTML.slice(0, 200))
"""
"""Elements with a handler of their own or an address that would run."""


@dataclass
class Noted:
    """What a browser did that it should not have done."""

    page: Page
    own: str
    dialogs: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.add_init_script(TELL)
        self.page.on("dialog", self._dialog)
        self.page.on("request", lambda request: self._request(request.url))
        self.page.on("console", lambda message: self._console(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _dialog(self, dialog: Any) -> None:
        self.dialogs.append(dialog.message)
        dialog.dismiss()

    def _request(self, url: str) -> None:
        asked_for = urlsplit(url).path.startswith(f"/{CANARY}")
        if asked_for or not url.startswith((self.own, "data:image/")):
            self.requests.append(url)

    def _console(self, text: str) -> None:
        if "VIOLATION" in text or "Content Security Policy" in text:
            self.complaints.append(text)

    @property
    def everything(self) -> list[str]:
        """All of it."""
        return self.dialogs + self.requests + self.complaints


@dataclass(frozen=True)
class House:
    """The served app, and the ids of what each batch stands in."""

    url: str
    data: Path
    things: tuple[Things, ...]


WRITTEN_INTO = {
    "workspaces": ("name", "caller_id"), "sessions": ("browser",), "connections": ("base_url",),
    "people": ("email",), "invitations": ("email",), "do_not_call": ("number",),
    "calls": ("to_number", "message_id", "bulk_id"), "forward_addresses": ("url", "stopped"),
    "answers": ("mid",),
}  # fmt: skip
"""Words that come from elsewhere (services, operators, browsers), or that a form would refuse."""


def _write_into(db: Any) -> None:
    """Put payloads where the storage's own functions would not."""
    db.execute("INSERT INTO sessions (token_hash, person_id, workspace_id, created_at, seen_at)"
               " VALUES ('x', 1, 1, '2999-01-01', '2999-01-01')")  # fmt: skip
    for table, columns in WRITTEN_INTO.items():
        kept = " WHERE email != 'owner@example.com'" if table == "people" else ""
        for row in list(db.query(f"SELECT rowid AS id FROM {table}{kept}")):
            for column in columns:
                text = f"{TEXTS[row['id'] % len(TEXTS)]} {row['id']}"
                db.execute(f"UPDATE {table} SET {column} = ? WHERE rowid = ?", (text, row["id"]))
    db.execute("INSERT INTO own_numbers (person_id, workspace_id, number, asked_number,"
               " verified_at, asked_at) VALUES (1, 1, ?, ?, '2026-11-21T08:00:00.000Z',"
               " '2999-01-01T00:00:00.000Z')", TEXTS[:2])  # fmt: skip
    db.execute("UPDATE journeys SET before_accepting = expected")
    db.execute("UPDATE forwards SET message = ?", (json.dumps({"value": TEXTS[0]}),))
    db.execute(
        "INSERT INTO recording_trials (workspace_id, url, result, tried_at)"
        " VALUES (1, ?, '{}', '2999-01-01')",
        (f"https://sounds.invalid/{TEXTS[0]}",),
    )
    db.execute(
        "INSERT INTO moderation_rules (workspace_id, categories, own_words, own_numbers,"
        " statistics, classifier_url, fail_open, updated_at)"
        " VALUES (1, '[]', ?, ?, 0, ?, 0, '2026-11-21')",
        (json.dumps([[text, "TOXICITY"] for text in TEXTS]), json.dumps(TEXTS), TEXTS[1]),
    )
    for call, text in zip(list(db.query("SELECT id, message_id FROM calls")), TEXTS, strict=True):
        named = [call["message_id"], text, text, call["id"]]
        db.execute(
            "INSERT INTO gateway_calls (workspace_id, service, message_id, bulk_id,"
            " customer_message_id, call_id) VALUES (1, 'speechcall', ?, ?, ?, ?)",
            named,
        )
        db.execute("INSERT INTO practice_calls (workspace_id, service, message_id, bulk_id,"
                   " customer_message_id, call_id, sender, to_number, flow, script, phase,"
                   " created_at) VALUES (1, 'speechcall', ?, ?, ?, ?, ?, ?, ?, 'answers', 'ended',"
                   " '2026-11-21T08:00:00.000Z')",
                   (*named, text, text, a_flow(text).model_dump_json()))  # fmt: skip
    for forward in list(db.query("SELECT id FROM forwards")):
        db.execute("INSERT INTO forward_attempts (forward_id, workspace_id, at, ms, reason)"
                   " VALUES (?, 1, '2026-11-21T08:00:00.000Z', 1, ?)",
                   (forward["id"], TEXTS[0]))  # fmt: skip


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """One of everything for each batch, served."""
    folder = tmp_path_factory.mktemp("xss")
    new_house(folder / "data")
    db = open_db(folder / "data" / "press-one.sqlite3")
    things = tuple(
        furnish(db, folder / "data", text, f"batch{at}") for at, text in enumerate(TEXTS)
    )
    _write_into(db)
    db.conn.commit()
    db.close()
    url, process = start_server(folder / "data", folder / "log")
    yield House(url, folder / "data", things)
    process.terminate()
    process.wait(10)


@contextmanager
def watched(chromium: Browser, url: str) -> Iterator[Noted]:
    """A page whose every deed is noted."""
    context = chromium.new_context(user_agent=TEXTS[0])
    context.set_default_timeout(10_000)
    yield Noted(context.new_page(), url)
    context.close()


def pages(house: House) -> list[str]:
    """The address of every page: once for each batch where an id or nothing else stands in it."""
    app, found = create_app(data=house.data), dict[str, None]()
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or rule.endpoint.startswith(NO_PAGES):
            continue
        for things in house.things:
            values = {**EXAMPLES, **things.ids}
            found[re.sub(r"<(?:\w+:)?(\w+)>", lambda at, v=values: str(v[at[1]]), rule.rule)] = None
    for things in house.things:
        found |= {f"/flows/{things.ids['flow_id']}?{view}": None for view in EDITORS}
    return list(found)


def test_every_payload_does_something_where_words_are_not_kept_apart(chromium: Browser) -> None:
    """Otherwise the tests below would pass whatever the pages did."""
    with watched(chromium, "http://ours.invalid") as noted:
        noted.page.route("**/*", lambda route: route.fulfill(body="", content_type="text/html"))
        for batch in BATCHES:
            noted.page.goto("http://ours.invalid/")
            for payload in batch:
                # htmx acts and templates compute only on pages of ours; the rest acts anywhere.
                if "hx-" in payload or "{{" in payload:
                    continue
                noted.dialogs.clear(), noted.requests.clear()
                body = (f"<p>{payload}</p><input value=\"{payload}\"><input value='{payload}'>"
                        f"<a id=go href=\"{payload}\">go</a>")  # fmt: skip
                noted.page.set_content(body)
                if payload.startswith("javascript:"):
                    noted.page.click("#go")
                noted.page.wait_for_timeout(50)
                done = noted.dialogs or noted.requests
                assert done or noted.page.evaluate(LIVE), payload


def test_no_page_runs_loads_or_reports_anything(chromium: Browser, house: House) -> None:
    began, asked = time.monotonic(), pages(house)
    with watched(chromium, house.url) as noted:
        page = noted.page
        page.goto(f"{house.url}/login")
        page.get_by_label("E-mail").fill(OWNER)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        reflected = [one.replace("{}", quote(text, safe="")) for one in REFLECTING
                     for text in TEXTS[:2]]  # fmt: skip
        for path in asked + reflected:
            reply = page.goto(house.url + path, wait_until="load")
            assert reply is not None
            assert reply.status < 500, path
            assert page.evaluate(LIVE) == [], path
            assert noted.everything == [], path
        page.wait_for_timeout(300)
        assert noted.everything == []
    spent = time.monotonic() - began
    print(f"{len(asked) + len(reflected)} pages with {len(TEXTS)} batches in {spent:.0f} s")
    assert len(asked) > 120


MACHINE_MADE = {
    "workspaces": "created_at", "people": "role password_hash created_at language removed_at guide",
    "sessions": "token_hash created_at seen_at", "setup_links": "token_hash created_at used_at",
    "api_keys": "purpose prefix key_hash created_at revoked_at route",
    "connections": "service created_at updated_at removed_at",
    "flows": "created_at updated_at deleted_at archived_at erased_at",
    "menu_versions": "hash", "flow_revisions": "menus created_at kind",
    "revision_names": "created_at", "journeys": "start_menu inputs created_at updated_at",
    "calls": "origin nonce service state outcome created_at updated_at finished_at next_poll_at"
             " country",
    "call_events": "at code", "call_counts": "day service origin status", "call_days": "day",
    "practice_calls": "service script phase inputs result created_at answered_at ended_at next_at",
    "gateway_calls": "service", "answers": "received_at",
    "moderation_rules": "categories updated_at", "calling_rules": "rules updated_at",
    "inbox_addresses": "token_hash secret_hash created_at ends_at",
    "forward_addresses": "old_ends_at rests_until updated_at",
    "forwards": "state next_at created_at", "forward_attempts": "at",
    "do_not_call": "added_at expires_at", "own_numbers": "verified_at asked_at code",
    "recordings": "token kind hash spoken created_at deleted_at",
    "recording_trials": "result tried_at",
    "invitations": "kind token_hash role created_at expires_at used_at",
    "second_factors": "confirmed_at", "recovery_codes": "code_hash used_at",
    "attempts": "kind who at", "audit": "at kind what",
}  # fmt: skip
"""Table -> columns that only our own words, ids, hashes, moments and checked choices get into."""


def test_a_payload_stands_in_every_column_that_is_not_machine_made(house: House) -> None:
    """A new column of text must be furnished with payloads, or be named as machine-made."""
    db, without = open_db(house.data / "press-one.sqlite3"), set()
    for table in db.table_names():
        if "search" in table or table.startswith("_"):
            continue
        for column in db[table].columns:
            found = f"SELECT 1 FROM {table} WHERE {column.name} LIKE '%alert(1)%' LIMIT 1"
            if column.type == "TEXT" and not db.execute(found).fetchone():
                without.add(f"{table}.{column.name}")
    db.close()
    named = {f"{table}.{name}" for table, names in MACHINE_MADE.items() for name in names.split()}
    assert without == named
