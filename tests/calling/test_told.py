"""What a service tells by itself: taken in once, whenever it comes, at an address of its own."""

from __future__ import annotations

import json
import threading

import pytest

from calling import told
from calling.reach import service_opener
from providers.web import WebClient
from storage import calls, connections
from storage.db import open_db
from tests.calling.at_infobip import (
    NO_ANSWER,
    PENDING,
    VOICE,
    infobip,
    item,
    ring,
    unclear,
)
from tests.calling.pressing import connection, flow
from tests.providers.stand_in import answering, resetting

__all__ = ["connection", "flow", "infobip", "unclear"]


def tell(db, infobip, *items):
    return told.receive(db, infobip.connection, json.dumps({"results": items}).encode())


@pytest.fixture
def followed(db, flow, infobip):
    """A call that Infobip took."""
    body = {"messages": [{"to": "380936670003", "status": PENDING}]}
    infobip.behaviours = {VOICE: answering(200, json.dumps(body).encode())}
    return ring(db, flow, infobip)


def test_what_a_service_tells_by_itself_counts_once(db, infobip, followed):
    assert tell(db, infobip, item(followed, PENDING))
    for _ in range(3):
        assert tell(db, infobip, item(followed))
    call = calls.by_id(db, followed.id)
    assert (call.outcome, call.final, call.next_poll_at) == ("answered", True, None)
    codes = [event.code for event in calls.events(db, call)]
    assert codes == ["queued", "sending", "accepted", "status", "status"]


def test_what_is_told_ten_times_at_once_counts_once(path, db, infobip, followed):
    start = threading.Barrier(10)

    def again():
        own = open_db(path)
        start.wait()
        tell(own, infobip, item(followed))
        own.close()

    threads = [threading.Thread(target=again) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    codes = [event.code for event in calls.events(db, followed)]
    assert codes.count("status") == 1


def test_an_older_answer_does_not_reopen_a_call_that_is_over(db, infobip, followed):
    tell(db, infobip, item(followed))
    tell(db, infobip, item(followed, PENDING))
    call = calls.by_id(db, followed.id)
    assert (call.outcome, call.final) == ("answered", True)


def test_a_report_about_a_call_that_may_have_rung_resolves_it(db, infobip, unclear):
    assert tell(db, infobip, item(unclear, NO_ANSWER))
    call = calls.by_id(db, unclear.id)
    assert (call.state, call.outcome, call.final) == ("accepted", "not_answered", True)


def test_a_report_that_comes_before_the_reply_is_not_lost(db, flow, infobip):
    def told_first(connection):
        [row] = db.query("SELECT id FROM calls")
        tell(db, infobip, item(calls.by_id(db, row["id"])))
        answering(200, json.dumps({"messages": [{"status": PENDING}]}).encode())(connection)

    infobip.behaviours = {VOICE: told_first}
    call = ring(db, flow, infobip)
    assert (call.state, call.outcome, call.final) == ("accepted", "answered", True)
    assert call.reply_status == 200


def test_reports_about_other_calls_change_nothing(db, box, infobip, followed):
    stranger = item(followed) | {"bulkId": "theirs", "messageId": "theirs"}
    assert tell(db, infobip, stranger)
    other = connections.save(
        db, box, 2, service="infobip", name="J", base_url="https://x.example.com", new_secret="y"
    )
    theirs = connections.get(db, 2, other)
    assert told.receive(db, theirs, json.dumps({"results": [item(followed)]}).encode())
    assert not calls.by_id(db, followed.id).final


@pytest.mark.parametrize(
    "content", [b"", b"<html>", b"[]", b"{}", b'{"results": {}}', b'{"results": [NaN]}', b"\xff"]
)
def test_what_cannot_be_read_is_refused(db, infobip, content):
    assert not told.receive(db, infobip.connection, content)


@pytest.mark.parametrize(
    ("base_url", "asked_for"),
    [
        ("https://press-one.example.com", True),
        ("http://127.0.0.1:5000", False),
        ("http://localhost:5000", False),
        ("https://10.0.0.7", False),
        ("https://menus.local", False),
        ("not an address", False),
    ],
)
def test_only_a_public_address_is_given_to_a_service(box, infobip, base_url, asked_for):
    assert bool(told.notify_url(base_url, box, infobip.connection)) is asked_for


def test_a_service_is_asked_to_tell_at_an_address_that_nobody_can_guess(
    db, box, flow, infobip, connection
):
    public = "https://press-one.example.com"
    url = told.notify_url(public, box, infobip.connection)
    assert url.startswith(f"{public}/told/")
    address = url.rpartition("/")[2]
    assert told.connection_of(db, box, address) == infobip.connection
    assert told.notify_url(public, box, connection) == ""
    guessed = f"1-{infobip.connection.id}-" + "0" * 32
    for wrong in ("", "none", address[:-1], address + "0", guessed, "2" + address[1:]):
        assert told.connection_of(db, box, wrong) is None
    infobip.service_for = service_opener(
        db, box, WebClient(infobip.server.allowed), "",
        lambda one: told.notify_url(public, box, one),
    )  # fmt: skip
    infobip.behaviours = {VOICE: resetting}
    ring(db, flow, infobip)
    assert json.loads(infobip.server.requests()[0][2])["messages"][0]["notifyUrl"] == url
    connections.delete(db, 1, infobip.connection.id)
    assert told.connection_of(db, box, address) is None
