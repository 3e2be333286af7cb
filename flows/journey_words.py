"""The words for journeys: a whole way, and the first thing that is different about it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping
from itertools import groupby

from flows.before_after import LONGEST_TEXT, arrow
from flows.call import HANGUP, SILENCE
from flows.document import Flow
from flows.journey_steps import Step, What
from flows.step_words import value_in_words
from flows.trail import END_WORDS
from flows.widths import clip

Labels = Mapping[str, str]
"""Menu id -> how a sentence calls it."""


def first_difference(
    labels: Labels,
    inputs: tuple[str, ...],
    expected: tuple[Step, ...],
    steps: tuple[Step, ...],
) -> str:
    """One sentence, such as "Pressing 1 used to hang up; now it goes to “Billing”.".

    Both ways are split by input; each part ends with a menu heard or the call's end.
    Raises ValueError when the ways are the same.
    """
    old, new = _parts(expected), _parts(steps)
    for after in range(len(inputs) + 1):
        was, now = old.get(after, ()), new.get(after, ())
        if was != now:
            subject = inputs_in_words(inputs[:after])
            present = _present(expected, after)
            return f"{subject} {_contrast(labels, present, was, now)}."
    raise ValueError("The journey goes as it must.")


def _parts(steps: tuple[Step, ...]) -> dict[int, tuple[Step, ...]]:
    return {after: tuple(part) for after, part in groupby(steps, lambda step: step.after)}


def _present(steps: tuple[Step, ...], after: int) -> str:
    """The menu that the caller had before them."""
    heard = [s.about for s in steps if s.after < after and s.what == "heard"]
    return heard[-1] if heard else ""


def _contrast(labels: Labels, present: str, was: tuple[Step, ...], now: tuple[Step, ...]) -> str:
    place = next(i for i, (o, n) in enumerate(zip(was, now, strict=False)) if o != n)
    old, new = was[place], now[place]
    if old.what == new.what == "told" and old.about == new.about:
        change = arrow(old.value or "nothing", new.value or "nothing")
        return f"now tells {old.about} something else: {change}"
    used, does = _said(labels, present, old)[0], _said(labels, present, new)[1]
    still, already = old in now[place:], new in was[place:]
    if still and already:
        return f"used to {used} first; now it {does} first"
    if still:
        return f"now also {does}"
    return f"used to {used}; now it " + ("does not" if already else does)


_ENDS: Mapping[str, tuple[str, str]] = {
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


def _said(labels: Labels, present: str, step: Step) -> tuple[str, str]:
    """(what it used to do, what it does now) of a step."""
    if step.what == "ended":
        return _ENDS[step.about]
    verb, verbs, rest = _VERBS[step.what](labels, present, step)
    return f"{verb} {rest}", f"{verbs} {rest}"


def _heard_words(labels: Labels, present: str, step: Step) -> tuple[str, str, str]:
    label = _label(labels, step)
    if step.after == 0:
        return "begin with", "begins with", label
    if step.about == present:
        return "say", "says", f"{label} again"
    return "go to", "goes to", label


_VERBS: dict[What, Callable[[Labels, str, Step], tuple[str, str, str]]] = {
    "heard": _heard_words,
    "told": lambda _labels, _present, step: ("tell", "tells", _told(step)),
    "saved": lambda _labels, _present, step: ("save", "saves", f"the answer {_answer(step)}"),
    "connected": lambda _labels, _present, step: ("connect to", "connects to", step.about),
}
"""What happened -> (verb, verb of the third person, what follows it)."""

_LINES: dict[What, Callable[[Labels, Step], str]] = {
    "heard": lambda labels, step: f"Heard {_label(labels, step)}.",
    "told": lambda _labels, step: f"Told {_told(step)}",
    "saved": lambda _labels, step: f"Saved the answer {_answer(step)}",
    "connected": lambda _labels, step: f"Connected to {step.about}",
    "ended": lambda _labels, step: END_WORDS[step.about],
}
"""What happened -> its line in a way."""


def way_in_words(
    labels: Labels, inputs: tuple[str, ...], steps: tuple[Step, ...]
) -> tuple[str, ...]:
    """A way, a line each, with the keys in between."""
    lines, given = [], 0
    for step in steps:
        while given < step.after:
            if inputs[given] != HANGUP:
                lines.append(
                    "Stayed silent." if inputs[given] == SILENCE else f"Pressed {inputs[given]}."
                )
            given += 1
        lines.append(_LINES[step.what](labels, step))
    return tuple(lines)


def inputs_in_words(inputs: tuple[str, ...]) -> str:
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


def labels_of(flow: Flow) -> Labels:
    """Every menu as a sentence calls it: “Billing”, with its number where names are alike."""
    names = Counter(menu.name for menu in flow.menus if menu.name)
    return {
        menu.id: _quoted(menu.name or f"Menu {number}")
        + (f" (menu {number})" if names[menu.name] > 1 else "")
        for number, menu in enumerate(flow.menus, 1)
    }


def _label(labels: Labels, step: Step) -> str:
    return labels.get(step.about) or f"{_quoted(step.label)} (now gone)"


def _quoted(name: str) -> str:
    return f"“{clip(name, LONGEST_TEXT)}”"


def _told(step: Step) -> str:
    return f"{step.about} {clip(step.value, LONGEST_TEXT)}".rstrip()


def _answer(step: Step) -> str:
    return f"{step.about}: {value_in_words(json.loads(step.value))}"
