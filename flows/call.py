"""Call: the one state machine that every player of a flow uses.

The practice network, the phone on the screen, saved journeys and ``python -m flows play`` all
drive it, so a flow means the same everywhere. It is pure: a key or a silence goes in, a new
Call comes out, and ``trail`` says everything that happened on the way.

The rules: a key that has actions runs them in order; any other key, or silence, runs
``wrong``. A list that ends without a step that leaves it, and a missing ``wrong``, end the
call. A call is cut after ``MOST_MENUS`` menus played.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Literal

from flows.document import (
    DEFAULT_WAIT_MS,
    KEYS,
    WRONG,
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


@dataclass(frozen=True)
class Call:
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
    call = Call(flow)
    if not 0 <= menu_index < len(flow.menus):
        return _end(call, "no_menu")
    return _play(replace(call, menu_id=flow.menus[menu_index].id))


def press(call: Call, key: str) -> Call:
    """The caller presses a key, also while the menu still plays.

    Raises ValueError when ``key`` is not one of the phone's twelve.
    """
    if key not in KEYS:
        raise ValueError(f"{key!r} is not a key of a phone.")
    if call.state != "waiting":
        return call
    menu = call.menu
    understood = menu is not None and bool(menu.actions(key))
    pressed = Pressed(menu_id=call.menu_id, trigger=key, key=key, understood=understood)
    return _run(_add(call, pressed), key if understood else WRONG)


def silence(call: Call) -> Call:
    """The wait runs out without a key."""
    if call.state != "waiting":
        return call
    return _run(_add(call, Silent(menu_id=call.menu_id, trigger=WRONG)), WRONG)


def caller_hangs_up(call: Call) -> Call:
    """The caller puts the phone down."""
    return call if call.state != "waiting" else _end(call, "caller_hung_up")


def apply(call: Call, given: str) -> Call:
    """One input: a key, "silence" or "hangup". Raises ValueError for anything else."""
    if given == SILENCE:
        return silence(call)
    if given == HANGUP:
        return caller_hangs_up(call)
    return press(call, given)


def replay(flow: Flow, inputs: Iterable[str], menu_index: int = 0) -> Call:
    """The call after these inputs; those after its end change nothing.

    Raises ValueError when one of them is not in ``INPUTS``.
    """
    call = start(flow, menu_index)
    for given in inputs:
        call = apply(call, given)
    return call


def _add(call: Call, *events: Event) -> Call:
    return replace(call, trail=(*call.trail, *events))


def _end(call: Call, reason: Reason, trigger: str = "", step_id: str = "") -> Call:
    ended = Ended(menu_id=call.menu_id, trigger=trigger, step_id=step_id, reason=reason)
    return replace(call, state="ended", trail=(*call.trail, ended))


def _play(call: Call) -> Call:
    if call.played >= MOST_MENUS:
        return _end(call, "cut")
    heard = Heard(menu_id=call.menu_id)
    return replace(call, played=call.played + 1, trail=(*call.trail, heard))


def _run(call: Call, trigger: str) -> Call:
    """The steps of a trigger, until one leaves the list or they run out."""
    menu = call.menu
    actions = menu.actions(trigger) if menu is not None else ()
    if not actions:
        return _end(call, "no_wrong", trigger)
    for action in actions:
        call, left = _STEPS[action.kind](call, trigger, action)
        if left:
            return call
    return _end(call, "list_ended", trigger)


def _tell(call: Call, trigger: str, step: Webhook) -> tuple[Call, bool]:
    headers = tuple((step.headers or {}).items())
    told = Told(**_at(call, trigger, step), url=step.url, headers=headers, body=step.body)
    return _add(call, told), False


def _save(call: Call, trigger: str, step: SaveAnswer) -> tuple[Call, bool]:
    saved = Saved(**_at(call, trigger, step), name=step.name, value=step.value)
    return _add(call, saved), False


def _go(call: Call, trigger: str, step: GoTo) -> tuple[Call, bool]:
    if call.flow.menu(step.menu) is None:
        return _end(call, "missing_target", trigger, step.id), True
    went = WentTo(**_at(call, trigger, step), target=step.menu)
    return _play(replace(_add(call, went), menu_id=step.menu, repeats=0)), True


def _repeat(call: Call, trigger: str, step: Repeat) -> tuple[Call, bool]:
    if call.repeats >= step.times:
        return call, False
    count = call.repeats + 1
    again = Repeated(**_at(call, trigger, step), count=count, times=step.times)
    return _play(replace(_add(call, again), repeats=count)), True


def _connect(call: Call, trigger: str, step: Connect) -> tuple[Call, bool]:
    connected = Connected(**_at(call, trigger, step), number=step.number)
    return replace(_add(call, connected), state="connected"), True


def _hang_up(call: Call, trigger: str, step: HangUp) -> tuple[Call, bool]:
    return _end(call, "hung_up", trigger, step.id), True


def _at(call: Call, trigger: str, step: AnyAction) -> dict[str, str]:
    return {"menu_id": call.menu_id, "trigger": trigger, "step_id": step.id}


_STEPS: dict[str, Any] = {
    "webhook": _tell,
    "save_answer": _save,
    "goto": _go,
    "repeat": _repeat,
    "connect": _connect,
    "hangup": _hang_up,
}
"""Action kind -> what it does: (call, trigger, step) -> (call after it, whether it left)."""
