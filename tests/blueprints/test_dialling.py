"""Before anything rings: which numbers, which connections, which flows, and who may dial."""

from __future__ import annotations

import html
import json
import re

import pytest

from flows.document import PRACTICE_RECORDING, Flow, Menu
from storage import calls, connections
from tests.blueprints.conftest import VIEWER
from tests.blueprints.ringing import practice, two_menus
from tests.data.hostile.expand import CASES, expand
from tests.helpers import save_flow

REFUSALS = [
    ("", "Type the phone number to ring."),
    ("   ", "Type the phone number to ring."),
    ("call me", "This is not a phone number."),
    ("+380XXXXXXXXX", "This number still has X in it."),
    ("+1 900 555 1234", "Calls to this number cost extra."),
    ("112", "This is an emergency number."),
    ("+380 112", "This is an emergency number."),
    ("911", "This is an emergency number."),
    ("+881 612 345 678", "This is a satellite number."),
    ("+380 12", "A number like this does not exist."),
    ("+٣٨٠٥٠١٢٣٤٥٦٧", "This is not a phone number."),
    ("+15055550100; drop table calls", "This is not a phone number."),
    ("1" * 5000, "This is not a phone number."),
]


@pytest.fixture(scope="module")
def slow(house):
    """A flow that SpeechCall can carry."""
    return save_flow(house.db, two_menus("Slow", 60_000))


def placed(house):
    """How many calls there are."""
    return next(house.db.query("SELECT count(*) AS n FROM calls"))["n"]


@pytest.mark.parametrize(("typed", "sentence"), REFUSALS)
@pytest.mark.parametrize("step", ["", "/place"])
def test_a_number_that_is_not_rung_is_explained_and_kept(house, slow, step, typed, sentence):
    before = placed(house)
    house.owner.get(f"/flows/{slow}/call")
    house.owner.post(f"/flows/{slow}/call{step}", connection=practice(house.db, "speechcall"),
                     number=typed, nonce="n-" + typed[:20])  # fmt: skip
    text = html.unescape(house.owner.text)
    assert house.owner.page.status_code == 422
    assert re.search(rf'id="number-error">[^<]*{re.escape(sentence)}', text)
    assert f'value="{typed}"' in text
    assert placed(house) == before


def real_connection(house, **fields):
    """A connection to a service that is not practice."""
    values = {"name": "Real", "base_url": "https://restapi.smsbat.com", "new_secret": "s"}
    box = house.app.config["SECRET_BOX"]
    saved = connections.save(house.db, box, 1, service="speechcall", **{**values, **fields})
    return str(saved)


def test_a_practice_number_is_not_rung_for_real(house, slow):
    before = placed(house)
    real = real_connection(house)
    for step in ("", "/place"):
        house.owner.get(f"/flows/{slow}/call")
        house.owner.post(f"/flows/{slow}/call{step}", connection=real, number="+15055550001",
                         nonce="p")  # fmt: skip
        assert house.owner.page.status_code == 422
        assert "Choose Practice for it." in house.owner.text
    assert placed(house) == before


def test_a_real_phone_is_announced_as_one(house, slow):
    house.owner.get(f"/flows/{slow}/call")
    assert "this rings a real phone and costs money" in house.owner.text
    house.owner.post(f"/flows/{slow}/call", connection=real_connection(house),
                     number="+380501234567")  # fmt: skip
    assert "A real phone rings, once." in house.owner.text


@pytest.mark.parametrize("chosen", ["", "0", "-1", "abc", "9" * 30, "foreign"])
@pytest.mark.parametrize("step", ["", "/place"])
def test_a_connection_that_is_not_ours_is_refused(house, slow, chosen, step):
    before = placed(house)
    if chosen == "foreign":
        chosen = str(connections.list_all(house.db, 2)[0].id)
    house.owner.get(f"/flows/{slow}/call")
    house.owner.post(f"/flows/{slow}/call{step}", connection=chosen, number="+15055550100",
                     nonce="n")  # fmt: skip
    assert house.owner.page.status_code == 400
    assert placed(house) == before


@pytest.mark.parametrize("nonce", ["", "n" * 65])
def test_a_press_without_a_proper_nonce_places_nothing(house, slow, nonce):
    before = placed(house)
    house.owner.get(f"/flows/{slow}/call")
    house.owner.post(f"/flows/{slow}/call/place", connection=practice(house.db, "speechcall"),
                     number="+15055550100", nonce=nonce)  # fmt: skip
    assert house.owner.page.status_code == 400
    assert placed(house) == before


BLOCKED = [name for name, case in CASES.items() if "test_call" in case["expect"].get("blocks", ())]


@pytest.mark.parametrize("case", BLOCKED)
def test_a_document_that_must_be_mended_first_cannot_ring(house, case):
    document = json.loads(expand(CASES[case]["document"]))
    house.owner.get("/import")
    house.owner.post("/import", pasted=json.dumps(document))
    flow_id, before = house.owner.page.request.path.rpartition("/")[2], placed(house)
    number = document["messages"][0]["to"].replace("X", "5")
    for step in ("", "/place"):
        house.owner.get(f"/flows/{flow_id}/call")
        house.owner.post(f"/flows/{flow_id}/call{step}", number=number, nonce="b",
                         connection=practice(house.db, "speechcall"))  # fmt: skip
        assert house.owner.page.status_code == 422
    assert placed(house) == before


def test_a_flow_that_no_service_can_carry_says_why_and_has_no_way_on(house):
    flow_id = save_flow(house.db, Flow(name="Bare", menus=(Menu(id="m"),)))
    house.owner.get(f"/flows/{flow_id}/call")
    assert "This call flow cannot be sent yet." in house.owner.text
    assert "Mend it in the editor" in house.owner.text
    assert re.search(r'<button class="call" disabled>Go on', house.owner.text)


def test_a_recording_that_is_only_for_practice_is_never_sent_to_a_real_service(house):
    flow = two_menus("Newcomer", 1000)
    menus = (flow.menus[0].model_copy(update={"recording": PRACTICE_RECORDING}), flow.menus[1])
    flow_id, before = save_flow(house.db, flow.model_copy(update={"menus": menus})), placed(house)
    form = {"number": "+380501234567", "nonce": "newcomer"}
    tried = ((real_connection(house), 422), (practice(house.db, "speechcall"), 200))
    for connection, status in tried:
        house.owner.get(f"/flows/{flow_id}/call")
        house.owner.post(f"/flows/{flow_id}/call", connection=connection, **form)
        assert house.owner.page.status_code == status
    house.owner.get(f"/flows/{flow_id}/call")
    house.owner.post(f"/flows/{flow_id}/call/place", connection=real_connection(house), **form)
    assert house.owner.page.status_code == 422
    assert placed(house) == before


def test_only_the_connections_that_can_carry_the_flow_can_be_chosen(house, slow):
    house.owner.get(f"/flows/{slow}/call")
    inputs = re.findall(r'<input type="radio"[^>]*>', house.owner.text)
    by_id = {re.search(r'value="(\d+)"', one)[1]: one for one in inputs}
    assert "checked" in by_id[practice(house.db, "speechcall")]
    assert "disabled" in by_id[practice(house.db, "voice_api")]
    why = re.search(r"Cannot carry this call flow: ([^<]*)", html.unescape(house.owner.text))
    assert "The Voice API" in why[1]


def test_the_sender_of_the_connection_is_used_when_the_flow_has_none(house):
    flow = two_menus("No sender", 1000).model_copy(update={"sender": ""})
    flow_id, real = save_flow(house.db, flow), real_connection(house, sender="Bazar")
    house.owner.get(f"/flows/{flow_id}/call")
    house.owner.post(f"/flows/{flow_id}/call/place", connection=real, number="+380501234567",
                     nonce="sender")  # fmt: skip
    call_id = int(house.owner.page.request.path.rpartition("/")[2])
    call = calls.by_id(house.db, call_id)
    assert (call.sender, json.loads(call.request)["messages"][0]["from"]) == ("Bazar", "Bazar")
    assert "About to be placed" in house.owner.text


def test_viewers_cannot_dial(house, slow):
    before = placed(house)
    viewer = house.somebody(VIEWER)
    viewer.get("/")
    assert "Test call" not in viewer.text
    form = {"connection": practice(house.db, "speechcall"), "number": "+15055550100", "nonce": "v"}
    assert viewer.get(f"/flows/{slow}/call").status_code == 403
    for step in ("", "/place"):
        viewer.get("/")
        assert viewer.post(f"/flows/{slow}/call{step}", **form).status_code == 403
    assert placed(house) == before


def test_nothing_dials_that_is_not_a_post(house, slow):
    before = placed(house)
    client, query = house.owner.client, {
        "connection": practice(house.db, "speechcall"), "number": "+15055550100", "nonce": "g",
        "do": "answer",
    }  # fmt: skip
    for path in (f"/flows/{slow}/call", f"/flows/{slow}/call/place", "/calls", "/calls/1/phone"):
        for method in ("GET", "HEAD", "OPTIONS", "PUT"):
            client.open(path, method=method, query_string=query)
    for gateway in ("/bat/messagelist", "/api/v1/call/tts"):
        assert client.get(gateway, query_string=query).status_code in (401, 405)
    assert placed(house) == before


@pytest.mark.parametrize(
    "headers", [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}]
)
def test_another_site_cannot_dial(house, slow, headers):
    before = placed(house)
    house.owner.get(f"/flows/{slow}/call")
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', house.owner.text)[1]
    form = {"connection": practice(house.db, "speechcall"), "number": "+15055550100", "nonce": "x",
            "csrf_token": token}  # fmt: skip
    place, client = f"/flows/{slow}/call/place", house.owner.client
    assert client.post(place, data=form, headers=headers).status_code == 403
    assert client.post(place, data={**form, "csrf_token": ""}).status_code == 400
    assert placed(house) == before
