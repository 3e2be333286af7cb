"""The practice phone network: scripts, phones on the screen, and the addresses it tells."""

from __future__ import annotations

import threading
import time

import pytest

from calling import practice, webhooks
from calling.practice import Network, Ring
from calling.practice_scripts import PRACTICE_NUMBERS, SCRIPTS, fault_of, script_of
from calling.practice_statuses import speechcall_status, voice_results
from calling.words import EVENTS, event_words
from flows import call as engine
from flows.document import KEYS, Connect, Flow, GoTo, HangUp, Menu, Repeat, Webhook
from flows.paths import prove
from providers.web import WebClient
from storage import call_list, calls
from storage import practice as book
from storage.db import now, open_db

FAST = 0.0005
"""One minute of practice time in 30 milliseconds."""


def flow(url="https://hooks.example.com/1"):
    first = Menu(
        id="m1",
        name="First",
        keys={
            "1": (
                Webhook(id="w1", url=url, body={"n": 1}, headers={"X-Secret": "s"}),
                Webhook(id="w2", url=url, body={"n": 2}),
                HangUp(id="h1"),
            ),
            "2": (GoTo(id="g1", menu="m2"),),
            "wrong": (GoTo(id="g2", menu="m2"),),
        },
    )
    last = Menu(id="m2", keys={"wrong": (HangUp(id="h2"),)})
    return Flow(name="F", sender="S", menus=(first, last))


def ring(key, number="+15055551234", mid="m1", service="voice_api", **more):
    return Ring(
        **{
            "key": key, "service": service, "flow": flow(), "sender": "S", "to_number": number,
            "bulk_id": "b1", "message_id": mid, "request_path": "/p", "request": "{}", **more,
        }
    )  # fmt: skip


@pytest.fixture
def network(db):
    return Network(db, FAST, lambda _call: None)


@pytest.fixture
def patient(db):
    """Its phones ring for 45 seconds, however long a busy machine takes to pick one up."""
    return Network(db, 1.0, lambda _call: None)


def run(network, mid="m1", seconds=5.0):
    """Let the network move the call on until it ends."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        network.advance(mid)
        call = book.by_message(network.db, mid)
        if call.phase == "ended":
            return call
        time.sleep(0.001)
    raise AssertionError(f"the call is still {call.phase}")


def codes(db, mid="m1"):
    call = calls.of_message(db, 1, mid)
    return [event.code for event in calls.events(db, call)]


@pytest.mark.parametrize(
    ("number", "result", "outcome", "inputs", "speechcall", "voice"),
    [
        ("+15055550001", "answered", "answered", ("1",), "delivered", (3, 5, 0, "NO_ERROR")),
        ("15055550001", "answered", "answered", ("1",), "delivered", (3, 5, 0, "NO_ERROR")),
        ("+380935550001", "answered", "answered", ("1",), "delivered", (3, 5, 0, "NO_ERROR")),
        ("+15055550002", "answered", "answered", ("silence", "silence"), "delivered",
         (3, 5, 0, "NO_ERROR")),
        ("+15055550003", "busy", "busy", (), "undeliverable", (2, 97, 10201, "BUSY")),
        ("+15055550004", "no_answer", "not_answered", (), "undeliverable",
         (2, 96, 10200, "NO_ANSWER")),
        ("+15055550005", "answered", "answered", ("3", "1"), "delivered", (3, 5, 0, "NO_ERROR")),
        ("+15055550006", "rejected", "refused", (), "undeliverable", (5, 99, 10203, "REJECTED")),
        ("+15055550007", "machine", "answered", (), "delivered",
         (3, 5, 10002, "MACHINE_DETECTED")),
        ("+15055550010", "no_answer", "not_answered", (), "undeliverable",
         (2, 96, 10200, "NO_ANSWER")),
        ("+380XXXXXXXXX", "placeholder", "failed", (), "permanenterror",
         (5, 52, 10305, "INVALID_DESTINATION")),
        ("+15053753840", "no_answer", "not_answered", (), "undeliverable",
         (2, 96, 10200, "NO_ANSWER")),
    ],
)  # fmt: skip
def test_a_number_acts_by_its_last_digits(
    network, key, number, result, outcome, inputs, speechcall, voice
):
    network.accept([ring(key, number)])
    call = run(network)
    assert (call.result, call.inputs) == (result, inputs)
    row = calls.by_id(network.db, call.call_id)
    assert (row.outcome, row.final) == (outcome, True)
    assert speechcall_status(call)["deliverystatus"] == speechcall
    said = voice_results([call])[0]
    assert (
        said["status"]["groupId"], said["status"]["id"], said["error"]["id"], said["error"]["name"]
    ) == voice  # fmt: skip


def test_every_practice_number_is_described_and_acts():
    for ending in PRACTICE_NUMBERS:
        assert ending in SCRIPTS or fault_of(f"+1505555{ending}") is not None


@pytest.mark.parametrize("number", ["+15055560001", "+150555500010", "+380945550001", "0001", ""])
def test_other_numbers_ring_on_the_screen(number):
    assert script_of(number) == "screen"


def test_statuses_move_through_the_phases_of_a_call(network, key):
    [scripted] = network.accept([ring(key, "+15055550001", "m2")])
    assert (scripted.phase, voice_results([scripted])) == ("enroute", [])
    assert speechcall_status(scripted)["deliverystatus"] == "scheduled"
    assert scripted == book.by_message(network.db, "m2")
    [call] = network.accept([ring(key)])
    assert (call.phase, voice_results([call])[0]["status"]["name"]) == (
        "ringing",
        "PENDING_ENROUTE",
    )
    assert speechcall_status(call)["deliverystatus"] == "processing"
    call = network.answer(1, "m1")
    assert speechcall_status(call)["deliverystatus"] == "processing"
    call = network.hang_up(1, "m1")
    assert voice_results([call])[0]["status"]["name"] == "DELIVERED_TO_HANDSET"


def test_a_phone_on_the_screen_rings_at_once_and_for_forty_five_seconds(db, key):
    network = Network(db, 1.0, lambda _call: None)
    [call] = network.accept([ring(key)])
    assert (call.phase, codes(db)) == ("ringing", ["gateway_accepted", "ringing"])
    assert network.advance("m1") is None
    assert 44 < _seconds(call.next_at) < 46


def _seconds(moment):
    from calling.clock import parsed

    return (parsed(moment) - parsed(now())).total_seconds()


def test_a_person_answers_presses_keys_and_hangs_up(db, key):
    network = Network(db, 1.0, lambda _call: None)
    network.accept([ring(key)])
    network.advance("m1")
    assert [c.message_id for c in practice.ringing(db, 1)] == ["m1"]
    assert network.answer(1, "m1").phase == "talking"
    assert practice.progress(network.press(1, "m1", "2")).menu_id == "m2"
    assert network.press(1, "m1", "x") is None
    over = network.stay_silent(1, "m1")
    assert (over.phase, over.result, over.inputs) == ("ended", "answered", ("2", "silence"))
    assert network.press(1, "m1", "1") is None
    assert practice.ringing(db, 1) == []
    assert codes(db) == [
        "gateway_accepted", "ringing", "answered", "heard", "pressed", "wentto", "heard",
        "silent", "ended",
    ]  # fmt: skip


def test_putting_the_ringing_phone_down_rejects_the_call(patient, key):
    patient.accept([ring(key)])
    patient.advance("m1")
    assert patient.hang_up(1, "m1").result == "rejected"
    assert patient.hang_up(1, "m1") is None


@pytest.mark.parametrize("act", ["answer", "hang_up", "stay_silent"])
def test_nobody_touches_a_phone_of_another_workspace(patient, key, act):
    patient.accept([ring(key)])
    patient.advance("m1")
    assert getattr(patient, act)(2, "m1") is None
    assert getattr(patient, act)(1, "no such call") is None
    assert book.by_message(patient.db, "m1").phase == "ringing"


def test_a_scripted_phone_is_not_answered_by_hand(network, key):
    network.accept([ring(key, "+15055550004")])
    while network.advance("m1") is None:
        time.sleep(0.001)
    assert network.answer(1, "m1") is None


def test_silence_runs_out_after_the_prompt_and_the_wait(db, key):
    network = Network(db, 1.0, lambda _call: None)
    network.accept([ring(key)])
    network.advance("m1")
    call = network.answer(1, "m1")
    assert 17.5 < _seconds(call.next_at) < 18.5  # 8 s for an unknown prompt, 10 s to wait
    assert network.advance("m1") is None


def test_a_call_left_alone_on_the_screen_goes_on_by_itself(db, key):
    network = Network(db, 0.01, lambda _call: None)  # it rings for half a second
    network.accept([ring(key)])
    network.advance("m1")
    network.answer(1, "m1")
    assert run(network).inputs == ("silence", "silence")


def test_connecting_ends_the_practice_call_as_answered(network, key):
    menu = Menu(id="m", keys={"1": (Connect(id="c", number="+15055559999"),)})
    network.accept([ring(key, "+15055550001", flow=Flow(name="V", menus=(menu,)))])
    assert run(network).result == "answered"
    assert "connected" in codes(network.db)


def test_an_unused_key_is_silence_when_all_twelve_are_used(network, key):
    menu = Menu(id="m", keys={k: (HangUp(id=f"h{k}"),) for k in (*KEYS, "wrong")})
    network.accept([ring(key, "+15055550005", flow=Flow(name="", menus=(menu,)))])
    assert run(network).inputs == ("silence",)


def test_calls_of_an_outside_key_are_listed_and_those_of_practice_are_not(
    network, key, practice_key
):
    network.accept([ring(key, mid="m1"), ring(practice_key, mid="m2")])
    assert [c.message_id for c in call_list.list_page(network.db, 1)] == ["m1"]


def test_a_call_rings_only_for_the_person_who_placed_it(patient, db, practice_key):
    patient.accept([ring(practice_key)])
    patient.advance("m1")
    for person in (7, 8):
        db.execute(
            "INSERT INTO people (id, workspace_id, email, name, role, password_hash, created_at)"
            " VALUES (?, 1, ?, 'x', 'owner', '', '')",
            (person, f"{person}@example.com"),
        )
    db.conn.commit()
    row = calls.NewCall(
        workspace_id=1, origin="app", nonce="n", flow_name="F", service="voice_api",
        to_number="+1", sender="", request_path="/", request="", state="accepted",
        person_id=7, message_id="m1",
    )  # fmt: skip
    calls.add(db, row, [])
    assert [len(practice.ringing(db, 1, person)) for person in (7, 8, None)] == [1, 0, 1]
    assert practice.ringing(db, 2) == []


def test_web_addresses_are_told_in_order_with_their_headers(db, key, listener):
    network = Network(db, FAST, lambda _call: None)
    network.accept([ring(key, "+15055550001", flow=flow(listener.url + "/hook"))])
    run(network)
    assert book.owing(db) == ["m1"]
    assert webhooks.tell_due(db, WebClient(frozenset({listener.host})), "m1") == 2
    assert listener.bodies() == [
        {"from": "S", "to": "+15055550001", "mid": "m1", "action": {"n": n}} for n in (1, 2)
    ]
    path, headers, _ = listener.requests[0]
    assert (path, headers["x-secret"], headers["content-type"]) == (
        "/hook",
        "s",
        "application/json",
    )
    assert codes(db).count("webhook_told") == 2
    assert book.owing(db) == []
    assert webhooks.tell_due(db, WebClient(frozenset({listener.host})), "m1") == 0


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ((500, b"oops", 0.0), "webhook_refused"),
        ((302, b"", 0.0), "webhook_refused"),
        ((200, b"{}", 2.3), "webhook_unclear"),
    ],
)
def test_the_call_goes_on_whatever_the_address_answers(db, key, listener, answer, code):
    listener.answer = answer
    network = Network(db, FAST, lambda _call: None)
    network.accept([ring(key, "+15055550001", flow=flow(listener.url))])
    assert run(network).result == "answered"
    webhooks.tell_due(db, WebClient(frozenset({listener.host})), "m1")
    assert codes(db).count(code) == 2


def test_a_private_address_is_never_contacted(db, key, listener):
    network = Network(db, FAST, lambda _call: None)
    network.accept([ring(key, "+15055550001", flow=flow(listener.url))])
    run(network)
    webhooks.tell_due(db, WebClient(), "m1")
    assert listener.requests == []
    assert codes(db).count("webhook_not_sent") == 2


def test_ten_tellers_at_once_tell_every_address_once(path, db, key, listener):
    network = Network(db, FAST, lambda _call: None)
    network.accept([ring(key, "+15055550001", flow=flow(listener.url))])
    run(network)

    def tell():
        own = open_db(path)
        webhooks.tell_due(own, WebClient(frozenset({listener.host})), "m1")
        own.close()

    threads = [threading.Thread(target=tell) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [body["action"]["n"] for body in listener.bodies()] == [1, 2]


def test_an_address_whose_teller_died_is_not_told_again(db, key, listener, monkeypatch):
    network = Network(db, FAST, lambda _call: None)
    network.accept([ring(key, "+15055550001", flow=flow(listener.url))])
    call = run(network)
    assert book.claim_webhook(db, call.call_id) is not None
    web = WebClient(frozenset({listener.host}))
    assert webhooks.tell_due(db, web, "m1") == 0
    monkeypatch.setattr(webhooks, "LONGEST_TELLING_S", -1.0)
    webhooks.abandon_unfinished(db)
    assert webhooks.tell_due(db, web, "m1") == 1
    assert [body["action"]["n"] for body in listener.bodies()] == [2]


def test_twenty_movers_at_once_move_a_call_once(path, db, key):
    Network(db, FAST, lambda _call: None).accept([ring(key)])
    moved, start = [], threading.Barrier(20)

    def advance():
        own = open_db(path)
        start.wait()
        moved.append(Network(own, 1.0, lambda _call: None).advance("m1"))
        own.close()

    threads = [threading.Thread(target=advance) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len([m for m in moved if m]) == 1


def test_the_history_keeps_no_header_of_a_web_address(db, key):
    network = Network(db, FAST, lambda _call: None)
    network.accept([ring(key, "+15055550001")])
    run(network)
    row = calls.of_message(db, 1, "m1")
    assert all("X-Secret" not in str(event.detail) for event in calls.events(db, row))


def test_every_line_of_the_history_has_its_words(db, key):
    network = Network(db, FAST, lambda _call: None)
    for index, ending in enumerate(SCRIPTS):
        number = f"+1505555{ending}" if ending.isdecimal() else "+15055559999"
        network.accept([ring(key, number, mid=f"x{index}")])
        run(network, f"x{index}")
        for event in calls.events(db, calls.of_message(db, 1, f"x{index}")):
            assert event.code in EVENTS
            assert "…" not in event_words(event)


def test_whole_numbers_of_any_size_survive_in_a_practice_call(network, key):
    big = 10**30
    web = Webhook(id="w", url="https://a.example", body={"n": big})
    menu = Menu(id="m", keys={"1": (web,)})
    network.accept([ring(key, flow=Flow(name="", menus=(menu,)))])
    assert book.by_message(network.db, "m1").flow.menus[0].keys["1"][0].body == {"n": big}


def test_the_practice_phone_takes_as_long_as_the_proof_says():
    menu = Menu(id="m", script="Hi.", wait_ms=5000, keys={"wrong": (Repeat(id="r", times=2),)})
    document = Flow(name="F", menus=(menu,))
    talk, seconds = engine.start(document), 0.0
    while talk.state == "waiting":
        seconds += practice.silent_after_s(talk)
        talk = engine.silence(talk)
    assert seconds * 1000 == prove(document).longest.total == 21_000
