"""Every screen there is, in one table, and a house in which all of them can be seen.

``open_house`` serves the sample workspace of ``tools.demo`` and gives the table with real
addresses. Pictures, tests of access and the test that no page is forgotten read the same table.
The error pages are reached at ``/screens/error/…``, which only this house has.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, NamedTuple

import pyotp
import requests
from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server

from app import create_app
from blueprints import errors
from storage import calls, invitations, people, recordings, second_factor
from storage import flows as flow_store
from storage.credentials import secret_box
from storage.db import open_db, rows
from tools import demo

Who = Literal["", "owner", "newcomer", "viewer", "halfway"]
"""Who looks: nobody, the owner, the owner of an empty workspace, a viewer, or somebody whose
password was right and who owes a code."""

EMAILS: dict[Who, str] = {
    "owner": demo.EMAIL,
    "newcomer": "new@elsewhere.example",
    "viewer": "vira@bazar.example",
    "halfway": "mira@elsewhere.example",
}

BROWSER = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0.0.0 Safari/537.36"
"""What the account says people signed in with."""

ERRORS = (400, 403, 404, 409, 413, 422, 429, 500, 503, 507)
"""Statuses that have a page."""


class Screen(NamedTuple):
    """One screen. ``fill`` are (label, text) to type and ``press`` a button, before it is seen."""

    name: str
    path: str
    who: Who = "owner"
    fill: tuple[tuple[str, str], ...] = ()
    press: str = ""

    @property
    def needs_login(self) -> bool:
        """Whether somebody has to be signed in, or half so."""
        return self.who != ""


@dataclass(frozen=True)
class OpenHouse:
    """The sample being served. ``screens`` is the table, ``url`` where it is served."""

    url: str
    data: Path
    app: Flask
    screens: list[Screen]

    def cookies(self, who: Who) -> list[dict[str, str]]:
        """What Playwright's ``add_cookies`` needs to be this person; nothing for nobody."""
        if not who:
            return []
        browser = requests.Session()
        browser.headers["User-Agent"] = BROWSER
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)', browser.get(self.login).text)
        if token is None:
            raise LookupError("The page to sign in has no form.")
        form = {"csrf_token": token[1], "email": EMAILS[who], "password": demo.PASSWORD}
        reply = browser.post(self.login, data=form, timeout=20)
        if not reply.ok:
            raise LookupError(f"{EMAILS[who]} was not let in.")
        return [{"name": c.name, "value": c.value or "", "url": self.url} for c in browser.cookies]

    @property
    def login(self) -> str:
        """Where people sign in."""
        return f"{self.url}/login"


class Quiet(WSGIRequestHandler):
    """Serves without a line for every request."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""


@contextmanager
def open_house(data: Path, **config: str) -> Iterator[OpenHouse]:
    """Make the sample in an empty folder, serve it from this process, and close it at the end.

    Nothing works in the background: what rings goes on ringing. ``config``: see ``create_app``.
    """
    demo.fill(data)
    tokens = _visitors(data)
    app = create_app(data=data, **config)
    app.add_url_rule("/screens/error/<int:status>", "screens_error", errors.page)
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
    url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield OpenHouse(url, data, app, screens(data, tokens))
    finally:
        server.shutdown()
        server.server_close()


def _visitors(data: Path) -> dict[str, str]:
    """An empty workspace, somebody who owes a code, and one link of every kind."""
    db, box, at = open_db(data / "press-one.sqlite3"), secret_box(data), datetime.now(UTC)
    try:
        for who in ("newcomer", "halfway"):
            people.create_workspace(
                db, box, workspace="Elsewhere", email=EMAILS[who], name="Mira",
                password=demo.PASSWORD,
            )  # fmt: skip
        halfway, vira = (people.by_email(db, EMAILS[who]) for who in ("halfway", "viewer"))
        if halfway is None or vira is None:
            raise LookupError("The people of the sample are missing.")
        second_factor.begin(db, box, halfway)
        secret = second_factor.being_set_up(db, box, halfway) or ""
        code = pyotp.TOTP(secret).at(at)
        second_factor.confirm(db, box, halfway, code, at)
        return {
            "join": invitations.invite(db, 1, "guest@bazar.example", "editor", at, made_by=1),
            "reset": invitations.for_password(db, 1, vira.id, at, made_by=1),
            "welcome": people.new_setup_link(db),
        }
    finally:
        db.close()


def screens(data: Path, tokens: dict[str, str]) -> list[Screen]:
    """The table, with the addresses of what ``data`` has."""
    db = open_db(data / "press-one.sqlite3")
    try:
        flows = {flow.name: flow.id for flow in flow_store.list_all(db, 1)}
        order, line = flows["Order tracking"], flows["Customer line"]
        talk = rows(
            db,
            "SELECT max(call_id) AS id FROM answers WHERE workspace_id = 1 AND flow_id = ?",
            order,
        )[0]["id"]
        phones = {
            row["phase"]: row["message_id"]
            for row in rows(db, "SELECT phase, message_id FROM practice_calls WHERE workspace_id=1")
            if row["phase"] != "ended"
        }
        ringing, talking = (
            shown.call_id if (shown := calls.shown_for(db, 1, phones[phase])) else 0
            for phase in ("ringing", "talking")
        )
        refused = rows(db, "SELECT max(id) AS id FROM calls WHERE state = 'refused'")[0]["id"]
        unclear = rows(db, "SELECT max(id) AS id FROM calls WHERE state = 'unknown'")[0]["id"]
        sounds = recordings.list_all(db, 1)
        found = {
            "order": order, "line": line, "survey": flows["Customer survey"],
            "transfer": flows["Notification with a transfer to a person"],
            "call": talk, "ringing": ringing, "talking": talking, "refused": refused,
            "unclear": unclear, "sound": sounds[0].id, "used": sounds[-1].id,
            "viewer": people.list_all(db, 1)[-1].id, **tokens,
        }  # fmt: skip
    finally:
        db.close()
    table = [Screen(name, path.format(**found), *more) for name, path, *more in TABLE]
    return table + [Screen(f"error-{n}", f"/screens/error/{n}", "") for n in ERRORS]


TABLE: tuple[tuple[object, ...], ...] = (
    ("library", "/"),
    ("library-templates", "/?language=uk"),
    ("library-empty", "/", "newcomer"),
    ("library-search", "/?q=day"),
    ("library-archived", "/?shelf=archived"),
    ("library-deleted", "/?shelf=deleted"),
    ("start", "/start", "newcomer"),
    ("help", "/help"),
    ("help-words", "/help/words"),
    ("help-keys", "/help/keys"),
    ("copy-menu", "/flows/{line}/menus/day/copy"),
    ("copy-steps", "/flows/{line}/menus/day/keys/1/copy"),
    ("library-viewer", "/", "viewer"),
    ("import", "/import"),
    ("import-problems", "/import", "owner",
     (("Or paste JSON, or a curl command", '{"messages": [}'),), "Import"),
    ("editor", "/flows/{order}"),
    ("editor-call", "/flows/{order}?keys=2"),
    ("editor-step", "/flows/{line}?menu=arrives&key=1&step=arrives-1-2"),
    ("editor-new-step", "/flows/{line}?menu=arrives&key=3&new=webhook"),
    ("editor-map", "/flows/{line}?tab=map"),
    ("editor-json", "/flows/{line}?tab=json"),
    ("editor-json-problems", "/flows/{order}?tab=json"),
    ("editor-script", "/flows/{order}?tab=script"),
    ("editor-settings", "/flows/{order}?ask=settings"),
    ("editor-delete-menu", "/flows/{line}?menu=day&ask=delete"),
    ("editor-viewer", "/flows/{order}", "viewer"),
    ("phone", "/flows/{order}/phone?keys=2"),
    ("map", "/flows/{line}/map?keys=1"),
    ("script", "/flows/{line}/script"),
    ("history", "/flows/{order}/history"),
    ("version", "/flows/{order}/history/5"),
    ("compare", "/flows/{order}/compare?a=1&b=6"),
    ("export", "/flows/{line}/export/speechcall"),
    ("export-problems", "/flows/{order}/export/speechcall"),
    ("test-call", "/flows/{line}/call"),
    ("test-call-problems", "/flows/{order}/call"),
    ("test-call-confirm", "/flows/{line}/call/confirm?connection=1&number=%2B15055550001"),
    ("calls", "/calls"),
    ("calls-filtered", "/calls?q=0936670&status=answered"),
    ("calls-none-found", "/calls?q=nobody+at+all"),
    ("calls-empty", "/calls", "newcomer"),
    ("calls-keeping", "/calls/keeping"),
    ("call", "/calls/{call}"),
    ("call-ringing", "/calls/{ringing}"),
    ("call-talking", "/calls/{talking}"),
    ("call-refused", "/calls/{refused}"),
    ("call-unclear", "/calls/{unclear}"),
    ("answers", "/answers"),
    ("answers-empty", "/answers", "newcomer"),
    ("answers-flow", "/answers/flows/{survey}"),
    ("answers-unknown", "/answers/unknown"),
    ("answers-delete", "/answers/delete"),
    ("answers-forward", "/answers/forward"),
    ("answers-inbox", "/answers/inbox"),
    ("recordings", "/recordings"),
    ("recordings-empty", "/recordings", "newcomer"),
    ("recording", "/recordings/{used}"),
    ("recording-unused", "/recordings/{sound}"),
    ("connections", "/connections"),
    ("connection-services", "/connections/new"),
    ("connection-speechcall", "/connections/new/speechcall"),
    ("connection-voice-api", "/connections/new/voice_api"),
    ("connection-infobip", "/connections/new/infobip"),
    ("connection", "/connections/3"),
    ("settings", "/settings"),
    ("people", "/settings/people"),
    ("person-remove", "/settings/people/{viewer}/remove"),
    ("rules", "/settings/rules"),
    ("moderation", "/settings/moderation"),
    ("keys", "/settings/keys"),
    ("key", "/settings/keys/3"),
    ("own-number", "/settings/my-number"),
    ("own-number-none", "/settings/my-number", "newcomer"),
    ("audit", "/settings/audit"),
    ("account", "/account"),
    ("authenticator", "/account/app"),
    ("authenticator-set-up", "/account/app", "newcomer",
     (("Your password", demo.PASSWORD),), "Set it up"),
    ("log-in", "/login", ""),
    ("log-in-refused", "/login", "",
     (("E-mail", "somebody@bazar.example"), ("Password", "not this one")), "Sign in"),
    ("code", "/login/code", "halfway"),
    ("first-run", "/welcome/{welcome}", ""),
    ("first-run-used", "/welcome/used", ""),
    ("join", "/join/{join}", ""),
    ("reset", "/password/{reset}", ""),
    ("link-gone", "/join/gone", ""),
    ("forbidden", "/import", "viewer"),
    ("nothing-here", "/nothing"),
)  # fmt: skip
"""Name, address, who looks, and what is typed and pressed first."""


def unnamed_routes(app: Flask, table: list[Screen]) -> set[str]:
    """The routes that answer GET and that no screen of the table is at."""
    bound = app.url_map.bind("localhost")
    seen = {bound.match(screen.path.partition("?")[0], "GET")[0] for screen in table
            if screen.name != "nothing-here"}  # fmt: skip
    return {
        rule.endpoint for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())
    } - seen
