"""The first ten minutes: the one-time link, where it leads, and the guide beside the work."""

import html
import re

import pytest

from app import create_app
from flows.document import Flow, HangUp, Menu
from flows.starters import LANGUAGES, starters
from flows.starters.shapes import SHAPES
from storage import calls, first_steps, invitations, people
from storage import flows as store
from storage.db import open_db
from storage.migrations import migrate
from tests.helpers import PASSWORD, Browser, save_flow, sign_in

FIRST = {
    "name": "Olena",
    "workspace": "Bazar",
    "email": "olena@example.com",
    "password": PASSWORD,
}
NAMES = {"en": "English", "uk": "Українська", "bg": "Български"}


@pytest.fixture
def fresh(tmp_path):
    """An installation that nobody came to yet: its app, its database, its link."""
    db = open_db(tmp_path / "press-one.sqlite3")
    migrate(db)
    app = create_app(data=tmp_path, TESTING=True)
    yield app, db, f"/welcome/{people.new_setup_link(db)}"
    db.close()


@pytest.fixture
def begun(fresh):
    """The first owner, arrived; and the database."""
    app, db, link = fresh
    browser = Browser(app.test_client())
    browser.get(link)
    browser.post(link, **FIRST, language="en")
    return browser, db


def count(browser):
    """What the guide says of how far somebody is; None when it is not there."""
    found = re.search(r'class="guide-count">(.*?)<', browser.text)
    return found and found[1]


def chosen(page):
    """The language whose button is pressed in."""
    return re.findall(r'value="(\w+)" lang="\w+" formnovalidate aria-pressed="true"', page)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_first_page_comes_in_the_browsers_language(fresh, language):
    app, _, link = fresh
    page = app.test_client().get(link, headers={"Accept-Language": f"{language},de;q=0.5"}).text
    assert f'<html lang="{language}">' in page
    assert chosen(page) == [language]
    for name in NAMES.values():
        assert f">{name}</button>" in page


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "Sign in to go on."), ("uk", "Увійдіть, щоб продовжити."),
     ("bg", "Влезте, за да продължите.")],
)  # fmt: skip
def test_who_is_sent_to_sign_in_is_told_so_in_the_browsers_language(app, language, words):
    browser = app.test_client()
    page = browser.get("/", headers={"Accept-Language": language}, follow_redirects=True)
    assert words in page.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_chosen_language_shows_the_page_in_it_and_keeps_what_was_typed(fresh, language):
    app, db, link = fresh
    browser = Browser(app.test_client())
    browser.get(link)
    reply = browser.post(link, name="Olena", show_in=language)
    assert reply.status_code == 200
    assert f'<html lang="{language}">' in browser.text
    assert chosen(browser.text) == [language]
    assert 'value="Olena"' in browser.text
    assert 'class="error"' not in browser.text
    assert not people.anybody(db)


@pytest.mark.parametrize("language", LANGUAGES)
def test_after_it_the_five_templates_wait_in_the_language_chosen(fresh, language):
    app, db, link = fresh
    browser = Browser(app.test_client())
    browser.get(link)
    browser.post(link, **FIRST, language=language)
    assert browser.page.request.path == "/start"
    assert people.by_email(db, "olena@example.com").language == language
    page = html.unescape(browser.text)
    assert f'<html lang="{language}">' in page
    offered = starters(language)
    assert len(offered) == 5
    for template in offered:
        assert template.name in page
        assert browser.client.get(f"/start/{template.key}.svg").mimetype == "image/svg+xml"
    browser.post(f"/flows/from/{language}/{offered[0].key}")
    made = store.load(db, 1, store.list_all(db, 1)[0].id).flow
    assert (made.name, made.language) == (offered[0].name, language)


def test_a_language_there_is_not_is_left_to_the_browser(fresh):
    app, db, link = fresh
    browser = Browser(app.test_client())
    browser.get(link)
    browser.post(link, **FIRST, language="xx")
    assert people.by_email(db, "olena@example.com").language == "en"


def test_the_enter_key_starts_and_does_not_change_the_language(fresh):
    app, _, link = fresh
    buttons = re.findall(r"<button([^>]*)>", app.test_client().get(link).text)
    assert "show_in" not in buttons[0]


def test_one_can_begin_from_nothing_or_import(begun):
    browser, db = begun
    assert 'href="/import"' in browser.text
    browser.post("/flows", name="Delivery")
    assert [flow.name for flow in store.list_all(db, 1)] == ["Delivery"]


def test_there_is_a_drawing_of_each_template_and_of_nothing_else(begun):
    browser, _ = begun
    for key in SHAPES:
        assert "<rect" in browser.get(f"/start/{key}.svg").text
    assert browser.get("/start/none.svg").status_code == 404


def test_each_step_ticks_itself_off_from_what_is_stored(begun):
    browser, db = begun
    browser.get("/")
    assert count(browser) == "0 of 4"
    flow_id = save_flow(db, Flow(name="F", menus=(Menu(id="m"),)))
    address = f"/flows/{flow_id}"
    browser.get(address)
    assert count(browser) == "0 of 4"
    browser.post(f"{address}/menus/m", script="Press 1.", wait="5")
    assert count(browser) == "1 of 4"
    browser.post(f"{address}/menus/m/keys/1/hangup")
    browser.get(address)
    assert count(browser) == "2 of 4"
    browser.get(f"{address}?tab=phone&keys=1")
    assert count(browser) == "2 of 4", "an address plays the phone, but nobody pressed a key"
    browser.post(f"{address}/phone", press="again", inside="1")
    assert count(browser) == "2 of 4", "a call began"
    browser.post(f"{address}/phone", press="1", inside="1")
    assert count(browser) == "3 of 4"
    assert people.by_email(db, "olena@example.com").guide == "shown"


def rung(db, flow_id):
    """A call of the workspace."""
    new = calls.NewCall(
        workspace_id=1, origin="app", nonce="n", flow_id=flow_id, flow_revision=1, flow_name="F",
        service="speechcall", to_number="+15055550100", sender="", request_path="/",
        request="{}", state="queued",
    )  # fmt: skip
    calls.add(db, new, [])


def all_done(db):
    """A flow with a key, tried and rung; its id."""
    menu = Menu(id="m", script="Press 1.", keys={"1": (HangUp(id="s"),)})
    flow_id = save_flow(db, Flow(name="F", menus=(menu,)))
    rung(db, flow_id)
    first_steps.phone_was_tried(db, people.by_email(db, "olena@example.com"))
    return flow_id


def test_it_congratulates_once_and_goes_away(begun):
    browser, db = begun
    flow_id = all_done(db)
    browser.get(f"/flows/{flow_id}")
    assert "Well done" in browser.text
    for path in (f"/flows/{flow_id}", "/"):
        browser.get(path)
        assert 'id="guide"' not in browser.text


def test_it_is_hidden_and_shown_again_and_then_stays_however_much_is_done(begun):
    browser, db = begun
    flow_id = all_done(db)
    place = f"/flows/{flow_id}?menu=m&key=2"
    browser.post("/guide", do="hide", next=place)
    assert browser.page.request.full_path == place
    assert 'id="guide"' not in browser.text
    browser.get("/account")
    assert "Show the guide" in browser.text
    browser.post("/guide", do="show", next="/")
    for _ in range(2):
        assert count(browser) == "4 of 4"
        browser.get("/")
    assert people.by_email(db, "olena@example.com").guide == "again"


def test_hiding_it_leads_nowhere_else(begun):
    browser, _ = begun
    reply = browser.post("/guide", do="hide", next="//evil.example.com", follow=False)
    assert reply.headers["Location"] == "/"


def test_each_step_leads_to_its_control(begun):
    browser, db = begun
    browser.get("/")
    assert 'href="/#new-name"' in browser.text
    flow_id = save_flow(db, Flow(name="F", menus=(Menu(id="m"),)))
    for page in ("/", f"/flows/{flow_id}"):
        browser.get(page)
        guide = html.unescape(re.search(r'id="guide".*?</section>', browser.text, re.S)[0])
        targets = re.findall(r'href="([^"]+)"', guide.partition("<form")[0])
        assert [target.partition("#")[2] for target in targets] == [
            "script", "steps", "phone-start", ""]  # fmt: skip
        assert targets[3] == f"/flows/{flow_id}/call"
        for target in targets[:3]:
            browser.get(target.partition("#")[0])
            assert f'id="{target.partition("#")[2]}"' in browser.text


def test_a_hidden_guide_asks_the_database_nothing(begun, monkeypatch):
    browser, db = begun
    flow_id = save_flow(db, Flow(name="F", menus=(Menu(id="m"),)))
    asked = []
    known = first_steps.done
    monkeypatch.setattr(first_steps, "done", lambda *of: asked.append(of) or known(*of))
    browser.get(f"/flows/{flow_id}")
    assert len(asked) == 1
    browser.post("/guide", do="hide", next="/")
    asked.clear()
    browser.get(f"/flows/{flow_id}")
    assert asked == []


def test_what_is_done_is_found_by_indexes(fresh):
    _, db, _ = fresh
    plan = [row["detail"] for row in db.query(f"EXPLAIN QUERY PLAN {first_steps.DONE}",
                                              {"workspace": 1})]  # fmt: skip
    read = [line for line in plan if line.startswith(("SCAN", "SEARCH"))]
    assert len([line for line in read if "SEARCH" in line]) == 3
    assert [line for line in read if line.startswith("SCAN") and "CONSTANT" not in line] == []


def test_somebody_who_is_invited_to_build_is_shown_around_and_a_viewer_is_not(begun):
    browser, db = begun
    app = browser.client.application
    from datetime import UTC, datetime

    for role, shown in (("editor", True), ("viewer", False)):
        email, moment = f"{role}@example.com", datetime.now(UTC)
        token = invitations.invite(db, 1, email, role, moment, made_by=1)
        invitations.join(db, token, moment, name=role.title(), password=PASSWORD)
        somebody = sign_in(app, email)
        somebody.get("/")
        assert ('id="guide"' in somebody.text) is shown
        somebody.get("/account")
        assert ("the guide" in somebody.text) is shown


def test_people_from_before_have_no_guide(owner):
    owner.get("/")
    assert 'id="guide"' not in owner.text
