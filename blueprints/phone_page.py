"""What the phone in the editor shows: a call of the present draft, replayed from its keys."""

from __future__ import annotations

import json
from typing import Any

from flask_babel import gettext as _
from msgspec import Struct
from msgspec.structs import replace

from blueprints import json_view, recording_view
from blueprints.draft import NEW_STEP_ID
from blueprints.editor_view import SLUGS, View
from blueprints.languages import say
from flows import call as engine
from flows.document import KEYS, Flow, Menu
from flows.durations import prompt_ms
from flows.step_words import value_in_words

MOST_INPUTS = 400
"""How many keys a phone's address may hold; a call is cut after 100 menus anyway."""

SENDER_SHOWN, MID_SHOWN = "0443914272", "7748021"
"""What stands for the sender and the message id in a shown web request (the seed's values)."""


class TrailLine(Struct, frozen=True):
    """One thing that happened, and where it stands in the editor."""

    words: str
    url: str
    kind: str
    request: str
    number: int


class PhonePage(Struct, frozen=True):
    """The phone. ``keys`` is what was pressed, as the address has it.

    ``plays`` is the recording's address, when it can be played here.
    """

    flow_id: int
    started: bool
    call: engine.Call | None
    menu: Menu | None
    keys: str
    start: int
    start_name: str
    trail: list[TrailLine]
    wait_ms: int
    prompt_ms: int
    choices: tuple[str, ...]
    unsaved: bool
    plays: str

    @property
    def over(self) -> bool:
        """Whether the call has ended."""
        return self.call is not None and self.call.state != "waiting"


def read_inputs(text: str) -> tuple[str, ...]:
    """``1,2,silence`` as inputs; what is no input of a phone is left out."""
    asked = (part.strip() for part in text.split(","))
    return tuple(part for part in asked if part in engine.INPUTS)[:MOST_INPUTS]


def build(flow: Flow, view: View, *, unsaved: bool = False) -> PhonePage:
    """The phone as the place in the editor has it: what was pressed, and where it began."""
    start = view.start if view.start < len(flow.menus) else 0
    inputs = read_inputs(view.keys or "")
    call = engine.replay(flow, inputs, start) if view.keys is not None else None
    menu = call.menu if call and call.state == "waiting" else None
    first = flow.menus[start] if flow.menus else None
    return PhonePage(
        flow_id=view.flow_id,
        started=call is not None,
        call=call,
        menu=menu,
        keys=",".join(inputs),
        start=start,
        start_name=(first.name or _("Menu %(number)s", number=start + 1)) if first else "",
        trail=_trail(call, view) if call else [],
        wait_ms=call.wait_ms if call else 0,
        prompt_ms=prompt_ms(menu, _known_seconds(menu)) if menu else 0,
        choices=KEYS,
        unsaved=unsaved,
        plays=recording_view.playable(menu.recording) if menu else "",
    )


def _known_seconds(menu: Menu) -> dict[str, float]:
    return recording_view.known_seconds(recording_view.known_of([menu.recording]))


def _trail(call: engine.Call, view: View) -> list[TrailLine]:
    lines, told = [], 0
    for event in call.trail:
        request = ""
        if isinstance(event, engine.Told):
            request, told = shown_request(call.flow, event), told + 1
        kind = type(event).__name__.lower()
        lines.append(TrailLine(_words(call.flow, event), _place(event, view), kind, request, told))
    return lines


def _place(event: engine.Event, view: View) -> str:
    """Where it stands in the editor: its step, else its key, else what is heard."""
    at = view.at(tab="phone", menu=event.menu_id or view.menu, key=event.trigger or view.key)
    if event.step_id == NEW_STEP_ID:
        return replace(at, new=view.new).url("new-step")
    if event.step_id:
        return at.url(f"step-{event.step_id}")
    return at.url(f"key-{SLUGS[event.trigger]}" if event.trigger else "script")


def _words(flow: Flow, event: engine.Event) -> str:
    """As it happened; but the phone tells no web address, so it says what it would do."""
    if isinstance(event, engine.Told):
        return _("Would tell %(address)s", address=event.url)
    if isinstance(event, engine.Saved):
        value = say(value_in_words(event.value))
        return _("Would save the answer %(name)s: %(value)s", name=event.name, value=value)
    return event.in_words(flow)


def shown_request(flow: Flow, told: engine.Told) -> str:
    """The web request exactly as it would be sent, secret headers covered."""
    headers = json_view.cover_secrets({"headers": dict(told.headers)})["headers"]
    lines = [
        f"POST {told.url}",
        "Content-Type: application/json",
        *(f"{name}: {value}" for name, value in headers.items()),
        "",
        json.dumps(delivery(flow, told), ensure_ascii=False, indent=2),
    ]
    return "\n".join(lines)


def delivery(flow: Flow, told: engine.Told) -> dict[str, Any]:
    """What the web address would be told, with the seed's values for what only a call has."""
    return told.delivery(flow.sender or SENDER_SHOWN, flow.recipient, MID_SHOWN)
