"""Coming in: the one-time link, signing in and out, and roles."""

import re

import pytest

from app import create_app
from flows.document import Flow, Menu
from storage import people
from storage.db import open_db
from storage.migrations import migrate
from tests.helpers import OWNER, PASSWORD, Browser, save_flow, sign_in


@pytest.fixture
def fresh(tmp_path):
    db = open_db(tmp_path / "press-one.sqlite3")
    migrate(db)
    app = create_app(data=tmp_path, TESTING=True)
    yield Browser(app.test_client()), people.new_setup_link(db), db
    db.close()


FIRST = {
    "name": "Olena",
    "workspace": "Bazar",
    "email": "olena@example.com",
    "password": "a long password",
}


def test_the_link_makes_the_first_owner_and_signs_them_in(fresh):
    browser, token, db = fresh
    browser.get(f"/welcome/{token}")
    browser.post(f"/welcome/{token}", **FIRST)
    assert "Welcome, Olena" in browser.text
    assert people.by_email(db, "OLENA@example.com").role == "owner"


def test_the_link_works_once(fresh):
    browser, token, _ = fresh
    browser.get(f"/welcome/{token}")
    browser.post(f"/welcome/{token}", **FIRST)
    assert browser.get(f"/welcome/{token}").status_code == 410


@pytest.mark.parametrize("common", ["password123", "Qwertyuiop", "1234567890"])
def test_a_password_that_many_people_use_is_refused(fresh, app, common):
    browser, token, db = fresh
    browser.get(f"/welcome/{token}")
    browser.post(f"/welcome/{token}", **{**FIRST, "password": common})
    assert browser.page.status_code == 422
    assert "Many people use this password. Choose another one." in browser.text
    assert not people.anybody(db)
    named = ["people", "add", "eve@example.com", "--name", "E", "--role", "viewer"]
    said = app.test_cli_runner().invoke(args=[*named, "--password-stdin"], input=common)
    assert said.exit_code == 1 and "Many people use this password" in said.output


def test_a_new_workspace_has_a_practice_connection_for_each_service(fresh):
    browser, token, _ = fresh
    browser.get(f"/welcome/{token}")
    browser.post(f"/welcome/{token}", **FIRST)
    browser.get("/connections")
    assert browser.text.count("the practice phone network, included") == 2


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("password", "short", "Use at least 10 characters."),
        ("email", "olena", "Type an e-mail address"),
        ("name", "", "Type your name."),
    ],
)
def test_the_first_page_says_what_is_wrong_and_keeps_the_rest(fresh, field, typed, sentence):
    browser, token, db = fresh
    browser.get(f"/welcome/{token}")
    assert browser.post(f"/welcome/{token}", **{**FIRST, field: typed}).status_code == 422
    assert sentence in browser.text
    assert 'value="Bazar"' in browser.text
    assert not people.anybody(db)


def test_nobody_sees_anything_without_signing_in(app):
    client = app.test_client()
    for path in ("/", "/calls", "/connections", "/import", "/flows/1", "/flows/1/call"):
        reply = client.get(path)
        assert reply.status_code == 302
        assert "/login" in reply.headers["Location"]


@pytest.mark.parametrize("email", [OWNER, "nobody@example.com"])
def test_a_wrong_password_and_an_unknown_person_read_the_same(app, email):
    browser = Browser(app.test_client())
    browser.get("/login")
    assert browser.post("/login", email=email, password="wrong password").status_code == 422
    assert "E-mail or password is wrong." in browser.text


def test_a_cookie_is_worth_nothing_after_signing_out(app):
    browser = sign_in(app)
    cookie = browser.client.get_cookie("press_one").value
    browser.post("/logout")
    thief = app.test_client()
    thief.set_cookie("press_one", cookie)
    assert thief.get("/").status_code == 302


def test_the_address_the_person_wanted_comes_after_signing_in(app):
    browser = Browser(app.test_client())
    browser.get("/calls")
    browser.post(browser.page.request.full_path, follow=False, email=OWNER, password=PASSWORD)
    assert browser.page.headers["Location"] == "/calls"


def test_a_form_without_its_token_is_refused(app, owner):
    reply = owner.client.post("/flows", data={"name": "X"})
    assert reply.status_code == 400


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_form_sent_from_another_site_is_refused(owner, site):
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', owner.text)[1]
    reply = owner.client.post(
        "/flows", data={"name": "X", "csrf_token": token}, headers={"Sec-Fetch-Site": site}
    )
    assert reply.status_code == 403


def test_the_commands_add_people_and_keys(app):
    runner = app.test_cli_runner()
    added = runner.invoke(
        args=[
            "people",
            "add",
            "eve@example.com",
            "--name",
            "Eve",
            "--role",
            "editor",
            "--password-stdin",
        ],
        input="another password\n",
    )
    assert "Eve can sign in" in added.output
    again = runner.invoke(
        args=[
            "people",
            "add",
            "eve@example.com",
            "--name",
            "Eve",
            "--role",
            "editor",
            "--password-stdin",
        ],
        input="another password\n",
    )
    assert again.exit_code == 1
    assert "has the address" in again.output
    key = runner.invoke(args=["keys", "add", "Shop"]).output.strip()
    assert key.startswith("p1_")


def test_a_key_is_kept_only_as_a_hash(app, db):
    key = app.test_cli_runner().invoke(args=["keys", "add", "Shop"]).output.strip()
    everything = "\n".join(str(row) for row in db.query("SELECT * FROM api_keys"))
    assert key not in everything


def test_a_viewer_sees_a_flow_but_changes_nothing(viewer, db):
    flow_id = save_flow(db, Flow(name="Parcels", menus=(Menu(id="m"),)))
    assert viewer.get(f"/flows/{flow_id}").status_code == 200
    assert "Add a menu" not in viewer.text
    for path in (f"/flows/{flow_id}/menus", f"/flows/{flow_id}/menus/m", "/flows"):
        assert viewer.post(path, name="X").status_code in (400, 403)
        viewer.get("/calls")
    token_page = viewer.get(f"/flows/{flow_id}")
    assert token_page.status_code == 200


def test_another_workspace_sees_nothing_of_ours(stranger, db):
    flow_id = save_flow(db, Flow(name="Parcels", menus=(Menu(id="m"),)))
    for path in ("", "/call", "/export/speechcall", "/export/speechcall.json"):
        assert stranger.get(f"/flows/{flow_id}{path}").status_code == 404
    stranger.get("/")
    assert "Parcels" not in stranger.text
