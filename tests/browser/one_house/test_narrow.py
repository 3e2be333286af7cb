"""The editor on a phone: one view at a time, the list of menus folded, what is to mend on top."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from flows.document import Flow, GoTo, HangUp, Menu
from tests.browser.one_house.conftest import Keep

VIEWS = {
    "": (".desk", "Edit"),
    "?tab=phone": ("#phone-pane", "Phone"),
    "?keys=1": (".screen", "Phone"),
    "?tab=map": (".map-tab", "Map"),
    "?tab=json": (".json", "JSON"),
    "?tab=script": (".script-tab", "Script"),
    "?tab=map&view=edit": (".desk", "Edit"),
    "?menu=gone&tab=map": (".map-tab", "Map"),
}
"""What the address asks for: (what is seen, what the bar says)."""

PARTS = (".desk", "#phone-pane", ".map-tab", ".json", ".script-tab")


@pytest.fixture
def flow_id(keep: Keep) -> int:
    """Twelve menus, one after the other; the last has no word for silence."""
    bye = (HangUp(id="w"),)
    menus = [
        Menu(id=f"m{number}", name=f"Menu {number}", recording="ivr_1",
             script="Press 1. " * (30 if number == 2 else 1),
             keys={"1": (GoTo(id="g", menu=f"m{number + 1}"),), "wrong": bye})
        for number in range(1, 12)
    ]  # fmt: skip
    last = Menu(id="m12", name="Last", script="Press 1.", recording="ivr_2", keys={"1": bye})
    return keep(Flow(name="Narrow", sender="Bazar", menus=(*menus, last)))


@pytest.fixture
def phone(page: Page) -> Page:
    """The owner's window, as narrow as a phone."""
    page.set_viewport_size({"width": 390, "height": 780})
    return page


def _view(page: Page, name: str) -> Locator:
    return page.locator(".views").get_by_role("link", name=name, exact=True)


def _top(part: Locator) -> float:
    box = part.bounding_box()
    assert box is not None
    return box["y"]


@pytest.mark.parametrize("address", VIEWS)
def test_the_address_says_which_view_is_shown_and_the_others_are_not(
    phone: Page, flow_id: int, address: str
):
    seen, name = VIEWS[address]
    phone.goto(f"/flows/{flow_id}{address}")
    assert _top(phone.locator(seen).first) < 400
    assert sum(phone.locator(part).first.is_visible() for part in PARTS) == 1
    expect(phone.locator(".views [aria-current]")).to_have_text(name)


@pytest.mark.parametrize("address", VIEWS)
def test_a_wide_screen_shows_the_menu_and_the_tab_whatever_the_address_says(
    page: Page, flow_id: int, address: str
):
    page.goto(f"/flows/{flow_id}{address}")
    for part in (".desk", ".side", ".tabs", ".menus"):
        expect(page.locator(part)).to_be_visible()
    for part in (".views", "#chosen-menu"):
        expect(page.locator(part)).to_be_hidden()


def test_without_javascript_the_views_and_the_menus_are_reached_too(plain_page: Page, flow_id: int):
    plain_page.set_viewport_size({"width": 390, "height": 780})
    plain_page.goto(f"/flows/{flow_id}")
    _view(plain_page, "Map").click()
    expect(plain_page.locator(".map-tab")).to_be_in_viewport()
    _view(plain_page, "Edit").click()
    plain_page.locator("#chosen-menu summary").click()
    plain_page.locator("#rail-m3 a").click()
    expect(plain_page.locator("#name")).to_have_value("Menu 3")
    expect(plain_page.locator(".menus")).to_be_hidden()


def test_another_view_begins_at_its_top_with_the_bar_still_there(phone: Page, flow_id: int):
    phone.set_viewport_size({"width": 390, "height": 480})
    phone.goto(f"/flows/{flow_id}?menu=m2")
    phone.locator(".proof").scroll_into_view_if_needed()
    expect(_view(phone, "JSON")).to_be_in_viewport()
    _view(phone, "JSON").click()
    expect(phone.locator(".json")).to_be_in_viewport()
    assert 40 < _top(phone.locator(".json")) < 200
    expect(_view(phone, "JSON")).to_be_in_viewport()


def test_the_keypad_is_near_and_the_menus_are_one_row_that_opens(phone: Page, flow_id: int):
    phone.goto(f"/flows/{flow_id}?menu=m11")
    row, menus = phone.locator("#chosen-menu summary"), phone.locator(".menus")
    expect(row).to_have_text("11 Menu 11", use_inner_text=True)
    assert _top(phone.locator("#keypad")) < 1000
    expect(menus).to_be_hidden()
    row.press("Enter")
    expect(phone.locator("#rail-m11")).to_be_in_viewport()
    phone.locator("#rail-m12 a").press("Enter")
    expect(row).to_have_text("12 Last", use_inner_text=True)
    expect(row).to_be_focused()
    expect(menus).to_be_hidden()
    row.press("Enter")
    expect(menus).to_be_visible()
    phone.keyboard.press("Escape")
    expect(menus).to_be_hidden()


def test_a_deleted_menu_gives_the_focus_to_the_row(phone: Page, flow_id: int):
    phone.goto(f"/flows/{flow_id}?menu=m1")
    phone.locator(".hear .tools .danger").press("Enter")
    expect(phone.locator("#chosen-menu summary")).to_be_focused()
    expect(phone.locator(".announce")).to_contain_text("version 2")


def test_what_is_to_mend_is_told_on_top_and_leads_to_the_checks_and_their_places(
    phone: Page, flow_id: int
):
    phone.goto(f"/flows/{flow_id}?tab=map")
    phone.locator(".to-mend:visible").click()
    expect(phone.locator(".checks li").first).to_be_in_viewport()
    expect(phone.locator("#all-checks")).to_be_focused()
    expect(_view(phone, "Edit")).to_have_attribute("aria-current", "true")
    phone.locator(".checks li", has_text="Last").get_by_role("link", name="Show me").click()
    expect(phone.locator("#key-wrong")).to_be_focused()
    expect(phone.locator("#key-wrong")).to_be_in_viewport()


def test_what_is_pressed_on_the_map_or_on_a_trail_is_shown_in_its_menu(phone: Page, flow_id: int):
    phone.goto(f"/flows/{flow_id}?keys=1,1")
    phone.locator(".trail a", has_text="Went to Menu 3").click()
    expect(phone.locator("#step-g.shown")).to_be_in_viewport()
    expect(phone.locator("#step-g a", has_text="Edit")).to_be_focused()
    _view(phone, "Map").click()
    phone.locator(".map-tab summary").click()
    phone.locator(".map-tab li > a", has_text="Menu 2").click()
    expect(phone.locator("#name")).to_be_visible()
    expect(phone.locator("#name")).to_have_value("Menu 2")


def test_an_edit_and_taking_it_back_stay_in_their_view(phone: Page, flow_id: int):
    phone.goto(f"/flows/{flow_id}?tab=map&menu=m2&key=5&view=edit")
    phone.locator("[action*='/hangup'] button").click()
    expect(phone.locator(".announce")).to_contain_text("version 2")
    expect(phone.locator("#steps")).to_be_visible()
    _view(phone, "Phone").click()
    expect(phone.locator("#phone-start")).to_be_visible()
    phone.locator("#undo").click()
    expect(phone.locator(".announce")).to_contain_text("version 3")
    expect(phone.locator("#phone-start")).to_be_visible()
    phone.locator("#phone-start").click()
    expect(phone.locator(".pad")).to_be_in_viewport()


def test_a_step_half_filled_in_stays_while_another_view_is_asked_for(phone: Page, flow_id: int):
    phone.goto(f"/flows/{flow_id}?menu=m2&key=5&new=webhook")
    phone.locator("#new-step [name=url]").fill("https://hooks.example.com/")
    phone.once("dialog", lambda dialog: dialog.dismiss())
    _view(phone, "Map").click()
    expect(phone.locator("#new-step [name=url]")).to_be_visible()
    expect(phone.locator("#new-step [name=url]")).to_have_value("https://hooks.example.com/")
