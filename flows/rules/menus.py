"""What can be wrong with one menu and its keys, whatever the other menus do."""

from __future__ import annotations

import re
from collections.abc import Iterator

from flows.document import KEYS, LEAVES_LIST, PASSES_ON, TRIGGERS, WRONG, AnyAction, Menu
from flows.durations import wait_ms
from flows.findings import shown
from flows.problems import Fix, Problem
from flows.prompts import announced_keys
from flows.rules.spots import Facts, Spot
from flows.said import said

MOST_OPTIONS = 6
"""Keys a caller can keep in mind (the SpeechCall document's best practices: 4 to 6)."""

MOST_WAIT_MS = 20_000
"""Milliseconds of silence before callers think the line is dead (ours: twice the SpeechCall
document's example of 10 000, and below the 30 s that Infobip allows)."""

GOOD_WAIT_MS = 10_000
"""Milliseconds, the SpeechCall document's example."""

SHORT_WAIT_MS = 3_000
"""Milliseconds. A menu without keys that waits no longer is an announcement (ours)."""

WEBHOOK_MS = 2_000
"""Milliseconds that a web address has to answer (the SpeechCall document)."""

MOST_WEBHOOKS = 2
"""Web addresses told in a row before the silence grows too long: 4 s (ours)."""

REPEATS = 2
"""How often a repair says a menu again before it hangs up (ours)."""


_BRACKETS = re.compile(r"\[[^\[\]\n]{1,80}\]")


def leaving(actions: tuple[AnyAction, ...]) -> int | None:
    """The position of the first action that leaves the list, or None."""
    return next((i for i, action in enumerate(actions) if action.kind in LEAVES_LIST), None)


def end_silence_fix(menu: Menu, facts: Facts) -> Fix:
    """Repair: after anything else, or silence, the call ends."""
    if not facts.may_repeat:
        return Fix("end_silence", said("Hang up"), {"menu_id": menu.id, "times": 0})
    label = said("Say it again twice, then hang up")
    return Fix("end_silence", label, {"menu_id": menu.id, "times": REPEATS})


def missing_wrong(menu: Menu, at: Spot, facts: Facts) -> Iterator[Problem]:
    """Nothing is done on any other key, or on silence."""
    if not menu.actions(WRONG):
        yield at.key(WRONG).problem("missing_wrong", fixes=[end_silence_fix(menu, facts)])


def lists_that_end_wrongly(menu: Menu, at: Spot, facts: Facts) -> Iterator[Problem]:
    """Steps behind the end of a list, and lists without an end."""
    for trigger in TRIGGERS:
        actions = menu.actions(trigger)
        if not actions:
            continue
        end = leaving(actions)
        params = {"menu_id": menu.id, "trigger": trigger}
        if end is None:
            last = at.key(trigger).step(actions[-1], len(actions) - 1)
            yield last.problem("open_end", fixes=[Fix("add_hang_up", said("Hang up then"), params)])
        elif end + 1 < len(actions):
            beyond = at.key(trigger).step(actions[end + 1], end + 1)
            fixes = [Fix("remove_steps_after_end", said("Remove what never runs"), params)]
            late = {action.kind for action in actions[end + 1 :]}
            if late.issubset(PASSES_ON) and late.isdisjoint(facts.cannot):
                fixes.insert(0, Fix("run_before_end", said("Do it first"), params))
            yield beyond.problem("step_after_end", {"count": len(actions) - end - 1}, fixes)


def keys_in_use(menu: Menu) -> tuple[str, ...]:
    """The keys that do something of their own."""
    return tuple(key for key in KEYS if menu.actions(key))


def number_of_options(menu: Menu, at: Spot, facts: Facts) -> Iterator[Problem]:
    """Too many keys to remember, or none at all."""
    count = len(keys_in_use(menu))
    if count > MOST_OPTIONS:
        yield at.problem("too_many_options", {"count": count, "most": MOST_OPTIONS})
    if count == 0 and (wait_ms(menu) > SHORT_WAIT_MS or not menu.actions(WRONG)):
        shorter = {"menu_id": menu.id, "wait_ms": SHORT_WAIT_MS}
        fix = Fix(
            "set_wait", said("Wait only {seconds} seconds", seconds=SHORT_WAIT_MS // 1000), shorter
        )
        yield at.problem("menu_without_keys", fixes=[fix if menu.actions(WRONG) else None])


def script_against_keys(menu: Menu, at: Spot, facts: Facts) -> Iterator[Problem]:
    """What the caller is told to press, beside what the keys do."""
    if not menu.script.strip():
        return
    announced = announced_keys(menu.script)
    for key in KEYS:
        if menu.actions(key) and key not in announced:
            yield at.key(key).problem("key_not_announced", {"key": key})
        elif key in announced and not menu.actions(key):
            params = {"menu_id": menu.id, "key": key}
            fix = Fix("repeat_on_key", said("Repeat this menu"), params)
            start, end = announced[key]
            yield at.key(key).problem(
                "announced_key_empty",
                {"key": key, "said": menu.script[start:end], "start": start, "end": end},
                [None if "goto" in facts.cannot else fix],
            )


def text_to_fill_in(menu: Menu, at: Spot, facts: Facts) -> Iterator[Problem]:
    """Square brackets in a script: a template's words for what somebody must write there."""
    found = _BRACKETS.search(menu.script)
    if found:
        start, end = found.span()
        params = {"text": shown(found[0]), "start": start, "end": end}
        yield at.control("script").problem("text_to_fill_in", params)


def long_silences(menu: Menu, at: Spot, facts: Facts) -> Iterator[Problem]:
    """Waits, for a key or for web addresses, that callers take for a dead line."""
    if wait_ms(menu) > MOST_WAIT_MS:
        params = {"seconds": round(wait_ms(menu) / 1000), "most": MOST_WAIT_MS // 1000}
        usual = {"menu_id": menu.id, "wait_ms": GOOD_WAIT_MS}
        fix = Fix("set_wait", said("Wait {seconds} seconds", seconds=GOOD_WAIT_MS // 1000), usual)
        yield at.control("wait_ms", "idleTimeoutMsec").problem("slow_timeout", params, [fix])
    for trigger in TRIGGERS:
        actions = menu.actions(trigger)
        running = actions[: leaving(actions)]
        count = sum(action.kind == "webhook" for action in running)
        if count > MOST_WEBHOOKS:
            seconds = {"seconds": count * WEBHOOK_MS // 1000}
            most = {"most": MOST_WEBHOOKS * WEBHOOK_MS // 1000}
            yield at.key(trigger).problem("slow_timeout", seconds | most)


RULES = (
    missing_wrong,
    lists_that_end_wrongly,
    number_of_options,
    script_against_keys,
    text_to_fill_in,
    long_silences,
)
"""Each takes the menu, its spot and the facts."""
