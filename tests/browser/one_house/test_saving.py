"""What saves itself is saved where one is, and keeps one there."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from flows.document import Flow, HangUp, Menu
from flows.edits import change_menu
from storage import flows as store
from storage import history, journeys
from storage.db import open_db
from tests.browser.one_house.conftest import Keep
from tests.helpers import Served


@pytest.fixture
def flow_id(keep: Keep) -> int:
    """One menu with a key, and nothing for silence."""
    menu = Menu(id="a", name="First", recording="ivr_1", keys={"1": (HangUp(id="h"),)})
    return keep(Flow(name="Delivery", menus=(menu,)))


def stored(served: Served, flow_id: int) -> Flow:
    """The flow as it is kept by now."""
    db = open_db(served.data / "press-one.sqlite3")
    try:
        return store.load(db, 1, flow_id).flow
    finally:
        db.close()


def test_a_text_saved_by_itself_leaves_a_step_open_that_was_opened_meanwhile(
    page: Page, served: Served, flow_id: int
):
    page.goto(f"/flows/{flow_id}?menu=a&key=2")
    page.locator("#script").press_sequentially("Press 1.")
    page.get_by_role("link", name="Save the answer", exact=True).click()
    expect(page.locator("#step-name")).to_be_visible()
    page.wait_for_timeout(1500)
    assert "new=save_answer" in page.url
    page.reload()
    expect(page.locator("#step-name")).to_be_visible()
    assert stored(served, flow_id).menus[0].script == "Press 1."


def test_settings_save_themselves_and_stay_open(page: Page, served: Served, flow_id: int):
    page.on("dialog", lambda dialog: pytest.fail(f"asked: {dialog.message}"))
    page.goto(f"/flows/{flow_id}?menu=a&ask=settings")
    page.get_by_label("Sender", exact=True).fill("Bazar")
    page.locator(".checks").get_by_role("button").first.click()
    expect(page.locator(".announce")).to_contain_text("version 3")
    assert stored(served, flow_id).sender == "Bazar"
    page.goto(f"/flows/{flow_id}?menu=a&ask=settings")
    page.get_by_label("Text field").fill("typed")
    page.get_by_label("Text field").blur()
    expect(page.locator(".announce")).to_contain_text("version 4")
    expect(page.locator("#settings")).to_be_visible()
    page.get_by_label("Name", exact=True).fill("Renamed")
    page.get_by_role("button", name="Save settings").click()
    expect(page.locator("#settings")).to_have_count(0)
    expect(page.locator(".crumbs")).to_contain_text("Renamed")
    assert stored(served, flow_id).name == "Renamed"


def test_settings_without_javascript_are_saved_and_closed(
    plain_page: Page, served: Served, flow_id: int
):
    plain_page.goto(f"/flows/{flow_id}?menu=a&ask=settings")
    plain_page.get_by_label("Sender", exact=True).fill("Bazar")
    plain_page.get_by_role("button", name="Save settings").click()
    expect(plain_page.locator("#settings")).to_have_count(0)
    assert stored(served, flow_id).sender == "Bazar"


def test_a_call_is_kept_once_under_its_name(page: Page, served: Served, flow_id: int):
    page.goto(f"/flows/{flow_id}?menu=a&tab=phone&keys=1")
    name = page.get_by_label("Name of the test")
    name.fill("Hangs up")
    name.press("Enter")
    expect(page.locator(".kept li")).to_have_count(1)
    expect(name).to_have_value("")
    name.fill("hangs  up")
    name.press("Enter")
    expect(page.locator(".keep .error")).to_have_text(re.compile("has this name already"))
    expect(name).to_have_value("hangs  up")
    expect(page.locator(".kept li")).to_have_count(1)
    name.fill("Another")
    name.press("Enter")
    expect(page.locator(".kept li")).to_have_count(2)
    db = open_db(served.data / "press-one.sqlite3")
    assert [one.name for one in journeys.list_for_flow(db, 1, flow_id)] == ["Hangs up", "Another"]
    assert len(history.revisions(db, 1, flow_id, limit=5)) == 1
    db.close()


def test_parts_that_stay_in_the_page_act_on_what_was_saved_meanwhile(
    page: Page, served: Served, flow_id: int
):
    page.goto(f"/flows/{flow_id}?menu=a&key=1")
    for number, text in enumerate(("Press 1.", "Press 1 now."), start=2):
        page.locator("#script").fill(text)
        page.locator("#script").blur()
        expect(page.locator(".announce")).to_contain_text(f"version {number}")
    part = page.locator("#steps").get_attribute("data-part")
    page.locator("#script").fill("Press 1, please.")
    page.locator("#script").blur()
    expect(page.locator(".announce")).to_contain_text("version 4")
    expect(page.locator("#steps")).to_have_attribute("data-part", part or "none")
    page.get_by_role("button", name="Remove this step").click()
    expect(page.locator(".announce")).to_contain_text("version 5")
    expect(page.locator("#steps .step")).to_have_count(0)
    page.get_by_role("button", name="Hang up", exact=True).click()
    expect(page.locator(".announce")).to_contain_text("version 6")
    menu = stored(served, flow_id).menus[0]
    assert (menu.script, [step.kind for step in menu.keys["1"]]) == ("Press 1, please.", ["hangup"])


MORPH = """(datetime) => {
  const shown = document.createElement("time"), fresh = document.createElement("time");
  shown.dateTime = "2026-11-21T07:30:00Z"; shown.textContent = "as the reader has it";
  fresh.dateTime = datetime; fresh.textContent = "as it came";
  document.body.append(shown);
  Idiomorph.morph(shown, fresh);
  return [...document.querySelectorAll("body > time")].pop().textContent;
}"""


def test_a_moment_that_stands_in_the_readers_time_is_not_changed_to_and_fro(
    page: Page, flow_id: int
):
    page.goto(f"/flows/{flow_id}")
    assert page.evaluate(MORPH, "2026-11-21T07:30:00Z") == "as the reader has it"
    assert page.evaluate(MORPH, "2026-11-21T07:31:00Z") == "as it came"


LOCALISED = """() => {
  const time = document.body.appendChild(document.createElement("time"));
  time.dateTime = "2026-11-21T07:30:00Z";
  localise(document);
  return time.textContent;
}"""


@pytest.mark.parametrize(
    ("browser", "page_in", "month"), [("uk-UA", "en", "Nov"), ("en-GB", "uk", "лист")]
)
def test_a_moment_is_written_in_the_language_of_the_page(
    chromium: Browser, served: Served, browser: str, page_in: str, month: str
):
    context = chromium.new_context(base_url=served.url, locale=browser)
    page = context.new_page()
    speaking = {"accept-language": page_in}
    page.route("**/*", lambda r: r.continue_(headers={**r.request.headers, **speaking}))
    page.goto("/login")
    assert month in page.evaluate(LOCALISED)
    context.close()


def test_what_was_typed_beside_somebody_elses_edit_is_saved_by_a_button(
    page: Page, served: Served, flow_id: int
):
    page.goto(f"/flows/{flow_id}?menu=a")
    db = open_db(served.data / "press-one.sqlite3")
    theirs = store.load(db, 1, flow_id).flow
    changed = theirs.menus[0].model_copy(update={"script": "Theirs."})
    flow = theirs.model_copy(update={"menus": (changed,)})
    store.edit(db, 1, flow_id, 1, 1, lambda _flow: flow, menu_id="a")
    db.close()
    page.locator("#script").fill("Mine.")
    page.locator("#script").blur()
    expect(page.locator(".conflict")).to_contain_text("Theirs.")
    expect(page.locator("#script")).to_have_value("Mine.")
    page.get_by_role("button", name="Save what I typed").click()
    expect(page.locator(".announce")).to_contain_text("version 3")
    expect(page.locator(".conflict")).to_have_count(0)
    expect(page.get_by_role("button", name="Save what I typed")).to_have_count(0)
    assert stored(served, flow_id).menus[0].script == "Mine."


SHOWN = """() => [...document.querySelectorAll(
  ".bar, .views, .tabs, #rail-list, #check-list, #keypad, #steps"
)].map((part) => part.innerText)"""


def like_a_new_one(page: Page, version: int) -> None:
    """The page shows, after the edit that made this version, what a new one shows."""
    expect(page.locator(".announce")).to_contain_text(f"version {version}")
    fresh = page.context.new_page()
    fresh.goto(page.url)
    wanted = fresh.evaluate(SHOWN)
    fresh.close()
    assert page.evaluate(SHOWN) == wanted
    assert all(wanted), "nothing of it is empty"


def test_a_new_flow_shows_after_every_edit_what_a_new_page_shows(page: Page, served: Served):
    page.goto("/")
    page.get_by_label("Name", exact=True).fill("From nothing")
    page.get_by_role("button", name="New call flow").click()
    hears = page.get_by_label("What the caller hears")
    hears.fill("Press 1 to confirm, or 2 for another day.")
    hears.blur()
    like_a_new_one(page, 2)
    page.get_by_role("button", name="Hang up").first.click()
    like_a_new_one(page, 3)
    page.get_by_role("button", name="Add a menu").click()
    like_a_new_one(page, 4)
    page.get_by_role("button", name="Undo").first.click()
    like_a_new_one(page, 5)
    page.locator("#check-list button").first.click()
    like_a_new_one(page, 6)
    hears.fill("")
    hears.blur()
    like_a_new_one(page, 7)


def test_a_part_that_found_no_place_is_brought_by_a_new_page(page: Page, flow_id: int):
    page.goto(f"/flows/{flow_id}?menu=a")
    page.evaluate("""() => {
      const old = document.getElementById("actions"), lost = old.cloneNode(false);
      lost.removeAttribute("id");
      document.querySelector(".rail").append(lost);
      old.remove();
    }""")
    page.get_by_label("What the caller hears").fill("Press 1.")
    page.get_by_label("What the caller hears").blur()
    expect(page.locator("#actions")).to_contain_text("Test call")
    expect(page.locator(".saved")).to_contain_text("version 2")


def test_a_text_that_saved_itself_is_not_saved_again_when_its_field_is_left(
    page: Page, flow_id: int
):
    page.goto(f"/flows/{flow_id}?menu=a")
    sent = []
    page.on("request", lambda request: sent.append(request.method))
    page.locator("#script").press_sequentially("Press 1.")
    expect(page.locator(".announce")).to_contain_text("version 2")
    page.locator("#script").blur()
    expect(page.locator(".saved")).to_contain_text("Saved · version 2")
    page.locator("#wait").fill("7")
    page.locator("#wait").blur()
    expect(page.locator(".announce")).to_contain_text("version 3")
    assert sent.count("POST") == 2


def test_a_field_that_is_left_shows_what_is_kept_of_it(page: Page, served: Served, flow_id: int):
    page.goto(f"/flows/{flow_id}?menu=a")
    script = page.locator("#script")
    script.press_sequentially("Press 1.")
    expect(page.locator(".announce")).to_contain_text("version 2")
    db = open_db(served.data / "press-one.sqlite3")
    store.edit(db, 1, flow_id, 1, 2, lambda flow: change_menu(flow, "a", script="Theirs."))
    db.close()
    page.evaluate("htmx.ajax('GET', location.href, {source: 'body', swap: 'morph:innerHTML'})")
    expect(page.locator(".announce")).to_contain_text("version 3")
    expect(script).to_have_value("Press 1.")
    script.blur()
    expect(script).to_have_value("Theirs.")


def test_what_nothing_saves_yet_is_not_lost_when_its_field_is_left(page: Page, flow_id: int):
    page.goto(f"/flows/{flow_id}?menu=a&tab=phone&keys=1")
    name = page.get_by_label("Name of the test")
    name.press_sequentially("Hangs up")
    page.evaluate("htmx.ajax('GET', location.href, {source: 'body', swap: 'morph:innerHTML'})")
    page.wait_for_load_state("networkidle")
    expect(name).to_have_value("Hangs up")
    name.blur()
    expect(name).to_have_value("Hangs up")


def test_a_menu_that_is_opened_while_a_text_saves_itself_stays_open(page: Page, flow_id: int):
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"/flows/{flow_id}?menu=a")
    page.locator("#script").press_sequentially("Press 1.")
    page.locator("#chosen-menu summary").click()
    expect(page.locator(".announce")).to_contain_text("version 2")
    page.wait_for_timeout(1_200)  # a second save, if there were one, would have come by now
    expect(page.locator("#chosen-menu")).to_have_attribute("open", "")
    expect(page.locator("#rail-list a").first).to_be_visible()
