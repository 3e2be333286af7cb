"""Following a call: asked ever less often, once for a bulk, told by the service, looked up."""

from __future__ import annotations

import json
import threading

import pytest

from calling import place, told, track
from calling.clock import later, parsed
from calling.numbers import normalise
from calling.reach import service_opener
from calling.words import event_words
from flows.targets.base import Compiled
from providers import SERVICES
from providers.base import CanFind, Credentials, TellsBulk
from providers.web import WebClient
from storage import calls, calls_due, connections
from storage.db import now, open_db
from tests.calling.pressing import ACCEPTED, connection, flow, intent, service_for
from tests.providers.stand_in import Routes, answering, resetting, standing_in

__all__ = ["connection", "flow", "service_for"]


@pytest.fixture
def accepted(db, flow, connection, service_for, listener):
    listener.answer = (200, ACCEPTED, 0.0)
    call, _ = place.intend(db, intent(flow, connection))
    return place.send(db, call.id, service_for)


def now_due(db, call):
    return calls.change(db, call.id, [], next_poll_at="2000-01-01T00:00:00.000Z")


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


PENDING = {"groupId": 1, "groupName": "PENDING", "id": 26, "name": "PENDING_ACCEPTED"}
ANSWERED = {"groupId": 3, "groupName": "DELIVERED", "id": 5, "name": "DELIVERED_TO_HANDSET"}
NO_ANSWER = {"groupId": 2, "groupName": "UNDELIVERABLE", "id": 96, "name": "NO_ANSWER"}

VOICE, REPORTS, OLDER, LOGS = (
    "tts_3_advanced", "voice_1_reports", "tts_3_reports", "tts_3_logs",
)  # fmt: skip


def item(call, status=ANSWERED, **more):
    """One report of Infobip about a call that we named."""
    return {
        "bulkId": call.bulk_id, "messageId": call.message_id or call.bulk_id,
        "to": "380936670003", "doneAt": "2026-07-01T10:00:30.000+0000",
        "status": status, "error": {"groupId": 0, "id": 0, "name": "NO_ERROR"}, **more,
    }  # fmt: skip


def results(*items):
    return answering(200, json.dumps({"results": list(items)}).encode())


@pytest.fixture
def infobip(db, box):
    """An Infobip connection to a stand-in, whose routes a test sets."""
    routes = Routes({})
    with standing_in(routes) as server:
        routes.server = server
        made = connections.save(
            db, box, 1, service="infobip", name="I", base_url=server.url, new_secret="s3cret-key",
        )  # fmt: skip
        routes.connection = connections.get(db, 1, made)
        routes.service_for = service_opener(db, box, WebClient(server.allowed), "")
        yield routes


def ring(db, flow, infobip, nonce="n1"):
    """Press once and send, whatever comes of it."""
    call, _ = place.intend(
        db,
        place.Intent(
            workspace_id=1, person_id=None, nonce=nonce, flow=flow,
            connection=infobip.connection, number=normalise("+380936670003", "UA"), sender="",
            again=True,
            compiled=Compiled("infobip", "/tts/3/advanced", {"messages": [{"destinations": [{}]}]}),
        ),
    )  # fmt: skip
    return place.send(db, call.id, infobip.service_for)


def asked(infobip, path):
    return [line for line, _, _ in infobip.server.requests() if path in line]


def test_the_name_a_service_knows_a_call_by_is_stored_before_it_is_sent(db, flow, infobip):
    named_before = []

    def look(connection):
        named_before.append(next(db.query("SELECT state, bulk_id FROM calls"))["bulk_id"])
        resetting(connection)

    infobip.behaviours = {VOICE: look}
    call = ring(db, flow, infobip)
    [(_, headers, body)] = infobip.server.requests()
    assert named_before == [call.bulk_id]
    assert json.loads(body)["bulkId"] == headers["x-request-id"] == call.bulk_id
    assert call.nonce in call.bulk_id


def test_two_presses_have_two_names(db, flow, infobip):
    infobip.behaviours = {VOICE: answering(500, b"")}
    first = ring(db, flow, infobip, "n1")
    assert first.bulk_id != ring(db, flow, infobip, "n2").bulk_id


@pytest.fixture
def unclear(db, flow, infobip):
    """A call whose reply was lost."""
    infobip.behaviours = {VOICE: resetting}
    return ring(db, flow, infobip)


def look(db, call, infobip):
    now_due(db, call)
    changed = track.poll(db, call.id, infobip.service_for)
    return changed[0] if changed else None


def test_a_call_that_may_have_rung_says_so_and_is_looked_up(db, unclear):
    assert (unclear.state, unclear.outcome) == ("unknown", "unknown")
    assert unclear.next_poll_at is not None
    lines = [event_words(event) for event in calls.events(db, unclear)]
    assert "Nobody knows" in lines[-2]
    assert "not rung again by itself" in lines[-1]


@pytest.mark.parametrize(
    ("status", "outcome", "final"),
    [(ANSWERED, "answered", True), (NO_ANSWER, "not_answered", True), (PENDING, "waiting", False)],
)
def test_a_lost_call_that_is_found_is_resolved(db, unclear, infobip, status, outcome, final):
    infobip.behaviours = {LOGS: results(item(unclear, status)), REPORTS: results()}
    call = look(db, unclear, infobip)
    assert (call.state, call.outcome, call.final) == ("accepted", outcome, final)
    assert (call.next_poll_at is None) is final
    assert [e.code for e in calls.events(db, call)][-2:] == ["found", "status"]
    assert call.problem == ""
    assert len(asked(infobip, "POST")) == 1


def test_a_lost_call_without_a_trace_was_not_placed(db, unclear, infobip):
    infobip.behaviours = {LOGS: results(), REPORTS: results()}
    for _ in track.LOOK_UP_WAITS_S:
        call = look(db, unclear, infobip)
        assert call.state == "unknown"
        assert parsed(call.next_poll_at) > parsed(now())
    call = look(db, unclear, infobip)
    assert (call.state, call.final, call.next_poll_at) == ("refused", True, None)
    assert "no trace" in call.problem
    assert sum(track.LOOK_UP_WAITS_S) > 600
    assert len(asked(infobip, "POST")) == 1


def test_a_look_up_that_fails_proves_nothing(db, unclear, infobip):
    infobip.behaviours = {LOGS: answering(500, b""), REPORTS: results(), OLDER: results()}
    for _ in range(20):
        call = look(db, unclear, infobip)
    assert call.state == "unknown"
    db.execute("UPDATE calls SET created_at = '2020-01-01T00:00:00.000Z'")
    db.conn.commit()
    call = look(db, unclear, infobip)
    assert (call.state, call.final, call.next_poll_at) == ("unknown", True, None)


def test_a_call_whose_sender_was_killed_is_looked_up_too(db, flow, infobip, monkeypatch):
    infobip.behaviours = {VOICE: resetting}
    call = ring(db, flow, infobip)
    db.execute("UPDATE calls SET state = 'sending', message_id = '', next_poll_at = NULL")
    db.conn.commit()
    monkeypatch.setattr(place, "LONGEST_SENDING_S", -1.0)
    [lost] = place.abandon_lost(db)
    assert (lost.state, lost.bulk_id) == ("unknown", call.bulk_id)
    infobip.behaviours = {LOGS: results(item(call))}
    assert look(db, lost, infobip).outcome == "answered"


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
        look(db, call, infobip)
    kept = [event.raw for event in calls.events(db, call)]
    assert ["m7" in kept[0], "m8" in kept[1]] == [True, True]


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
    for wrong in ("", "none", address[:-1], address + "0", "1-1-" + "0" * 32, "2" + address[1:]):
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


def test_the_table_of_services_says_what_they_can_do():
    for info in SERVICES.values():
        service = info.factory(Credentials("https://x.example.com", "", "k"), WebClient())
        assert isinstance(service, CanFind) is info.finds
        assert isinstance(service, TellsBulk) is info.tells_bulk


def test_a_claim_outlives_the_longest_sending_and_a_question_its_lease():
    from providers.infobip import REPORT_PATHS
    from providers.web import DEFAULT_TIMEOUT_S

    assert place.LONGEST_SENDING_S == 30.0 > place.MOST_REQUESTS * DEFAULT_TIMEOUT_S
    assert (len(REPORT_PATHS) + 1) * DEFAULT_TIMEOUT_S <= track.LEASE_S <= 30.0


def test_the_numbers_that_may_have_rung_are_found_quickly(db, unclear):
    found = calls_due.unclear_to(db, 1, "+380936670003", later(-86_400))
    assert found is not None and found.id == unclear.id
    assert calls_due.unclear_to(db, 1, "+380936670004", later(-86_400)) is None
    assert calls_due.unclear_to(db, 2, "+380936670003", later(-86_400)) is None
    assert calls_due.unclear_to(db, 1, "+380936670003", later(10)) is None
    plan = db.execute(
        "EXPLAIN QUERY PLAN SELECT * FROM calls WHERE workspace_id = 1 AND to_number = '+1'"
        " AND state = 'unknown' ORDER BY id DESC LIMIT 1"
    ).fetchall()
    assert "calls_unclear" in str(plan)
