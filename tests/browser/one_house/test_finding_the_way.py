"""Where the eye and the focus go, in a real browser: nobody has to look for what comes next."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from flows.document import Flow, GoTo, HangUp, Menu, Webhook
from tests.browser.one_house.conftest import Keep


@pytest.fixture
def flow_id(keep: Keep) -> int:
    """1 leads on, 9 says it again; the second menu has no word for silence: two checks."""
    first = Menu(
        id="a", name="Delivery", script="Press 1 to go on, 9 to hear this again.",
        recording="ivr_1", keys={
            "1": (GoTo(id="g", menu="b"),), "9": (GoTo(id="r", menu="a"),),
            "wrong": (HangUp(id="w"),),
        },
    )  # fmt: skip
    second = Menu(
        id="b", name="Another day", script="Press 1 to hang up.", recording="ivr_2",
        keys={"1": (HangUp(id="h"),), "2": (HangUp(id="i"),)},
    )  # fmt: skip
    return keep(Flow(name="Way", sender="Bazar", menus=(first, second)))


def test_playing_from_here_on_a_small_screen_brings_the_phone_into_view(page: Page, flow_id: int):
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(f"/flows/{flow_id}?tab=map&view=edit")
    page.get_by_role("link", name="Play from here").click()
    expect(page.locator(".pad")).to_be_in_viewport()


def test_the_newest_line_of_the_trail_is_always_in_view(page: Page, flow_id: int):
    page.goto(f"/flows/{flow_id}?tab=phone&keys={','.join('9' * 30)}")
    expect(page.locator(".trail li")).to_have_count(91)
    expect(page.locator(".trail li").last).to_be_in_viewport()
    page.get_by_role("button", name="Stay silent").click()
    expect(page.locator(".trail li").last).to_have_text("The call was hung up.")
    expect(page.locator(".trail li").last).to_be_in_viewport()
    expect(page.get_by_role("button", name="Keep this call as a test")).to_be_in_viewport()


def test_a_line_of_the_trail_shows_its_place(page: Page, flow_id: int):
    page.goto(f"/flows/{flow_id}?tab=phone&keys=1,1")
    page.locator(".trail a", has_text="Went to Another day").click()
    expect(page.locator("#step-g.shown")).to_be_in_viewport()
    expect(page.locator("#step-g a", has_text="Edit")).to_be_focused()


def test_after_a_check_is_mended_the_next_one_has_the_focus(page: Page, flow_id: int):
    page.goto(f"/flows/{flow_id}?menu=a&key=wrong")
    page.get_by_role("button", name="Remove this step").click()
    checks = page.locator(".checks > li")
    expect(checks).to_have_count(3)
    checks.nth(0).get_by_role("button", name="Say it again twice").click()
    expect(checks).to_have_count(2)
    expect(checks.nth(0)).to_contain_text("key 2")
    expect(checks.nth(0).get_by_role("link", name="Show me")).to_be_focused()


def test_after_the_last_check_its_heading_has_the_focus(page: Page, flow_id: int):
    page.goto(f"/flows/{flow_id}?menu=b&key=2")
    page.get_by_role("button", name="Remove this step").click()
    checks = page.locator(".checks > li")
    expect(checks).to_have_count(1)
    expect(page.get_by_role("heading", name="When the caller presses")).to_be_focused()
    checks.get_by_role("button", name="Say it again twice").click()
    expect(page.get_by_text("Nothing to mend.")).to_be_visible()
    expect(page.locator("#checks")).to_be_focused()


def test_a_new_menu_waits_for_its_name(page: Page, flow_id: int):
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(f"/flows/{flow_id}")
    page.get_by_role("button", name="Add a menu").click()
    expect(page.locator("#name")).to_have_value("Menu 3")
    expect(page.locator("#name")).to_be_focused()
    expect(page.locator("#name")).to_be_in_viewport()


def test_a_new_call_flow_waits_for_its_words(page: Page):
    page.goto("/")
    page.locator("#new-name").fill("Fresh")
    page.get_by_role("button", name="New call flow").click()
    expect(page.locator("#script")).to_be_focused()


@pytest.mark.parametrize(
    ("path", "field"),
    [("/flows/{}/call", "#number"), ("/import", "#name"), ("/connections/new", "#name")],
)
def test_a_page_with_a_form_waits_at_its_first_field(page: Page, flow_id: int, path, field):
    page.goto(path.format(flow_id))
    if path == "/connections/new":
        page.goto("/connections/new/speechcall")
    expect(page.locator(field)).to_be_focused()


def test_the_box_for_a_versions_name_opens_at_its_field(page: Page, flow_id: int):
    page.goto(f"/flows/{flow_id}/history")
    page.get_by_text("Name…").click()
    expect(page.locator("#name-1")).to_be_focused()


def test_a_ringing_phone_waits_to_be_answered(page: Page, flow_id: int):
    page.goto(f"/flows/{flow_id}/call")
    page.locator("#number").fill("+380501234567")
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("button", name="Ring this number").click()
    expect(page.get_by_role("button", name="Answer")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".spoken")).to_be_visible()


def test_after_a_call_nothing_is_sent_again_by_pressing_enter(page: Page, keep: Keep):
    told = Webhook(id="t", url="https://nowhere.invalid/x")
    menu = Menu(id="a", script="Press 1.", recording="ivr_1", keys={"1": (told, HangUp(id="h"))})
    flow_id = keep(Flow(name="Told", sender="Bazar", menus=(menu,)))
    page.goto(f"/flows/{flow_id}/call")
    page.locator("#number").fill("+380501234568")
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("button", name="Ring this number").click()
    page.get_by_role("button", name="Answer").click()
    page.get_by_role("button", name="1", exact=True).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Hang up")).to_have_count(0)
    expect(page.locator(".phone .who")).to_be_focused()
    expect(page.locator(".again")).to_have_count(1)
    expect(page.locator(".phone .who")).to_be_focused()


def test_another_menu_is_looked_at_from_its_beginning(page: Page, flow_id: int):
    page.set_viewport_size({"width": 1480, "height": 600})
    page.goto(f"/flows/{flow_id}?menu=a")
    page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    page.locator(".menus a", has_text="Another day").click()
    expect(page.locator("#name")).to_have_value("Another day")
    expect(page.locator("#name")).to_be_in_viewport()
    page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    before = page.evaluate("scrollY")
    page.locator("#key-2").click()
    expect(page.locator("#key-2")).to_have_attribute("aria-current", "true")
    assert page.evaluate("scrollY") == before, "another key of the same menu moves nothing"


def test_the_keys_stay_in_place_beside_a_desk_that_was_scrolled(page: Page, flow_id: int):
    page.set_viewport_size({"width": 1480, "height": 900})
    page.goto(f"/flows/{flow_id}?tab=phone&keys=")
    page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    top = "document.querySelector('.pad').getBoundingClientRect().top"
    before = page.evaluate(top)
    for count in range(1, 8):
        page.locator(".pad button").filter(has_text="9").click()
        expect(page.locator("form[data-phone]")).to_have_attribute(
            "data-call", re.compile(f"(,?9){{{count}}}$")
        )
        assert abs(page.evaluate(top) - before) < 2


@pytest.mark.parametrize(("pad", "first"), [(".keypad", "#key-1"), (".pad", "#pad-1")])
def test_a_keypad_is_one_stop_and_arrows_go_from_key_to_key(
    page: Page, flow_id: int, pad: str, first: str
):
    page.goto(f"/flows/{flow_id}?tab=phone&keys=")
    keys = page.locator(f"{pad} :is(a, button)")
    expect(page.locator(f"{pad} :is(a, button):not([tabindex])")).to_have_count(1)
    page.locator(first).focus()
    for arrow, place in (("ArrowRight", 1), ("ArrowDown", 4), ("ArrowLeft", 3), ("ArrowUp", 0)):
        page.keyboard.press(arrow)
        expect(keys.nth(place)).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    expect(page.locator(f"{pad} :focus")).to_have_count(0)


def test_without_javascript_every_key_can_be_reached(plain_page: Page, flow_id: int):
    plain_page.goto(f"/flows/{flow_id}")
    expect(plain_page.locator(".keypad [tabindex]")).to_have_count(0)


def test_a_practice_number_is_taken_by_pressing_it(page: Page, flow_id: int):
    page.goto(f"/flows/{flow_id}/call")
    page.get_by_text("Practice numbers", exact=True).click()
    page.get_by_role("button", name="+1 505 555 0003").click()
    expect(page.get_by_label("Number to ring")).to_have_value("+1 505 555 0003")
    expect(page.get_by_label("Number to ring")).to_be_focused()


def test_the_keys_of_the_phone_stay_under_the_thumb(page: Page, flow_id: int):
    page.set_viewport_size({"width": 390, "height": 700})
    page.goto(f"/flows/{flow_id}?tab=phone&keys=")
    page.locator(".pad").scroll_into_view_if_needed()
    page.evaluate("scrollBy(0, document.querySelector('.pad').getBoundingClientRect().top - 150)")
    top = "document.querySelector('.pad').getBoundingClientRect().top"
    before = page.evaluate(top)
    for number, key in enumerate(["9", "9", "1"], start=2):
        page.locator(".pad button").filter(has_text=key).click()
        expect(page.locator(".trail li")).not_to_have_count(0)
        expect(page.locator("form[data-phone]")).to_have_attribute(
            "data-call", re.compile(f"(,?[91]){{{number - 1}}}$")
        )
        assert abs(page.evaluate(top) - before) < 2
