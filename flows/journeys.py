"""Journeys: calls kept as tests, replayed after every edit.

A journey keeps the keys and what must happen: the menus heard, what web addresses are told,
the answers saved, and how the call ended. How a menu is worded, what its headers say and which
step did it does not matter to the caller's way, so it is not kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct
from msgspec.structs import replace

from flows import journey_words
from flows.call import HANGUP, SILENCE, Call
from flows.call import replay as play
from flows.document import Flow, menu_label
from flows.journey_steps import Step, steps_of
from flows.journey_words import Labels
from flows.trail import Ended, Event, Pressed, Silent

__all__ = [
    "Change",
    "Journey",
    "Outcome",
    "Step",
    "accept",
    "judge",
    "record",
    "replay",
    "way_in_words",
]


class Journey(Struct, frozen=True):
    """A kept call. ``id`` is 0 until it is stored.

    ``start_menu`` is "" for a call from its beginning, whichever menu that is, or the id of
    the menu where "Start here" was pressed. ``inputs`` are those of ``flows.call.INPUTS``.
    ``accepted``: another way was accepted for it, which can be taken back.
    """

    name: str
    start_menu: str
    inputs: tuple[str, ...]
    expected: tuple[Step, ...]
    id: int = 0
    accepted: bool = False


class Outcome(Struct, frozen=True):
    """A journey replayed: what happened, and whether it is what must happen."""

    call: Call
    steps: tuple[Step, ...]
    as_expected: bool


class Change(Struct, frozen=True):
    """A journey that goes another way now.

    ``words`` tells the first difference; ``before`` and ``now`` are the whole ways, a line each.
    """

    journey: Journey
    words: str
    before: tuple[str, ...]
    now: tuple[str, ...]


def record(call: Call, name: str) -> Journey:
    """The call as it went so far, to be kept as a test."""
    inputs = tuple(_inputs(call.trail))
    steps = _named(call.flow, steps_of(call))
    started = steps[0].about if steps and steps[0].what == "heard" else ""
    beginning = call.flow.menus[0].id if call.flow.menus else ""
    return Journey(name, "" if started == beginning else started, inputs, steps)


def replay(flow: Flow, journey: Journey) -> Outcome:
    """The same keys on this flow. A start that is not there any more ends the call at once."""
    index = flow.index_of(journey.start_menu) if journey.start_menu else 0
    call = play(flow, journey.inputs, -1 if index is None else index)
    steps = steps_of(call)
    return Outcome(call, steps, steps == journey.expected)


def judge(flow: Flow, journeys: Iterable[Journey]) -> tuple[Change, ...]:
    """Every journey that goes another way on this flow, and how."""
    other = [(journey, outcome.steps) for journey in journeys
             if not (outcome := replay(flow, journey)).as_expected]  # fmt: skip
    labels = journey_words.labels_of(flow) if other else {}
    return tuple(_change(labels, journey, steps) for journey, steps in other)


def accept(flow: Flow, journey: Journey) -> Journey:
    """The journey with what happens on this flow as what must happen."""
    return replace(journey, expected=_named(flow, replay(flow, journey).steps))


def way_in_words(flow: Flow, journey: Journey) -> tuple[str, ...]:
    """What must happen, a line each, with the keys in between."""
    return journey_words.way_in_words(
        journey_words.labels_of(flow), journey.inputs, journey.expected
    )


def _inputs(trail: Iterable[Event]) -> Iterator[str]:
    for event in trail:
        if isinstance(event, Pressed):
            yield event.key
        elif isinstance(event, Silent):
            yield SILENCE
        elif isinstance(event, Ended) and event.reason == "caller_hung_up":
            yield HANGUP


def _named(flow: Flow, steps: tuple[Step, ...]) -> tuple[Step, ...]:
    return tuple(
        step.called(menu_label(flow, step.about)) if step.what == "heard" else step
        for step in steps
    )


def _change(labels: Labels, journey: Journey, steps: tuple[Step, ...]) -> Change:
    inputs, expected = journey.inputs, journey.expected
    return Change(
        journey,
        journey_words.first_difference(labels, inputs, expected, steps),
        journey_words.way_in_words(labels, inputs, expected),
        journey_words.way_in_words(labels, inputs, steps),
    )
