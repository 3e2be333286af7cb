"""What changed between two flows, in words: the lines of History and of a comparison.

Menus are matched by id and steps by id, so a menu that moved is the same menu. Complete: two
flows without a difference are written alike, but for the order of names inside an object.
"""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from flows.before_after import LONGEST_TEXT, arrow, change
from flows.document import DEFAULT_WAIT_MS, TRIGGERS, WRONG, AnyAction, Flow, Frozen, Menu
from flows.problems import Place
from flows.step_words import clip, step_in_words, steps_in_words
from flows.words import trigger_name

LONGEST_SUMMARY = 240
"""Characters of a summary."""


NOWHERE = Place()
"""The place of what is not there any more."""


@dataclass(frozen=True)
class Difference:
    """One line, and its place in the newer flow (empty when it is not there any more)."""

    words: str
    place: Place = NOWHERE


def differences(old: Flow, new: Flow) -> tuple[Difference, ...]:
    """Every difference: settings, menus added, removed and moved, then menu by menu."""
    if old is new:
        return ()
    return (
        *_settings(old, new),
        *_added(old, new),
        *_removed(old, new),
        *_moved(old, new),
        *_inside_menus(old, new),
    )


def summary(old: Flow, new: Flow) -> str:
    """The first difference "and 3 more" on one line; "" when there is none."""
    return in_one_line(differences(old, new))


def in_one_line(found: tuple[Difference, ...]) -> str:
    """The same, for whoever has the differences already."""
    if not found:
        return ""
    more = f", and {len(found) - 1} more" if len(found) > 1 else ""
    first, most = found[0].words, LONGEST_SUMMARY - len(more)
    return (first if len(first) <= most else first[: most - 1] + "…") + more


def same(one: Frozen, other: Frozen) -> bool:
    """Whether two values are written alike: to Python 1, 1.0 and True are equal, here not."""
    return one is other or (one == other and _text(one.model_dump()) == _text(other.model_dump()))


_SETTINGS = {
    "name": "The name of the call flow",
    "sender": "The sender",
    "recipient": "The number in the example",
    "text": "The text that is never spoken",
    "language": "The language",
}
_EXTRAS = {
    "message_extra": "The message’s fields that are not known here",
    "envelope_extra": "The document’s fields that are not known here",
}


def _settings(old: Flow, new: Flow) -> Iterator[Difference]:
    for field, what in _SETTINGS.items():
        before, after = getattr(old, field), getattr(new, field)
        if before != after:
            yield Difference(f"{what}: {change(before, after)}", Place(field=field))
    for field, what in _EXTRAS.items():
        before, after = _text(getattr(old, field)), _text(getattr(new, field))
        if before != after:
            yield Difference(f"{what}: {arrow(before, after)}", Place(field=field))


def _added(old: Flow, new: Flow) -> Iterator[Difference]:
    known = old.indexes()
    for index, menu in enumerate(new.menus):
        if menu.id not in known:
            words = f"Added the menu {_label(menu, index)}"
            yield Difference(words, Place(menu.id, index + 1))


def _removed(old: Flow, new: Flow) -> Iterator[Difference]:
    left = new.indexes()
    for index, menu in enumerate(old.menus):
        if menu.id not in left:
            yield Difference(f"Removed the menu {_label(menu, index)}")


def _moved(old: Flow, new: Flow) -> Iterator[Difference]:
    before, after = old.indexes(), new.indexes()
    common = [menu.id for menu in new.menus if menu.id in before]
    stayed = _longest_run([before[menu_id] for menu_id in common])
    for position, menu_id in enumerate(common):
        if position not in stayed:
            index = after[menu_id]
            label = _label(new.menus[index], before[menu_id])
            words = f"Moved the menu {label} to place {index + 1}"
            yield Difference(words, Place(menu_id, index + 1))


def _longest_run(numbers: list[int]) -> set[int]:
    """The positions of a longest rising subsequence: what need not have moved."""
    ends: list[int] = []
    at: list[int] = []
    before: list[int] = []
    for position, number in enumerate(numbers):
        length = bisect_left(ends, number)
        ends[length : length + 1] = [number]
        at[length : length + 1] = [position]
        before.append(at[length - 1] if length else -1)
    run, position = set(), at[-1] if at else -1
    while position >= 0:
        run.add(position)
        position = before[position]
    return run


def _inside_menus(old: Flow, new: Flow) -> Iterator[Difference]:
    earlier = {menu.id: menu for menu in old.menus}
    for index, menu in enumerate(new.menus):
        before = earlier.get(menu.id)
        if before is not None and not same(before, menu):
            yield from _menu(_Pair(old, new, before, menu, index))


@dataclass(frozen=True)
class _Pair:
    """A menu before and after, and its 0-based place in the newer flow."""

    old: Flow
    new: Flow
    before: Menu
    after: Menu
    index: int

    @property
    def label(self) -> str:
        return _label(self.after, self.index)

    @property
    def place(self) -> Place:
        return Place(self.after.id, self.index + 1)


def _menu(pair: _Pair) -> Iterator[Difference]:
    found = [*_heard(pair), *(line for trigger in TRIGGERS for line in _key(pair, trigger))]
    yield from found
    if not found:
        words = f"{pair.label} is written differently; callers notice nothing"
        yield Difference(words, pair.place)


_HEARD = {"script": "What the caller hears in", "recording": "The recording of"}


def _heard(pair: _Pair) -> Iterator[Difference]:
    before, after = pair.before, pair.after
    if before.name != after.name:
        words = f"Renamed the menu {_label(before, pair.index)} to {pair.label}"
        yield Difference(words, replace(pair.place, field="name"))
    for field, what in _HEARD.items():
        was, now = getattr(before, field), getattr(after, field)
        if was != now:
            words = f"{what} {pair.label}: {change(was, now)}"
            yield Difference(words, replace(pair.place, field=field))
    if before.wait_ms != after.wait_ms:
        words = f"The wait in {pair.label}: {_wait(before.wait_ms)} → {_wait(after.wait_ms)}"
        yield Difference(words, replace(pair.place, field="wait_ms"))
    was, now = _text(before.extra), _text(after.extra)
    if was != now:
        words = f"Fields of {pair.label} that are not known here: {arrow(was, now)}"
        yield Difference(words, pair.place)


def _key(pair: _Pair, trigger: str) -> Iterator[Difference]:
    old, new = pair.before.actions(trigger), pair.after.actions(trigger)
    earlier, later = {step.id: step for step in old}, {step.id: step for step in new}
    name = trigger_name(trigger)
    joint = ", in" if trigger == WRONG else " of"
    where = f"{name[:1].upper()}{name[1:]}{joint} {pair.label}"
    place = replace(pair.place, trigger=trigger)
    removed = [step for step in old if step.id not in later]
    added = [step for step in new if step.id not in earlier]
    if removed or added:
        yield Difference(f"{where}: {_exchange(pair, old, removed, new, added)}", place)
    for number, step in enumerate(new, 1):
        before = earlier.get(step.id)
        if before is not None and not same(before, step):
            at = replace(place, step_id=step.id, step_number=number)
            yield Difference(f"{where}: {_step(pair, before, step)}", at)
    kept = [step.id for step in new if step.id in earlier]
    if kept != [step.id for step in old if step.id in later]:
        order = clip(steps_in_words(pair.new, new), 2 * LONGEST_TEXT)
        yield Difference(f"{where}: the order is now {order}", place)


def _exchange(
    pair: _Pair,
    old: tuple[AnyAction, ...],
    removed: list[AnyAction],
    new: tuple[AnyAction, ...],
    added: list[AnyAction],
) -> str:
    was, now = steps_in_words(pair.old, removed), steps_in_words(pair.new, added)
    if removed and added:
        return arrow(was, now)
    if not old or not new:
        return arrow(steps_in_words(pair.old, old), steps_in_words(pair.new, new))
    return clip(f"added “{now}”" if added else f"removed “{was}”", 2 * LONGEST_TEXT)


_DETAILS: dict[str, tuple[str, Callable[[Flow, Any], str]]] = {
    "body": ("what is sent", lambda _flow, body: "nothing" if body is None else _text(body)),
    # Only that they changed: headers carry passwords and keys.
    "headers": ("the headers", lambda _flow, _headers: ""),
    "extra": ("fields that are not known here", lambda _flow, extra: _text(extra)),
}
_UNSAID: dict[str, tuple[str, Callable[[Flow, Any], str]]] = {
    "menu": ("to", lambda flow, menu: f"menu {flow.indexes().get(menu, -1) + 1}"),
    "value": ("the value", lambda _flow, value: _text(value)),
}
"""What a step's own words leave out: always shown, and shown when the words stay the same."""


def _step(pair: _Pair, before: AnyAction, after: AnyAction) -> str:
    was, now = step_in_words(pair.old, before), step_in_words(pair.new, after)
    if before.kind != after.kind:
        return arrow(was, now)
    parts = _details(pair, before, after, _DETAILS if was != now else {**_DETAILS, **_UNSAID})
    if was != now:
        return "; ".join([arrow(was, now), *parts])
    shown = clip(now, LONGEST_TEXT)
    return f"{shown}: {'; '.join(parts) or 'written differently; callers notice nothing'}"


def _details(
    pair: _Pair,
    before: AnyAction,
    after: AnyAction,
    fields: dict[str, tuple[str, Callable[[Flow, Any], str]]],
) -> list[str]:
    parts = []
    for field, (what, said) in fields.items():
        was, now = getattr(before, field, None), getattr(after, field, None)
        if _text(was) != _text(now):
            said_of_it = arrow(said(pair.old, was), said(pair.new, now))
            parts.append(f"{what} {said_of_it if said_of_it.strip(' →') else 'changed'}")
    return parts


def _label(menu: Menu, index: int) -> str:
    return f"“{clip(menu.name, LONGEST_TEXT) or f'Menu {index + 1}'}”"


def _wait(wait_ms: int | None) -> str:
    if wait_ms is None:
        return f"not said, so {DEFAULT_WAIT_MS / 1000:g} s"
    return f"{wait_ms / 1000:.10g} s"


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
