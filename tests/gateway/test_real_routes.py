"""Keys whose calls a real service rings: stand-in services on loopback, everything over HTTP."""

from __future__ import annotations

import copy
import json
import time
from collections import Counter
from contextlib import ExitStack

import pytest
import requests

from jobs import Jobs
from storage import call_list, connections, keys
from storage.credentials import secret_box
from tests.gateway.conftest import example, gateways, listening
from tests.helpers import let_ring
from tests.providers.stand_in import Routes, answering, resetting, standing_in

SECRET = "c4nary-backend-key-0123456789"
TTS = example("voice_tts_request.json")
TRANSFER = example("voice_transfer_request.json")
ONE = example("speechcall_one_menu.json")
BACKEND = example("voice_errors.json")["backend"]["body"]["error"]
PENDING = {"groupId": 1, "groupName": "PENDING", "id": 26, "name": "PENDING_ACCEPTED",
           "description": "Message accepted, pending for delivery."}  # fmt: skip
REPORT = {
    "sentAt": "2026-06-17T20:30:00.123+0000", "doneAt": "2026-06-17T20:30:15.456+0000",
    "duration": 12, "messageCount": 1, "price": {"pricePerSecond": 0.004, "currency": "USD"},
    **{name: example("voice_status_response.json")["results"][0][name]
       for name in ("status", "error")},
}  # fmt: skip


def as_json(value):
    return json.dumps(value).encode()


class House:
    """The gateways on loopback in front of one stand-in service."""

    def __init__(self, db, data, url, upstream, key, settings):
        self.db, self.data, self.url = db, data, url
        self.upstream, self.key, self.settings = upstream, key, settings

    def voice(self, body):
        headers = {"x-api-key": self.key}
        return requests.post(f"{self.url}/api/v1/call/tts", json=body, headers=headers, timeout=20)

    def status(self, bulk_id):
        headers = {"x-api-key": self.key}
        path = f"{self.url}/api/v1/call/status/{bulk_id}"
        return requests.get(path, headers=headers, timeout=5)

    def speechcall(self, body):
        headers = {"X-Authorization-Key": self.key}
        return requests.post(f"{self.url}/bat/messagelist", json=body, headers=headers, timeout=20)

    def message(self, message_id):
        headers = {"X-Authorization-Key": self.key}
        return requests.get(f"{self.url}/bat/message/{message_id}", headers=headers, timeout=5)

    def rows(self):
        return call_list.list_page(self.db, 1)

    def asks_upstream(self):
        """What the queue does when it is time to ask about calls."""
        self.db.execute("UPDATE calls SET next_poll_at = created_at WHERE finished_at IS NULL")
        self.db.conn.commit()
        worker = Jobs(self.settings)
        for call in self.rows():
            worker.ask_about_call(call.id)


@pytest.fixture
def house(data, db):
    """Builds a house for (service, behaviour); everything is stopped afterwards."""
    with ExitStack() as stack:

        def build(service, behaviour, **options):
            upstream = stack.enter_context(standing_in(behaviour))
            if isinstance(behaviour, Routes):
                behaviour.server = upstream
            connection = connections.save(
                db, secret_box(data), 1, service=service, name="Real", base_url=upstream.url,
                sender=options.pop("sender", ""), new_secret=SECRET,
            )  # fmt: skip
            key = keys.add(db, 1, "Shop", connection_id=connection)
            app = gateways(data, allowed_hosts=upstream.allowed, **options)
            url = stack.enter_context(listening(app))
            return House(db, data, url, upstream, key, app.config["SETTINGS"])

        yield build


def infobip(**more):
    taken = answering(
        200, as_json({"messages": [{"to": "1", "status": PENDING, "messageId": "m"}]})
    )
    return Routes({"tts_3_advanced": taken, **more})


def posts(upstream):
    return [request for request in upstream.requests() if request[0].startswith("POST")]


# The Voice gateway in front of Infobip.


def test_infobip_gets_one_request_with_our_own_names_and_the_answer_is_the_documents(house):
    home = house("infobip", infobip())
    reply = home.voice(TRANSFER)
    got, wanted = reply.json(), example("voice_call_response.json")
    assert reply.status_code == 200
    assert list(got) == list(wanted)
    message = got["tracking"]["messages"][0]
    assert (message["to"], message["status"]) == ("15053753840", PENDING)
    ((line, headers, content),) = home.upstream.requests()
    sent = json.loads(content)
    assert line.startswith("POST /tts/3/advanced ")
    assert headers["authorization"] == f"App {SECRET}"
    (asked,) = sent["messages"]
    assert sent["bulkId"] == asked["destinations"][0]["messageId"] != ""
    assert asked["destinations"][0]["to"] == "15053753840"
    assert (asked["from"], asked["text"]) == ("15053761293", TRANSFER["text"])
    assert asked["callTransfers"] == [{"transferTo": "15055559999", "if": "dtmf", "equals": "1"}]
    (call,) = home.rows()
    assert (call.origin, call.state, call.service) == ("gateway", "accepted", "infobip")
    assert SECRET not in reply.text + str(reply.headers) + call.reply + call.request


def test_a_report_handed_out_once_is_told_again_and_again(house):
    handed_out = iter([as_json({"results": [REPORT]})])

    def once(connection):
        answering(200, next(handed_out, b'{"results": []}'))(connection)

    empty = answering(200, b'{"results": []}')
    home = house("infobip", infobip(voice_1_reports=once, tts_3_reports=empty, tts_3_logs=empty))
    tracking = home.voice(TTS).json()["tracking"]
    before = home.status(tracking["bulkId"]).json()["results"][0]
    assert before["status"]["groupId"] == 1
    home.asks_upstream()
    told = [home.status(tracking["bulkId"]).json() for _ in range(3)]
    home.asks_upstream()
    told.append(home.status(tracking["bulkId"]).json())
    assert all(one == told[0] for one in told)
    wanted = example("voice_status_response.json")["results"][0]
    (result,) = told[0]["results"]
    assert list(result) == list(wanted)
    assert result["messageId"] == tracking["messages"][0]["messageId"]
    assert (result["bulkId"], result["to"]) == (tracking["bulkId"], "15053753840")
    assert (result["sentAt"], result["doneAt"]) == (
        "2026-06-17T20:30:00.123Z", "2026-06-17T20:30:15.456Z",
    )  # fmt: skip
    assert result["price"] == {"pricePerMessage": 0.048, "currency": "USD"}
    assert (result["status"], result["error"]) == (wanted["status"], wanted["error"])


def test_values_of_another_type_never_reach_a_program(house):
    odd = {"groupId": 3, "groupName": None, "id": "5", "name": ["x"], "description": True}
    report = {**REPORT, "status": odd, "error": {**REPORT["error"], "permanent": "no"}}
    empty = answering(200, b'{"results": []}')
    reports = answering(200, as_json({"results": [report]}))
    home = house("infobip", infobip(voice_1_reports=reports, tts_3_logs=empty))
    tracking = home.voice(TTS).json()["tracking"]
    home.asks_upstream()
    (result,) = home.status(tracking["bulkId"]).json()["results"]
    assert result["status"] == {"groupId": 3, "groupName": "", "id": 0, "name": "",
                                "description": ""}  # fmt: skip
    assert result["error"]["permanent"] is False


def test_the_text_is_spoken_in_its_own_language(house):
    home = house("infobip", infobip())
    home.voice({**TTS, "text": "Добрий день, ваше замовлення вже чекає на вас."})
    home.voice({"to": "+15053753841", "audioUrl": "https://cdn.example.com/a.mp3"})
    first, second = (json.loads(content)["messages"][0] for _, _, content in posts(home.upstream))
    assert first["language"] == "uk"
    assert second["audioFileUrl"] == "https://cdn.example.com/a.mp3"


@pytest.mark.parametrize(
    ("asked", "workspace", "connection", "shown"),
    [
        ("+15053761293", "+380441234567", "+359888123456", "15053761293"),
        ("", "+380441234567", "+359888123456", "380441234567"),
        ("", "", "+359888123456", "359888123456"),
        ("", "", "", None),
    ],
)
def test_the_default_caller_id_is_shown_where_the_request_names_none(
    house, db, asked, workspace, connection, shown
):
    home = house("infobip", infobip(), sender=connection)
    keys.set_caller_id(db, 1, workspace)
    home.voice({**TTS, "from": asked} if asked else {"to": TTS["to"], "text": TTS["text"]})
    ((_, _, content),) = posts(home.upstream)
    assert json.loads(content)["messages"][0].get("from") == shown


FAULT = {"requestError": {"serviceException": {"messageId": "BAD_REQUEST", "text": "No route."}}}


@pytest.mark.parametrize(
    ("status", "style", "answered"),
    [(400, "seed", 500), (401, "seed", 500), (429, "seed", 500), (400, "live", 400),
     (429, "live", 429)],
)  # fmt: skip
def test_a_refusal_is_the_documents_500_or_the_services_own_status(house, status, style, answered):
    refusing = Routes({"tts_3_advanced": answering(status, as_json(FAULT))})
    home = house("infobip", refusing, voice_gateway_errors=style)
    reply = home.voice(TTS)
    assert reply.status_code == answered
    if style == "seed":
        assert reply.json() == {"error": BACKEND, "details": FAULT}
    else:
        assert reply.json() == {
            "error": "Call initiation failed", "details": BACKEND, "statusCode": answered,
        }  # fmt: skip
    assert home.rows()[0].state == "refused"


def test_a_key_that_the_service_echoes_reaches_nobody(house):
    echo = as_json({"error": f"bad key App {SECRET}"})
    home = house("infobip", Routes({"tts_3_advanced": answering(401, echo)}))
    assert SECRET not in home.voice(TTS).text
    (call,) = home.rows()
    assert SECRET not in str(call)


LOST = {
    "reset after it arrived": resetting,
    "a fault of its own": answering(500, as_json(FAULT)),
    "a web page": answering(200, b"<html>Hello</html>"),
    "half an answer": answering(200, b'{"messages": [{"to"'),
}


@pytest.mark.parametrize("service", ["infobip", "voice_api"])
@pytest.mark.parametrize("lost", LOST.values(), ids=LOST)
def test_a_lost_reply_is_told_and_never_sent_again(house, service, lost):
    path = {"infobip": "tts_3_advanced", "voice_api": "call_tts"}[service]
    home = house(service, Routes({path: lost}))
    reply = home.voice(TTS)
    assert (reply.status_code, reply.json()["error"]) == (500, BACKEND)
    details = reply.json()["details"]
    assert "Nobody knows whether the phone rang" in details["message"]
    (call,) = home.rows()
    assert call.state == "unknown"
    worker = Jobs(home.settings)
    for _ in range(3):
        worker.send_call(call.id)
        worker.sweep()
    assert len(posts(home.upstream)) == 1
    status = home.status(details["bulkId"])
    assert (status.status_code, status.json()) == (200, {"results": []})


def test_a_service_that_is_not_there_is_the_documents_500(house):
    home = house("infobip", infobip())
    home.upstream.stop()
    home.upstream.stop = lambda: None
    reply = home.voice(TTS)
    assert (reply.status_code, reply.json()["error"]) == (500, BACKEND)
    assert home.rows()[0].state == "refused"


# The Voice gateway in front of others.


def test_another_voice_api_rings_under_our_names(house):
    theirs = example("voice_call_response.json")
    status = example("voice_status_response.json")
    routes = Routes({
        "call_tts": answering(200, as_json(theirs)),
        "call_status_XYZ-123-456-789": answering(200, as_json(status)),
    })  # fmt: skip
    home = house("voice_api", routes)
    got = home.voice(TRANSFER).json()
    ((_, headers, content),) = posts(home.upstream)
    assert headers["x-api-key"] == SECRET
    assert json.loads(content) == TRANSFER
    bulk_id = got["tracking"]["bulkId"]
    assert bulk_id != "XYZ-123-456-789"
    assert got["tracking"]["messages"][0]["status"] == theirs["tracking"]["messages"][0]["status"]
    home.asks_upstream()
    (result,) = home.status(bulk_id).json()["results"]
    wanted = status["results"][0] | {
        "bulkId": bulk_id, "messageId": got["tracking"]["messages"][0]["messageId"],
    }  # fmt: skip
    assert json.dumps(result) == json.dumps(wanted)


def test_speechcall_plays_a_recording_for_the_voice_gateway_and_says_that_it_cannot_speak(house):
    taken = {"messages": [{"messageId": "7748021", "recipient": "x", "status": "sent"}]}
    told = {"messageId": "7748021", "deliverystatus": "undeliverable", "cost": 0.2}
    routes = Routes({
        "bat_messagelist": answering(200, as_json(taken)),
        "bat_message_7748021": answering(200, as_json(told)),
    })  # fmt: skip
    home = house("speechcall", routes)
    body = {**TTS, "audioUrl": "https://cdn.example.com/a.mp3"}
    tracking = home.voice(body).json()["tracking"]
    ((_, _, content),) = posts(home.upstream)
    (message,) = json.loads(content)["messages"]
    assert message["menu"][0]["introUrl"] == "https://cdn.example.com/a.mp3"
    home.asks_upstream()
    (result,) = home.status(tracking["bulkId"]).json()["results"]
    assert result["status"]["name"] == "NO_ANSWER"
    refused = home.voice(TTS)
    assert (refused.status_code, refused.json()["error"]) == (500, BACKEND)
    assert "recording" in refused.json()["details"]["message"]
    assert len(home.rows()) == 1


def test_numbers_of_the_practice_network_are_not_sent_to_a_service(house):
    home = house("infobip", infobip())
    reply = home.voice({**TTS, "to": "+15055550001"})
    assert (reply.status_code, home.rows()) == (400, [])


# The SpeechCall gateway in front of another account.


def answering_in_turn(*answers):
    """One answer a request, by the recipient that was asked for."""

    def behave(connection):
        content = json.loads(routes.server.received[-1].partition(b"\r\n\r\n")[2])
        by_number[content["messages"][0]["to"]](connection)

    by_number = dict(answers)
    routes = Routes({"bat_messagelist": behave})
    return routes


def sent_as(message_id):
    return answering(200, as_json({"messages": [
        {"messageId": message_id, "recipient": "x", "status": "sent"}]}))  # fmt: skip


def test_every_message_of_a_list_gets_its_own_outcome(house):
    refusal = {"error": {"code": "INVALID_SENDER", "message": "Unknown sender"}}
    home = house("speechcall", answering_in_turn(
        ("+380936670003", sent_as("7")), ("+380936670004", answering(400, as_json(refusal))),
        ("+380936670005", resetting),
    ))  # fmt: skip
    numbers = ["+380936670003", "+380936670004", "+380936670005", "+19005551234",
               "+380XXXXXXXXX", "+380935550001"]  # fmt: skip
    messages = [{**ONE["messages"][0], "to": number} for number in numbers]
    messages[0]["customerMessageId"] = "order 7"
    private = copy.deepcopy(ONE["messages"][0])
    private["menu"][0]["dtmfActions"]["d1"][0]["url"] = "http://localhost/1"
    reply = home.speechcall({"messages": [*messages, private]})
    got = reply.json()["messages"]
    assert reply.status_code == 200
    assert [(m["recipient"], m["status"], m.get("error", {}).get("code")) for m in got] == [
        ("+380936670003", "sent", None),
        ("+380936670004", "rejected", "INVALID_SENDER"),
        ("+380936670005", "unknown", "UNCLEAR"),
        ("+19005551234", "rejected", "INVALID_RECIPIENT"),
        ("+380XXXXXXXXX", "rejected", "INVALID_RECIPIENT"),
        ("+380935550001", "rejected", "INVALID_RECIPIENT"),
        ("+380936670003", "rejected", "PRIVATE_URL"),
    ]
    assert got[0]["customerMessageId"] == "order 7"
    assert got[0]["messageId"] != "7"
    assert SECRET not in reply.text
    asked = [json.loads(content)["messages"][0] for _, _, content in posts(home.upstream)]
    assert sorted(message["to"] for message in asked) == numbers[:3]
    assert messages[0] in asked
    states = Counter(call.state for call in home.rows())
    assert states == {"accepted": 1, "refused": 1, "unknown": 1}


def test_a_messages_status_is_asked_for_again_and_again(house):
    told = {"messagelistId": 5, "messageId": "7", "deliverystatus": "delivered",
            "partscount": 2, "cost": 0.35}  # fmt: skip
    routes = Routes({
        "bat_messagelist": sent_as("7"), "bat_message_7": answering(200, as_json(told)),
    })  # fmt: skip
    home = house("speechcall", routes)
    message_id = home.speechcall(ONE).json()["messages"][0]["messageId"]
    assert home.message(message_id).json()["deliverystatus"] == "processing"
    home.asks_upstream()
    for _ in range(3):
        got = home.message(message_id).json()
        assert (got["messageId"], got["deliverystatus"]) == (message_id, "delivered")
        assert (got["partscount"], got["cost"]) == (2, 0.35)
    assert home.message("7").status_code == 404


def test_a_hundred_messages_are_sent_side_by_side_and_each_once(house):
    home = house("speechcall", Routes({"bat_messagelist": sent_as("7")}))
    began = time.monotonic()
    messages = [{**ONE["messages"][0], "to": f"+3809366701{n:02}"} for n in range(100)]
    got = home.speechcall({"messages": messages}).json()["messages"]
    assert time.monotonic() - began < 20
    assert {message["status"] for message in got} == {"sent"}
    Jobs(home.settings).sweep()
    left = [call.id for call in call_list.list_page(home.db, 1, limit=200)
            if call.state == "queued"]  # fmt: skip
    for call_id in left:
        Jobs(home.settings).send_call(call_id)
    assert len(posts(home.upstream)) == 100


# May this number be rung?


def test_a_country_that_is_not_allowed_is_400_and_nothing_leaves(house, db):
    home = house("infobip", infobip())
    let_ring(db, countries=frozenset({"UA"}))
    reply = home.voice(TTS)
    assert (reply.status_code, list(reply.json())) == (400, ["error"])
    assert "United States" in reply.json()["error"]
    assert (home.rows(), home.upstream.requests()) == ([], [])


def test_the_call_above_a_cap_is_429_and_nothing_leaves(house, db):
    home = house("infobip", infobip())
    let_ring(db, workspace_hour=2)
    numbers = [f"+1505375384{n}" for n in range(3)]
    assert [home.voice({**TTS, "to": to}).status_code for to in numbers] == [200, 200, 429]
    assert (len(home.rows()), len(posts(home.upstream))) == (2, 2)


def test_a_list_counts_its_own_messages(house, db):
    home = house("speechcall", Routes({"bat_messagelist": sent_as("7")}))
    let_ring(db, workspace_hour=2)
    messages = [{**ONE["messages"][0], "to": f"+38093667000{n}"} for n in range(3)]
    got = home.speechcall({"messages": messages}).json()["messages"]
    assert [m["status"] for m in got] == ["sent", "sent", "rejected"]
    assert got[2]["error"]["code"] == "WORKSPACE_HOUR"
    assert len(posts(home.upstream)) == 2


def test_pausing_everything_holds_for_real_and_for_practice(house, db, client, key):
    home = house("infobip", infobip())
    let_ring(db, paused=True)
    assert home.voice(TTS).status_code == 400
    practised = client.post("/api/v1/call/tts", json=TTS, headers={"x-api-key": key})
    assert (practised.status_code, home.rows()) == (400, [])
    listed = client.post("/bat/messagelist", json=ONE, headers={"X-Authorization-Key": key})
    assert listed.get_json()["messages"][0]["error"]["code"] == "PAUSED"


# Routes that lead nowhere.


def test_a_key_whose_connection_was_removed_rings_nobody(house, db):
    home = house("speechcall", Routes({"bat_messagelist": sent_as("7")}))
    connections.delete(db, 1, connections.list_all(db, 1)[-1].id)
    later = connections.save(
        db, secret_box(home.data), 1, service="speechcall", name="New", base_url=home.upstream.url
    )
    assert later
    voice, speechcall = home.voice(TTS), home.speechcall(ONE)
    assert (voice.status_code, voice.json()["error"]) == (500, BACKEND)
    assert "was removed" in voice.json()["details"]["message"]
    assert (speechcall.status_code, speechcall.json()["error"]["code"]) == (500, "INTERNAL_ERROR")
    assert (home.rows(), home.upstream.requests()) == ([], [])


def test_infobip_cannot_carry_speechcall_requests_and_says_so(house):
    home = house("infobip", infobip())
    reply = home.speechcall(ONE)
    assert reply.status_code == 500
    assert "Infobip" in reply.json()["error"]["message"]
    assert home.rows() == []


def test_the_calls_of_another_workspaces_key_do_not_exist(house, db):
    home = house("infobip", infobip())
    bulk_id = home.voice(TTS).json()["tracking"]["bulkId"]
    home.key = keys.add(db, 2, "Others")
    assert home.status(bulk_id).status_code == 404
