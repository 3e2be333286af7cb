"""SpeechCall as its document and help pages give it."""

from __future__ import annotations

import base64
import copy
import json

import pytest

from blueprints.gateway import Dropped
from calling.practice import Network
from storage import call_list, calls, keys, practice
from storage.db import write_tx
from tests.gateway.conftest import example

ONE = example("speechcall_one_menu.json")
TWO = example("speechcall_two_menus.json")


def basic(user, password):
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


def post(client, key, body):
    return client.post("/bat/messagelist", json=body, headers=basic("anything", key))


def to(number, body=ONE):
    changed = copy.deepcopy(body)
    changed["messages"][0]["to"] = number
    return changed


def test_the_documents_own_request_is_answered_as_it_says(client, key):
    reply = post(client, key, ONE)
    got, wanted = reply.get_json(), example("speechcall_response.json")
    assert (reply.status_code, reply.mimetype) == (200, "application/json")
    assert list(got["messages"][0]) == list(wanted["messages"][0])
    wanted["messages"][0]["messageId"] = got["messages"][0]["messageId"]
    assert got == wanted


def test_the_example_with_private_addresses_and_a_placeholder_is_accepted(client, db, key):
    reply = post(client, key, TWO).get_json()
    assert reply["messages"][0]["status"] == "sent"
    assert reply["messages"][0]["recipient"] == "+380XXXXXXXXX"
    message_id = reply["messages"][0]["messageId"]
    assert json.loads(calls.of_message(db, 1, message_id).request) == TWO
    network = Network(db, 0.0001, lambda _call: None)
    while practice.by_message(db, message_id).phase != "ended":
        network.advance(message_id)
    status = client.get(f"/bat/message/{message_id}", headers=basic("u", key)).get_json()
    assert status["deliverystatus"] == "permanenterror"


@pytest.mark.parametrize(
    "headers",
    [
        lambda key: basic("somebody", key),
        lambda key: basic("@", key),
        lambda key: basic("", key),
        lambda key: {"X-Authorization-Key": key},
    ],
)
def test_a_key_may_come_in_every_documented_way(client, key, headers):
    reply = client.post("/bat/messagelist", json=ONE, headers=headers(key))
    assert reply.status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {},
        basic("user", "wrong"),
        {"Authorization": "Basic !!!"},
        {"Authorization": "Bearer x"},
        {"X-Authorization-Key": "wrong"},
    ],
)
@pytest.mark.parametrize(
    ("method", "path"), [("POST", "/bat/messagelist"), ("GET", "/bat/message/1")]
)
def test_a_missing_or_wrong_key_is_401(client, key, headers, method, path):
    reply = client.open(path, method=method, headers=headers, json=ONE)
    assert (reply.status_code, reply.get_json()["error"]["code"]) == (401, "UNAUTHORIZED")


def test_every_message_of_a_list_gets_its_own_answer(client, db, key):
    loop = copy.deepcopy(ONE["messages"][0])
    loop["menu"][0]["dtmfActions"] = {"wrong": [{"action": "gotoMenu", "menu": "0"}]}
    numbers = ["+380936670003", "+19005551234", "+881612345678", "112", "+15055550001"]
    messages = [to(number)["messages"][0] for number in numbers]
    reply = post(client, key, {"messages": [*messages, loop]})
    got = reply.get_json()["messages"]
    assert [m["recipient"] for m in got] == [*numbers, "+380936670003"]
    assert [(m["status"], m.get("error", {}).get("code")) for m in got] == [
        ("sent", None),
        ("rejected", "INVALID_RECIPIENT"),
        ("rejected", "INVALID_RECIPIENT"),
        ("rejected", "INVALID_RECIPIENT"),
        ("sent", None),
        ("rejected", "NO_WAY_OUT"),
    ]
    assert all(m["error"]["message"] for m in got if "error" in m)
    assert len({m["messageId"] for m in got}) == 6
    placed = call_list.list_page(db, 1)
    assert [call.to_number for call in placed] == ["+15055550001", "+380936670003"]
    assert len(json.loads(placed[0].request)["messages"]) == 1


@pytest.mark.parametrize(
    ("content", "status", "code", "path"),
    [
        (b"", 400, "EMPTY", "/"),
        (b"{", 400, "JSON_SYNTAX", "/"),
        (b"a=1", 400, "JSON_SYNTAX", "/"),
        (b"[]", 422, "NOT_OBJECT", "/"),
        (b"{}", 422, "MISSING", "/messages"),
        (json.dumps(to("abc")).encode(), 422, "INVALID_RECIPIENT", "/messages/0/to"),
        (b" " * (1 << 20) + b"{}", 413, "MESSAGE_TOO_LONG", "/"),
        (b" " * (8 << 20) + b"{}", 413, "MESSAGE_TOO_LONG", "/"),
        (json.dumps({"messages": ONE["messages"] * 101}).encode(), 422, "TOO_MANY_MESSAGES",
         "/messages"),
    ],
)  # fmt: skip
def test_a_list_that_cannot_be_read_is_refused_with_every_problem(
    client, db, key, content, status, code, path
):
    reply = client.post("/bat/messagelist", data=content, headers=basic("u", key))
    got = reply.get_json()
    assert (reply.status_code, got["error"]["code"]) == (status, code)
    assert got["error"]["message"]
    assert path in [problem["path"] for problem in got["problems"]]
    assert set(got["problems"][0]) == {"code", "path", "severity", "message"}
    if status == 413:
        assert got["problems"][0]["code"] == "too_large"
    assert call_list.list_page(db, 1) == []


def test_a_hundred_messages_are_taken_together(client, db, key):
    reply = post(client, key, {"messages": ONE["messages"] * 100})
    assert [m["status"] for m in reply.get_json()["messages"]] == ["sent"] * 100
    assert len(call_list.list_page(db, 1, limit=200)) == 100


@pytest.mark.parametrize(("number", "status"), [("+380935550008", 500), ("+380935550009", 429)])
def test_practice_numbers_make_the_gateway_fail(client, db, key, number, status):
    reply = post(client, key, to(number))
    assert reply.status_code == status
    assert reply.get_json()["error"]["code"]
    assert ("Retry-After" in reply.headers) == (status == 429)
    assert call_list.list_page(db, 1) == []


def test_the_connection_breaks_after_the_call_was_accepted(client, db, key):
    with pytest.raises(Dropped):
        post(client, key, to("+380935550010")).get_data()
    assert len(call_list.list_page(db, 1)) == 1


def test_the_status_moves_from_scheduled_to_delivered(client, db, key):
    message_id = post(client, key, to("+380935550002")).get_json()["messages"][0]["messageId"]
    network = Network(db, 0.0001, lambda _call: None)
    seen = []
    while "delivered" not in seen:
        reply = client.get(f"/bat/message/{message_id}", headers=basic("u", key)).get_json()
        if reply["deliverystatus"] not in seen:
            seen.append(reply["deliverystatus"])
        network.advance(message_id)
    assert seen == ["scheduled", "processing", "delivered"]
    assert reply["messageId"] == message_id
    assert {"messagelistId", "partscount", "cost"} <= reply.keys()


def test_the_customers_own_number_of_a_message_is_echoed(client, key):
    body = copy.deepcopy(ONE)
    body["messages"][0]["customerMessageId"] = "order 7"
    message_id = post(client, key, body).get_json()["messages"][0]["messageId"]
    reply = client.get(f"/bat/message/{message_id}", headers=basic("u", key)).get_json()
    assert reply["customerMessageId"] == "order 7"


def test_the_messages_of_another_workspace_do_not_exist(client, key, foreign_key):
    message_id = post(client, key, ONE).get_json()["messages"][0]["messageId"]
    for unknown in (message_id, "nothing"):
        reply = client.get(f"/bat/message/{unknown}", headers=basic("u", foreign_key))
        assert (reply.status_code, reply.get_json()["error"]["code"]) == (404, "NOT_FOUND")


def test_calls_of_the_apps_own_practice_key_are_not_listed(client, db):
    with write_tx(db):
        inside = keys.issue(db, 1, "Practice", "practice")
    assert post(client, inside, ONE).status_code == 200
    assert call_list.list_page(db, 1) == []


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/bat/messagelist", 405),
        ("PUT", "/bat/messagelist", 405),
        ("POST", "/bat/message/1", 405),
        ("GET", "/bat/", 404),
        ("GET", "/bat/message/", 404),
        ("POST", "/bat/messages", 404),
    ],
)
def test_other_paths_and_methods_get_json_errors(client, method, path, status):
    reply = client.open(path, method=method)
    assert (reply.status_code, reply.mimetype) == (status, "application/json")
    assert reply.get_json()["error"]["code"]
