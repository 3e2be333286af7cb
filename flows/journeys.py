"""Journeys: calls kept as tests, replayed after every edit.

A journey keeps the keys and what must happen: the menus heard, what web addresses are told,
the answers saved, and how the call ended. How a menu is worded, what its headers say and which
step did it does not matter to the caller's way, so it is not kept.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Any, Literal

from flows.before_after import LONGEST_TEXT, arrow
from flows.call import HANGUP, SILENCE, Call
from flows.call import replay as play
from flows.document import Flow, menu_label
from flows.step_words import clip, value_in_words
from flows.trail import (
    END_WORDS,
    Connected,
    Ended,
    Event,
    Heard,
    Pressed,
    Reason,
    Saved,
    Silent,
    Told,
)

What = Literal["heard", "told", "saved", "connected", "ended"]


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that must happen, after so many inputs of the caller.

    ``about``: a menu's id, a web address, an answer's name, a number, or the reason of an end.
    ``value``: what was told or saved, as JSON text; "" where nothing is.
    ``label``: what people called the menu at that time; only for words, never compared.
    """

    after: int
    what: What
    about: str
    value: str = ""
    label: str = field(default="", compare=False)


@dataclass(frozen=True)
class Journey:
    """A kept call. ``id`` is 0 until it is stored.

    ``start_menu`` is "" for a call from its beginning, whichever menu that is, or the id of
    the menu where "Start here" was pressed. ``inputs`` are those of ``flows.call.INPUTS``.
    """

    name: str
    start_menu: str
    inputs: tuple[str, ...]
    expected: tuple[Step, ...]
    id: int = 0


@dataclass(frozen=True)
class Outcome:
    """A journey replayed: what happened, and whether it is what must happen."""

    call: Call
    steps: tuple[Step, ...]
    as_expected: bool


@dataclass(frozen=True)
class Change:
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
    steps = _named(call.flow, _steps(call))
    started = steps[0].about if steps and steps[0].what == "heard" else ""
    beginning = call.flow.menus[0].id if call.flow.menus else ""
    return Journey(name, "" if started == beginning else started, inputs, steps)


def replay(flow: Flow, journey: Journey) -> Outcome:
    """The same keys on this flow. A start that is not there any more ends the call at once."""
    index = flow.index_of(journey.start_menu) if journey.start_menu else 0
    call = play(flow, journey.inputs, -1 if index is None else index)
    steps = _steps(call)
    return Outcome(call, steps, steps == journey.expected)


def judge(flow: Flow, journeys: Iterable[Journey]) -> tuple[Change, ...]:
    """Every journey that goes another way on this flow, and how."""
    return tuple(
        _change(flow, journey, outcome.steps)
        for journey in journeys
        if not (outcome := replay(flow, journey)).as_expected
    )


def accept(flow: Flow, journey: Journey) -> Journey:
    """The journey with what happens on this flow as what must happen."""
    return replace(journey, expected=_named(flow, replay(flow, journey).steps))


def way_in_words(flow: Flow, journey: Journey) -> tuple[str, ...]:
    """What must happen, a line each, with the keys in between."""
    return _way(flow, journey.inputs, journey.expected)


def _inputs(trail: Iterable[Event]) -> Iterator[str]:
    for event in trail:
        if isinstance(event, Pressed):
            yield event.key
        elif isinstance(event, Silent):
            yield SILENCE
        elif isinstance(event, Ended) and event.reason == "caller_hung_up":
            yield HANGUP


_STEPS: dict[type[Event], Callable[[int, Any], Step]] = {
    Told: lambda after, e: Step(after, "told", e.url, "" if e.body is None else _text(e.body)),
    Saved: lambda after, e: Step(after, "saved", e.name, _text(e.value)),
    Connected: lambda after, e: Step(after, "connected", e.number),
    Ended: lambda after, e: Step(after + (e.reason == "caller_hung_up"), "ended", e.reason),
}
"""Event -> what is kept of it, after so many inputs; a menu heard is kept by its id."""


def _steps(call: Call) -> tuple[Step, ...]:
    steps, after = [], 0
    for event in call.trail:
        kind = type(event)
        if kind is Heard:
            steps.append(Step(after, "heard", event.menu_id))
        elif kind is Pressed or kind is Silent:
            after += 1
        elif kind in _STEPS:
            steps.append(_STEPS[kind](after, event))
    return tuple(steps)


def _named(flow: Flow, steps: tuple[Step, ...]) -> tuple[Step, ...]:
    return tuple(
        replace(step, label=menu_label(flow, step.about)) if step.what == "heard" else step
        for step in steps
    )


def _change(flow: Flow, journey: Journey, steps: tuple[Step, ...]) -> Change:
    before, now = _way(flow, journey.inputs, journey.expected), _way(flow, journey.inputs, steps)
    return Change(journey, _first_difference(flow, journey, steps), before, now)


def _first_difference(flow: Flow, journey: Journey, steps: tuple[Step, ...]) -> str:
    """Both ways are split by input; each part ends with a menu heard or the call's end."""
    old, new = _parts(journey.expected), _parts(steps)
    for after in range(len(journey.inputs) + 1):
        was, now = old.get(after, ()), new.get(after, ())
        if was != now:
            subject = _subject(journey.inputs[:after])
            present = _present(journey.expected, after)
            return f"{subject} {_contrast(flow, present, was, now)}."
    raise ValueError("The journey goes as it must.")


def _parts(steps: tuple[Step, ...]) -> dict[int, tuple[Step, ...]]:
    return {after: tuple(part) for after, part in groupby(steps, lambda step: step.after)}


def _present(steps: tuple[Step, ...], after: int) -> str:
    """The menu that the caller had before them."""
    heard = [s.about for s in steps if s.after < after and s.what == "heard"]
    return heard[-1] if heard else ""


def _contrast(flow: Flow, present: str, was: tuple[Step, ...], now: tuple[Step, ...]) -> str:
    place = next(i for i, (o, n) in enumerate(zip(was, now, strict=False)) if o != n)
    old, new = was[place], now[place]
    if old.what == new.what == "told" and old.about == new.about:
        change = arrow(old.value or "nothing", new.value or "nothing")
        return f"now tells {old.about} something else: {change}"
    used, does = _said(flow, present, old)[0], _said(flow, present, new)[1]
    still, already = old in now[place:], new in was[place:]
    if still and already:
        return f"used to {used} first; now it {does} first"
    if still:
        return f"now also {does}"
    return f"used to {used}; now it " + ("does not" if already else does)


_ENDS: dict[Reason, tuple[str, str]] = {
    "hung_up": ("hang up", "hangs up"),
    "caller_hung_up": ("end with the caller", "ends with the caller"),
    "list_ended": (
        "end the call after the last step",
        "ends the call after the last step, without a word",
    ),
    "no_wrong": ("cut the caller off", "cuts the caller off, as nothing is said for it"),
    "no_menu": ("find no menu", "finds no menu to play"),
    "missing_target": ("lead to a missing menu", "leads to a menu that is missing"),
    "cut": ("be cut after too many menus", "is cut after too many menus"),
}
"""Reason of an end -> (what it used to do, what it does now)."""


def _said(flow: Flow, present: str, step: Step) -> tuple[str, str]:
    """(what it used to do, what it does now) of a step."""
    if step.what == "ended":
        return _ENDS[step.about]  # type: ignore[index]
    verb, verbs, rest = _VERBS[step.what](flow, present, step)
    return f"{verb} {rest}", f"{verbs} {rest}"


def _heard_words(flow: Flow, present: str, step: Step) -> tuple[str, str, str]:
    label = _label(flow, step)
    if step.after == 0:
        return "begin with", "begins with", label
    if step.about == present:
        return "say", "says", f"{label} again"
    return "go to", "goes to", label


_VERBS: dict[What, Callable[[Flow, str, Step], tuple[str, str, str]]] = {
    "heard": _heard_words,
    "told": lambda _flow, _present, step: ("tell", "tells", _told(step)),
    "saved": lambda _flow, _present, step: ("save", "saves", f"the answer {_answer(step)}"),
    "connected": lambda _flow, _present, step: ("connect to", "connects to", step.about),
}
"""What happened -> (verb, verb of the third person, what follows it)."""

_LINES: dict[What, Callable[[Flow, Step], str]] = {
    "heard": lambda flow, step: f"Heard {_label(flow, step)}.",
    "told": lambda _flow, step: f"Told {_told(step)}",
    "saved": lambda _flow, step: f"Saved the answer {_answer(step)}",
    "connected": lambda _flow, step: f"Connected to {step.about}",
    "ended": lambda _flow, step: END_WORDS[step.about],  # type: ignore[index]
}
"""What happened -> its line in a way."""


def _way(flow: Flow, inputs: tuple[str, ...], steps: tuple[Step, ...]) -> tuple[str, ...]:
    lines, given = [], 0
    for step in steps:
        while given < step.after:
            if inputs[given] != HANGUP:
                lines.append(
                    "Stayed silent." if inputs[given] == SILENCE else f"Pressed {inputs[given]}."
                )
            given += 1
        lines.append(_LINES[step.what](flow, step))
    return tuple(lines)


def _subject(inputs: tuple[str, ...]) -> str:
    """For example "Pressing 1, then staying silent, then pressing 2"."""
    words, before = [], ""
    for given in inputs:
        if given in (SILENCE, HANGUP):
            words.append({SILENCE: "staying silent", HANGUP: "putting the phone down"}[given])
        else:
            pressed_before = before not in ("", SILENCE)
            words.append(given if pressed_before else f"pressing {given}")
        before = given
    subject = ", then ".join(words) or "the call"
    return subject[:1].upper() + subject[1:]


def _label(flow: Flow, step: Step) -> str:
    index = flow.index_of(step.about)
    if index is None:
        return f"“{clip(step.label, LONGEST_TEXT)}” (now gone)"
    name = flow.menus[index].name
    alike = bool(name) and sum(menu.name == name for menu in flow.menus) > 1
    shown = clip(menu_label(flow, step.about), LONGEST_TEXT)
    return f"“{shown}”" + (f" (menu {index + 1})" if alike else "")


def _told(step: Step) -> str:
    return f"{step.about} {clip(step.value, LONGEST_TEXT)}".rstrip()


def _answer(step: Step) -> str:
    return f"{step.about}: {value_in_words(json.loads(step.value))}"


def _text(value: Any) -> str:
    return _JSON.encode(value)


_JSON = json.JSONEncoder(ensure_ascii=False, sort_keys=True)
