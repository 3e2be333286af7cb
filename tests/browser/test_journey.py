"""The main job in a real browser: build two menus, see the JSON, export, ring, press, watch."""

import json

import pytest
from playwright.sync_api import Page, expect

from tests.helpers import Served


def _start(page: Page) -> None:
    page.get_by_label("Name").fill("Delivery confirmation")
    page.get_by_role("button", name="New call flow").click()
    expect(page.get_by_role("heading", name="Keys")).to_be_visible()
    page.get_by_role("link", name="JSON", exact=True).click()
    expect(page.locator("section.json")).to_be_visible()


def _hear(page: Page, name: str, script: str, recording: str, *, javascript: bool) -> None:
    page.get_by_label("Name of this menu").fill(name)
    page.get_by_label("What the caller hears").fill(script)
    page.get_by_label("Recording", exact=True).fill(recording)
    if javascript:
        page.get_by_label("Recording", exact=True).blur()
    else:
        page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("pre")).to_contain_text(recording)


def _choose_key(page: Page, key: str) -> None:
    page.locator(f"#key-{key}").click()
    expect(page.locator(f"#key-{key}")).to_have_attribute("aria-current", "true")


def _build(page: Page, *, javascript: bool) -> None:
    _start(page)
    _hear(page, "Confirm delivery", "Press 1 to confirm, 2 to choose another day.", "ivr_1",
          javascript=javascript)  # fmt: skip
    page.get_by_role("button", name="Add a menu", exact=True).click()
    expect(page.locator(".menus .current b")).to_have_text("2")
    _hear(page, "Another day", "We will call you again.", "ivr_2", javascript=javascript)
    _choose_key(page, "wrong")
    page.get_by_role("button", name="Hang up", exact=True).click()
    expect(page.locator(".step")).to_have_count(1)
    page.get_by_role("link", name="Confirm delivery").first.click()
    expect(page.get_by_label("Name of this menu")).to_have_value("Confirm delivery")
    _choose_key(page, "1")
    page.get_by_role("button", name="Hang up", exact=True).click()
    expect(page.locator(".step")).to_have_count(1)
    _choose_key(page, "2")
    page.get_by_role("link", name="Go to a menu", exact=True).click()
    page.get_by_label("Menu", exact=True).select_option(label="2. Another day")
    page.get_by_role("button", name="Save step").click()
    expect(page.locator("#key-2")).to_contain_text("Another day")
    _choose_key(page, "wrong")
    page.get_by_role("button", name="Hang up", exact=True).click()
    expect(page.locator(".step")).to_have_count(1)


def _ring(page: Page) -> None:
    page.get_by_role("link", name="Test call").click()
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_text("United States")).to_be_visible()
    page.get_by_role("button", name="Ring this number").click()


@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without"])
def test_a_newcomer_builds_exports_and_rings(request, served: Served, javascript: bool):
    page: Page = request.getfixturevalue("page" if javascript else "plain_page")
    _build(page, javascript=javascript)

    with page.expect_download() as download:
        page.get_by_role("link", name="Download", exact=True).click()
    exported = json.loads(download.value.path().read_text())
    first, second = exported["messages"][0]["menu"]
    assert first["dtmfActions"]["d2"] == [{"action": "gotoMenu", "menu": "1"}]
    assert second["introUrl"] == "ivr_2"

    _ring(page)
    phone = page.get_by_label("The phone that was rung")
    phone.get_by_role("button", name="Answer").click()
    expect(phone).to_contain_text("Press 1 to confirm, 2 to choose another day.")
    phone.get_by_role("button", name="2", exact=True).click()
    expect(phone).to_contain_text("We will call you again.")
    phone.get_by_role("button", name="Hang up").click()
    expect(phone).to_contain_text("The call is over")
    expect(page.locator(".outcome")).to_have_text("Answered")

    page.get_by_role("link", name="All calls").click()
    row = page.get_by_role("row").filter(has_text="+1 505-555-0100")
    expect(row).to_contain_text("Delivery confirmation")
    expect(row).to_contain_text("Answered")


def test_fields_filled_quickly_one_after_another_are_all_saved(page: Page):
    _start(page)
    page.get_by_label("What the caller hears").fill("Hello.")
    page.get_by_label("Recording", exact=True).fill("ivr_1")
    page.get_by_label("Name of this menu").fill("Quick")
    page.get_by_label("Wait for a key").fill("7")
    page.get_by_label("Wait for a key").blur()
    expect(page.locator("pre")).to_contain_text('"idleTimeoutMsec": 7000')
    page.reload()
    expect(page.get_by_label("What the caller hears")).to_have_value("Hello.")
    expect(page.get_by_label("Recording", exact=True)).to_have_value("ivr_1")
    expect(page.get_by_label("Name of this menu")).to_have_value("Quick")


def test_an_open_step_keeps_what_was_typed_while_something_else_is_saved(page: Page):
    _start(page)
    page.get_by_role("link", name="Tell a web address", exact=True).click()
    page.get_by_label("Web address").fill("https://typed.example/")
    page.get_by_label("What the caller hears").fill("Saved by itself.")
    page.get_by_label("What the caller hears").blur()
    expect(page.locator(".saved")).to_contain_text("version 2")
    expect(page.get_by_label("Web address")).to_have_value("https://typed.example/")
    page.get_by_role("button", name="Save step").click()
    expect(page.locator("#key-1")).to_contain_text("Tell a web address")
    expect(page.get_by_label("What the caller hears")).to_have_value("Saved by itself.")


def test_a_mistake_is_explained_at_its_field_and_nothing_typed_is_lost(page: Page):
    _start(page)
    page.get_by_role("link", name="Tell a web address", exact=True).click()
    page.get_by_label("Web address").fill("ftp://files.example")
    page.get_by_role("button", name="Save step").click()
    expect(page.get_by_text("The web address must begin with https://")).to_be_visible()
    expect(page.get_by_label("Web address")).to_have_value("ftp://files.example")


def test_a_practice_number_plays_by_itself_and_the_page_follows(page: Page):
    _build(page, javascript=True)
    page.get_by_role("link", name="Test call").click()
    page.get_by_label("Number to ring").fill("+1 505 555 0003")
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_text("This practice number is busy.")).to_be_visible()
    page.get_by_role("button", name="Ring this number").click()
    expect(page.locator(".history")).to_contain_text("The line is busy.")


def test_a_call_that_comes_in_through_the_gateway_rings_in_calls(page: Page, served: Served):
    import requests

    page.goto("/calls")
    reply = requests.post(
        f"{served.url}/api/v1/call/tts",
        json={"to": "+15055550199", "text": "Hello from a program."},
        headers={"x-api-key": served.key},
        timeout=5,
    )
    assert reply.status_code == 200
    page.get_by_role("link", name="Answer", exact=True).click()
    page.get_by_role("button", name="Answer").click()
    expect(page.get_by_label("The phone that was rung")).to_contain_text("Hello from a program.")


def test_the_editor_loads_in_few_small_requests(page: Page):
    _start(page)
    address, cookies = page.url, page.context.cookies()
    browser = page.context.browser
    assert browser is not None
    stranger = browser.new_context()
    stranger.add_cookies(cookies)
    fresh, sizes = stranger.new_page(), list[float]()
    wire = stranger.new_cdp_session(fresh)
    wire.send("Network.enable")
    wire.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    fresh.goto(address, wait_until="networkidle")
    stranger.close()
    assert 5 < len(sizes) <= 8
    assert 20_000 < sum(sizes) <= 100_000
