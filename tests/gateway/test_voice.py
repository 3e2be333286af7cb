"""The Voice API as its document gives it."""

from __future__ import annotations

import json

import pytest

from blueprints.gateway import Dropped
from calling.practice import Network
from storage import call_list, calls, practice
from tests.gateway.conftest import example

ERRORS = example("voice_errors.json")
TTS = example("voice_tts_request.json")
TRANSFER = example("voice_transfer_request.json")


def post(client, key, body, **more):
    return client.post("/api/v1/call/tts", json=body, headers={"x-api-key": key}, **more)


def shape(value):
    """What a value is made of, without its texts and numbers."""
    if isinstance(value, dict):
        return {name: shape(inner) for name, inner in value.items()}
    return [shape(inner) for inner in value] if isinstance(value, list) else type(value).__name__


@pytest.mark.parametrize("body", [TTS, TRANSFER])
def test_the_documents_own_requests_are_answered_as_it_says(client, db, key, body):
    reply = post(client, key, body)
    wanted = example("voice_call_response.json")
    got = reply.get_json()
    assert (reply.status_code, reply.mimetype) == (200, "application/json")
    assert list(got) == list(wanted)
    assert got["message"] == wanted["message"]
    message = got["tracking"]["messages"][0]
    assert message["to"] == "15053753840"
    assert message["status"] == wanted["tracking"]["messages"][0]["status"]
    row = calls.of_message(db, 1, message["messageId"])
    assert (row.listed, row.origin, json.loads(row.request)) == (True, "gateway", body)


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({}, "missing_fields"),
        ({"to": "+15053753840"}, "missing_fields"),
        ({"text": "Hello"}, "missing_fields"),
        ({"to": "", "text": "Hello"}, "missing_fields"),
        ({"to": None, "text": "Hello"}, "missing_fields"),
        ({**TTS, "to": "+15055550008"}, "backend"),
    ],
)
def test_errors_are_word_for_word_those_of_the_document(client, key, body, error):
    reply = post(client, key, body)
    wanted = ERRORS[error]
    assert reply.status_code == wanted["status"]
    assert reply.get_data(as_text=True) == json.dumps(wanted["body"], ensure_ascii=False)


@pytest.mark.parametrize("headers", [{}, {"x-api-key": ""}, {"x-api-key": "wrong ї"}])
@pytest.mark.parametrize(
    ("method", "path"), [("POST", "/api/v1/call/tts"), ("GET", "/api/v1/call/status/x")]
)
def test_a_missing_or_wrong_key_is_401(client, method, path, headers):
    reply = client.open(path, method=method, headers=headers, json=TTS)
    assert reply.status_code == 401
    assert reply.get_data(as_text=True) == json.dumps(ERRORS["unauthorized"]["body"])


@pytest.mark.parametrize(
    "body",
    [
        {**TTS, "to": 15053753840},
        {**TTS, "to": "+380XXXXXXXXX"},
        {**TTS, "to": "abc"},
        {**TTS, "text": "x" * 1401},
        {**TTS, "text": ["Hello"]},
        {**TTS, "audioUrl": "ftp://a.example/x.mp3"},
        {**TTS, "audioUrl": "http://user:pass@a.example/x.mp3"},
        {**TTS, "transferToNumber": "+15055559999"},
        {**TRANSFER, "dtmfTransferDigit": "12"},
        {**TRANSFER, "dtmfTransferDigit": "A"},
        {**TTS, "to": "+19005551234"},
        {**TTS, "to": "+881612345678"},
        {**TTS, "to": "112"},
        {**TRANSFER, "transferToNumber": "+19005551234"},
        [TTS],
        "text",
        7,
    ],
)
def test_what_is_wrong_is_400_and_places_nothing(client, db, key, body):
    reply = post(client, key, body)
    assert reply.status_code == 400
    assert reply.get_json()["error"]
    assert call_list.list_page(db, 1) == []


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"{", 400),
        (b'{"to":"+15053753840","to":"+15053753841","text":"x"}', 400),
        (b"\xff\xfe{", 400),
        (b"[" * 100_000, 400),
        (b"to=%2B15053753840&text=hello", 400),
        (b'{"to": NaN}', 400),
        (b" " * (1 << 20) + b"{}", 413),
    ],
)
@pytest.mark.parametrize("kind", ["application/json", "application/x-www-form-urlencoded", ""])
def test_bodies_that_are_no_json_or_too_large_get_a_json_error(client, key, content, status, kind):
    reply = client.post(
        "/api/v1/call/tts", data=content, content_type=kind, headers={"x-api-key": key}
    )
    assert (reply.status_code, reply.mimetype) == (status, "application/json")
    assert isinstance(reply.get_json()["error"], str)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/v1/call/tts", 405),
        ("DELETE", "/api/v1/call/tts", 405),
        ("OPTIONS", "/api/v1/call/tts", 405),
        ("POST", "/api/v1/call/status/x", 405),
        ("GET", "/api/v1/", 404),
        ("GET", "/api/v1/call", 404),
        ("POST", "/api/v1/call/tts/", 404),
        ("PATCH", "/api/v1/%00/x", 404),
    ],
)
def test_other_paths_and_methods_get_json_errors(client, key, method, path, status):
    reply = client.open(path, method=method, headers={"x-api-key": key})
    assert (reply.status_code, reply.mimetype) == (status, "application/json")
    assert "error" in reply.get_json()


def test_429_says_when_to_come_back(client, db, key):
    reply = post(client, key, {**TTS, "to": "+15055550009"})
    assert (reply.status_code, reply.headers["Retry-After"]) == (429, "5")
    assert call_list.list_page(db, 1) == []


def test_the_connection_breaks_after_the_call_was_accepted(client, db, key):
    with pytest.raises(Dropped):
        post(client, key, {**TTS, "to": "+15055550010"}).get_data()
    assert [call.to_number for call in call_list.list_page(db, 1)] == ["+15055550010"]


def test_the_status_goes_from_nothing_known_to_delivered(client, db, key):
    tracking = post(client, key, {**TTS, "to": "+15055550001"}).get_json()["tracking"]
    url = f"/api/v1/call/status/{tracking['bulkId']}"
    headers = {"x-api-key": key}
    assert client.get(url, headers=headers).get_json() == {"results": []}
    network = Network(db, 0.0001, lambda _call: None)
    message_id = tracking["messages"][0]["messageId"]
    while (call := practice.by_message(db, message_id)).phase != "ended":
        network.advance(message_id)
    got = client.get(url, headers=headers).get_json()
    wanted = example("voice_status_response.json")
    assert list(got["results"][0]) == list(wanted["results"][0])
    assert shape(got) == shape(wanted)
    result = got["results"][0]
    assert result["status"] == wanted["results"][0]["status"]
    assert result["error"] == wanted["results"][0]["error"]
    assert (result["doneAt"], result["to"]) == (call.ended_at, "15055550001")


def test_the_calls_of_another_workspace_do_not_exist(client, key, foreign_key):
    tracking = post(client, key, TTS).get_json()["tracking"]
    url = f"/api/v1/call/status/{tracking['bulkId']}"
    assert client.get(url, headers={"x-api-key": key}).status_code == 200
    for unknown in (url, "/api/v1/call/status/nothing"):
        reply = client.get(unknown, headers={"x-api-key": foreign_key})
        assert (reply.status_code, reply.get_json()["error"]) == (404, "Not found")


def test_a_recording_plays_and_the_text_is_not_needed(client, db, key):
    body = {"to": "+15053753840", "audioUrl": "https://cdn.example.com/a.mp3"}
    reply = post(client, key, body).get_json()
    message_id = reply["tracking"]["messages"][0]["messageId"]
    menu = practice.by_message(db, message_id).flow.menus[0]
    assert (menu.recording, menu.wait_ms) == ("https://cdn.example.com/a.mp3", 1_000)


def test_the_transfer_key_connects(client, db, key):
    from flows.call import replay

    reply = post(client, key, TRANSFER).get_json()
    call = practice.by_message(db, reply["tracking"]["messages"][0]["messageId"])
    assert replay(call.flow, ["1"]).state == "connected"
    assert replay(call.flow, ["2"]).state == "ended"
