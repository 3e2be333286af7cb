"""The main job without a mouse: two menus are built, mended, tried and rung, and always it can be
seen where the focus is."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.keyboard import press, see_focus, tab_to, write


def _saved(page: Page, version: int) -> None:
    expect(page.locator(".announce")).to_contain_text(f"version {version}")


def _choose_key(page: Page, key: str, *arrows: str) -> None:
    tab_to(page, ".keypad a")
    for arrow in arrows:
        page.keyboard.press(arrow)
        see_focus(page)
    page.keyboard.press("Enter")
    expect(page.locator(f"#key-{key}")).to_have_attribute("aria-current", "true")
    see_focus(page)


def _build(page: Page) -> None:
    page.goto("/")
    write(page, "input[name=name]", "Delivery confirmation")
    page.keyboard.press("Enter")
    expect(page.locator("#name")).to_be_visible()
    write(page, "#name", "Confirm delivery")
    write(page, "#script", "Press 1 to confirm, 2 to choose another day.")
    write(page, "#recording", "ivr_1")
    page.keyboard.press("Tab")
    expect(page.locator(".saved")).to_contain_text("version 4")
    press(page, "#add-menu")
    expect(page.locator("#name")).to_be_focused()
    see_focus(page)
    page.keyboard.type("Another day")
    write(page, "#script", "We will call you again.")
    write(page, "#recording", "ivr_2")
    page.keyboard.press("Tab")
    expect(page.locator(".saved")).to_contain_text("version 8")
    _choose_key(page, "wrong", *["ArrowDown"] * 4)
    press(page, "form[action*='/hangup'] button")
    expect(page.locator(".step")).to_have_count(1)
    see_focus(page)


def _link(page: Page) -> None:
    press(page, ".menus a:not([aria-current])")
    expect(page.locator("#name")).to_have_value("Confirm delivery")
    see_focus(page)
    _choose_key(page, "2", "ArrowRight")
    press(page, "a[href*='new=goto']")
    expect(page.get_by_label("Menu", exact=True)).to_be_focused()
    see_focus(page)
    page.keyboard.type("2")
    press(page, "#new-step button.call")
    expect(page.locator("#key-2")).to_contain_text("Another day")
    see_focus(page)


def _mend(page: Page) -> None:
    """What callers hear when they press something else."""
    check = page.locator(".checks li").filter(has_text="is cut off without a word")
    expect(check).to_have_count(1)
    press(page, "[id^='check-missing_wrong'] button")
    expect(check).to_have_count(0)
    see_focus(page)


def _try(page: Page) -> None:
    press(page, "#phone-start")
    expect(page.locator(".spoken")).to_contain_text("Press 1 to confirm")
    see_focus(page)
    page.keyboard.press("2")
    expect(page.locator(".spoken")).to_contain_text("We will call you again.")
    see_focus(page)
    press(page, "#phone-hangup")
    expect(page.locator(".who")).to_contain_text("The call is over")
    see_focus(page)


def _ring(page: Page) -> None:
    press(page, ".bar a.call")
    expect(page.get_by_label("Number to ring")).to_be_focused()
    see_focus(page)
    press(page, "form button.call")
    expect(page.get_by_role("button", name="Ring this number")).to_be_focused()
    see_focus(page)
    page.keyboard.press("Enter")
    expect(page.locator("#do-answer")).to_be_focused()
    see_focus(page)
    page.keyboard.press("Enter")
    phone = page.get_by_label("The phone that was rung")
    expect(phone).to_contain_text("Press 1 to confirm")
    see_focus(page)
    page.keyboard.press("2")
    expect(phone).to_contain_text("We will call you again.")
    see_focus(page)
    press(page, "#do-hangup")
    expect(page.locator(".outcome")).to_have_text("Answered")
    see_focus(page)


def test_two_menus_are_built_mended_tried_and_rung_without_a_mouse(page: Page):
    _build(page)
    _link(page)
    _mend(page)
    _try(page)
    _ring(page)
