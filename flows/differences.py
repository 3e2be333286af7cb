"""What changed between two flows, in words: the lines of History and of a comparison.

Menus are matched by id and steps by id, so a menu that moved is the same menu. Complete: two
flows without a difference are written alike, but for the order of names inside an object.
"""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Callable, Iterator
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from flows.before_after import LONGEST_TEXT, arrow, change, is_address, played
from flows.document import DEFAULT_WAIT_MS, TRIGGERS, WRONG, AnyAction, Flow, Frozen, Menu
from flows.problems import Place
from flows.said import counted, joined, said, shortened
from flows.step_words import step_in_words, steps_in_words
from flows.widths import clip

LONGEST_SUMMARY = 240
"""Characters of a summary."""


NOWHERE = Place()
"""The place of what is not there any more."""


class Difference(Struct, frozen=True):
    """One line, and its place in the newer flow (empty when it is not there any more)."""

    words: str
    place: Place = NOWHERE


def differences(old: Flow, new: Flow) -> tuple[Difference, ...]:
    """Every difference: settings, menus added, removed and moved, then menu by menu."""
    if old is new:
        return ()
    as_before = [menu.id for menu in old.menus] == [menu.id for menu in new.menus]
    places = () if as_before else (*_added(old, new), *_removed(old, new), *_moved(old, new))
    return (*_settings(old, new), *places, *_inside_menus(old, new))


def summary(old: Flow, new: Flow) -> str:
    """The first difference "and 3 more" on one line; "" when there is none."""
    return in_one_line(differences(old, new))


def in_one_line(found: tuple[Difference, ...]) -> str:
    """The same, for whoever has the differences already."""
    if not found:
        return ""
    more = len(found) - 1
    if not more:
        return shortened(found[0].words, LONGEST_SUMMARY)
    return _and_more(shortened(found[0].words, LONGEST_SUMMARY - len(_and_more("", more))), more)


def _and_more(first: str, number: int) -> str:
    return counted("{first}, and {number} more", "{first}, and {number} more", number, first=first)


def same(one: Frozen, other: Frozen) -> bool:
    """Whether two values are written alike: to Python 1, 1.0 and True are equal, here not."""
    return one is other or (one == other and _text(one.model_dump()) == _text(other.model_dump()))


_SETTINGS = {
    "name": said("The name of the call flow"),
    "sender": said("The sender"),
    "recipient": said("The number in the example"),
    "text": said("The text that is never spoken"),
    "language": said("The language"),
}
_EXTRAS = {
    "message_extra": said("The message’s fields that are not known here"),
    "envelope_extra": said("The document’s fields that are not known here"),
}


def _settings(old: Flow, new: Flow) -> Iterator[Difference]:
    for field, what in _SETTINGS.items():
        before, after = getattr(old, field), getattr(new, field)
        if before != after:
            yield Difference(_about(what, change(before, after)), Place(field=field))
    for field, what in _EXTRAS.items():
        before, after = _text(getattr(old, field)), _text(getattr(new, field))
        if before != after:
            yield Difference(_about(what, arrow(before, after)), Place(field=field))


def _added(old: Flow, new: Flow) -> Iterator[Difference]:
    known = old.indexes()
    for index, menu in enumerate(new.menus):
        if menu.id not in known:
            words = said("Added the menu {menu}", menu=_label(menu, index))
            yield Difference(words, Place(menu.id, index + 1))


def _removed(old: Flow, new: Flow) -> Iterator[Difference]:
    left = new.indexes()
    for index, menu in enumerate(old.menus):
        if menu.id not in left:
            yield Difference(said("Removed the menu {menu}", menu=_label(menu, index)))


def _moved(old: Flow, new: Flow) -> Iterator[Difference]:
    before, after = old.indexes(), new.indexes()
    common = [menu.id for menu in new.menus if menu.id in before]
    if common == [menu.id for menu in old.menus if menu.id in after]:
        return
    stayed = _longest_run([before[menu_id] for menu_id in common])
    for position, menu_id in enumerate(common):
        if position not in stayed:
            index = after[menu_id]
            label = _label(new.menus[index], before[menu_id])
            words = said("Moved the menu {menu} to place {number}", menu=label, number=index + 1)
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
        if before is not menu and before is not None and not same(before, menu):
            yield from _menu(_Pair(old, new, before, menu, index))


class _Pair(Struct, frozen=True):
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
    changed = [key for key in TRIGGERS if pair.before.actions(key) is not pair.after.actions(key)]
    found = [*_heard(pair), *(line for trigger in changed for line in _key(pair, trigger))]
    yield from found
    if not found:
        words = said("{menu} is written differently; callers notice nothing", menu=pair.label)
        yield Difference(words, pair.place)


HEARD = {
    "script": "What the caller hears in {menu}: {change}",
    "recording": "The recording of {menu}: {change}",
}
"""What a caller hears, by field, and how its change is told."""


def _heard(pair: _Pair) -> Iterator[Difference]:
    before, after = pair.before, pair.after
    if before.name != after.name:
        words = said(
            "Renamed the menu {menu} to {name}", menu=_label(before, pair.index), name=pair.label
        )
        yield Difference(words, replace(pair.place, field="name"))
    for field, what in HEARD.items():
        was, now = getattr(before, field), getattr(after, field)
        if was != now:
            words = said(what, menu=pair.label, change=change(was, now))
            if field == "recording" and is_address(was, now):
                words = played(was, now, pair.label)
            yield Difference(words, replace(pair.place, field=field))
    if before.wait_ms != after.wait_ms:
        words = said(
            "The wait in {menu}: {change}",
            menu=pair.label,
            change=joined([_wait(before.wait_ms), _wait(after.wait_ms)], " → "),
        )
        yield Difference(words, replace(pair.place, field="wait_ms"))
    was, now = _text(before.extra), _text(after.extra)
    if was != now:
        words = said(
            "Fields of {menu} that are not known here: {change}",
            menu=pair.label,
            change=arrow(was, now),
        )
        yield Difference(words, pair.place)


def _key(pair: _Pair, trigger: str) -> Iterator[Difference]:
    old, new = pair.before.actions(trigger), pair.after.actions(trigger)
    earlier, later = {step.id: step for step in old}, {step.id: step for step in new}
    where = _where(pair, trigger)
    place = replace(pair.place, trigger=trigger)
    removed = [step for step in old if step.id not in later]
    added = [step for step in new if step.id not in earlier]
    if removed or added:
        yield Difference(_about(where, _exchange(pair, old, removed, new, added)), place)
    for number, step in enumerate(new, 1):
        before = earlier.get(step.id)
        if before is not None and not same(before, step):
            at = replace(place, step_id=step.id, step_number=number)
            yield Difference(_about(where, _step(pair, before, step)), at)
    kept = [step.id for step in new if step.id in earlier]
    if kept != [step.id for step in old if step.id in later]:
        order = shortened(steps_in_words(pair.new, new), 2 * LONGEST_TEXT)
        yield Difference(_about(where, said("the order is now {order}", order=order)), place)


def _where(pair: _Pair, trigger: str) -> str:
    if trigger == WRONG:
        return said("Anything else, or silence, in {menu}", menu=pair.label)
    return said("Key {key} of {menu}", key=trigger, menu=pair.label)


def _about(what: str, change: str) -> str:
    return said("{what}: {change}", what=what, change=change)


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
    words = said("added “{steps}”", steps=now) if added else said("removed “{steps}”", steps=was)
    return shortened(words, 2 * LONGEST_TEXT)


_DETAILS: dict[str, tuple[str, Callable[[Flow, Any], str]]] = {
    "body": (
        said("what is sent"),
        lambda _flow, body: said("nothing") if body is None else _text(body),
    ),
    # Only that they changed: headers carry passwords and keys.
    "headers": (said("the headers"), lambda _flow, _headers: ""),
    "extra": (said("fields that are not known here"), lambda _flow, extra: _text(extra)),
}
_UNSAID: dict[str, tuple[str, Callable[[Flow, Any], str]]] = {
    "menu": (
        said("to"),
        lambda flow, menu: said("menu {number}", number=flow.indexes().get(menu, -1) + 1),
    ),
    "value": (said("the value"), lambda _flow, value: _text(value)),
}
"""What a step's own words leave out: always shown, and shown when the words stay the same."""


def _step(pair: _Pair, before: AnyAction, after: AnyAction) -> str:
    was, now = step_in_words(pair.old, before), step_in_words(pair.new, after)
    if before.kind != after.kind:
        return arrow(was, now)
    parts = _details(pair, before, after, _DETAILS if was != now else {**_DETAILS, **_UNSAID})
    if was != now:
        return joined([arrow(was, now), *parts], "; ")
    told = joined(parts, "; ") if parts else said("written differently; callers notice nothing")
    return _about(shortened(now, LONGEST_TEXT), told)


def _details(
    pair: _Pair,
    before: AnyAction,
    after: AnyAction,
    fields: dict[str, tuple[str, Callable[[Flow, Any], str]]],
) -> list[str]:
    parts: list[str] = []
    for field, (what, told) in fields.items():
        was, now = getattr(before, field, None), getattr(after, field, None)
        if _text(was) != _text(now):
            of_it = arrow(told(pair.old, was), told(pair.new, now))
            change = of_it if of_it.strip(" →") else said("changed")
            parts.append(said("{what} {change}", what=what, change=change))
    return parts


def _label(menu: Menu, index: int) -> str:
    name = clip(menu.name, LONGEST_TEXT)
    return said("“{text}”", text=name or said("Menu {number}", number=index + 1))


def _wait(wait_ms: int | None) -> str:
    if wait_ms is None:
        return said("not said, so {seconds} s", seconds=f"{DEFAULT_WAIT_MS / 1000:g}")
    return said("{seconds} s", seconds=f"{wait_ms / 1000:.10g}")


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
