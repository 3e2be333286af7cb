"""When something is wrong: pages in plain words, and JSON at the gateways."""

from __future__ import annotations

import html
import json
import logging
import re
import shutil
import sqlite3
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import abort

from app import create_app
from blueprints import db as request_db
from blueprints.errors import PAGES
from flows.document import Flow
from storage import db as storage_db
from storage import flows as flow_store
from storage import keys
from storage.db import open_db
from tests.blueprints.conftest import VIEWER, House, let_everybody_in, token
from tests.blueprints.reader import Page
from tests.helpers import OWNER, PASSWORD, sign_in

NEVER_SAID = (
    "traceback",
    "exception",
    "sqlite",
    "dtmf",
    "payload",
    "endpoint",
    "schema",
    "werkzeug",
)


@pytest.fixture(scope="module")
def house(first_day, tmp_path_factory):
    """The app with a few addresses on which things go wrong."""
    data = Path(shutil.copytree(first_day, tmp_path_factory.mktemp("errors") / "data"))
    db = open_db(data / "press-one.sqlite3")
    let_everybody_in(data, db)
    app = create_app(data=data, TESTING=True, PROPAGATE_EXCEPTIONS=False)

    @app.post("/wrong/full")
    def full():
        connection = request_db()
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages}")
        flow_store.create(connection, 1, 1, Flow(name="x" * 1_000_000), "Too much")

    @app.route("/wrong/<int:status>", methods=["GET", "POST"])
    def wrong(status):
        abort(status)

    @app.route("/wrong/bug", methods=["GET", "POST"])
    def bug():
        raise ZeroDivisionError("the innermost secret of the code")

    yield House(app, db, data, sign_in(app))
    db.close()


@contextmanager
def locked(house, monkeypatch):
    """Another writer holds the database for longer than anybody waits."""
    monkeypatch.setattr(storage_db, "BUSY_TIMEOUT_MS", 60)
    house.db.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        house.db.conn.rollback()


def is_plain_page(reply, status):
    """Whether this is a page in words, with a way on, and nothing of the code."""
    text = html.unescape(reply.get_data(as_text=True))
    title, _ = PAGES[status]
    assert (reply.status_code, reply.mimetype) == (status, "text/html")
    assert f"<h1>{title}</h1>" in text
    assert "Go to your call flows" in text
    said = re.sub(r"<head>.*?</head>", "", text, flags=re.DOTALL).lower()
    assert not [word for word in NEVER_SAID if word in said]


WRONG = [
    ("GET", "/no/such/page", {}, 404),
    ("GET", "/flows/4711", {}, 404),
    ("GET", "/flows/99999999999999999999999999", {}, 404),
    ("GET", "/flows/-1", {}, 404),
    ("GET", "/flows/١", {}, 404),
    ("GET", "/calls/9223372036854775807", {}, 404),
    ("GET", "/calls/9223372036854775808", {}, 404),
    ("GET", "/connections/4711", {}, 404),
    ("POST", "/connections/4711/check", {}, 404),
    ("GET", "/%00", {}, 404),
    ("GET", "/flows/1/export/..%2f..%2fapp.py", {}, 404),
    ("DELETE", "/flows", {}, 405),
    ("GET", "/logout", {}, 405),
    ("PROPFIND", "/", {}, 405),
    ("POST", "/flows", {"name": "x" * 2_600_000}, 413),
    ("POST", "/import", {"pasted": "x" * 2_600_000}, 413),
    ("GET", "/wrong/400", {}, 400),
    ("GET", "/wrong/403", {}, 403),
    ("GET", "/wrong/409", {}, 409),
    ("GET", "/wrong/429", {}, 429),
    ("GET", "/wrong/503", {}, 503),
    ("GET", "/wrong/bug", {}, 500),
    ("POST", "/wrong/bug", {}, 500),
    ("POST", "/wrong/full", {}, 507),
]


@pytest.mark.parametrize(("method", "path", "fields", "status"), WRONG)
def test_what_goes_wrong_is_a_page_in_plain_words(house, ours, method, path, fields, status):
    house.owner.get("/")
    form = {"csrf_token": token(house.owner), **fields} if method == "POST" else None
    reply = house.owner.client.open(path.format(**ours), method=method, data=form)
    is_plain_page(reply, status)
    assert "innermost secret" not in reply.text


def test_a_form_without_its_token_is_a_page_that_says_to_reload(house):
    for given in ("", "wrong", "ImFiYyI.aaaa.bbbb"):
        reply = house.owner.client.post("/flows", data={"name": "X", "csrf_token": given})
        is_plain_page(reply, 400)
        assert "reload the page and try again" in reply.text


def test_a_viewer_is_told_that_it_is_their_role(house):
    viewer = house.somebody(VIEWER)
    is_plain_page(viewer.get("/import"), 403)
    assert "Your role does not include this." in viewer.text


def test_nobody_signed_in_gets_the_same_pages(house):
    client = house.app.test_client()
    is_plain_page(client.get("/no/such/page"), 404)
    is_plain_page(client.get("/wrong/bug"), 500)
    assert "Sign out" not in client.get("/no/such/page").text


def test_what_broke_is_in_the_log_on_a_line_of_its_own(house, caplog):
    with caplog.at_level(logging.ERROR, "press_one"):
        house.owner.client.get("/wrong/bug?x=1%0aFAKE")
    (record,) = [one for one in caplog.records if one.name == "press_one"]
    assert record.getMessage() == "an error nobody expected: GET '/wrong/bug'"
    assert record.exc_info[0] is ZeroDivisionError


def test_a_locked_database_keeps_what_was_typed_and_takes_it_a_moment_later(house, monkeypatch):
    house.owner.get("/")
    name = "“Naïve” <b>&amp; \"quoted\" 'Привіт'"
    with locked(house, monkeypatch):
        house.owner.post("/flows", name=name)
        is_plain_page(house.owner.page, 503)
        assert house.owner.client.get("/").status_code == 200
    (form,) = Page(house.owner.text).forms
    assert [words for words, _ in form.buttons] == ["Try again with what I typed"]
    again = house.owner.client.post(form.action, data=form.fields, follow_redirects=True)
    assert again.status_code == 200
    newest = flow_store.list_all(house.db, 1)[0]
    assert newest.name == name


def test_several_lines_and_the_question_of_the_address_are_kept_too(house, ours, monkeypatch):
    flow_id, script = ours["flow_id"], "One\r\n\r\n  two\t<three>\r\n"
    house.owner.get(f"/flows/{flow_id}?menu=m&key=1")
    with locked(house, monkeypatch):
        house.owner.post(f"/flows/{flow_id}/menus/m?key=1", name="N", script=script,
                         recording="ivr_1", wait="5")  # fmt: skip
    (form,) = Page(house.owner.text).forms
    assert form.action == f"/flows/{flow_id}/menus/m?key=1"
    again = house.owner.client.post(form.action, data=form.fields)
    assert again.status_code == 303
    stored = flow_store.load(house.db, 1, flow_id).flow.menus[0].script
    assert stored.splitlines() == script.splitlines()


def test_a_password_is_not_repeated_on_the_page(house, monkeypatch):
    client = house.app.test_client()
    page = client.get("/login").text
    good = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)[1]
    with locked(house, monkeypatch):
        reply = client.post(
            "/login", data={"csrf_token": good, "email": OWNER, "password": PASSWORD}
        )
    is_plain_page(reply, 503)
    assert PASSWORD not in reply.text
    assert "Try again with" not in reply.text


def test_somebody_who_was_away_can_read_while_nothing_can_be_written(house, monkeypatch):
    away = (datetime.now(UTC) - timedelta(hours=1)).isoformat(timespec="milliseconds")
    house.db.execute("UPDATE sessions SET seen_at = ?", [away.replace("+00:00", "Z")])
    house.db.conn.commit()
    with locked(house, monkeypatch):
        for path in ("/", "/calls", "/connections"):
            assert house.owner.client.get(path).status_code == 200


@pytest.mark.parametrize("broken", ["missing", "not a database"])
def test_a_broken_database_is_still_a_page(first_day, tmp_path, broken):
    data = Path(shutil.copytree(first_day, tmp_path / "data"))
    app = create_app(data=data, TESTING=True, PROPAGATE_EXCEPTIONS=False)
    owner = sign_in(app)
    for file in data.glob("press-one.sqlite3*"):
        file.unlink()
    if broken != "missing":
        (data / "press-one.sqlite3").write_bytes(b"not a database at all" * 1000)
    is_plain_page(owner.client.get("/"), 500)
    assert owner.client.get("/healthz").status_code == 200
    ready = owner.client.get("/readyz")
    assert (ready.status_code, ready.mimetype) == (503, "application/json")


def test_ready_says_what_to_run_when_the_database_is_behind(first_day, tmp_path):
    data = Path(shutil.copytree(first_day, tmp_path / "data"))
    app = create_app(data=data, TESTING=True)
    assert app.test_client().get("/readyz").get_json()["sqlite"] == sqlite3.sqlite_version
    with sqlite3.connect(data / "press-one.sqlite3") as db:
        db.execute("DELETE FROM _sqlite_migrations WHERE name = 'webhooks_under_way'")
    db.close()
    ready = app.test_client().get("/readyz")
    assert ready.status_code == 503
    assert ready.get_json()["pending"] == ["webhooks_under_way"]


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("https://evil.com", 403),
        ("http://localhost.evil.com", 403),
        ("http://localhost:81", 403),
        ("null", 403),
        ("", 403),
        ("http://localhost", 303),
        ("https://localhost", 303),
        ("http://127.0.0.1:5000", 303),
        (None, 303),
    ],
)
def test_a_form_of_another_site_is_refused_even_with_a_good_token(house, origin, status):
    house.owner.get("/")
    headers = {} if origin is None else {"Origin": origin}
    form = {"csrf_token": token(house.owner), "name": "Whoever asks"}
    assert house.owner.client.post("/flows", data=form, headers=headers).status_code == status


@pytest.mark.parametrize("status", [400, 404, 429, 500])
def test_what_was_typed_stands_on_the_page_to_be_copied_but_not_sent_on(house, status):
    house.owner.get("/")
    form = {"csrf_token": token(house.owner), "script": "Typed <b>", "revision": "17"}
    path = "/wrong/bug" if status == 500 else f"/wrong/{status}"
    reply = house.owner.client.post(path, data=form)
    assert reply.status_code == status
    assert 'aria-label="What you typed">Typed &lt;b&gt;</textarea>' in reply.text
    assert ">17<" not in reply.text
    assert "Try again with what I typed" not in reply.text


# The gateways.

MESSAGES, TTS = "/bat/messagelist", "/api/v1/call/tts"
VOICE_CALL = {"to": "+15055550100", "text": "Hello."}
GATEWAY = [
    ("POST", MESSAGES, b"{", 400),
    ("POST", TTS, b"{", 400),
    ("POST", TTS, b"{}", 400),
    ("POST", MESSAGES, b"{}", 422),
    ("POST", MESSAGES, b"[" * 100_000, 400),
    ("POST", MESSAGES, b" " * 1_100_000, 413),
    ("POST", TTS, b" " * 1_100_000, 413),
    ("POST", MESSAGES, b" " * 2_600_000, 413),
    ("GET", MESSAGES, None, 405),
    ("DELETE", TTS, None, 405),
    ("PROPFIND", MESSAGES, None, 405),
    ("BREW", TTS, None, 405),
    ("GET", "/bat/", None, 404),
    ("GET", "/bat/nothing", None, 404),
    ("POST", "/bat/message/1/2/3", b"", 404),
    ("GET", "/bat/message/none", None, 404),
    ("GET", "/api/v1/", None, 404),
    ("BREW", "/api/v1/nothing", None, 405),
    ("GET", "/api/v1/call/status/none", None, 404),
    ("GET", "/api/v1/call/status/a%2f%00b", None, 404),
]


def says_json_error(reply, status):
    """Whether this is an error as the services' documents write one."""
    assert (reply.status_code, reply.mimetype) == (status, "application/json")
    error = json.loads(reply.data)["error"]
    words = error["message"] if isinstance(error, dict) else error
    assert words
    assert not [word for word in NEVER_SAID if word in words.lower()]


@pytest.fixture(scope="module")
def key(house):
    """Both gateways' headers with a good key."""
    good = keys.add(house.db, 1, "Tests")
    return {"x-api-key": good, "X-Authorization-Key": good}


@pytest.mark.parametrize(("method", "path", "body", "status"), GATEWAY)
def test_the_gateways_answer_json_whatever_comes(house, key, method, path, body, status):
    reply = house.app.test_client().open(path, method=method, data=body, headers=key)
    says_json_error(reply, status)


@pytest.mark.parametrize(("path", "body"), [(TTS, VOICE_CALL), (MESSAGES, None)])
def test_a_gateway_that_cannot_write_says_so_in_json(house, key, monkeypatch, path, body):
    if body is None:
        fixture = Path(__file__).parent.parent / "data/fixtures/speechcall_one_menu.json"
        body = json.loads(fixture.read_text())
    with locked(house, monkeypatch):
        says_json_error(house.app.test_client().post(path, json=body, headers=key), 500)
    assert house.app.test_client().post(path, json=body, headers=key).status_code == 200


@pytest.mark.parametrize("path", [TTS, MESSAGES])
@pytest.mark.parametrize("sent", [("Sec-Fetch-Site", "cross-site"), ("Origin", "https://evil.com")])
def test_another_site_cannot_use_a_gateway(house, key, path, sent):
    crossed = {**key, sent[0]: sent[1]}
    says_json_error(house.app.test_client().post(path, json=VOICE_CALL, headers=crossed), 403)


@pytest.mark.parametrize("document", ["1.5", "null", "[1]", '"x"', '{"email": {"a": 1}}', "{"])
def test_a_screen_takes_forms_and_no_documents(owner, document):
    owner.get("/import")
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', owner.text)
    reply = owner.client.post(
        "/import", data=document, content_type="application/json",
        headers={"X-CSRFToken": found[1]},
    )  # fmt: skip
    assert reply.status_code == 400
