"""Small promises of the standard's first level that no other test holds."""

from __future__ import annotations

import re

import pytest
import requests

from app import create_app
from storage import people, sessions
from storage.db import open_db
from tests.helpers import OWNER, Browser, sign_in, start_server
from tests.security.furniture import furnish, new_house
from tests.security.test_roles import doors, knock, rows_of


@pytest.fixture(scope="module")
def replies(tmp_path_factory):
    """What the owner gets at every address that can be opened; the rows before and after."""
    data = tmp_path_factory.mktemp("headers") / "data"
    new_house(data)
    app = create_app(data=data, TESTING=True, PROPAGATE_EXCEPTIONS=False)
    db = open_db(data / "press-one.sqlite3")
    ids = furnish(db, data, "Ours", "headers").ids
    owner = sign_in(app)
    before = rows_of(db)
    owner.client.environ_base["HTTP_ORIGIN"] = "https://evil.example.com"
    got = [knock(app, owner, method, rule, ids) for method, rule in doors(app) if method == "GET"]
    after = rows_of(db)
    db.close()
    assert sum(reply.status_code == 200 for reply in got) > 40
    return got, before, after


def test_opening_a_page_changes_nothing(replies):
    _, before, after = replies
    assert after == before


def test_no_other_site_may_read_an_answer(replies):
    for reply in replies[0]:
        assert "Access-Control-Allow-Origin" not in reply.headers, reply.request.path


def test_every_answer_says_what_it_is_and_text_in_which_letters(replies):
    for reply in replies[0]:
        kind = reply.headers["Content-Type"]
        assert kind.partition("/")[0] in ("text", "application", "image", "audio"), kind
        if kind.startswith("text/") or "xml" in kind:
            assert "charset=utf-8" in kind, (reply.request.path, kind)


def test_what_is_downloaded_is_no_page(replies):
    found = [reply for reply in replies[0]
             if reply.request.path.endswith((".csv", ".txt", ".curl"))]  # fmt: skip
    assert found
    for reply in found:
        assert reply.mimetype != "text/html" or reply.status_code != 200, reply.request.path


def test_passwords_are_hidden_and_helpers_may_fill_them_in(replies):
    seen = 0
    for reply in replies[0]:
        for field in re.findall(r"<input[^>]*>", reply.text if reply.is_json is False else ""):
            name = re.search(r'name="(\w+)"', field)
            if name and name[1] in ("password", "new"):
                assert 'type="password"' in field, field
                assert 'autocomplete="off"' not in field, field
                assert "onpaste" not in field, field
                seen += 1
    assert seen >= 2


ODD = "  Пароль 🔑 " + "x" * 60 + " "


@pytest.mark.parametrize("typed", [ODD.strip(), ODD.lower(), ODD[:64], ODD + " ", ODD[1:]])
def test_a_password_is_taken_exactly_as_it_was_typed(app, db, typed):
    people.add(db, 1, email="odd@example.com", name="Odd", role="viewer", password=ODD)
    browser = Browser(app.test_client())
    browser.get("/login")
    assert browser.post("/login", email="odd@example.com", password=typed).status_code == 422
    assert browser.post("/login", email="odd@example.com", password=ODD).status_code == 200


def test_sessions_have_tokens_of_128_bits_or_more_and_never_the_same(db):
    owner = people.by_email(db, OWNER)
    tokens = {sessions.start(db, owner) for _ in range(50)}
    assert len(tokens) == 50
    # 6 bits in each letter of base64
    assert min(len(token) for token in tokens) * 6 >= 128


def test_a_cookie_that_was_touched_is_nobodys(app):
    browser = sign_in(app)
    cookie = browser.client.get_cookie("press_one").value
    body, _, signature = cookie.rpartition(".")
    for forged in (body, f"{body}.", f"{body}.{signature[::-1]}", f"x{cookie}"):
        client = app.test_client()
        client.set_cookie("press_one", forged)
        assert client.get("/account").status_code == 302
    client.set_cookie("press_one", cookie)
    assert client.get("/account").status_code == 200


def test_over_https_files_tell_browsers_to_stay_there_as_pages_do(data, tmp_path):
    url, process = start_server(data, tmp_path / "log", PRESS_ONE_BASE_URL="https://localhost")
    try:
        page = requests.get(f"{url}/login", timeout=5)
        file = re.search(r'(?:src|href)="(/static/[^"]+)"', page.text)[1]
        for reply in (page, requests.get(url + file, timeout=5)):
            assert reply.headers["Strict-Transport-Security"] == "max-age=31536000"
    finally:
        process.terminate()
        process.wait(10)
