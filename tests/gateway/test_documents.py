"""Both services' documents, walked through request by request, over HTTP on loopback."""

from __future__ import annotations

import copy
import json
import re
import shutil
from pathlib import Path

import pytest
import requests

from app import create_app
from calling import webhooks
from calling.practice import Network
from flows.curl import body_of
from providers.web import WebClient
from storage import practice
from tests.calling.conftest import Listener
from tests.gateway.conftest import EXAMPLES, example, gateways, listening

ERRORS = example("voice_errors.json")
JSON = {"Content-Type": "application/json"}


def ask(url, key, body, path="/api/v1/call/tts"):
    headers = {"x-api-key": key, **JSON}
    return requests.post(url + path, data=json.dumps(body), headers=headers, timeout=5)


def through(db, message_id):
    """Let a practice call go on until it is over."""
    network = Network(db, 0.0001, lambda _call: None)
    while (call := practice.by_message(db, message_id)).phase != "ended":
        network.advance(message_id)
    return call


# The Voice API document, from its top to its end.


@pytest.mark.parametrize("name", ["voice_tts_request.json", "voice_transfer_request.json"])
def test_use_cases_1_and_2_send_a_call(url, key, name):
    reply = ask(url, key, example(name))
    wanted = example("voice_call_response.json")
    got = reply.json()
    assert (reply.status_code, reply.headers["Content-Type"]) == (200, "application/json")
    wanted["tracking"]["bulkId"] = got["tracking"]["bulkId"]
    wanted["tracking"]["messages"][0]["messageId"] = got["tracking"]["messages"][0]["messageId"]
    assert json.dumps(got) == json.dumps(wanted)


def test_a_recording_instead_of_a_text(url, db, key):
    body = {"to": "+15053753840", "audioUrl": "https://cdn.example.com/a.mp3"}
    assert ask(url, key, body).status_code == 200


def test_a_calls_final_status_is_checked(url, db, key):
    body = {**example("voice_tts_request.json"), "to": "+15055550001"}
    tracking = ask(url, key, body).json()["tracking"]
    through(db, tracking["messages"][0]["messageId"])
    status = f"{url}/api/v1/call/status/{tracking['bulkId']}"
    for _ in range(2):
        reply = requests.get(status, headers={"x-api-key": key}, timeout=5)
        got, wanted = reply.json()["results"][0], example("voice_status_response.json")
        assert reply.status_code == 200
        wanted = wanted["results"][0]
        assert list(got) == list(wanted)
        for name in ("status", "error", "messageCount"):
            assert got[name] == wanted[name]
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", got["doneAt"])


@pytest.mark.parametrize(
    ("error", "body", "with_key"),
    [
        ("missing_fields", {"text": "Hello"}, True),
        ("missing_fields", {"to": "+15053753840"}, True),
        ("moderation", {"to": "+15053753840", "text": "Ти повний ідіот."}, True),
        ("unauthorized", example("voice_tts_request.json"), False),
        ("backend", {"to": "+15055550008", "text": "Hello"}, True),
    ],
)
def test_the_documents_errors_byte_for_byte(url, key, error, body, with_key):
    reply = ask(url, key if with_key else "wrong", body)
    assert reply.status_code == ERRORS[error]["status"]
    assert reply.text == json.dumps(ERRORS[error]["body"], ensure_ascii=False)


LIVE = [
    ({"text": "Hello"}, 400,
     {"error": "Validation failed", "details": ERRORS["missing_fields"]["body"]["error"]}),
    ({"to": "abc", "text": "Hello"}, 400,
     {"error": "Validation failed",
      "details": "`to` must be a phone number such as +15053753840, digits only."}),
    ({"to": "+15053753840", "text": "Ти повний ідіот."}, 400,
     {"error": "Content validation failed",
      "details": "Message flagged as inappropriate (TOXICITY)."}),
    ({"to": "+15055550008", "text": "Hello"}, 500,
     {"error": "Call initiation failed", "details": ERRORS["backend"]["body"]["error"],
      "statusCode": 500}),
]  # fmt: skip


@pytest.mark.parametrize(("body", "status", "wanted"), LIVE)
def test_errors_can_be_those_of_the_live_service(data, key, body, status, wanted):
    with listening(gateways(data, voice_gateway_errors="live")) as url:
        reply = ask(url, key, body)
        assert (reply.status_code, reply.json()) == (status, wanted)
        assert ask(url, "wrong", body).json() == ERRORS["unauthorized"]["body"]


# The SpeechCall document, from its top to its end.


def send(url, key, body):
    return requests.post(
        f"{url}/bat/messagelist",
        data=json.dumps(body),
        headers=JSON,
        auth=("username", key),
        timeout=5,
    )


@pytest.mark.parametrize("name", ["speechcall_one_menu.json", "speechcall_two_menus.json"])
def test_each_example_is_sent(url, key, name):
    body = example(name)
    reply = send(url, key, body)
    wanted = example("speechcall_response.json")
    wanted["messages"][0]["recipient"] = body["messages"][0]["to"]
    got = reply.json()
    wanted["messages"][0]["messageId"] = got["messages"][0]["messageId"]
    assert (reply.status_code, json.dumps(got)) == (200, json.dumps(wanted))


def test_the_curl_example_is_sent(url, key):
    body = json.loads(body_of((EXAMPLES / "speechcall_curl.txt").read_text()))
    assert send(url, key, body).json()["messages"][0]["status"] == "sent"


@pytest.fixture
def told():
    listener = Listener()
    yield listener
    listener.close()


def test_a_chosen_key_tells_the_webhook_as_the_document_shows(url, db, key, told):
    body = copy.deepcopy(example("speechcall_two_menus.json"))
    body["messages"][0] |= {"from": "0443914272", "to": "+380935550001"}
    first = body["messages"][0]["menu"][0]["dtmfActions"]["d1"][0]
    first["url"] = f"{told.url}/hook"
    message_id = send(url, key, body).json()["messages"][0]["messageId"]
    through(db, message_id)
    webhooks.tell_due(db, WebClient(frozenset({told.host})), message_id)
    ((path, headers, content),) = told.requests
    wanted = example("speechcall_webhook_delivery.json")
    wanted |= {"from": "0443914272", "to": "+380935550001", "mid": message_id}
    assert path == "/hook"
    assert headers["content-type"] == "application/json"
    assert headers["test-header"] == "test"
    assert json.dumps(json.loads(content)) == json.dumps(wanted)


@pytest.mark.parametrize(
    ("body", "auth", "status"),
    [
        (b"{", True, 400),
        (json.dumps(example("speechcall_one_menu.json")).encode(), False, 401),
        (json.dumps({"messages": [{**example("speechcall_one_menu.json")["messages"][0],
                                   "to": "+380935550009"}]}).encode(), True, 429),
        (json.dumps({"messages": [{**example("speechcall_one_menu.json")["messages"][0],
                                   "to": "+380935550008"}]}).encode(), True, 500),
    ],
)  # fmt: skip
def test_each_error_of_the_table(url, key, body, auth, status):
    reply = requests.post(
        f"{url}/bat/messagelist", data=body, auth=("u", key if auth else "no"), timeout=5
    )
    assert reply.status_code == status
    assert reply.json()["error"]["code"]
    assert ("Retry-After" in reply.headers) == (status == 429)


# What holds for both.


@pytest.fixture(scope="module")
def whole(first_day, tmp_path_factory):
    """The whole application, its pages included."""
    data = Path(shutil.copytree(first_day, tmp_path_factory.mktemp("whole") / "data"))
    with listening(create_app(data=data, TESTING=True, PROPAGATE_EXCEPTIONS=False)) as url:
        yield url


@pytest.mark.parametrize("method", ["GET", "POST", "HEAD", "PUT", "OPTIONS", "BREW"])
@pytest.mark.parametrize(
    "path",
    ["/bat", "/bat/", "/api/v1", "/api/v1/", "/api/v1/call", "/api/v1//call/tts",
     "/bat//messagelist", "/api/v1/call/status", "/bat/message/", "/api/v1/call/tts/"],
)  # fmt: skip
def test_other_addresses_are_never_answered_with_a_page(whole, method, path):
    reply = requests.request(method, whole + path, timeout=5, allow_redirects=False)
    assert reply.status_code in (404, 405)
    assert reply.headers["Content-Type"] == "application/json"
    assert reply.headers["X-Request-Id"]
    if method != "HEAD":
        assert "error" in reply.json()
