"""Every step has its words, the same ones everywhere."""

from __future__ import annotations

from typing import get_args

import pytest

from flows.document import (
    AnyAction,
    Connect,
    Flow,
    GoTo,
    HangUp,
    Menu,
    Repeat,
    SaveAnswer,
    Webhook,
)
from flows.step_words import step_in_words, steps_in_words

FLOW = Flow(name="F", menus=(Menu(id="a", name="Another day"), Menu(id="b")))
STEPS = [
    (Webhook(id="1", url="https://a.example/x"), "Tell https://a.example/x"),
    (Webhook(id="1", url=""), "Tell no web address yet"),
    (SaveAnswer(id="1", name="confirm", value=True), "Save the answer confirm: yes"),
    (SaveAnswer(id="1", name="day", value="Monday"), "Save the answer day: Monday"),
    (SaveAnswer(id="1", name="score", value=3), "Save the answer score: 3"),
    (SaveAnswer(id="1", name="list", value=["я"]), 'Save the answer list: ["я"]'),
    (GoTo(id="1", menu="a"), "Go to Another day"),
    (GoTo(id="1", menu="b"), "Go to Menu 2"),
    (GoTo(id="1", menu=""), "Go to no menu yet"),
    (GoTo(id="1", menu="gone"), "Go to a menu that is gone"),
    (Repeat(id="1", times=1), "Say it again, once"),
    (Repeat(id="1", times=2), "Say it again, twice"),
    (Repeat(id="1", times=3), "Say it again, 3 times"),
    (Connect(id="1", number="+15055559999"), "Connect to +15055559999"),
    (HangUp(id="1"), "Hang up"),
]


@pytest.mark.parametrize(("action", "words"), STEPS)
def test_a_step_is_said_in_plain_words(action, words):
    assert step_in_words(FLOW, action) == words


def test_every_kind_of_step_has_its_words():
    assert {type(action) for action, _ in STEPS} == set(get_args(get_args(AnyAction)[0]))


def test_several_steps_are_said_one_after_the_other():
    steps = (Webhook(id="1", url="https://a.example/X"), GoTo(id="2", menu="a"))
    assert steps_in_words(FLOW, steps) == "Tell https://a.example/X, then go to Another day"


def test_a_key_without_steps_does_nothing():
    assert steps_in_words(FLOW, ()) == "nothing"
