"""Every state, outcome and line of history has its words."""

from __future__ import annotations

from typing import get_args

from calling import words
from calling.practice_scripts import Result
from calling.practice_statuses import OUTCOMES, SPEECHCALL, VOICE
from flows import call as engine
from providers import base
from storage import calls


def test_every_state_and_outcome_has_its_words():
    assert set(words.STATES) == set(get_args(calls.State))
    assert set(words.OUTCOMES) == set(get_args(calls.Outcome))


def test_services_and_store_know_the_same_outcomes():
    assert set(get_args(base.Outcome)) == set(get_args(calls.Outcome))


def test_every_end_of_a_practice_call_is_known_everywhere():
    results = set(get_args(Result))
    assert set(OUTCOMES) == set(SPEECHCALL) == set(VOICE) == results
    assert results <= set(words.EVENTS)


def test_every_line_of_a_trail_has_its_words():
    names = {kind.__name__.lower() for kind in engine.Event.__subclasses__()} - {"told"}
    assert names <= set(words.EVENTS)


def test_a_missing_detail_does_not_break_the_sentence():
    assert words.sentence("refused", {}) == "The call was not placed: …"
    assert words.sentence("of another version", {}) == "of another version"
