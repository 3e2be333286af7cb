"""On a phone, by touch: everything the editor does, and a call."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.helpers import OWNER, PASSWORD, Served

FINGER = 40
"""Pixels that what is tapped has at least, both ways."""


@pytest.fixture
def phone(chromium: Browser, served: Served) -> Iterator[Page]:
    """The owner's phone: 390 pixels, fingers, no mouse."""
    context = chromium.new_context(
        base_url=served.url, viewport={"width": 390, "height": 780}, has_touch=True, is_mobile=True,
        device_scale_factor=2,
    )  # fmt: skip
    context.set_default_timeout(10_000)
    page = context.new_page()
    page.goto("/login")
    page.get_by_label("E-mail").fill(OWNER)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").tap()
    expect(page.locator("#main")).to_be_visible()
    yield page
    context.close()


def _tap(target: Locator) -> None:
    """Tap what is big enough for a finger."""
    expect(target).to_be_visible()
    box = target.bounding_box()
    assert box is not None
    assert min(box["width"], box["height"]) >= FINGER - 0.5, f"{box} is small: {target}"
    target.tap()


def _write(page: Page, field: str, text: str) -> None:
    page.locator(field).tap()
    page.locator(field).fill(text)


def _saved(page: Page, version: int) -> None:
    expect(page.locator(".announce")).to_contain_text(f"version {version}")


def _key(page: Page, key: str) -> None:
    _tap(page.locator(f"#key-{key}"))
    expect(page.locator(f"#key-{key}")).to_have_attribute("aria-current", "true")
    expect(page.locator("#steps h2").first).to_be_in_viewport()


def _build(page: Page) -> None:
    _write(page, "input[name=name]", "Delivery")
    _tap(page.get_by_role("button", name="New call flow"))
    _write(page, "#name", "First")
    _write(page, "#script", "Press 1 to confirm, 2 for another day.")
    _write(page, "#recording", "ivr_1")
    page.locator("#recording").blur()
    _saved(page, 4)
    _tap(page.locator("#add-menu"))
    expect(page.locator("#name")).to_be_focused()
    _saved(page, 5)
    _write(page, "#name", "Another day")
    _write(page, "#recording", "ivr_2")
    page.locator("#recording").blur()
    _saved(page, 7)
    _key(page, "wrong")
    _tap(page.get_by_role("button", name="Hang up", exact=True))
    _saved(page, 8)


def test_menus_steps_the_phone_a_call_and_a_file_by_touch(phone: Page):
    _build(phone)

    _tap(phone.locator("#chosen-menu summary"))
    _tap(phone.locator(".menus a").first)
    expect(phone.locator("#name")).to_have_value("First")
    _key(phone, "2")
    _tap(phone.get_by_role("link", name="Save the answer"))
    _write(phone, "#new-step [name=name]", "day")
    _write(phone, "#new-step [name=value]", "saturday")
    _tap(phone.get_by_role("button", name="Save step"))
    _saved(phone, 9)
    _tap(phone.get_by_role("link", name="Go to a menu"))
    phone.get_by_label("Menu", exact=True).select_option(label="2. Another day")
    _tap(phone.get_by_role("button", name="Save step"))
    _saved(phone, 10)
    expect(phone.locator("#key-2")).to_contain_text("Another day")

    _tap(phone.locator(".step [formaction*='/move/up'], .step [id^=up-]").first)
    _saved(phone, 11)
    _tap(phone.locator(".step [id^=down-]").first)
    _saved(phone, 12)
    _tap(phone.locator(".step").first.get_by_role("button", name="Remove this step"))
    _saved(phone, 13)
    _tap(phone.locator("#undo"))
    _saved(phone, 14)
    expect(phone.locator(".step")).to_have_count(2)

    _tap(phone.locator("#menu-down"))
    _saved(phone, 15)
    _tap(phone.locator("#menu-up"))
    _saved(phone, 16)

    _tap(phone.get_by_role("link", name="Phone", exact=True))
    _tap(phone.locator("#phone-start"))
    _tap(phone.locator("#pad-2"))
    expect(phone.locator(".trail")).to_contain_text("Went to Another day.")
    _tap(phone.locator("#phone-hangup"))
    expect(phone.locator(".who")).to_contain_text("The call is over")

    _tap(phone.locator("#more-menu summary"))
    with phone.expect_download() as download:
        _tap(phone.locator("#more-menu").get_by_role("link", name="Press One file"))
    assert json.loads(download.value.path().read_text())

    phone.keyboard.press("Escape")
    _tap(phone.locator(".bar a.call"))
    _tap(phone.get_by_role("button", name="Go on"))
    _tap(phone.get_by_role("button", name="Ring this number"))
    _tap(phone.locator("#do-answer"))
    _tap(phone.locator("#press-2"))
    _tap(phone.locator("#do-hangup"))
    expect(phone.locator(".outcome")).to_have_text("Answered")
