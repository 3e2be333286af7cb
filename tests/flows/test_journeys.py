"""A kept call says in words when an edit sends the caller another way."""

from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows import call as calls
from flows import edits
from flows.call import HANGUP, INPUTS, SILENCE
from flows.document import Connect, Flow, GoTo, HangUp, Menu, Repeat, SaveAnswer, Webhook
from flows.journey_words import _ENDS
from flows.journeys import Step, accept, judge, record, replay, way_in_words
from flows.trail import Reason
from tests.flows.generated_flows import flows

TELL = Webhook(id="w", url="https://a.example/1", body={"confirm": True})
OTHER = TELL.model_copy(update={"body": {"confirm": 1}})
FLOW = Flow(
    name="Delivery",
    menus=(
        Menu(
            id="a",
            name="Confirm",
            keys={
                "1": (TELL, GoTo(id="g1", menu="b")),
                "2": (SaveAnswer(id="s", name="day", value="Monday"), HangUp(id="h1")),
                "3": (Connect(id="c", number="+15055559999"),),
                "wrong": (Repeat(id="r", times=2), HangUp(id="h2")),
            },
        ),
        Menu(id="b", name="Another day", keys={"2": (HangUp(id="h3"),)}),
        Menu(id="c", name="Billing", keys={"1": (HangUp(id="h4"),)}),
    ),
)  # fmt: skip


def kept(*inputs, flow=FLOW, start=0):
    return record(calls.replay(flow, inputs, start), "A call")


def keys(menu_id, trigger, *actions):
    return lambda flow: edits.set_actions(flow, menu_id, trigger, actions)


def test_a_journey_keeps_the_keys_and_what_must_happen():
    journey = kept("1", SILENCE)
    assert (journey.name, journey.start_menu, journey.inputs) == ("A call", "", ("1", SILENCE))
    assert journey.expected == (
        Step(0, "heard", "a"),
        Step(1, "told", "https://a.example/1", '{"confirm": true}'),
        Step(1, "heard", "b"),
        Step(2, "ended", "no_wrong"),
    )
    assert [step.label for step in journey.expected] == ["Confirm", "", "Another day", ""]


@pytest.mark.parametrize(
    ("inputs", "last"),
    [
        (("2",), Step(1, "ended", "hung_up")),
        (("3",), Step(1, "connected", "+15055559999")),
        (("7", HANGUP), Step(2, "ended", "caller_hung_up")),
        ((), Step(0, "heard", "a")),
    ],
)
def test_how_the_call_ended_is_kept(inputs, last):
    assert kept(*inputs).expected[-1] == last
    assert kept(*inputs).inputs == inputs


def test_inputs_after_the_end_are_not_kept():
    assert kept("2", "1", SILENCE).inputs == ("2",)


@pytest.mark.parametrize(
    "edit",
    [
        lambda f: edits.change_menu(f, "a", script="New words", recording="ivr_2", wait_ms=1),
        lambda f: edits.change_menu(f, "b", name="Some other day"),
        lambda f: edits.move_menu(f, "b", 2),
        lambda f: edits.change_settings(f, name="New", sender="New"),
        lambda f: edits.change_step(f, "a", TELL.model_copy(update={"headers": {"X": "1"}})),
        lambda f: edits.add_step(f, "a", "1", HangUp(id="never")),
        keys("c", "1"),
    ],
)
def test_an_edit_that_leaves_the_callers_way_alone_changes_no_journey(edit):
    assert judge(edit(FLOW), [kept("1", "2")]) == ()


CHANGES = [
    (("1", "2"), keys("b", "2", GoTo(id="n", menu="c")),
     "Pressing 1, then 2 used to hang up; now it goes to “Billing”"),
    (("1",), keys("a", "1", TELL, GoTo(id="n", menu="c")),
     "Pressing 1 used to go to “Another day”; now it goes to “Billing”"),
    (("1",), keys("a", "1", GoTo(id="g", menu="b")),
     'Pressing 1 used to tell https://a.example/1 {"confirm": true}; now it does not'),
    (("1",), keys("a", "1", TELL, TELL, GoTo(id="g", menu="b")),
     'Pressing 1 now also tells https://a.example/1 {"confirm": true}'),
    (("1",), keys("a", "1", OTHER, GoTo(id="g", menu="b")),
     'Pressing 1 now tells https://a.example/1 something else: {"confirm": true} →'
     ' {"confirm": 1}'),
    (("1",), keys("a", "1", SaveAnswer(id="n", name="ok"), TELL, GoTo(id="g", menu="b")),
     "Pressing 1 now also saves the answer ok: yes"),
    (("2",), keys("a", "2", SaveAnswer(id="s", name="day", value="Friday"), HangUp(id="h")),
     "Pressing 2 used to save the answer day: Monday; now it saves the answer day: Friday"),
    (("2",), keys("a", "2", SaveAnswer(id="s", name="day", value="Monday")),
     "Pressing 2 used to hang up; now it ends the call after the last step, without a word"),
    (("3",), keys("a", "3", Connect(id="c", number="+15055550000")),
     "Pressing 3 used to connect to +15055559999; now it connects to +15055550000"),
    (("3",), keys("a", "3"),
     "Pressing 3 used to connect to +15055559999; now it says “Confirm” again"),
    ((SILENCE,), keys("a", "wrong"),
     "Staying silent used to say “Confirm” again; now it cuts the caller off, as nothing is"
     " said for it"),
    ((SILENCE, "1"), keys("a", "1", GoTo(id="n", menu="gone")),
     "Staying silent, then pressing 1 used to tell https://a.example/1"
     ' {"confirm": true}; now it leads to a menu that is missing'),
    (("8", SILENCE, SILENCE), keys("a", "wrong", Repeat(id="r", times=3)),
     "Pressing 8, then staying silent, then staying silent used to hang up; now it says"
     " “Confirm” again"),
    (("1", HANGUP), keys("a", "1", TELL, HangUp(id="n")),
     "Pressing 1 used to go to “Another day”; now it hangs up"),
    (("1",), lambda f: edits.delete_menu(f, "b", "c"),
     "Pressing 1 used to go to “Another day” (now gone); now it goes to “Billing”"),
    (("1",), lambda f: edits.change_menu(
        edits.change_step(f, "a", GoTo(id="g1", menu="c")), "c", name="Another day"),
     "Pressing 1 used to go to “Another day” (menu 2); now it goes to “Another day” (menu 3)"),
    ((), lambda f: edits.move_menu(f, "c", 0),
     "The call used to begin with “Confirm”; now it begins with “Billing”"),
    ((), lambda f: f.model_copy(update={"menus": ()}),
     "The call used to begin with “Confirm” (now gone); now it finds no menu to play"),
]  # fmt: skip


@pytest.mark.parametrize(("inputs", "edit", "words"), CHANGES)
def test_a_change_of_the_callers_way_is_said_in_words(inputs, edit, words):
    (change,) = judge(edit(FLOW), [kept(*inputs)])
    assert change.words == f"{words}."


def test_two_things_in_another_order_are_seen():
    told = [TELL, SaveAnswer(id="s", name="ok")]
    old = keys("a", "1", *told, HangUp(id="h"))(FLOW)
    (change,) = judge(keys("a", "1", *told[::-1], HangUp(id="h"))(FLOW), [kept("1", flow=old)])
    assert change.words == (
        'Pressing 1 used to tell https://a.example/1 {"confirm": true} first;'
        " now it saves the answer ok: yes first."
    )


def test_only_the_first_difference_is_said_but_both_ways_are_shown_whole():
    new = keys("b", "2", GoTo(id="n", menu="c"))(keys("a", "1", GoTo(id="g", menu="b"))(FLOW))
    (change,) = judge(new, [kept("1", "2")])
    assert change.words.startswith("Pressing 1 used to tell")
    assert change.before == (
        "Heard “Confirm”.",
        "Pressed 1.",
        'Told https://a.example/1 {"confirm": true}',
        "Heard “Another day”.",
        "Pressed 2.",
        "The call was hung up.",
    )
    assert change.now == (
        "Heard “Confirm”.",
        "Pressed 1.",
        "Heard “Another day”.",
        "Pressed 2.",
        "Heard “Billing”.",
    )


def test_a_kept_way_reads_as_sentences():
    assert way_in_words(FLOW, kept("7", SILENCE, "2")) == (
        "Heard “Confirm”.",
        "Pressed 7.",
        "Heard “Confirm”.",
        "Stayed silent.",
        "Heard “Confirm”.",
        "Pressed 2.",
        "Saved the answer day: Monday",
        "The call was hung up.",
    )


def test_a_journey_may_start_at_any_menu_and_follows_it_when_it_moves():
    journey = kept("2", start=1)
    assert journey.start_menu == "b"
    assert judge(edits.move_menu(FLOW, "b", 0), [journey]) == ()


def test_a_journey_whose_start_is_gone_says_so():
    (change,) = judge(edits.delete_menu(FLOW, "b", "c"), [kept("2", start=1)])
    assert change.words == (
        "The call used to begin with “Another day” (now gone); now it finds no menu to play."
    )


def test_the_new_way_can_be_accepted():
    new = keys("b", "2", GoTo(id="n", menu="c"))(FLOW)
    journey = accept(new, kept("1", "2"))
    assert judge(new, [journey]) == ()
    assert journey.expected[-1] == Step(2, "heard", "c")
    assert journey.expected[-1].label == "Billing"


def test_only_journeys_that_changed_are_told_of():
    new = keys("b", "2", GoTo(id="n", menu="c"))(FLOW)
    journeys = [kept("2"), kept("1", "2"), kept("1")]
    assert [change.journey for change in judge(new, journeys)] == [journeys[1]]


def test_every_reason_of_an_end_has_its_words():
    assert set(_ENDS) == set(get_args(Reason))


@given(flows(), flows(), st.lists(st.sampled_from(INPUTS), max_size=8), st.integers(-1, 5))
def test_whatever_the_flow_a_journey_agrees_with_itself_and_every_change_has_words(
    one, other, inputs, start
):
    journey = record(calls.replay(one, inputs, start), "")
    if 0 <= start < len(one.menus):
        assert replay(one, journey).as_expected and judge(one, [journey]) == ()
    for change in judge(other, [journey]):
        assert "now" in change.words and change.now
    assert judge(other, [accept(other, journey)]) == ()
