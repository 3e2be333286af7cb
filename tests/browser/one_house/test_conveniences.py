"""Finding, copying, bringing back, keys, progress and titles, in a real browser."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from flows.document import Flow, HangUp, Menu, SaveAnswer
from storage import flows as store
from storage.db import open_db
from tests.browser.one_house.conftest import Keep
from tests.helpers import Served

PAST_MS = 700
"""Milliseconds after which what takes long has said so."""

SUBMITTED = """(wait) => {
  const button = document.querySelector("button[data-busy]");
  const before = button.getBoundingClientRect();
  button.click();
  return new Promise((done) => setTimeout(() => done({
    bar: document.getElementById("busy").checkVisibility(),
    busy: button.matches(".busy"),
    words: document.getElementById("aloud").textContent,
    moved: Math.abs(button.getBoundingClientRect().x - before.x)
      + Math.abs(button.getBoundingClientRect().width - before.width),
  }), wait));
}"""
"""Presses the button whose answer does not come, and looks a while later."""


@pytest.fixture
def flow_id(keep: Keep) -> int:
    """Two menus; the first saves an answer on key 1."""
    keys = {"1": (SaveAnswer(id="s", name="зручний день"), HangUp(id="h"))}
    menus = (
        Menu(id="a", name="Greeting", script="Доставка завтра. Press 1.", keys=keys),
        Menu(id="b", name="Second"),
    )
    return keep(Flow(name="Delivery", menus=menus))


def test_the_slash_key_finds_words_while_they_are_typed_and_leads_to_the_field(
    page: Page, flow_id: int
):
    page.goto("/settings")
    page.keyboard.press("/")
    expect(page.locator("#search")).to_be_focused()
    page.keyboard.type("ДОСТАВКА завтра")
    expect(page.locator(".found mark").first).to_have_text("Доставка")
    expect(page.locator("#search")).to_be_focused()
    expect(page).to_have_url(re.compile("q="))
    page.get_by_role("link", name=re.compile("Greeting")).click()
    expect(page.locator("#script")).to_be_focused()


def test_the_search_works_without_javascript(plain_page: Page, flow_id: int):
    plain_page.goto("/")
    plain_page.get_by_role("searchbox").fill("ЗРУЧНИЙ")
    plain_page.get_by_role("button", name="Search").click()
    expect(plain_page.locator("mark")).to_have_text("зручний")


def test_a_deleted_flow_is_brought_back_by_the_notice(page: Page, flow_id: int):
    page.goto("/")
    card = page.locator(f"#flow-{flow_id}")
    card.get_by_text("More", exact=False).first.click()
    card.get_by_role("button", name="Delete Delivery").click()
    expect(card).to_have_count(0)
    page.locator(".notice").get_by_role("button", name="Undo").click()
    expect(card).to_be_visible()


def test_a_menu_is_copied_without_javascript(plain_page: Page, served: Served, flow_id: int):
    db = open_db(served.data / "press-one.sqlite3")
    other = store.create(db, 1, 1, Flow(name="Other"), "Start")
    plain_page.goto(f"/flows/{flow_id}?menu=a")
    plain_page.get_by_role("link", name="Copy to…").first.click()
    plain_page.locator("#to").select_option(str(other))
    plain_page.get_by_role("button", name="Choose this place").click()
    plain_page.get_by_role("button", name="Copy here").click()
    expect(plain_page).to_have_url(re.compile(f"/flows/{other}"))
    assert [menu.name for menu in store.load(db, 1, other).flow.menus] == ["Greeting"]
    plain_page.locator(".notice").get_by_role("button", name="Undo").click()
    expect(plain_page.locator(".announce")).to_contain_text("version 3")
    assert store.load(db, 1, other).flow.menus == ()
    store.delete(db, 1, other)
    db.close()


def test_control_s_saves_what_is_being_typed(page: Page, flow_id: int):
    page.goto(f"/flows/{flow_id}?menu=a")
    page.locator("#wait").fill("7")
    page.keyboard.press("Control+s")
    expect(page.locator(".announce")).to_contain_text("version 2")


def test_the_chosen_menu_is_moved_played_and_added_by_keys_and_undone_by_the_notice(
    page: Page, flow_id: int
):
    page.goto(f"/flows/{flow_id}?menu=a")
    page.keyboard.press("Alt+ArrowDown")
    expect(page.locator(".menus li").last).to_contain_text("Greeting")
    page.locator(".notice").get_by_role("button", name="Undo").click()
    expect(page.locator(".menus li").first).to_contain_text("Greeting")
    page.locator("body").press("p")
    expect(page.locator("form[data-phone][data-state=on]")).to_be_visible()
    expect(page).to_have_title(re.compile("^On the phone · Delivery"))
    expect(page.locator("link[rel=icon]")).to_have_attribute("href", re.compile("icon-call"))
    page.locator("#pad-1").click()
    expect(page).to_have_title(re.compile("^Finished · Delivery"))
    expect(page.locator("link[rel=icon]")).to_have_attribute("href", re.compile(r"/icon\.svg"))
    page.locator("h2#menus").click()
    page.locator("body").press("n")
    expect(page.locator(".menus li")).to_have_count(3)


def test_letters_typed_into_a_field_are_letters(page: Page, flow_id: int):
    page.goto(f"/flows/{flow_id}?menu=a")
    page.locator("#script").press_sequentially("/pn")
    expect(page.locator("#script")).to_have_value(re.compile("/pn"))
    expect(page.locator(".menus li")).to_have_count(2)


def test_an_import_that_takes_long_says_so_and_nothing_moves(page: Page):
    page.goto("/import")
    page.route("**/import", lambda _route: None)
    page.get_by_label("Name").fill("Long")
    seen = page.evaluate(SUBMITTED, PAST_MS)
    assert seen == {"bar": True, "busy": True, "words": "Importing…", "moved": 0}


def test_a_quick_save_shows_no_bar(page: Page, flow_id: int):
    page.goto(f"/flows/{flow_id}?menu=a")
    page.locator("#wait").fill("8")
    page.locator("#wait").blur()
    expect(page.locator(".announce")).to_contain_text("version 2")
    page.wait_for_timeout(PAST_MS)
    expect(page.locator("#busy")).to_be_hidden()
