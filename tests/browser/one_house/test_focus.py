"""After every action the focus is where a person goes on, and what changed is read aloud."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from flows.document import Flow, GoTo, HangUp, Menu, Webhook
from tests.browser.keyboard import see_focus
from tests.browser.one_house.conftest import Keep


@pytest.fixture
def flow_id(keep: Keep) -> int:
    """Three menus; key 1 of the first tells an address and hangs up, key 2 leads to the second."""
    told = Webhook(id="t", url="https://hooks.example.com/1")
    first = Menu(
        id="a", name="First", script="Press 1 or 2.", recording="ivr_1",
        keys={"1": (told, HangUp(id="h")), "2": (GoTo(id="g", menu="b"),)},
    )  # fmt: skip
    bye = {"1": (HangUp(id="x"),), "wrong": (HangUp(id="y"),)}
    second = Menu(id="b", name="Second", script="Press 1.", recording="ivr_2", keys=bye)
    third = Menu(id="c", name="Third", script="Press 1.", recording="ivr_3", keys=bye)
    flow = Flow(name="Focus", sender="Bazar", menus=(first, second, third))
    return keep(flow)


AFTER = {
    "adding a menu": ("?menu=a", "#add-menu", "#name"),
    "choosing a menu": ("?menu=a", "#rail-b a", "#rail-b a"),
    "asking to delete a menu": ("?menu=b", ".hear .tools .danger", "#links_to"),
    "deleting a menu": ("?menu=b&ask=delete", "#delete button.end", ".menus [aria-current]"),
    "keeping a menu": ("?menu=b&ask=delete", "#delete a", ".hear .tools .danger"),
    "deleting a menu that nothing leads to": (
        "?menu=c",
        ".hear .tools .danger",
        ".menus [aria-current]",
    ),
    "moving a menu": ("?menu=b", "#menu-down", "#menu-up"),
    "moving a menu that can go further": ("?menu=a", "#menu-down", "#menu-down"),
    "duplicating a menu": ("?menu=b", ".hear .tools [formaction*=duplicate]", "#name"),
    "choosing a key": ("?menu=a", "#key-5", "#key-5"),
    "opening a new step": ("?menu=a&key=5", "[href*='new=webhook']", "#new-step [name=url]"),
    "cancelling a new step": (
        "?menu=a&key=5&new=webhook",
        "#new-step .row-actions a",
        "[href*='new=webhook']",
    ),
    "adding a step without a form": (
        "?menu=a&key=5",
        "[action*='/hangup'] button",
        ".step",
    ),
    "opening a step": ("?menu=a&key=1", "#step-t [href*='step=t']", "#step-t [name=url]"),
    "saving a step": ("?menu=a&key=1&step=t", "#step-t button.call", "#step-t [href*='step=t']"),
    "cancelling a step": (
        "?menu=a&key=1&step=t",
        "#step-t .row-actions a",
        "#step-t [href*='step=t']",
    ),
    "moving a step": ("?menu=a&key=1", "#down-t", "#up-t"),
    "removing a step": ("?menu=a&key=1", "#step-t .danger", "#step-h"),
    "removing the only step": ("?menu=a&key=2", "#step-g .danger", "#steps h2"),
    "opening another side": ("?menu=a", ".tabs [href*='tab=map']", ".tabs [href*='tab=map']"),
    "starting the phone": ("?menu=a&tab=phone", "#phone-start", ".pad button"),
    "pressing a key of the phone": ("?menu=a&tab=phone&keys=", "#pad-2", "#pad-2"),
    "hanging up": ("?menu=a&tab=phone&keys=", "#phone-hangup", "#phone-again"),
    "opening the settings": ("?menu=a", ".bar [href*='ask=settings']:visible", "#flow-name"),
    "closing the settings": (
        "?menu=a&ask=settings",
        "#settings .row-actions a",
        ".bar [href*='ask=settings']",
    ),
}
"""What is done: (where, what is pressed, what has the focus then)."""


@pytest.mark.parametrize("action", AFTER)
def test_the_focus_goes_where_a_person_goes_on(page: Page, flow_id: int, action: str):
    where, control, then = AFTER[action]
    page.goto(f"/flows/{flow_id}{where}")
    page.locator(control).first.focus()
    page.keyboard.press("Enter")
    page.wait_for_function("s => document.activeElement?.matches(s)", arg=then, timeout=8000)
    page.wait_for_load_state("networkidle")
    assert page.evaluate("s => document.activeElement.matches(s)", then), action
    see_focus(page)


def test_undo_and_redo_keep_the_focus_between_them(page: Page, flow_id: int):
    page.goto(f"/flows/{flow_id}?menu=b&key=5")
    page.locator("[action*='/hangup'] button").press("Enter")
    expect(page.locator(".announce")).to_contain_text("version 2")
    page.locator("#undo").press("Enter")
    expect(page.locator("#undo")).to_be_disabled()
    expect(page.locator("#redo")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#redo")).to_be_disabled()
    expect(page.locator("#undo")).to_be_focused()


def test_a_mended_check_gives_the_focus_to_the_next_and_the_last_to_the_heading(
    page: Page, flow_id: int
):
    page.goto(f"/flows/{flow_id}?menu=a")
    mends = page.locator(".checks button[name=fix]")
    began, version = mends.count(), 1
    while mends.count():
        mends.first.press("Enter")
        version += 1
        expect(page.locator(".announce")).to_contain_text(f"version {version}")
        expect(page.locator(".rail-checks :focus")).to_have_count(1)
    assert began and version > 1


def test_a_box_closes_on_escape_and_gives_the_focus_back(page: Page, flow_id: int):
    page.goto(f"/flows/{flow_id}")
    summary = page.locator("#export-menu summary")
    summary.press("Enter")
    page.keyboard.press("Tab")
    expect(page.locator("#export-menu .menu-items a").first).to_be_focused()
    page.keyboard.press("Escape")
    expect(summary).to_be_focused()
    expect(page.locator("#export-menu .menu-items")).to_be_hidden()


WRONG = {
    "a step": ("/flows/{flow}?menu=a&key=5&new=webhook", "#new-step [name=url]", "ftp://x",
               "#new-step button.call"),
    "a menu": ("/flows/{flow}?menu=a", "#recording", "two words", ""),
    "the wait": ("/flows/{flow}?menu=a", "#wait", "soon", ""),
    "a number to ring": ("/flows/{flow}/call", "[name=number]", "12", "form button.call"),
    "an invitation": ("/settings/people", "[name=email]", "nobody", "form:has([name=email]) .call"),
}  # fmt: skip


@pytest.mark.parametrize("what", WRONG)
def test_a_refused_field_has_the_focus_and_says_why(page: Page, flow_id: int, what: str):
    path, field, text, button = WRONG[what]
    page.goto(path.format(flow=flow_id))
    page.evaluate("document.querySelectorAll('form').forEach(form => { form.noValidate = true; })")
    page.locator(field).first.fill(text)
    if button:
        page.locator(button).first.press("Enter")
    else:
        page.locator(field).first.blur()
    wrong = page.locator("[aria-invalid=true]").first
    expect(wrong).to_be_focused()
    why = wrong.evaluate(
        "one => (one.getAttribute('aria-describedby') ?? '').split(' ')"
        ".map(id => document.getElementById(id)?.matches('.error, .error *, :has(.error)')"
        " ? document.getElementById(id).textContent.trim() : '').join('')"
    )
    assert why, f"{what}: no sentence is tied to the field"
    see_focus(page)


def _keep_region(page: Page) -> None:
    page.evaluate(
        "() => { window.region = document.getElementById('aloud'); window.heard = [];"
        " new MutationObserver(() => region.textContent && heard.push(region.textContent))"
        ".observe(region, {childList: true, characterData: true, subtree: true}); }"
    )


def _hears(page: Page, words: str) -> None:
    page.wait_for_function("w => heard.some(said => said.includes(w))", arg=words, timeout=9000)
    assert page.evaluate("region.isConnected && region === document.querySelector('#aloud')")


def test_edits_and_the_phone_are_read_by_one_region_that_stays(page: Page, flow_id: int):
    page.goto(f"/flows/{flow_id}?menu=b&key=5&tab=phone")
    _keep_region(page)
    page.locator("[action*='/hangup'] button").click()
    _hears(page, "Saved, version 2")
    page.locator("#undo").click()
    _hears(page, "Saved, version 3")
    page.locator("#phone-start").click()
    _hears(page, "On the phone")
    _hears(page, "You hear: Press 1 or 2.")
    page.locator("#phone-hangup").click()
    _hears(page, "The call is over")


def test_a_ringing_phone_and_how_the_call_ended_are_read(page: Page, flow_id: int):
    page.goto(f"/flows/{flow_id}/call")
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("button", name="Ring this number").click()
    expect(page.locator("#do-answer")).to_be_visible()
    _keep_region(page)
    page.locator("#do-answer").click()
    _hears(page, "On the phone")
    _hears(page, "You hear: Press 1 or 2.")
    page.locator("#do-hangup").click()
    _hears(page, "The call is over")
    _hears(page, "Answered")
