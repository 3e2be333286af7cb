"""The phone in the editor: an address that replays, every key, and what it would tell."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path
from urllib.parse import urlencode

import pytest

from app import create_app
from flows.document import (
    KEYS,
    Connect,
    Flow,
    GoTo,
    HangUp,
    Menu,
    Repeat,
    SaveAnswer,
    Webhook,
)
from storage import flows as store
from tests.blueprints.conftest import STRANGER, VIEWER
from tests.helpers import save_flow, sign_in
from tests.providers.stand_in import answering, standing_in

SEED = Path(__file__).parent.parent / "data" / "fixtures" / "speechcall_webhook_delivery.json"
SECRET = "s3cr3t-CANARY"


def flow(url: str = "https://hooks.example.com/confirm") -> Flow:
    told = Webhook(
        id="tell", url=url, body={"confirm": True},
        headers={"X-Api-Key": SECRET, "X-Custom-Header": "value"},
    )  # fmt: skip
    first = Menu(
        id="a", name="Confirm", script="Press 1 or 2.", wait_ms=4000,
        keys={
            "1": (told, HangUp(id="end")),
            "2": (GoTo(id="go", menu="b"),),
            "3": (SaveAnswer(id="save", name="day", value="Friday"), Connect(id="c", number="+15")),
            "wrong": (Repeat(id="again", times=1), HangUp(id="enough")),
        },
    )  # fmt: skip
    second = Menu(id="b", name="Another day", script="Until then.", keys={"1": ()})
    return Flow(name="Delivery", recipient="50001", menus=(first, second))


@pytest.fixture(scope="module")
def flow_id(house):
    return save_flow(house.db, flow())


@pytest.fixture
def phone(house, flow_id):
    """Open the phone at its address; gives the lines of what happened."""

    def at(query):
        house.owner.get(f"/flows/{flow_id}/phone?{query}")
        assert house.owner.page.status_code == 200
        return lines(house.owner.text)

    return at


def lines(page):
    """The trail on a page: the words of each line."""
    found = re.findall(r'<li class="k-\w+"><a href="[^"]*"[^>]*>([^<]*)</a>', page)
    return [html.unescape(words) for words in found]


def shown_requests(page):
    """The web requests that a page shows: (head, body)."""
    texts = [html.unescape(text) for text in re.findall(r"<pre>(POST [^<]*)</pre>", page)]
    return [(text.partition("\n\n")[0], json.loads(text.partition("\n\n")[2])) for text in texts]


CALLS = [
    ("", ["Heard Confirm."]),
    ("1", ["Heard Confirm.", "Pressed 1.", "Would tell https://hooks.example.com/confirm",
           "The call was hung up."]),
    ("3", ["Heard Confirm.", "Pressed 3.", "Would save the answer day: Friday",
           "Connected to +15"]),
    ("2,1", ["Heard Confirm.", "Pressed 2.", "Went to Another day.", "Heard Another day.",
             "Pressed 1, which this menu does not know.",
             "There is nothing for anything else, or silence, so the call ended."]),
    ("silence,silence", ["Heard Confirm.", "Stayed silent.", "Said again (1 of 1).",
                         "Heard Confirm.", "Stayed silent.", "The call was hung up."]),
    ("7,hangup", ["Heard Confirm.", "Pressed 7, which this menu does not know.",
                  "Said again (1 of 1).", "Heard Confirm.", "The caller put the phone down."]),
    ("hangup,1,2,3", ["Heard Confirm.", "The caller put the phone down."]),
    ("A,silense,%20,2", ["Heard Confirm.", "Pressed 2.", "Went to Another day.",
                         "Heard Another day."]),
]  # fmt: skip


@pytest.mark.parametrize(("keys", "happened"), CALLS)
def test_the_phone_is_an_address_that_replays_its_keys(phone, keys, happened):
    assert phone(f"keys={keys}") == happened
    assert phone(f"keys={keys}") == happened, "asking again changes nothing"


@pytest.mark.parametrize("key", KEYS)
def test_every_key_of_the_pad_can_be_pressed(house, flow_id, phone, key):
    phone("keys=")
    assert f'name="press" value="{key}"' in house.owner.text
    house.owner.post(f"/flows/{flow_id}/phone?keys=", keys="", press=key)
    pressed = lines(house.owner.text)[1]
    assert pressed.startswith(f"Pressed {key}")
    assert ("does not know" in pressed) == (key not in "123")


@pytest.mark.parametrize(
    ("pressed", "words"),
    [("silence", "Stayed silent."), ("hangup", "The caller put the phone down.")],
)
def test_silence_and_hanging_up_are_buttons_too(house, flow_id, phone, pressed, words):
    phone("keys=")
    house.owner.post(f"/flows/{flow_id}/phone?keys=", keys="", press=pressed)
    assert lines(house.owner.text)[1] == words


def test_a_call_goes_on_from_the_keys_pressed_so_far(house, flow_id, phone):
    phone("keys=silence")
    house.owner.post(f"/flows/{flow_id}/phone?keys=silence", keys="silence", press="2")
    assert house.owner.page.request.args["keys"] == "silence,2"
    assert lines(house.owner.text)[-1] == "Heard Another day."


def test_after_the_end_the_keys_are_off_and_the_call_can_begin_again(house, flow_id, phone):
    phone("keys=hangup")
    pad = re.findall(r'<button name="press" value="." id="pad-\d+"( disabled)?>', house.owner.text)
    assert pad == [" disabled"] * 12
    assert "The call is over" in house.owner.text
    house.owner.post(f"/flows/{flow_id}/phone?keys=hangup", keys="hangup", press="again")
    assert lines(house.owner.text) == ["Heard Confirm."]


def test_without_keys_in_the_address_nobody_is_called_yet(house, phone):
    assert phone("") == []
    assert "Start the call" in house.owner.text


def test_a_call_can_begin_at_any_menu_and_begins_there_again(house, flow_id, phone):
    assert phone("keys=&start=1") == ["Heard Another day."]
    where = f"/flows/{flow_id}/phone?start=1&keys=hangup"
    house.owner.get(where)
    house.owner.post(where, keys="hangup", press="again")
    assert lines(house.owner.text) == ["Heard Another day."]
    house.owner.post(where, keys="hangup", press="beginning")
    assert lines(house.owner.text) == ["Heard Confirm."]


@pytest.mark.parametrize("start", ["2", "99999", "-1", "x", "٣", "9" * 400])
def test_a_start_that_is_not_there_is_the_beginning(phone, start):
    assert phone(urlencode({"keys": "", "start": start})) == ["Heard Confirm."]


def test_play_from_here_starts_the_phone_at_the_menu(house, flow_id):
    house.owner.get(f"/flows/{flow_id}?menu=b")
    link = re.search(r'href="([^"]*)">(?:<svg.*?</svg>) Play from here', house.owner.text)[1]
    house.owner.get(html.unescape(link))
    assert lines(house.owner.text) == ["Heard Another day."]


def test_far_too_many_keys_are_cut_and_answered(phone):
    assert len(phone("keys=" + "silence," * 3000)) < 20


def test_the_page_says_how_long_the_menu_waits(house, phone):
    phone("keys=")
    assert 'data-wait="4000"' in house.owner.text
    prompt = int(re.search(r'data-prompt="(\d+)"', house.owner.text)[1])
    assert 500 < prompt < 5000, "“Press 1 or 2.” takes a second or two to say"


def test_a_web_request_is_shown_exactly_as_documented_with_its_secrets_covered(house, phone):
    phone("keys=1")
    ((head, body),) = shown_requests(house.owner.text)
    assert body == json.loads(SEED.read_text())
    assert head.splitlines() == [
        "POST https://hooks.example.com/confirm",
        "Content-Type: application/json",
        "X-Api-Key: ••••••",
        "X-Custom-Header: value",
    ]
    assert SECRET not in house.owner.text


@pytest.fixture(scope="module")
def hook():
    """A web address on loopback that answers 200."""
    with standing_in(answering(200, b"ok")) as server:
        yield server


@pytest.fixture(scope="module")
def open_house(house, hook):
    """The owner where the operator allows that web address."""
    app = create_app(
        data=house.data, TESTING=True, PROPAGATE_EXCEPTIONS=False, allowed_hosts=hook.allowed
    )
    return sign_in(app)


@pytest.fixture
def sending(house, open_house, hook):
    """The owner before a call that told that web address, and the call's address."""
    hook.received.clear()
    where = f"/flows/{save_flow(house.db, flow(hook.url + '/confirm'))}/phone?keys=1"
    open_house.get(where)
    return open_house, where.replace("?", "/send?")


def test_playing_tells_nobody(sending, hook):
    somebody, where = sending
    somebody.post(where.replace("/send", "").replace("=1", "="), keys="", press="1")
    assert "Would tell" in somebody.text
    assert hook.received == []


def test_send_it_now_really_tells_the_address_once_what_was_shown(sending, hook):
    somebody, where = sending
    ((_, shown),) = shown_requests(somebody.text)
    somebody.post(where, keys="1", number="1")
    ((first, headers, body),) = hook.requests()
    assert first == "POST /confirm HTTP/1.1"
    assert json.loads(body) == shown == json.loads(SEED.read_text())
    assert headers["content-type"] == "application/json"
    assert headers["x-api-key"] == SECRET
    assert f"Told {hook.url}/confirm: it answered 200" in somebody.text
    assert lines(somebody.text)[-1] == "The call was hung up.", "the phone stays where it was"


@pytest.mark.parametrize("number", ["2", "0"])
def test_nothing_is_sent_for_a_line_that_is_not_there(sending, hook, number):
    somebody, where = sending
    somebody.post(where, keys="1", number=number)
    assert "nothing was sent" in somebody.text
    assert hook.received == []


@pytest.mark.parametrize("number", ["", "x", "-1", "9" * 6000])
def test_a_line_that_is_no_number_is_refused(sending, hook, number):
    somebody, where = sending
    somebody.post(where, keys="1", number=number)
    assert somebody.page.status_code == 400
    assert hook.received == []


def test_nothing_is_sent_once_the_flow_is_not_what_was_shown(sending, hook):
    somebody, where = sending
    somebody.post(where, keys="1", number="1", revision="0")
    assert "The call flow was changed meanwhile, so nothing was sent." in html.unescape(
        somebody.text
    )
    assert hook.received == []


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1:9/", "http://10.0.0.1/", "http://[::1]/", "http://169.254.169.254/latest"],
)
def test_a_private_address_is_refused_in_words(house, url):
    where = f"/flows/{save_flow(house.db, flow(url))}/phone"
    house.owner.get(f"{where}?keys=1")
    house.owner.post(f"{where}/send?keys=1", keys="1", number="1")
    notice = html.unescape(
        re.search(r'<div class="notice[^"]*">\s*<span[^>]*>(.*?)</span>', house.owner.text)[1]
    )
    assert notice.startswith(f"Did not tell {url}: ")
    assert "private" in notice or "outside" in notice, notice


def test_a_viewer_may_play_but_not_send(house, flow_id):
    viewer = house.somebody(VIEWER)
    viewer.get(f"/flows/{flow_id}/phone?keys=")
    viewer.post(f"/flows/{flow_id}/phone?keys=", keys="", press="1")
    assert "Would tell https://hooks.example.com/confirm" in lines(viewer.text)
    assert "Send it now" not in viewer.text
    viewer.post(f"/flows/{flow_id}/phone/send?keys=1", keys="1", number="1")
    assert viewer.page.status_code == 403


def test_another_workspace_has_no_such_phone(house, flow_id):
    stranger = house.somebody(STRANGER)
    stranger.get("/")
    for path in ("phone", "phone/send"):
        stranger.post(f"/flows/{flow_id}/{path}?keys=1", keys="1", number="1", press="1")
        assert stranger.page.status_code == 404
    assert stranger.get(f"/flows/{flow_id}/phone?keys=1").status_code == 404


@pytest.fixture
def play(house, flow_id):
    """Press a key in the editor with what is typed and not saved; gives the trail."""

    def press(keys, pressed, **drafts):
        where = f"keys={keys}"
        house.owner.get(f"/flows/{flow_id}?{where}")
        before = store.load(house.db, 1, flow_id)
        fields = {
            name: f"/flows/{flow_id}{address}?{where} {urlencode(fields)}"
            for name, (address, fields) in drafts.items()
        }
        house.owner.post(
            f"/flows/{flow_id}/phone?{where}", keys=keys, press=pressed, inside="1", **fields
        )
        assert house.owner.page.status_code == 200
        after = store.load(house.db, 1, flow_id)
        assert (after.revision, after.flow) == (before.revision, before.flow), "nothing is stored"
        return lines(house.owner.text)

    return press


HEARD = {"name": "Typed", "script": "Just typed.", "recording": "", "wait": "2"}


def test_what_is_being_typed_is_heard_on_the_phone(house, play):
    assert play("", "silence", draft_menu=("/menus/a", HEARD))[0] == "Heard Typed."
    assert 'dir="auto">Just typed.</p>' in html.unescape(house.owner.text)
    assert 'data-wait="2000"' in house.owner.text
    assert "with unsaved changes" in house.owner.text


def test_what_is_unsaved_is_not_in_the_address(house, flow_id, play):
    play("", "2", draft_menu=("/menus/a", HEARD))
    assert house.owner.page.headers["HX-Push-Url"] == f"/flows/{flow_id}?keys=2"


def test_a_step_that_is_being_added_is_played_and_leads_to_its_form(house, play):
    new = ("/menus/a/keys/4/goto", {"menu": "b"})
    assert play("", "4", draft_step=new)[-1] == "Heard Another day."
    assert "Went to Another day." in house.owner.text
    assert '#new-step"' in house.owner.text


def test_a_step_that_leads_to_a_new_menu_is_played_without_making_one(play):
    new = ("/menus/a/keys/4/goto", {"menu": "+"})
    assert play("", "4", draft_step=new)[-1] == "Heard Menu 3."


def test_a_step_that_is_being_changed_is_played(house, play):
    typed = {"url": "https://typed.example.com/", "body-0-name": "n", "body-0-value": "v"}
    assert play("", "1", draft_step=("/menus/a/steps/tell", typed))[2] == (
        "Would tell https://typed.example.com/"
    )
    ((_, body),) = shown_requests(house.owner.text)
    assert body["action"] == {"n": "v"}
    assert "Send it now" not in house.owner.text, "what is not saved is not sent"


def test_a_sender_that_is_being_typed_is_told(house, play):
    typed = {"name": "Delivery", "sender": "Typed Ltd", "recipient": "+380441234567", "text": "x"}
    play("", "1", draft_settings=("/settings", typed))
    ((_, body),) = shown_requests(house.owner.text)
    assert (body["from"], body["to"]) == ("Typed Ltd", "+380441234567")


@pytest.mark.parametrize(
    "drafts",
    [
        {"draft_menu": ("/menus/a", {**HEARD, "wait": "soon"})},
        {"draft_menu": ("/menus/gone", HEARD)},
        {"draft_step": ("/menus/a/steps/tell", {"url": "ftp://example.com"})},
        {"draft_step": ("/menus/a/steps/gone", {"url": "https://example.com/"})},
        {"draft_step": ("/menus/a/keys/4/goto", {"menu": ""})},
        {"draft_step": ("/menus/a/keys/A/hangup", {})},
        {"draft_step": ("/menus/a/keys/4/teleport", {})},
        {"draft_step": ("/elsewhere", {})},
        {"draft_settings": ("/settings", {"name": ""})},
        {"draft_menu": ("/menus/a", HEARD | {"name": "Confirm", "script": "Press 1 or 2.",
                                             "wait": "4"})},
    ],
)  # fmt: skip
def test_what_could_not_be_saved_is_left_out(house, play, drafts):
    assert play("", "2", **drafts)[-1] == "Heard Another day."
    assert "with unsaved changes" not in house.owner.text


PLACES = [
    ("1", 0, "menu=a&keys=1&view=edit#script"),
    ("1", 1, "menu=a&keys=1&view=edit#key-1"),
    ("1", 2, "menu=a&keys=1&view=edit#step-tell"),
    ("1", 3, "menu=a&keys=1&view=edit#step-end"),
    ("2,*", 4, "menu=b&key=star&keys=2,*&view=edit#key-star"),
    ("2,*", 5, "menu=b&key=wrong&keys=2,*&view=edit#key-wrong"),
    ("silence", 2, "menu=a&key=wrong&keys=silence&view=edit#step-again"),
]


@pytest.mark.parametrize(("keys", "line", "place"), PLACES)
@pytest.mark.parametrize("page", ["/phone?", "?"])
def test_each_line_leads_to_its_place_in_the_editor(house, flow_id, page, keys, line, place):
    house.owner.get(f"/flows/{flow_id}{page}keys={keys}")
    links = re.findall(r'<li class="k-\w+"><a href="([^"]*)"', house.owner.text)
    assert html.unescape(links[line]) == f"/flows/{flow_id}?{place}"
    house.owner.get(html.unescape(links[line]))
    assert f'id="{place.partition("#")[2]}"' in house.owner.text, "the place is on the page"
