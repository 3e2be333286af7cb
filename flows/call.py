"""Call: the one state machine that every player of a flow uses.

The practice network, the phone on the screen, saved journeys and ``python -m flows play`` all
drive it, so a flow means the same everywhere. It is pure: a key or a silence goes in, a new
Call comes out, and ``trail`` says everything that happened on the way.

The rules: a key that has actions runs them in order; any other key, or silence, runs
``wrong``. A list that ends without a step that leaves it, and a missing ``wrong``, end the
call. A call is cut after ``MOST_MENUS`` menus played.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Literal

from msgspec import Struct

from flows.document import (
    DEFAULT_WAIT_MS,
    KEYS,
    WRONG,
    Action,
    Connect,
    Flow,
    GoTo,
    HangUp,
    Menu,
    Repeat,
    SaveAnswer,
    Webhook,
)
from flows.trail import (
    END_WORDS,
    MOST_MENUS,
    Connected,
    Ended,
    Event,
    Heard,
    Pressed,
    Reason,
    Repeated,
    Saved,
    Silent,
    Told,
    WentTo,
)

__all__ = [
    "END_WORDS",
    "HANGUP",
    "INPUTS",
    "MOST_MENUS",
    "SILENCE",
    "Call",
    "Connected",
    "Ended",
    "Event",
    "Heard",
    "Pressed",
    "Reason",
    "Repeated",
    "Saved",
    "Silent",
    "State",
    "Told",
    "WentTo",
    "apply",
    "caller_hangs_up",
    "press",
    "replay",
    "silence",
    "start",
]

SILENCE = "silence"
"""The input that says: the caller pressed nothing until the wait was over."""

HANGUP = "hangup"
"""The input that says: the caller put the phone down."""

INPUTS = (*KEYS, SILENCE, HANGUP)
"""Everything ``replay`` takes."""

State = Literal["waiting", "ended", "connected"]


class Call(Struct, frozen=True):
    """A call at one moment. ``menu_id`` is the menu that plays or played last ("" if none).

    ``played`` counts the menus played; ``repeats`` counts how often the present menu was
    said again since it was entered.
    """

    flow: Flow
    state: State = "waiting"
    menu_id: str = ""
    trail: tuple[Event, ...] = ()
    played: int = 0
    repeats: int = 0

    @property
    def menu(self) -> Menu | None:
        """The menu that plays or played last."""
        return self.flow.menu(self.menu_id)

    @property
    def wait_ms(self) -> int:
        """How long the present menu waits for a key, in milliseconds."""
        menu = self.menu
        if menu is None or menu.wait_ms is None:
            return DEFAULT_WAIT_MS
        return menu.wait_ms

    def in_words(self) -> tuple[str, ...]:
        """The trail, a line each."""
        return tuple(event.in_words(self.flow) for event in self.trail)


def start(flow: Flow, menu_index: int = 0) -> Call:
    """A call that has just been answered; ``menu_index`` is 0-based, for "Start here".

    A menu that is not there ends the call at once, and says so.
    """
    return _started(flow, menu_index).call()


def press(call: Call, key: str) -> Call:
    """The caller presses a key, also while the menu still plays.

    Raises ValueError when ``key`` is not one of the phone's twelve.
    """
    if key not in KEYS:
        raise ValueError(f"{key!r} is not a key of a phone.")
    return apply(call, key)


def silence(call: Call) -> Call:
    """The wait runs out without a key."""
    return apply(call, SILENCE)


def caller_hangs_up(call: Call) -> Call:
    """The caller puts the phone down."""
    return apply(call, HANGUP)


def apply(call: Call, given: str) -> Call:
    """One input: a key, "silence" or "hangup". Raises ValueError for anything else."""
    line = _Line(call.flow, call.state, call.menu_id, call.trail, call.played, call.repeats)
    return line.call() if _take(line, given) else call


def replay(flow: Flow, inputs: Iterable[str], menu_index: int = 0) -> Call:
    """The call after these inputs; those after its end change nothing.

    Raises ValueError when one of them is not in ``INPUTS``.
    """
    line = _started(flow, menu_index)
    for given in inputs:
        _take(line, given)
    return line.call()


class _Line:
    """A call while things happen to it; ``Call`` is its picture at one moment."""

    def __init__(
        self,
        flow: Flow,
        state: State = "waiting",
        menu_id: str = "",
        trail: Iterable[Event] = (),
        played: int = 0,
        repeats: int = 0,
    ) -> None:
        self.flow, self.state, self.menu_id = flow, state, menu_id
        self.trail, self.played, self.repeats = list(trail), played, repeats
        self.menus = {menu.id: menu for menu in reversed(flow.menus)}

    def call(self) -> Call:
        """The picture of this moment."""
        trail = tuple(self.trail)
        return Call(self.flow, self.state, self.menu_id, trail, self.played, self.repeats)


def _started(flow: Flow, menu_index: int) -> _Line:
    line = _Line(flow)
    if 0 <= menu_index < len(flow.menus):
        line.menu_id = flow.menus[menu_index].id
        _play(line)
    else:
        _end(line, "no_menu")
    return line


def _take(line: _Line, given: str) -> bool:
    """One input; False when it changes nothing, because the call is over."""
    if given not in INPUTS:
        raise ValueError(f"{given!r} is not a key of a phone.")
    if line.state != "waiting":
        return False
    if given == HANGUP:
        _end(line, "caller_hung_up")
        return True
    menu = line.menus.get(line.menu_id)
    if given == SILENCE:
        line.trail.append(Silent(menu_id=line.menu_id, trigger=WRONG))
        _run(line, menu, WRONG)
        return True
    understood = menu is not None and bool(menu.actions(given))
    pressed = Pressed(menu_id=line.menu_id, trigger=given, key=given, understood=understood)
    line.trail.append(pressed)
    _run(line, menu, given if understood else WRONG)
    return True


def _end(line: _Line, reason: Reason, trigger: str = "", step_id: str = "") -> None:
    line.state = "ended"
    line.trail.append(Ended(menu_id=line.menu_id, trigger=trigger, step_id=step_id, reason=reason))


def _play(line: _Line) -> None:
    if line.played >= MOST_MENUS:
        return _end(line, "cut")
    line.played += 1
    line.trail.append(Heard(menu_id=line.menu_id))


def _run(line: _Line, menu: Menu | None, trigger: str) -> None:
    """The steps of a trigger, until one leaves the list or they run out."""
    actions = menu.actions(trigger) if menu is not None else ()
    if not actions:
        return _end(line, "no_wrong", trigger)
    for action in actions:
        if _STEPS[action.kind](line, trigger, action):
            return
    _end(line, "list_ended", trigger)


def _note(
    line: _Line, event: Callable[..., Event], trigger: str, step: Action, **facts: Any
) -> None:
    """One more line of the trail: what a step of this menu did."""
    line.trail.append(event(menu_id=line.menu_id, trigger=trigger, step_id=step.id, **facts))


def _tell(line: _Line, trigger: str, step: Webhook) -> bool:
    headers = tuple((step.headers or {}).items())
    _note(line, Told, trigger, step, url=step.url, headers=headers, body=step.body)
    return False


def _save(line: _Line, trigger: str, step: SaveAnswer) -> bool:
    _note(line, Saved, trigger, step, name=step.name, value=step.value)
    return False


def _go(line: _Line, trigger: str, step: GoTo) -> bool:
    if step.menu not in line.menus:
        _end(line, "missing_target", trigger, step.id)
        return True
    _note(line, WentTo, trigger, step, target=step.menu)
    line.menu_id, line.repeats = step.menu, 0
    _play(line)
    return True


def _repeat(line: _Line, trigger: str, step: Repeat) -> bool:
    if line.repeats >= step.times:
        return False
    line.repeats += 1
    _note(line, Repeated, trigger, step, count=line.repeats, times=step.times)
    _play(line)
    return True


def _connect(line: _Line, trigger: str, step: Connect) -> bool:
    _note(line, Connected, trigger, step, number=step.number)
    line.state = "connected"
    return True


def _hang_up(line: _Line, trigger: str, step: HangUp) -> bool:
    _end(line, "hung_up", trigger, step.id)
    return True


_STEPS: dict[str, Callable[[_Line, str, Any], bool]] = {
    "webhook": _tell,
    "save_answer": _save,
    "goto": _go,
    "repeat": _repeat,
    "connect": _connect,
    "hangup": _hang_up,
}
"""Action kind -> what it does: (line, trigger, step) -> whether the list was left."""
