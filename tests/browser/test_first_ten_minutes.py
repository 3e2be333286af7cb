"""A newcomer's first ten minutes in a real browser: from the one-time link to a practice call."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from storage.db import open_db
from storage.migrations import migrate
from tests.browser.conftest import Complaints
from tests.helpers import PASSWORD, start_server


@pytest.fixture
def link(tmp_path: Path) -> Iterator[str]:
    """The one-time link that a server prints when nobody has come yet."""
    open_db(tmp_path / "press-one.sqlite3").close()
    migrate(open_db(tmp_path / "press-one.sqlite3"))
    log = tmp_path / "server.log"
    _, process = start_server(tmp_path, log, PRESS_ONE_PRACTICE_PACE="0.2")
    printed = re.search(r"http://\S+/welcome/[\w-]+", log.read_text())
    assert printed
    yield printed[0]
    process.terminate()
    process.wait(10)


@pytest.fixture
def newcomer(chromium: Browser, javascript: bool) -> Iterator[Page]:
    """Somebody whose browser asks for English, and complains of nothing."""
    context = chromium.new_context(
        java_script_enabled=javascript, locale="en-GB", viewport={"width": 1480, "height": 900}
    )
    context.set_default_timeout(10_000)
    page, complaints = context.new_page(), Complaints()
    complaints.listen(page)
    yield page
    context.close()
    assert complaints == []


def count_is(page: Page, words: str) -> None:
    expect(page.locator(".guide-count")).to_have_text(words)


def go_on(page: Page, words: str) -> None:
    """Follow the guide to its next step."""
    following = page.locator(".guide-next a")
    expect(following).to_contain_text(words)
    following.click()


def come_in(page: Page, link: str) -> None:
    """The first page, read in Ukrainian for a moment."""
    page.goto(link)
    page.get_by_label("Your name").fill("Olena")
    page.get_by_role("button", name="Українська").click()
    expect(page.locator("html")).to_have_attribute("lang", "uk")
    page.get_by_role("button", name="English").click()
    expect(page.get_by_label("Your name")).to_have_value("Olena")
    page.get_by_label("E-mail").fill("olena@example.com")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_label("Your company or team").fill("Bazar")
    page.get_by_label("Your company or team").press("Enter")
    expect(page.get_by_role("heading", name="Welcome, Olena")).to_be_visible()


@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without"])
def test_the_guide_leads_from_the_first_page_to_a_practice_call(
    link: str, newcomer: Page, javascript: bool
):
    page = newcomer
    come_in(page, link)
    assert page.locator(".starters button").count() == 5
    page.get_by_label("Name").fill("Delivery")
    page.get_by_role("button", name="Start from nothing").click()

    count_is(page, "0 of 4")
    go_on(page, "Write what the caller hears")
    script = page.get_by_label("What the caller hears")
    if javascript:
        expect(script).to_be_focused()
    script.fill("Press 1 to confirm.")
    page.get_by_label("Recording", exact=True).fill("ivr_1")
    if javascript:
        page.get_by_label("Recording", exact=True).blur()
    else:
        page.get_by_role("button", name="Save", exact=True).click()
    count_is(page, "1 of 4")

    go_on(page, "Give key 1 something to do")
    if javascript:
        expect(page.locator("#steps :focus")).to_have_count(1)
    page.locator("#steps").get_by_role("button", name="Hang up").click()
    count_is(page, "2 of 4")

    go_on(page, "Try it on the phone")
    if javascript:
        expect(page.locator("#phone-start")).to_be_focused()
    page.locator("#phone-start").click()
    page.locator(".pad").get_by_role("button", name="1", exact=True).click()
    count_is(page, "3 of 4")

    go_on(page, "Make a practice call")
    if javascript:
        expect(page.get_by_label("Number to ring")).to_be_focused()
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("button", name="Ring this number").click()
    phone = page.get_by_label("The phone that was rung")
    phone.get_by_role("button", name="Answer").click()
    expect(phone).to_contain_text("Press 1 to confirm.")

    page.get_by_role("link", name="Call flows", exact=True).click()
    expect(page.locator("#guide")).to_contain_text("Well done")
    page.reload()
    expect(page.locator(".flowname")).to_have_text("Delivery")
    expect(page.locator("#guide")).to_have_count(0)


@pytest.mark.parametrize("javascript", [True])
def test_the_guide_stays_as_it_was_opened_and_is_hidden_where_one_is(link: str, newcomer: Page):
    page = newcomer
    come_in(page, link)
    page.locator(".starters button").first.click()
    count_is(page, "2 of 4")
    page.locator("#guide summary").click()
    page.locator("#key-2").click()
    expect(page.locator("#key-2")).to_have_attribute("aria-current", "true")
    expect(page.locator("#guide-steps")).to_have_attribute("open", "")
    place = page.url
    page.get_by_role("button", name="Hide the guide").click()
    expect(page.locator("#guide")).to_have_count(0)
    assert page.url == place


def test_the_question_mark_shows_what_the_keyboard_does(page: Page):
    page.get_by_role("button", name="Customer survey").click()
    page.get_by_label("What the caller hears").press("?")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.get_by_role("heading", name="Menus").click()
    page.keyboard.press("?")
    box = page.get_by_role("dialog", name="Keyboard")
    expect(box).to_contain_text("Undo")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_keys_that_are_one_character_can_be_switched_off(page: Page):
    page.goto("/help")
    page.keyboard.press("?")
    page.get_by_role("dialog").get_by_role("checkbox").uncheck()
    page.get_by_role("button", name="Close").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.keyboard.press("?")
    page.goto("/help/keys")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.get_by_role("checkbox").check()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
