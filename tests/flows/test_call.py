"""One call, one meaning: what keys, silence and steps do."""

from __future__ import annotations

import json

import pytest

from flows import call as calls
from flows.document import Connect, Flow, GoTo, HangUp, Menu, Repeat, SaveAnswer, Webhook

TELL = Webhook(id="w1", url="https://a.example/1", body={"confirm": True}, headers={"X-A": "b"})
FIRST = Menu(
    id="a",
    name="Confirm",
    keys={
        "1": (TELL, HangUp(id="h1")),
        "2": (GoTo(id="g1", menu="b"),),
        "3": (
            SaveAnswer(id="s1", name="day", value=False),
            Connect(id="c1", number="+15055559999"),
        ),
        "4": (Webhook(id="w2", url="https://a.example/2"),),
        "5": (),
        "6": (GoTo(id="g0", menu="gone"), HangUp(id="h9")),
        "wrong": (Repeat(id="r1", times=2), HangUp(id="h2")),
    },
)
SECOND = Menu(id="b", wait_ms=None, keys={"1": (GoTo(id="g2", menu="a"),)})
FLOW = Flow(name="Two menus", menus=(FIRST, SECOND))


def names(call: calls.Call) -> list[str]:
    return [type(event).__name__ for event in call.trail]


@pytest.mark.parametrize(
    ("inputs", "state", "trail"),
    [
        ([], "waiting", ["Heard"]),
        (["1"], "ended", ["Heard", "Pressed", "Told", "Ended"]),
        (["2"], "waiting", ["Heard", "Pressed", "WentTo", "Heard"]),
        (["3"], "connected", ["Heard", "Pressed", "Saved", "Connected"]),
        (["4"], "ended", ["Heard", "Pressed", "Told", "Ended"]),
        (["7"], "waiting", ["Heard", "Pressed", "Repeated", "Heard"]),
        (["silence"], "waiting", ["Heard", "Silent", "Repeated", "Heard"]),
        (["hangup"], "ended", ["Heard", "Ended"]),
        (["3", "1", "silence", "hangup"], "connected", ["Heard", "Pressed", "Saved", "Connected"]),
        (["1", "1", "silence"], "ended", ["Heard", "Pressed", "Told", "Ended"]),
    ],
)
def test_a_call_goes_where_its_keys_lead(inputs, state, trail):
    call = calls.replay(FLOW, inputs)
    assert (call.state, names(call)) == (state, trail)


@pytest.mark.parametrize(
    ("inputs", "reason"),
    [
        (["1"], "hung_up"),
        (["hangup"], "caller_hung_up"),
        (["4"], "list_ended"),
        (["6"], "missing_target"),
        (["2", "silence"], "no_wrong"),
        (["2", "9"], "no_wrong"),
    ],
)
def test_every_end_says_why(inputs, reason):
    call = calls.replay(FLOW, inputs)
    assert call.trail[-1].reason == reason
    assert call.in_words()[-1] == calls.END_WORDS[reason]


def test_a_key_with_an_empty_list_counts_as_anything_else():
    call = calls.press(calls.start(FLOW), "5")
    assert call.trail[1].understood is False
    assert names(call)[2] == "Repeated"


def test_a_repeat_is_bounded_and_then_the_following_steps_run():
    call = calls.replay(FLOW, ["silence", "9"])
    assert (call.state, call.repeats) == ("waiting", 2)
    call = calls.silence(call)
    assert (call.state, call.trail[-1].step_id) == ("ended", "h2")


def test_the_count_of_repeats_starts_anew_when_the_menu_is_entered_again():
    call = calls.replay(FLOW, ["silence", "silence", "2", "1"])
    assert (call.menu_id, call.repeats) == ("a", 0)
    assert calls.replay(FLOW, ["silence", "silence", "2", "1", "9", "9"]).state == "waiting"


def test_a_call_is_cut_after_a_hundred_menus_and_says_so():
    loop = Flow(name="", menus=(Menu(id="a", keys={"wrong": (GoTo(id="g", menu="a"),)}),))
    assert calls.replay(loop, ["silence"] * 99).state == "waiting"
    call = calls.replay(loop, ["silence"] * 150)
    assert (call.state, call.played) == ("ended", 100)
    assert call.in_words()[-1] == "The call was cut after 100 menus."


def test_every_event_of_a_step_leads_to_its_place():
    call = calls.replay(FLOW, ["2", "1", "1"])
    places = [(e.menu_id, e.trigger, e.step_id) for e in call.trail]
    assert places == [
        ("a", "", ""), ("a", "2", ""), ("a", "2", "g1"),
        ("b", "", ""), ("b", "1", ""), ("b", "1", "g2"),
        ("a", "", ""), ("a", "1", ""), ("a", "1", "w1"), ("a", "1", "h1"),
    ]  # fmt: skip


def test_a_web_address_is_told_exactly_what_the_document_says():
    told = calls.replay(FLOW, ["1"]).trail[2]
    assert told.headers == (("X-A", "b"),)
    assert json.dumps(told.delivery("0443914272", "50001", "7748021")) == json.dumps(
        {"from": "0443914272", "to": "50001", "mid": "7748021", "action": {"confirm": True}}
    )


def test_a_step_without_a_body_says_an_empty_action():
    assert calls.replay(FLOW, ["4"]).trail[2].delivery("a", "b", "c")["action"] == {}


def test_a_call_may_start_at_any_menu():
    assert calls.start(FLOW, 1).menu_id == "b"


@pytest.mark.parametrize(("flow", "index"), [(Flow(name=""), 0), (FLOW, 2), (FLOW, -1)])
def test_a_menu_that_is_not_there_ends_the_call_at_once(flow, index):
    assert calls.start(flow, index).trail[-1].reason == "no_menu"


@pytest.mark.parametrize("key", ["", "10", "a", "wrong", "١"])
def test_what_is_no_key_of_a_phone_is_refused(key):
    with pytest.raises(ValueError):
        calls.press(calls.start(FLOW), key)


def test_a_menu_that_does_not_say_waits_ten_seconds():
    assert calls.start(FLOW, 1).wait_ms == 10_000


def test_the_trail_reads_as_sentences():
    assert calls.replay(FLOW, ["7", "2", "1", "3"]).in_words() == (
        "Heard Confirm.",
        "Pressed 7, which this menu does not know.",
        "Said again (1 of 2).",
        "Heard Confirm.",
        "Pressed 2.",
        "Went to Menu 2.",
        "Heard Menu 2.",
        "Pressed 1.",
        "Went to Confirm.",
        "Heard Confirm.",
        "Pressed 3.",
        "Saved the answer day: no",
        "Connected to +15055559999",
    )
