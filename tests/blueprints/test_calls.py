"""Calls, rung and watched without JavaScript, over real HTTP with a real queue."""

from __future__ import annotations

import re
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest
import requests
from msgspec.structs import asdict

from blueprints.calls import LINGERS_S
from calling.clock import later
from flows.document import Flow, HangUp, Menu, SaveAnswer
from storage import calls
from storage import flows as flow_store
from storage.db import write_tx
from tests.blueprints.conftest import STRANGER, VIEWER
from tests.blueprints.ringing import CANARY, practice, two_menus
from tests.helpers import save_flow


def spoken(name):
    """What the Voice API can carry."""
    wrong = {"wrong": (HangUp(id="h"),)}
    return Flow(name=name, menus=(Menu(id="m", script="Hello.", wait_ms=1000, keys=wrong),))


@pytest.fixture(scope="module")
def flows(running):
    """Name -> id of the flows that the calls are made with."""
    made = {"quick": two_menus("Quick", 1500), "slow": two_menus("Slow", 60_000),
            "spoken": spoken("Spoken")}  # fmt: skip
    return {name: save_flow(running.db, flow) for name, flow in made.items()}


@pytest.fixture(scope="module")
def owner(running):
    """The owner at the served app."""
    return running.signed_in()


def confirm(running, reader, flow_id, number, service="speechcall"):
    """From the editor's button to the question whether to ring."""
    reader.open(f"/flows/{flow_id}/call")
    return reader.press("Go on", connection=practice(running.db, service), number=number)


def ring(running, reader, flow_id, number, service="speechcall"):
    """The whole way; the reader is on the call's page then. Gives the call's id."""
    confirm(running, reader, flow_id, number, service).press("Ring this number")
    assert reader.status == 200, reader.words
    return int(reader.path.removeprefix("/calls/"))


def wait_for(reader, path, done, seconds=15.0):
    """Reload a page, as its own refresh does, until it says what is waited for."""
    end = time.monotonic() + seconds
    while True:
        words = reader.open(path).words
        if done(words) or time.monotonic() > end:
            assert done(words), words
            return words
        time.sleep(0.1)


def is_final(reader):
    """Whether a call's page has stopped refreshing itself."""
    return 'http-equiv="refresh"' not in reader.reply.text


@dataclass(frozen=True)
class Ending:
    """What a practice number promises: its badge per service, and a line of its history."""

    badge: str
    said: str
    speechcall_badge: str = ""
    rings: int = 1


TOLD_UNCLEAR = "Unclear: the phone may have rung"
ENDINGS = {
    "0001": Ending("Answered", "Pressed 1"),
    "0002": Ending("Answered", "Stayed silent."),
    "0003": Ending("Busy", "The line is busy.", "Not answered"),
    "0004": Ending("Not answered", "Nobody answered."),
    "0005": Ending("Answered", "which this menu does not know."),
    "0006": Ending("Refused", "The call was rejected.", "Not answered"),
    "0007": Ending("Answered", "An answering machine took the call."),
    "0008": Ending(TOLD_UNCLEAR, "Nobody knows whether the call was placed", rings=0),
    "0009": Ending("Not placed", "The call was not placed", rings=0),
    "0010": Ending(TOLD_UNCLEAR, "Nobody knows whether the call was placed"),
}
PREFIXES = {"speechcall": ("+38 093 555 ", "quick"), "voice_api": ("+1 505 555 ", "spoken")}
TEN = [(service, last) for service in PREFIXES for last in ENDINGS]


@pytest.fixture(scope="module")
def ten(running, owner, flows):
    """(service, last digits) -> id of a call to that practice number; all rung at once."""
    return {
        (service, last): ring(running, owner, flows[PREFIXES[service][1]],
                              PREFIXES[service][0] + last, service)
        for service, last in TEN
    }  # fmt: skip


@pytest.mark.parametrize(("service", "last"), TEN)
def test_every_practice_number_ends_as_promised_and_says_so(running, owner, ten, service, last):
    promised, call_id = ENDINGS[last], ten[service, last]
    badge = (service == "speechcall" and promised.speechcall_badge) or promised.badge
    wait_for(owner, f"/calls/{call_id}", lambda words: is_final(owner))
    badges = re.findall(r'class="badge[^"]*">([^<]*)<', owner.reply.text)
    assert badges == [badge]
    assert promised.said in owner.words
    sent = "SELECT count(*) AS n FROM practice_calls WHERE to_number LIKE ?"
    number = (PREFIXES[service][0] + last).replace(" ", "")
    assert next(running.db.query(sent, [f"%{number[1:]}"]))["n"] == promised.rings


def test_a_scripted_caller_goes_through_both_menus(running, owner, ten):
    words = wait_for(owner, f"/calls/{ten['speechcall', '0001']}", lambda _: is_final(owner))
    lines = ["The service accepted the call.", "The phone is ringing.", "The call was answered.",
             "Heard Welcome.", "Pressed 1.", "Went to Thanks.", "Heard Thanks.", "Stayed silent.",
             "The call was hung up.", "The call was answered."]  # fmt: skip
    places = [words.find(line) for line in lines[:-1]]
    assert -1 not in places, words
    assert places == sorted(places)


def test_the_unused_key_is_followed_by_one(owner, ten):
    words = wait_for(owner, f"/calls/{ten['speechcall', '0005']}", lambda _: is_final(owner))
    order = ["Pressed 3, which this menu does not know.", "Said again (1 of 1).", "Pressed 1."]
    assert [words.count(line) for line in order] == [1, 1, 1]
    assert sorted(order, key=words.index) == order


def rows(reader):
    """(number, flow, status) of every line of the list."""
    cells = re.findall(r"<tr><td>(.*?)</td></tr>", reader.reply.text)
    plain = (re.sub(r"<[^>]+>", "|", line) for line in cells)
    return [[part for part in line.split("|") if part.strip()][:3] for line in plain]


def test_calls_are_filtered_by_flow_and_by_status(running, owner, flows, ten):
    for call_id in ten.values():
        wait_for(owner, f"/calls/{call_id}", lambda _: is_final(owner))
    owner.open("/calls").press("Show", flow=str(flows["spoken"]))
    assert {flow for _, flow, _ in rows(owner)} == {"Spoken"}
    assert {number for number, _, _ in rows(owner)} >= {f"+1 505-555-{last}" for last in ENDINGS}
    owner.press("Show", status="busy")
    assert rows(owner) == [["+1 505-555-0003", "Spoken", "Busy"]]
    owner.press("Show", flow="", status="refused")
    assert {status for _, _, status in rows(owner)} == {"Refused", "Not placed"}
    owner.press("Show", status="unknown")
    assert {status for _, _, status in rows(owner)} == {"Unclear"}
    owner.press("Show", status="sending")
    assert "No calls like this" in owner.words


@pytest.mark.parametrize("query", ["flow=abc", "flow=999999999999999999999999", "before=-1",
                                   "status=%00%27", "before=0", "flow=1%27--"])  # fmt: skip
def test_a_filter_that_makes_no_sense_is_no_fault(owner, query):
    assert owner.open(f"/calls?{query}").status == 200
    assert owner.open(f"/calls/live?{query}").status == 200


def test_the_question_names_the_number_the_country_and_what_happens(running, owner, flows):
    for number, pretty, country, what in [
        ("093 555 12 34", "+380 93 555 1234", "Ukraine", "The phone rings on your screen"),
        ("+1 (505) 555-0003", "+1 505-555-0003", "United States", "This practice number is busy"),
        ("+359 88 123 4567", "+359 88 123 4567", "Bulgaria", "nobody else is called"),
    ]:
        words = confirm(running, owner, flows["slow"], number).words
        for said in (pretty, country, what, "Slow, version 1", "Practice (SpeechCall)"):
            assert said in words
    assert owner.buttons.count("Ring this number") == 1


def test_a_phone_on_the_screen_is_answered_pressed_and_hung_up_without_javascript(
    running, owner, flows
):
    call_id = ring(running, owner, flows["slow"], "+1 505 555 0100", "speechcall")
    wait_for(owner, f"/calls/{call_id}", lambda _: "Answer" in owner.buttons)
    assert "Ringing" in wait_for(
        owner, "/calls", lambda words: "Ringing: +1 505-555-0100 · Slow" in words
    )
    owner.follow("Answer")
    assert owner.path == f"/calls/{call_id}"
    owner.press("Answer")
    assert (owner.path, owner.status) == (f"/calls/{call_id}", 200)
    assert "On the phone" in owner.words
    assert "Hello. Press one." in owner.words
    assert "A real call plays the recording ivr_1 here." in owner.words
    for key in "123456789*0#":
        assert key in owner.buttons
    owner.press("Stay silent")
    assert "Said again (1 of 1)." in owner.words
    owner.press("7")
    assert "Pressed 7, which this menu does not know." in owner.words
    assert "The call is over" in owner.words
    words = wait_for(owner, f"/calls/{call_id}", lambda _: is_final(owner))
    assert "Answered" in words
    assert "Answer" not in owner.buttons
    assert 'id="phone"' in owner.reply.text
    with write_tx(running.db):
        running.db.execute("UPDATE practice_calls SET ended_at = ?", [later(-LINGERS_S - 1)])
    owner.open(f"/calls/{call_id}")
    assert 'id="phone"' not in owner.reply.text
    assert "Pressed 7, which this menu does not know." in owner.words

    call_id = ring(running, owner, flows["slow"], "+1 505 555 0101", "speechcall")
    wait_for(owner, f"/calls/{call_id}", lambda _: "Answer" in owner.buttons)
    owner.press("Answer").press("1")
    assert "Thank you." in owner.words
    owner.press("Hang up")
    assert "The caller put the phone down." in owner.words
    wait_for(owner, f"/calls/{call_id}", lambda _: is_final(owner))
    assert ["+1 505-555-0101", "Slow", "Answered"] in rows(owner.open("/calls"))


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(45, r"4\d s left to answer"), (65, "1 min left to answer"), (515, "8 min left to answer")],
)
def test_a_ringing_phone_says_how_long_in_seconds_or_minutes(running, owner, flows, seconds, told):
    call_id = ring(running, owner, flows["slow"], "+1 505 555 0103")
    wait_for(owner, f"/calls/{call_id}", lambda _: "Answer" in owner.buttons)
    with write_tx(running.db):
        running.db.execute(
            "UPDATE practice_calls SET next_at = ? WHERE message_id ="
            " (SELECT message_id FROM calls WHERE id = ?)",
            [later(seconds), call_id],
        )
    assert re.search(f"Ringing… {told}", owner.open(f"/calls/{call_id}").words)
    owner.press("Reject")


@pytest.mark.parametrize(
    ("rang", "first"),
    [
        ("10:00:05.100", "accepted"),
        ("10:00:06.100", "accepted"),
        ("10:00:04.900", "ringing"),
    ],
)
def test_within_a_second_a_call_is_accepted_before_it_rings(running, owner, flows, rang, first):
    call_id = ring(running, owner, flows["slow"], "+1 505 555 0104")
    wait_for(owner, f"/calls/{call_id}", lambda _: "Answer" in owner.buttons)
    with write_tx(running.db):
        for code, at in (("accepted", "10:00:05.900"), ("ringing", rang)):
            moment = f"2026-11-21T{at}Z"
            running.db.execute("UPDATE call_events SET at = ? WHERE code = ?", [moment, code])
    words = owner.open(f"/calls/{call_id}").words
    said = {
        "accepted": words.index("The service accepted the call."),
        "ringing": words.index("The phone is ringing."),
    }
    assert min(said, key=said.__getitem__) == first
    owner.press("Reject")


def test_a_call_can_be_rejected(running, owner, flows):
    call_id = ring(running, owner, flows["spoken"], "+1 505 555 0102", "voice_api")
    wait_for(owner, f"/calls/{call_id}", lambda _: "Reject" in owner.buttons)
    owner.press("Reject")
    words = wait_for(owner, f"/calls/{call_id}", lambda _: is_final(owner))
    assert "The call was rejected." in words
    assert "Refused" in words


def test_pressing_after_the_call_is_over_changes_nothing(running, owner, ten):
    call_id = ten["speechcall", "0003"]
    wait_for(owner, f"/calls/{call_id}", lambda _: is_final(owner))
    before = owner.words
    token = {"csrf_token": owner.page.forms[0].fields["csrf_token"]}
    for form in ({"do": "answer"}, {"do": "press", "key": "1"}, {"do": "press", "key": "x"},
                 {"do": "hangup"}, {"do": "silence"}):  # fmt: skip
        address = f"{owner.url}/calls/{call_id}/phone"
        assert owner.session.post(address, data={**token, **form}, timeout=5).status_code == 200
    assert owner.open(f"/calls/{call_id}").words == before
    bad = owner.session.post(address, data={**token, "do": "explode"}, timeout=5)
    assert bad.status_code == 400


def test_ten_presses_of_one_button_are_one_call(running, owner, flows):
    confirm(running, owner, flows["slow"], "+1 505 555 0110")
    form, _ = owner.form("Ring this number")
    cookies = owner.session.cookies.get_dict()

    def press(_):
        return requests.post(owner.url + form.action, data=form.fields, cookies=cookies, timeout=10)

    with ThreadPoolExecutor(10) as hands:
        pages = {reply.url for reply in hands.map(press, range(10))}
    assert len(pages) == 1
    owner.press("Ring this number")
    assert {owner.reply.url} == pages
    made = "SELECT count(*) AS n FROM calls WHERE origin = ? AND to_number = '+15055550110'"
    assert next(running.db.query(made, ["app"]))["n"] == 1
    wait_for(owner, owner.path, lambda _: "Answer" in owner.buttons)
    assert next(running.db.query(made, ["gateway"]))["n"] == 1
    owner.press("Reject")


def test_a_new_question_is_a_new_call(running, owner, flows):
    one = ring(running, owner, flows["slow"], "+1 505 555 0003")
    two = ring(running, owner, flows["slow"], "+1 505 555 0003")
    assert one != two


def test_a_call_through_the_gateway_rings_in_calls(running, owner):
    body = {"to": "+15053753840", "from": "+15053761293", "text": "Your appointment is at ten.",
            "transferToNumber": "+15055559999", "dtmfTransferDigit": "1"}  # fmt: skip
    key = {"x-api-key": running.served.key}
    reply = requests.post(f"{owner.url}/api/v1/call/tts", json=body, headers=key, timeout=5)
    tracking = reply.json()["tracking"]
    wait_for(owner, "/calls", lambda words: "Ringing: +1 505-375-3840" in words)
    assert "Voice API (came in)" in owner.words
    owner.follow("Answer").press("Answer")
    assert "came in through the gateway" in owner.words
    assert "Your appointment is at ten." in owner.words
    owner.press("1")
    assert "Connected to +15055559999" in owner.words
    wait_for(owner, owner.path, lambda _: is_final(owner))
    status = f"{owner.url}/api/v1/call/status/{tracking['bulkId']}"
    result = requests.get(status, headers=key, timeout=5).json()["results"][0]
    assert result["status"]["name"] == "DELIVERED_TO_HANDSET"


def test_viewers_watch_but_cannot_touch_the_phone(running, owner, flows):
    call_id = ring(running, owner, flows["slow"], "+1 505 555 0120")
    wait_for(owner, f"/calls/{call_id}", lambda _: "Answer" in owner.buttons)
    viewer = running.signed_in(VIEWER)
    viewer.open(f"/calls/{call_id}")
    assert "Ringing" in viewer.words
    assert viewer.buttons == ["Sign out"]
    token = {"csrf_token": viewer.page.forms[0].fields["csrf_token"], "do": "answer"}
    tried = viewer.session.post(f"{owner.url}/calls/{call_id}/phone", data=token, timeout=5)
    assert tried.status_code == 403
    assert "Answer" in owner.open(f"/calls/{call_id}").buttons
    owner.press("Reject")


def test_another_workspace_sees_no_call_and_hears_no_phone(running, owner, flows):
    call_id = ring(running, owner, flows["slow"], "+1 505 555 0121")
    stranger = running.signed_in(STRANGER)
    token = {"csrf_token": stranger.page.forms[0].fields["csrf_token"], "do": "answer"}
    for path in ("", "/live"):
        assert stranger.open(f"/calls/{call_id}{path}").status == 404
    tried = stranger.session.post(f"{owner.url}/calls/{call_id}/phone", data=token, timeout=5)
    assert tried.status_code == 404
    assert "No calls yet" in stranger.open("/calls").words
    wait_for(owner, f"/calls/{call_id}", lambda _: "Answer" in owner.buttons)
    owner.press("Reject")


def test_secrets_sent_with_a_call_are_covered_on_its_page(running, owner, ten):
    owner.open(f"/calls/{ten['speechcall', '0001']}")
    assert "hooks.example.com" in owner.reply.text
    assert CANARY not in owner.reply.text
    assert running.served.key not in owner.reply.text


def test_a_call_outlives_its_flow_and_its_connection(running, owner):
    flow_id = save_flow(running.db, two_menus("Short-lived", 1500))
    call_id = ring(running, owner, flow_id, "+1 505 555 0003")
    wait_for(owner, f"/calls/{call_id}", lambda _: is_final(owner))
    assert "Edit the call flow" in owner.page.links
    again = owner.open(owner.page.links["Ring again…"]).reply.text
    assert re.search(r'name="number"[^>]*value="\+15055550003"', again)
    owner.open(f"/calls/{call_id}")
    flow_store.delete(running.db, 1, flow_id)
    owner.open(f"/calls/{call_id}")
    assert "Short-lived, version 1" in owner.words
    assert not {"Edit the call flow", "Ring again…"} & owner.page.links.keys()
    calls.change(running.db, call_id, [], connection_id=None)
    assert "over a connection that was removed since" in owner.open(f"/calls/{call_id}").words
    assert ["+1 505-555-0003", "Short-lived", "Not answered"] in rows(owner.open("/calls"))


def test_the_list_goes_back_page_by_page(running, owner, flows):
    new = calls.NewCall(workspace_id=1, origin="app", nonce="", flow_id=flows["quick"],
                        flow_name="Quick", service="speechcall", to_number="", sender="",
                        request_path="/", request="{}", state="refused")  # fmt: skip
    for number in range(60):
        one = {**asdict(new), "nonce": f"many-{number}", "to_number": f"+3805000000{number:02}"}
        calls.add(running.db, calls.NewCall(**one), [])
    owner.open(f"/calls?flow={flows['quick']}&status=refused")
    first = rows(owner)
    second = rows(owner.follow("Older calls"))
    assert len(first) == 50
    assert first[0][0] == "+380 50 000 0059"
    assert second[0][0] == "+380 50 000 0009"
    assert not {number for number, _, _ in first} & {number for number, _, _ in second}


def test_a_saved_answer_is_said_as_such_and_not_as_an_address(running, owner):
    saves = SaveAnswer(id="s", name="day", value="saturday")
    menu = Menu(id="a", name="Day", script="Press 1.", recording="ivr_1",
                keys={"1": (saves, HangUp(id="h")), "wrong": (HangUp(id="w"),)})  # fmt: skip
    flow_id = save_flow(running.db, Flow(name="Days", sender="Bazar", menus=(menu,)))
    call_id = ring(running, owner, flow_id, "+38 093 555 0001", "speechcall")
    words = wait_for(owner, f"/calls/{call_id}", lambda words: "Saved the answer" in words)
    assert "Saved the answer day: saturday" in words
    assert "/in/" not in words.partition("What was sent")[0]
    assert "Send again" not in words, "it was kept: once is enough"
    owner.follow("The answers of all callers")
    assert f"/answers/flows/{flow_id}" in owner.path
