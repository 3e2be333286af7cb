"""History in words: undo, redo, restore, names, two versions side by side, two people."""

from __future__ import annotations

import html
import re

import pytest

from flows.document import Flow, GoTo, HangUp, Menu, Webhook
from storage import flows as store
from storage import history
from tests.blueprints.conftest import STRANGER, VIEWER
from tests.helpers import save_flow

WORDS = "Key 2 of “Confirm delivery”: Go to Another day → Hang up"


def start() -> Flow:
    secret = Webhook(id="w", url="https://a.example/", headers={"X-Api-Key": "s3cr3t-CANARY"})
    first = Menu(
        id="a", name="Confirm delivery", script="Press 2.", recording="ivr_1",
        keys={"1": (secret, HangUp(id="h")), "2": (GoTo(id="g", menu="b"),)},
    )  # fmt: skip
    return Flow(
        name="Delivery",
        sender="Bazar",
        menus=(first, Menu(id="b", name="Another day", recording="ivr_2")),
    )


class Editing:
    """A flow of its own, its owner's browser, and what is stored."""

    def __init__(self, house):
        self.house, self.id = house, save_flow(house.db, start())
        self.browser = house.owner

    @property
    def stored(self):
        return store.load(self.house.db, 1, self.id)

    def press(self, action, browser=None, **fields):
        """Open the editor, send one of its forms."""
        browser = browser or self.browser
        browser.get(f"/flows/{self.id}")
        browser.post(f"/flows/{self.id}{action}", **fields)
        return browser

    def listed(self):
        """The lines of History, newest first."""
        self.browser.get(f"/flows/{self.id}/history")
        return lines(self.browser.text)

    def change_key_2(self):
        """Key 2 hangs up instead."""
        self.press("/menus/a/steps/g/remove")
        self.press("/menus/a/keys/2/hangup")


def lines(page):
    """The words of each version on a page."""
    found = re.findall(r'<div><a href="/flows/\d+/history/\d+"[^>]*>([^<]*)</a>', page)
    return [html.unescape(words) for words in found]


@pytest.fixture
def flow(house):
    return Editing(house)


def swap_key_2(house, flow):
    """As one edit: what stood on key 2 makes room for a hang-up."""

    def change(old):
        first, second = old.menus
        keys = {**first.keys, "2": (HangUp(id="h2"),)}
        return old.model_copy(update={"menus": (first.model_copy(update={"keys": keys}), second)})

    store.edit(house.db, 1, flow.id, 1, flow.stored.revision, change)


def test_history_says_what_was_done_who_did_it_and_when(house, flow):
    swap_key_2(house, flow)
    assert flow.listed() == [WORDS, "Start a call flow"]
    page = flow.browser.text
    assert page.count("Olena ·") == 2
    assert f'<time datetime="{flow.stored.updated_at}">' in page


def test_undo_and_redo_hold_across_a_reload(flow):
    before = flow.stored.flow
    flow.change_key_2()
    after = flow.stored.flow
    flow.press("/undo")
    flow.press("/undo")
    assert flow.stored.flow == before
    flow.browser.get(f"/flows/{flow.id}")
    assert re.search(r'id="undo"[^>]* disabled', flow.browser.text)
    flow.press("/redo")
    flow.press("/redo")
    assert flow.stored.flow == after
    flow.browser.get(f"/flows/{flow.id}")
    assert re.search(r'id="redo"[^>]* disabled', flow.browser.text)
    assert flow.stored.revision == 7, "nothing that ever was is lost"


def test_undo_and_redo_say_what_they_would_do(flow):
    flow.press("/menus/a/keys/5/hangup")
    flow.browser.get(f"/flows/{flow.id}")
    assert "Undo: Key 5 of “Confirm delivery”" in html.unescape(flow.browser.text)
    flow.press("/undo")
    assert "Redo: Key 5 of “Confirm delivery”" in html.unescape(flow.browser.text)
    assert flow.listed()[0].startswith("Undo: Key 5 of “Confirm delivery”")


@pytest.mark.parametrize(
    ("action", "sentence"),
    [
        ("/undo", "There is nothing to take back."),
        ("/redo", "There is nothing to bring back."),
    ],
)
def test_without_anything_to_do_it_says_so(flow, action, sentence):
    flow.press(action)
    assert sentence in flow.browser.text
    assert flow.stored.revision == 1


@pytest.mark.parametrize("action", ["/undo", "/redo"])
def test_undo_on_a_page_that_is_stale_does_nothing_and_shows_the_newest(flow, action):
    flow.press("/menus/b", name="Seen by both")
    flow.press("/menus/b", name="Newest")
    flow.press(action, revision="2")
    assert flow.browser.page.status_code == 409
    assert "Somebody else changed this while you were at it" in flow.browser.text
    assert "Newest" in flow.browser.text
    assert flow.stored.revision == 3


@pytest.mark.parametrize("revision", ["", "x", "-1", "9" * 30, "²"])
@pytest.mark.parametrize("action", ["/undo", "/redo", "/history/1/restore"])
def test_a_revision_that_is_no_number_is_refused(flow, action, revision):
    flow.press(action, revision=revision)
    assert flow.browser.page.status_code == 400


def test_a_version_is_shown_as_it_was_with_what_changed_since(house, flow):
    swap_key_2(house, flow)
    flow.press("/menus/a", name="Confirm delivery", script="New words.", recording="ivr_1")
    flow.browser.get(f"/flows/{flow.id}/history/1")
    page = html.unescape(flow.browser.text)
    assert "Delivery, version 1" in page
    assert "Press 2." in page, "its script"
    assert "2 – " in page and "Another day" in page, "what its keys did"
    assert WORDS in page, "what has changed since"
    assert "CANARY" not in page


def test_a_version_is_restored_and_that_can_be_undone(flow):
    first = flow.stored.flow
    flow.change_key_2()
    changed = flow.stored.flow
    flow.press("/history/1/restore")
    assert flow.stored.flow == first
    assert flow.listed()[0] == "Back to version 1"
    flow.press("/undo")
    assert flow.stored.flow == changed


def test_restoring_on_a_page_that_is_stale_is_refused_with_the_newest(flow):
    flow.change_key_2()
    flow.press("/history/1/restore", revision="1")
    assert flow.browser.page.status_code == 409
    assert "Somebody else changed the call flow meanwhile" in flow.browser.text
    assert flow.stored.revision == 3
    flow.browser.post(f"/flows/{flow.id}/history/1/restore")
    assert flow.stored.revision == 4, "pressed again on the newest page, it is done"


def test_versions_have_names_that_can_be_changed_and_taken_away(flow):
    flow.press("/menus")
    flow.press("/history/1/name", name="  Approved   by sales ")
    assert '<span class="tag" dir="auto">Approved by sales</span>' in flow.browser.text
    flow.press("/history/1/restore")
    assert flow.listed()[0] == "Back to version 1 “Approved by sales”"
    flow.press("/history/1/name", name="Approved")
    assert "Approved by sales" not in re.findall(r'class="tag"[^<]*<', flow.browser.text)
    flow.press("/history/1/name", name="")
    assert 'class="tag"' not in flow.browser.text


def test_two_versions_cannot_have_the_same_name(flow):
    flow.press("/menus")
    flow.press("/history/1/name", name="Approved")
    flow.press("/history/2/name", name="approved")
    assert "Another version is named “approved” already." in html.unescape(flow.browser.text)
    names = {one.number: one.name for one in history.revisions(flow.house.db, 1, flow.id)}
    assert names == {1: "Approved", 2: ""}


@pytest.mark.parametrize("hidden", ["\x00", "\x07", "\x1b[2J", "\x9f"])
def test_a_version_is_not_named_with_characters_that_nobody_sees(flow, hidden):
    flow.press("/menus")
    flow.press("/history/1/name", name="Approved")
    flow.press("/history/1/name", name=f"Appro{hidden}ved by sales")
    assert "character" in flow.browser.text
    assert history.revisions(flow.house.db, 1, flow.id)[-1].name == "Approved"


def test_two_versions_stand_side_by_side_in_words_and_as_json(house, flow):
    swap_key_2(house, flow)
    flow.browser.get(f"/flows/{flow.id}/compare?a=1&b=2")
    page = html.unescape(flow.browser.text)
    assert WORDS in page
    gone, new = re.findall(r"<del>(.*?)</del>", page), re.findall(r"<ins>(.*?)</ins>", page)
    assert any('"action": "gotoMenu"' in line for line in gone)
    assert any('"action": "hangup"' in line for line in new)
    assert len(gone) == len(new), "each line has its place on both sides"
    assert "lines are the same" in page
    assert "CANARY" not in page


def test_a_comparison_can_go_back_in_time_and_stay_where_it_is(house, flow):
    swap_key_2(house, flow)
    flow.browser.get(f"/flows/{flow.id}/compare?a=2&b=1")
    assert "Hang up → Go to Another day" in html.unescape(flow.browser.text)
    flow.browser.get(f"/flows/{flow.id}/compare?a=2")
    assert "Nothing differs." in flow.browser.text


def test_older_versions_are_on_further_pages(house, flow):
    for number in range(55):
        store.edit(
            house.db, 1, flow.id, 1, flow.stored.revision,
            lambda old, n=number: old.model_copy(update={"sender": f"S{n}"}),
        )  # fmt: skip
    assert len(flow.listed()) == 50
    link = re.search(r'href="([^"]*)">Older versions', flow.browser.text)[1]
    flow.browser.get(html.unescape(link))
    assert len(lines(flow.browser.text)) == 6
    assert lines(flow.browser.text)[-1] == "Start a call flow"
    assert "Older versions" not in flow.browser.text


def test_drafts_that_cannot_be_sent_yet_are_compared_as_their_own_files(flow):
    flow.press("/menus/a", name="Confirm delivery", script="Press two.", recording="", wait="10")
    flow.browser.get(f"/flows/{flow.id}/compare?a=1&b=2")
    shown = html.unescape(flow.browser.text)
    assert "SpeechCall cannot carry version 2 yet, so these are the Press One files" in shown
    assert re.search(r'<del>\s*"script": "Press 2."', shown)
    assert re.search(r'<ins>\s*"script": "Press two."', shown)
    assert "CANARY" not in shown


READS = ["/history", "/history/1", "/compare?a=1&b=1"]
WRITES = ["/undo", "/redo", "/history/1/restore", "/history/1/name"]


@pytest.mark.parametrize("path", READS)
def test_a_viewer_may_read_history(house, flow, path):
    viewer = house.somebody(VIEWER)
    assert viewer.get(f"/flows/{flow.id}{path}").status_code == 200
    assert "Restore" not in viewer.text


@pytest.mark.parametrize("path", WRITES)
def test_a_viewer_may_not_change_anything_in_it(house, flow, path):
    flow.press("/menus")
    viewer = flow.press(path, house.somebody(VIEWER), revision="2", name="Mine")
    assert viewer.page.status_code == 403
    assert flow.stored.revision == 2
    assert all(not one.name for one in history.revisions(house.db, 1, flow.id))


@pytest.mark.parametrize("path", [*READS, *WRITES])
def test_another_workspace_finds_nothing(house, flow, path):
    stranger = house.somebody(STRANGER)
    stranger.get("/")
    if path in READS:
        stranger.get(f"/flows/{flow.id}{path}")
    else:
        stranger.post(f"/flows/{flow.id}{path}", revision="1", name="Mine")
    assert stranger.page.status_code == 404


@pytest.mark.parametrize("path", ["/history/99", "/compare?a=99", "/history/99/restore"])
def test_a_version_that_never_was_is_not_found(flow, path):
    flow.browser.get(f"/flows/{flow.id}{path}")
    if "restore" in path:
        flow.press(path)
    assert flow.browser.page.status_code == 404
