"""Send again: a web address is told once more, by hand, and the history shows both attempts."""

from __future__ import annotations

import re

import pytest

from blueprints.queue import jobs_of
from calling.practice import Network
from storage import call_list, keys, practice
from tests.calling.conftest import Listener
from tests.helpers import sign_in


@pytest.fixture
def told():
    listener = Listener()
    yield listener
    listener.close()


@pytest.fixture
def app(data, told):
    from app import create_app

    return create_app(data=data, TESTING=True, allowed_hosts=frozenset({told.host}))


@pytest.fixture
def call(app, db, told):
    """A gateway's call whose web address answered 500."""
    told.answer = (500, b"{}", 0.0)
    step = {"action": "webhook", "url": f"{told.url}/hook", "body": {"confirm": True}}
    menu = {"introUrl": "ivr_1", "dtmfActions": {"d1": [step, {"action": "hangup"}],
                                                 "wrong": [{"action": "hangup"}]}}  # fmt: skip
    message = {"from": "Bazar", "to": "+380935550001", "text": "ivr", "type": "speechcall",
               "menu": [menu]}  # fmt: skip
    reply = app.test_client().post(
        "/bat/messagelist", json={"messages": [message]},
        headers={"X-Authorization-Key": keys.add(db, 1, "Tests")},
    )  # fmt: skip
    message_id = reply.get_json()["messages"][0]["messageId"]
    network = Network(db, 0.0001, lambda _call: None)
    while practice.by_message(db, message_id).phase != "ended":
        network.advance(message_id)
    jobs_of(app).tell_webhooks(message_id)
    (found,) = call_list.list_page(db, 1)
    return found


def press(browser, call):
    """Press the button of the call's page; the address it led to."""
    browser.get(f"/calls/{call.id}")
    (address,) = re.findall(r'action="(/calls/\d+/again/\d+)"', browser.text)
    browser.post(address)
    return address


def test_it_is_told_once_more_and_stands_in_the_history(app, db, call, told):
    owner = sign_in(app)
    told.answer = (200, b"{}", 0.0)
    press(owner, call)
    assert "About to tell" in owner.text
    assert "hx-get" in owner.text
    jobs_of(app).tell_webhooks(call.message_id)
    first, second = told.bodies()
    assert first == second
    assert second["action"] == {"confirm": True}
    assert second["mid"] == call.message_id
    owner.get(f"/calls/{call.id}")
    assert '<i class="dot error"></i> Told' in owner.text, "what was not taken is marked"
    assert owner.text.count('<i class="dot error"></i>') == 1
    assert "it answered 500" in owner.text
    assert "it answered 200" in owner.text
    assert "Sent again by hand, attempt 2." in owner.text
    press(owner, call)
    jobs_of(app).tell_webhooks(call.message_id)
    owner.get(f"/calls/{call.id}")
    assert "Sent again by hand, attempt 3." in owner.text


def test_pressing_twice_sends_once(app, db, call, told):
    owner = sign_in(app)
    address = press(owner, call)
    owner.post(address)
    jobs_of(app).tell_webhooks(call.message_id)
    owner.post(address)
    jobs_of(app).tell_webhooks(call.message_id)
    assert len(told.requests) == 2


def test_a_viewer_has_no_button_and_may_not(app, db, call, told, viewer):
    viewer.get(f"/calls/{call.id}")
    assert "Send again" not in viewer.text
    event = db.execute("SELECT id FROM call_events WHERE code = 'webhook_refused'").fetchone()[0]
    assert viewer.post(f"/calls/{call.id}/again/{event}").status_code == 403
    assert len(told.requests) == 1


def test_no_token_no_attempt_and_no_other_calls_attempts(app, db, call, told, stranger):
    event = db.execute("SELECT id FROM call_events WHERE code = 'webhook_refused'").fetchone()[0]
    owner = sign_in(app)
    path = f"/calls/{call.id}/again/{event}"
    assert owner.client.post(path).status_code == 400
    owner.get("/calls")
    assert owner.post(f"/calls/{call.id}/again/{event + 1000}").status_code == 404
    stranger.get("/calls")
    assert stranger.post(path).status_code == 404
    jobs_of(app).tell_webhooks(call.message_id)
    assert len(told.requests) == 1
