"""Nobody gets lost, in a real browser: mend, undo, two people, the phone, kept calls, keyboard."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from flows.document import Flow, GoTo, HangUp, Menu, Webhook
from tests.browser.one_house.conftest import Keep
from tests.helpers import OWNER, PASSWORD, Served


@pytest.fixture
def flow_id(keep: Keep) -> int:
    """Two menus: 1 tells an address and hangs up, 2 leads on; the second waits four seconds."""
    told = Webhook(id="t", url="https://hooks.example.com/1", body={"confirm": True})
    bye = {"wrong": (HangUp(id="w"),)}
    first = Menu(
        id="a", name="Confirm delivery", script="Press 1 or 2.", recording="ivr_1",
        keys={"1": (told, HangUp(id="h")), "2": (GoTo(id="g", menu="b"),), **bye},
    )  # fmt: skip
    second = Menu(id="b", name="Another day", script="", recording="ivr_2", wait_ms=4000,
                  keys={"1": (HangUp(id="h2"),)})  # fmt: skip
    return keep(Flow(name="Delivery", menus=(first, second)))


def saved(page: Page, version: int) -> None:
    """Wait until this version is the one shown."""
    expect(page.locator(".announce")).to_contain_text(f"version {version}")


def trail(page: Page, *lines: str) -> None:
    """The phone says exactly this happened."""
    expect(page.locator(".trail li > a")).to_have_text(list(lines))


def at_once(page: Page) -> None:
    """On the phone, time passes only by keys."""
    page.get_by_label("instant").check()


def test_a_check_is_mended_with_its_button_and_that_is_undone(page: Page, flow_id: int):
    page.goto(f"/flows/{flow_id}?menu=b")
    check = page.locator(".checks li").filter(has_text="is cut off without a word")
    expect(check).to_have_count(1)
    check.get_by_role("link", name="Show me").click()
    expect(page.locator("#key-wrong")).to_be_focused()
    check.get_by_role("button").first.click()
    expect(check).to_have_count(0)
    expect(page.locator("#key-wrong")).to_contain_text("Hang up")
    page.locator("#undo").click()
    expect(check).to_have_count(1)
    expect(page.locator("#key-wrong")).not_to_contain_text("Hang up")


def test_undo_and_redo_by_keyboard_hold_across_a_reload(page: Page, flow_id: int):
    page.goto(f"/flows/{flow_id}?menu=b&key=5")
    page.get_by_role("button", name="Hang up", exact=True).click()
    saved(page, 2)
    page.keyboard.press("Control+z")
    saved(page, 3)
    expect(page.locator("#key-5")).not_to_contain_text("Hang up")
    page.reload()
    expect(page.get_by_role("button", name="Undo")).to_be_disabled()
    page.keyboard.press("Control+Shift+Z")
    saved(page, 4)
    expect(page.locator("#key-5")).to_contain_text("Hang up")
    page.reload()
    page.keyboard.press("Control+z")
    saved(page, 5)
    expect(page.locator("#key-5")).not_to_contain_text("Hang up")


def test_while_somebody_types_undo_belongs_to_the_field(page: Page, flow_id: int):
    page.goto(f"/flows/{flow_id}?menu=b&key=5")
    page.get_by_role("button", name="Hang up", exact=True).click()
    saved(page, 2)
    page.locator("#script").focus()
    page.keyboard.type("Typed")
    page.keyboard.press("Control+z")
    expect(page.locator("#script")).not_to_have_value("Typed")
    expect(page.locator("#key-5")).to_contain_text("Hang up")


def test_two_people_at_one_menu_see_both_versions_and_lose_neither(
    page: Page, chromium: Browser, served: Served, flow_id: int
):
    context = chromium.new_context(base_url=served.url)
    other = context.new_page()
    other.goto(f"/login?next=/flows/{flow_id}")
    other.get_by_label("E-mail").fill(OWNER)
    other.get_by_label("Password").fill(PASSWORD)
    other.get_by_role("button", name="Sign in").click()
    other.goto(f"/flows/{flow_id}")
    page.goto(f"/flows/{flow_id}")
    other.locator("#script").fill("Their words")
    other.locator("#script").blur()
    saved(other, 2)
    context.close()
    page.locator("#script").fill("My words")
    page.locator("#script").blur()
    conflict = page.get_by_role("alert")
    expect(conflict).to_contain_text("Somebody else changed this menu")
    expect(conflict).to_contain_text("Their words")
    expect(page.locator("#script")).to_have_value("My words")
    page.locator("#script").fill("My words, then theirs")
    page.locator("#script").blur()
    expect(conflict).to_have_count(0)
    saved(page, 3)
    page.goto(f"/flows/{flow_id}/compare?a=2&b=3")
    expect(page.locator(".changes")).to_contain_text("“Their words” → “My words, then theirs”")


def test_the_phone_plays_by_mouse_and_by_keyboard_what_is_not_saved_yet(page: Page, flow_id: int):
    page.goto(f"/flows/{flow_id}?key=4&tab=phone")
    page.get_by_role("link", name="Go to a menu", exact=True).click()
    page.get_by_label("Menu", exact=True).select_option(label="2. Another day")
    page.get_by_role("button", name="Start the call").click()
    at_once(page)
    page.locator("#pad-4").click()
    start = ["Heard Confirm delivery.", "Pressed 4.", "Went to Another day.", "Heard Another day."]
    trail(page, *start)
    expect(page.locator(".who")).to_contain_text("with unsaved changes")
    page.keyboard.press("9")
    trail(page, *start, "Pressed 9, which this menu does not know.",
          "There is nothing for anything else, or silence, so the call ended.")  # fmt: skip
    expect(page.locator("#pad-1")).to_be_disabled()
    expect(page.get_by_label("Menu", exact=True)).to_have_value("b")
    page.get_by_role("button", name="Save step").click()
    saved(page, 2)
    expect(page.locator("#key-4")).to_contain_text("Another day")
    expect(page.locator(".who")).not_to_contain_text("with unsaved changes")


def test_keys_typed_into_a_field_do_not_reach_the_phone(page: Page, flow_id: int):
    page.goto(f"/flows/{flow_id}?tab=phone&keys=")
    at_once(page)
    page.locator("#script").focus()
    page.keyboard.type("2")
    trail(page, "Heard Confirm delivery.")


def test_a_line_of_the_trail_leads_to_its_place_and_shows_what_would_be_told(
    page: Page, flow_id: int
):
    page.goto(f"/flows/{flow_id}?menu=b&tab=phone&keys=1")
    page.get_by_text("exactly as it would be sent").click()
    expect(page.locator("#told-1 pre")).to_contain_text('"confirm": true')
    page.get_by_role("link", name="Would tell https://hooks.example.com/1").click()
    expect(page.locator("#step-t")).to_be_visible()
    expect(page.locator(".menus .current")).to_contain_text("Confirm delivery")
    expect(page.locator("#step-t :focus")).to_have_count(1)


def test_silence_is_counted_down_four_times_as_fast(page: Page, flow_id: int):
    """A menu of unknown length plays for eight seconds and waits for four: three at this pace."""
    page.clock.install()
    page.goto(f"/flows/{flow_id}?menu=b&tab=phone&keys=&start=1")
    expect(page.get_by_label("×4")).to_be_visible()
    page.clock.pause_at(page.evaluate("Date.now() / 1000") + 0.1)
    page.get_by_label("×4").check()
    page.clock.run_for(2_100)
    expect(page.locator(".countdown")).to_contain_text("silence in 4 s")
    page.locator("#script").press_sequentially("Typed meanwhile")
    page.clock.run_for(850)
    expect(page.locator(".countdown")).to_contain_text("silence in 1 s")
    expect(page.locator(".trail")).not_to_contain_text("Stayed silent.")
    page.clock.run_for(100)
    page.clock.resume()
    expect(page.locator(".trail")).to_contain_text("Stayed silent.")
    expect(page.locator("#script")).to_have_value("Typed meanwhile")
    expect(page.locator("#script")).to_be_focused()


def test_at_the_pace_of_instant_silence_is_only_pressed(page: Page, flow_id: int):
    page.goto(f"/flows/{flow_id}?menu=b&tab=phone&keys=&start=1")
    at_once(page)
    expect(page.locator(".countdown")).to_be_hidden()
    page.get_by_role("button", name="Stay silent").click()
    expect(page.locator(".trail")).to_contain_text("Stayed silent.")


def test_a_kept_call_says_what_an_edit_changed_until_it_is_accepted(page: Page, flow_id: int):
    page.goto(f"/flows/{flow_id}?tab=phone&keys=")
    at_once(page)
    page.keyboard.press("2")
    expect(page.locator(".spoken")).to_be_visible()
    page.keyboard.press("1")
    expect(page.locator(".who")).to_contain_text("The call is over")
    page.get_by_label("Name of the test").fill("Another day")
    page.get_by_role("button", name="Keep this call as a test").click()
    expect(page.locator(".kept")).to_contain_text("goes as it must")

    page.locator("#key-2").click()
    expect(page.locator(".step")).to_have_count(1)
    page.get_by_role("button", name="Remove this step").click()
    notice = page.locator(".changed")
    expect(notice).to_contain_text("used to go to “Another day”")
    notice.get_by_role("button", name=re.compile("^Undo: ")).click()
    expect(notice).to_have_count(0)
    expect(page.locator("#key-2")).to_contain_text("Another day")

    page.get_by_role("button", name="Remove this step").click()
    notice.get_by_role("button", name="Accept the new way").click()
    expect(notice).to_have_count(0)
    expect(page.locator("#key-2")).not_to_contain_text("Another day")
    page.get_by_role("button", name="Undo", exact=True).click()
    expect(notice).to_have_count(1)


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until the focus is there, as somebody without a mouse does."""
    for _ in range(90):
        page.keyboard.press("Tab")
        if page.evaluate("s => !!document.activeElement?.matches(s)", selector):
            return
    raise AssertionError(f"Tab never comes to {selector}.")


def focused(page: Page) -> Any:
    """The name of the element that has the focus."""
    return page.evaluate("document.activeElement.tagName")


def test_a_step_is_built_without_a_mouse(page: Page, flow_id: int):
    page.goto(f"/flows/{flow_id}?menu=a")
    tab_to(page, "#key-1")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    expect(page.locator("#key-5")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#key-5")).to_have_attribute("aria-current", "true")
    expect(page.locator("#key-5")).to_be_focused()
    tab_to(page, "a[href*='new=goto']")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Menu", exact=True)).to_be_focused()
    page.keyboard.type("2")
    tab_to(page, "#new-step button.call")
    page.keyboard.press("Enter")
    saved(page, 2)
    expect(page.locator("#key-5")).to_contain_text("Another day")
    tab_to(page, "form[action*='/hangup'] button")
    page.keyboard.press("Enter")
    saved(page, 3)
    expect(page.locator(".step")).to_have_count(2)
    assert focused(page) != "BODY", "the focus is not thrown back to the top of the page"
    page.keyboard.press("Control+z")
    saved(page, 4)
    expect(page.locator(".step")).to_have_count(1)


def test_the_phone_works_without_javascript(plain_page: Page, flow_id: int):
    plain_page.goto(f"/flows/{flow_id}/phone")
    plain_page.get_by_role("button", name="Start the call").click()
    plain_page.get_by_role("button", name="2", exact=True).click()
    plain_page.get_by_role("button", name="Stay silent").click()
    trail(plain_page, "Heard Confirm delivery.", "Pressed 2.", "Went to Another day.",
          "Heard Another day.", "Stayed silent.",
          "There is nothing for anything else, or silence, so the call ended.")  # fmt: skip
    expect(plain_page).to_have_url(re.compile(r"/phone\?.*keys=2,silence"))


def test_a_menu_is_dragged_to_another_place(page: Page, flow_id: int):
    page.goto(f"/flows/{flow_id}?menu=b")
    menus = page.locator("#rail-list > li")
    before = [menu.get_attribute("id") for menu in menus.all()]
    menus.first.drag_to(menus.last)
    saved(page, 2)
    assert [menu.get_attribute("id") for menu in menus.all()] == [*before[1:], before[0]]


def test_a_text_that_is_saved_leaves_the_list_of_menus_in_its_place(page: Page, flow_id: int):
    page.goto(f"/flows/{flow_id}?menu=b")
    page.locator("#rail-list > li").first.evaluate("(line) => { line.dataset.seen = '1'; }")
    page.locator("#script").fill("Press 1, or stay on the line.")
    page.locator("#script").blur()
    saved(page, 2)
    expect(page.locator("#rail-list > li[data-seen]")).to_have_count(1)
    page.locator("#name").fill("Another name")
    page.locator("#name").blur()
    saved(page, 3)
    expect(page.locator("#rail-b")).to_contain_text("Another name")
