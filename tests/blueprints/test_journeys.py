"""Calls kept as tests: an edit that changes the way says so, to be accepted or taken back."""

from __future__ import annotations

import html
import re

import pytest

from flows.document import Flow, GoTo, HangUp, Menu
from storage import flows as store
from storage import journeys
from tests.blueprints.conftest import EDITOR, STRANGER, VIEWER
from tests.helpers import save_flow

CALL = "?tab=phone&keys=1,2"


class Kept:
    """A flow of its own with the owner's browser: 1 leads to Status, where 2 hangs up."""

    def __init__(self, house):
        first = Menu(id="a", name="Start", keys={"1": (GoTo(id="g", menu="b"),)})
        second = Menu(id="b", name="Status", keys={"2": (HangUp(id="h"),)})
        third = Menu(id="c", name="Billing")
        self.db, self.browser = house.db, house.owner
        self.id = save_flow(house.db, Flow(name="Orders", menus=(first, second, third)))
        self.first = self.flow

    @property
    def flow(self):
        return store.load(self.db, 1, self.id).flow

    @property
    def journeys(self):
        return journeys.list_for_flow(self.db, 1, self.id)

    def open(self, query="", browser=None):
        """The editor's words, entities resolved."""
        (browser or self.browser).get(f"/flows/{self.id}{query}")
        return html.unescape((browser or self.browser).text)

    def press(self, action, query="", browser=None, **fields):
        """Open the editor at a place and send a form from there."""
        self.open(query, browser)
        (browser or self.browser).post(f"/flows/{self.id}{action}{query}", **fields)
        return html.unescape((browser or self.browser).text)

    def keep(self, query=CALL, name=""):
        return self.press("/journeys", query, name=name)

    def break_it(self):
        """2 leads to Billing now."""
        self.press("/menus/b/steps/h/remove")
        return self.press("/menus/b/keys/2/goto", menu="c")

    def action(self, button):
        """Where a button of the notice leads, without the place in the editor."""
        where = rf'formaction="/flows/{self.id}(/[^"?]*)[^"]*"[^>]*>{button}'
        found = re.search(where, self.browser.text)
        return found and found[1]


@pytest.fixture
def kept(house):
    return Kept(house)


def notice(page):
    """What the editor says of kept calls that go another way."""
    found = re.findall(r'<section class="changed".*?</small>(.*?)</p>', page, re.DOTALL)
    return [" ".join(words.split()) for words in found]


SENTENCE = "Pressing 1, then 2 used to hang up; now it goes to “Billing”."


def test_a_call_on_the_phone_is_kept_with_its_name(kept):
    page = kept.keep(name="  Asks  for status ")
    assert "Kept. From now on every edit replays this call" in page
    (journey,) = kept.journeys
    assert (journey.name, journey.inputs, journey.start_menu) == (
        "Asks for status", ("1", "2"), ""
    )  # fmt: skip
    assert "goes as it must" in page


@pytest.mark.parametrize(
    ("query", "name", "inputs", "start"),
    [
        (CALL, "Pressing 1, then 2", ("1", "2"), ""),
        ("?tab=phone&keys=", "The call", (), ""),
        ("?tab=phone&keys=2&start=1", "Pressing 2", ("2",), "b"),
        ("?tab=phone&keys=hangup,1", "Putting the phone down", ("hangup",), ""),
    ],
)
def test_a_call_without_a_name_is_called_by_its_keys(kept, query, name, inputs, start):
    kept.keep(query)
    (journey,) = kept.journeys
    assert (journey.name, journey.inputs, journey.start_menu) == (name, inputs, start)


def test_without_a_call_there_is_nothing_to_keep(kept):
    kept.keep("?tab=phone")
    assert kept.browser.page.status_code == 400
    assert "Keep this call" not in kept.open("?tab=phone")
    assert not kept.journeys


def test_an_edit_that_does_not_change_the_way_says_nothing(kept):
    kept.keep()
    page = kept.press("/menus/b", name="Renamed", script="New words.", wait="3")
    assert notice(page) == []


def test_an_edit_that_changes_the_way_says_so_on_every_tab(kept):
    kept.keep()
    kept.break_it()
    for tab in ("phone", "map", "json", "script"):
        (sentence,) = notice(kept.open(f"?tab={tab}"))
        assert sentence.startswith(SENTENCE), sentence
    assert "goes another way now" in kept.open("?tab=phone")


def test_the_new_way_is_accepted_with_its_button(kept):
    kept.keep()
    kept.break_it()
    changed = kept.flow
    assert notice(kept.press(kept.action("Accept the new way"))) == []
    assert kept.flow == changed, "accepting edits nothing"
    assert notice(kept.press("/undo")) != [], "now the old way is the other one"


def test_the_edit_is_taken_back_with_its_button(kept):
    kept.keep()
    kept.press("/menus/b/steps/h/remove")
    assert len(notice(kept.open())) == 1
    assert kept.action("Undo: Key 2 of “Status”: Hang up") == "/undo"
    assert notice(kept.press("/undo")) == []
    assert kept.flow == kept.first


def offered(page):
    """The buttons and links that mend a kept call that goes another way."""
    found = re.search(r'<section class="changed".*?</section>', page, re.DOTALL)[0]
    return re.findall(r">([^<>]*\w[^<>]*)</(?:button|a)>", found)


def test_undo_is_offered_only_while_it_takes_back_the_edit_that_changed_the_call(kept):
    kept.keep()
    page = kept.press("/menus/b/steps/h/remove")
    assert offered(page)[-1].startswith("Undo: Key 2 of “Status”: ")
    page = kept.press("/menus/c", name="Invoices", script="", wait="3")
    assert offered(page) == ["Play it", "Accept the new way", "See what changed"]
    page = kept.press("/undo")
    assert offered(page)[-1] == "See what changed", "the newest version is an Undo"


def test_undo_is_not_offered_for_somebody_elses_edit(house, kept):
    kept.keep()
    kept.break_it()
    assert offered(kept.open("", house.somebody(EDITOR)))[-1] == "See what changed"


def test_accepting_can_be_taken_back_once(kept):
    kept.keep()
    (before,) = kept.journeys
    kept.press("/menus/b/steps/h/remove")
    page = kept.press(kept.action("Accept the new way"), "?tab=phone")
    assert "Undo accept" in page
    assert kept.journeys[0].accepted
    page = kept.press(f"/journeys/{before.id}/bring-back", "?tab=phone")
    assert len(notice(page)) == 1
    assert kept.journeys == (before,)
    assert "Undo accept" not in kept.open("?tab=phone")
    kept.press(f"/journeys/{before.id}/bring-back")
    assert kept.browser.page.status_code == 404


def test_a_kept_call_is_played_again_by_its_link(kept):
    kept.keep("?tab=phone&keys=2&start=1")
    link = re.search(r'href="([^"]*)">Play</a>', kept.open("?tab=phone"))[1]
    assert html.unescape(link).endswith("keys=2&start=1#phone-pane")
    assert "Heard Status." in kept.open(link.removeprefix(f"/flows/{kept.id}"))


def test_a_call_whose_first_menu_is_gone_is_still_shown_and_can_be_forgotten(kept):
    kept.keep("?tab=phone&keys=2&start=1")
    page = kept.press("/menus/b/delete", links_to="a")
    assert len(notice(page)) == 1
    assert notice(kept.press(kept.action("Accept the new way"))) == []


def test_a_call_is_forgotten(kept):
    kept.keep(name="One")
    kept.keep(name="Two")
    one, two = kept.journeys
    kept.press(f"/journeys/{one.id}/forget", "?tab=phone")
    assert kept.journeys == (two,)
    kept.press(f"/journeys/{one.id}/forget")
    assert kept.browser.page.status_code == 404


def test_deleting_a_flow_takes_its_kept_calls_out_of_reach(kept):
    kept.keep()
    (journey,) = kept.journeys
    store.delete(kept.db, 1, kept.id)
    kept.browser.get("/")
    kept.browser.post(f"/flows/{kept.id}/journeys/{journey.id}/accept")
    assert kept.browser.page.status_code == 404


def test_a_viewer_sees_the_sentence_without_its_buttons(house, kept):
    kept.keep()
    kept.break_it()
    viewer = house.somebody(VIEWER)
    page = kept.open("?tab=phone", viewer)
    assert notice(page)[0].startswith(SENTENCE)
    assert not re.search("Accept the new way|Undo: |Keep this call|aria-label=.Forget", page)


@pytest.mark.parametrize("who", [(VIEWER, 403), (STRANGER, 404)])
@pytest.mark.parametrize(
    "action",
    [
        "/journeys",
        "/journeys/{id}/accept",
        "/journeys/{id}/bring-back",
        "/journeys/{id}/forget",
    ],
)
def test_only_who_may_edit_the_flow_may_change_its_kept_calls(house, kept, who, action):
    kept.keep()
    before = kept.journeys
    email, status = who
    somebody = house.somebody(email)
    somebody.get("/")
    somebody.post(f"/flows/{kept.id}{action.format(id=before[0].id)}{CALL}", name="Mine")
    assert somebody.page.status_code == status
    assert kept.journeys == before
