"""The address at which a service tells how calls went, over HTTP."""

from __future__ import annotations

import json

import pytest

from calling import told
from storage import calls, connections
from storage.calls import NewCall
from storage.credentials import secret_box

PUBLIC = "https://press-one.example.com"
ANSWERED = {"groupId": 3, "groupName": "DELIVERED", "id": 5, "name": "DELIVERED_TO_HANDSET"}


@pytest.fixture
def connection(db, data):
    made = connections.save(
        db, secret_box(data), 1, service="infobip", name="I", base_url="https://x.api.infobip.com",
        new_secret="k",
    )  # fmt: skip
    return connections.get(db, 1, made)


@pytest.fixture
def path(data, connection):
    """The path that Infobip was given."""
    return told.notify_url(PUBLIC, secret_box(data), connection).removeprefix(PUBLIC)


def placed(db, connection):
    row = NewCall(
        workspace_id=1, origin="app", nonce="n", flow_name="F", service="infobip",
        connection_id=connection.id, to_number="+380936670003", sender="", request_path="/",
        request="{}", state="accepted", bulk_id="press-one-1-1-n",
    )  # fmt: skip
    return calls.add(db, row, [])[0]


def test_a_report_is_taken_without_a_session_and_as_often_as_it_comes(app, db, connection, path):
    call = placed(db, connection)
    body = {"results": [{"bulkId": call.bulk_id, "messageId": "m", "status": ANSWERED}]}
    for _ in range(2):
        reply = app.test_client().post(path, json=body)
        assert (reply.status_code, reply.get_json()) == (200, {"status": "ok"})
    assert calls.by_id(db, call.id).outcome == "answered"
    assert [event.code for event in calls.events(db, call)] == ["status"]


@pytest.mark.parametrize(
    ("content", "status"), [(b"", 400), (b"<html>", 400), (b"{}", 400), (b"x" * 2_000_000, 413)]
)
def test_what_is_no_report_is_refused(app, db, path, content, status):
    reply = app.test_client().post(path, data=content, content_type="application/json")
    assert reply.status_code == status
    assert "error" in json.loads(reply.data)


def test_a_guessed_address_is_not_found(app, db, connection, path):
    client = app.test_client()
    for wrong in (path[:-1], path[:-1] + ("0" if path[-1] != "0" else "1"), "/told/none"):
        assert client.post(wrong, json={"results": []}).status_code == 404
    assert client.get(path).status_code == 405
    connections.delete(db, 1, connection.id)
    assert client.post(path, json={"results": []}).status_code == 404
