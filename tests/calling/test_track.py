"""Following a call: asked ever less often, and once for a whole bulk."""

from __future__ import annotations

import json
import threading

import pytest

from calling import place, track
from calling.clock import parsed
from calling.reach import service_opener
from providers import SERVICES
from providers.base import CanFind, Credentials, TellsBulk
from providers.web import WebClient
from storage import calls, connections
from storage.db import now, open_db
from tests.calling.at_infobip import LOGS, PENDING, REPORTS, asked, infobip, item, results
from tests.calling.pressing import ACCEPTED, connection, flow, intent, now_due, service_for

__all__ = ["connection", "flow", "infobip", "service_for"]


@pytest.fixture
def accepted(db, flow, connection, service_for, listener):
    listener.answer = (200, ACCEPTED, 0.0)
    call, _ = place.intend(db, intent(flow, connection))
    return place.send(db, call.id, service_for)


def test_a_status_is_asked_for_only_when_it_is_time(db, accepted, service_for, listener):
    assert track.poll(db, accepted.id, service_for) == []
    assert len(listener.requests) == 1


def test_statuses_are_folded_until_one_is_final(db, accepted, service_for, listener):
    said = ["scheduled", "processing", "processing", "delivered"]
    for status in said:
        body = {"messageId": "mid-1", "deliverystatus": status}
        listener.answer = (200, json.dumps(body).encode(), 0.0)
        now_due(db, accepted)
        [call] = track.poll(db, accepted.id, service_for)
    assert (call.outcome, call.final, call.next_poll_at, call.polls) == ("answered", True, None, 4)
    lines = [e.detail["status"] for e in calls.events(db, call) if e.code == "status"]
    assert lines == ["scheduled", "processing", "delivered"]
    assert track.poll(db, accepted.id, service_for) == []


def test_a_status_that_cannot_be_had_is_asked_for_again_later(db, accepted, service_for, listener):
    listener.answer = (500, b"", 0.0)
    for _ in range(2):
        now_due(db, accepted)
        [call] = track.poll(db, accepted.id, service_for)
    assert (call.outcome, call.final) == ("waiting", False)
    assert call.next_poll_at > call.created_at
    assert [e.code for e in calls.events(db, call)].count("status_unavailable") == 1


def test_after_a_day_we_stop_asking(db, accepted, service_for, listener):
    now_due(db, accepted)
    db.execute("UPDATE calls SET created_at = '2020-01-01T00:00:00.000Z'")
    db.conn.commit()
    [call] = track.poll(db, accepted.id, service_for)
    assert (call.outcome, call.final, call.next_poll_at) == ("unknown", True, None)
    assert len(listener.requests) == 1


def test_ten_askers_at_once_ask_once(path, db, box, accepted, listener):
    now_due(db, accepted)
    listener.answer = (200, b'{"deliverystatus":"processing"}', 0.1)
    start = threading.Barrier(10)

    def ask():
        own = open_db(path)
        opener = service_opener(own, box, WebClient(frozenset({listener.host})), "")
        start.wait()
        track.poll(own, accepted.id, opener)
        own.close()

    threads = [threading.Thread(target=ask) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(listener.requests) == 2


@pytest.mark.parametrize(
    ("practice", "asked", "waits"),
    [
        (True, 0, 1),
        (True, 1, 2),
        (True, 2, 5),
        (True, 9, 5),
        (False, 0, 5),
        (False, 1, 10),
        (False, 5, 160),
        (False, 6, 300),
        (False, 20, 300),
    ],
)
def test_the_waits_grow_as_promised(db, box, flow, connection, practice, asked, waits):
    if practice:
        connection = connections.list_all(db, 1)[0]
    call, _ = place.intend(db, intent(flow, connection))
    at = track._next(db, call, asked, 1.0, 0.0)
    assert abs((parsed(at) - parsed(now())).total_seconds() - waits) < 0.5


def bulk(db, infobip, count=5):
    """Calls that a service took as one bulk."""
    made = []
    for number in range(count):
        row = calls.NewCall(
            workspace_id=1, origin="gateway", nonce=f"b{number}", flow_name="F",
            service="infobip", to_number="+380936670003", sender="", request_path="/",
            request="{}", state="accepted", bulk_id="bulk-1", message_id=f"m{number}",
            connection_id=infobip.connection.id,
        )  # fmt: skip
        call, _ = calls.add(db, row, [])
        made.append(calls.change(db, call.id, [], next_poll_at="2000-01-01T00:00:00.000Z"))
    return made


def test_one_question_answers_for_a_whole_bulk(db, infobip):
    made = bulk(db, infobip)
    infobip.behaviours = {
        REPORTS: results(*(item(call) for call in made[:3])),
        LOGS: results(item(made[3], PENDING)),
    }
    changed = [call for one in made for call in track.poll(db, one.id, infobip.service_for)]
    assert len(asked(infobip, REPORTS.replace("_", "/"))) == 1
    outcomes = {call.message_id: call.outcome for call in changed}
    assert outcomes == {
        "m0": "answered", "m1": "answered", "m2": "answered", "m3": "waiting", "m4": "waiting",
    }  # fmt: skip
    assert [call.message_id for call in changed if not call.final] == ["m3", "m4"]


def test_ten_askers_at_once_ask_once_about_a_bulk(path, db, box, infobip):
    made = bulk(db, infobip, 10)
    infobip.behaviours = {REPORTS: results(*(item(call) for call in made))}
    start = threading.Barrier(10)

    def ask(call):
        own = open_db(path)
        opener = service_opener(own, box, WebClient(infobip.server.allowed), "")
        start.wait()
        track.poll(own, call.id, opener)
        own.close()

    threads = [threading.Thread(target=ask, args=(call,)) for call in made]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(infobip.server.requests()) == 1
    assert {calls.by_id(db, call.id).outcome for call in made} == {"answered"}


def test_another_connections_bulk_of_the_same_name_is_left_alone(db, box, infobip):
    first, second = bulk(db, infobip, 2)
    other = connections.save(
        db, box, 1, service="infobip", name="J", base_url="https://x.example.com", new_secret="y"
    )
    calls.change(db, second.id, [], connection_id=other)
    infobip.behaviours = {REPORTS: results(item(first))}
    assert [call.id for call in track.poll(db, first.id, infobip.service_for)] == [first.id]
    assert not calls.by_id(db, second.id).final


def test_reports_about_strangers_are_kept_because_they_are_handed_out_once(db, infobip):
    [call] = bulk(db, infobip, 1)
    for stranger in ("m7", "m8"):
        strangers = [item(call, messageId=stranger), item(call, messageId="m9")]
        infobip.behaviours = {REPORTS: results(*strangers)}
        now_due(db, call)
        track.poll(db, call.id, infobip.service_for)
    kept = [event.raw for event in calls.events(db, call)]
    assert ["m7" in kept[0], "m8" in kept[1]] == [True, True]


def test_the_table_of_services_says_what_they_can_do():
    for info in SERVICES.values():
        service = info.factory(Credentials("https://x.example.com", "", "k"), WebClient())
        assert isinstance(service, CanFind) is info.finds
        assert isinstance(service, TellsBulk) is info.tells_bulk
