"""Flow, Menu and the actions: the provider-neutral document everything else works on.

All values are frozen; an edit returns a new Flow (see ``flows.edits``). Menus refer to each
other by stable id and become 0-based indexes only in a target's compiler. What a document
from outside carried and we do not know is kept in ``extra`` and written back untouched.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from flows.said import said

KEYS = ("1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#")
"""The twelve keys of a phone, in the order they stand on it."""

WRONG = "wrong"
"""What runs on any other key, or on silence (the SpeechCall document's own name)."""

TRIGGERS = (*KEYS, WRONG)
"""Everything that can carry a list of actions."""

DEFAULT_WAIT_MS = 10_000
"""Milliseconds a menu waits for a key when it does not say (ours; the seed's example value)."""

MAX_TIMES = 20
"""The most often a menu may be said again (ours)."""

PRACTICE_RECORDING = "ivr_practice"
"""The name of a recording that exists nowhere but on the practice phone network (ours)."""

JsonObject = dict[str, Any]


class Frozen(BaseModel):
    """A value that never changes after it was made."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Action(Frozen):
    """What every action has: an id that is unique in its flow, and unknown fields kept."""

    id: str
    extra: JsonObject = {}


class Webhook(Action):
    """A web address is told. ``body`` is nested under ``action`` when it is delivered."""

    kind: Literal["webhook"] = "webhook"
    url: str
    body: JsonObject | None = None
    headers: dict[str, str] | None = None


class SaveAnswer(Action):
    """The answer ``name = value`` lands in Answers."""

    kind: Literal["save_answer"] = "save_answer"
    name: str
    value: Any = True


class GoTo(Action):
    """Another menu plays. ``menu`` is a menu id; "" means that none was chosen yet.

    ``form`` keeps whether the document wrote the index as ``"1"`` or ``1``.
    """

    kind: Literal["goto"] = "goto"
    menu: str
    form: Literal["string", "integer"] = "string"


class Repeat(Action):
    """This menu plays again, up to ``times`` times; after that the following actions run.

    Only under ``wrong``. The count starts anew whenever the menu is entered by a GoTo.
    """

    kind: Literal["repeat"] = "repeat"
    times: int = Field(ge=1, le=MAX_TIMES)


class Connect(Action):
    """The caller is connected to ``number`` (E.164). Ends the menu's part of the call."""

    kind: Literal["connect"] = "connect"
    number: str


class HangUp(Action):
    """The call ends."""

    kind: Literal["hangup"] = "hangup"


AnyAction = Annotated[
    Webhook | SaveAnswer | GoTo | Repeat | Connect | HangUp, Field(discriminator="kind")
]

LEAVES_LIST = ("goto", "connect", "hangup")
"""Kinds after which no further action of the same list can run."""

PASSES_ON = ("webhook", "save_answer")
"""Kinds that do their work and hand on to the next action, wherever in a list they stand."""


class Menu(Frozen):
    """What the caller hears, how long we wait for a key, and the actions of each key.

    ``recording`` is SpeechCall's ``introUrl``: a URL or an opaque identifier; "" when unset.
    ``wait_ms`` is in milliseconds; None means that the document does not say.
    ``keys`` maps a trigger (see ``TRIGGERS``) to its actions; a trigger that is absent does
    nothing of its own; an empty tuple is kept as the document wrote it.
    """

    id: str
    name: str = ""
    script: str = ""
    recording: str = ""
    wait_ms: int | None = DEFAULT_WAIT_MS
    keys: dict[str, tuple[AnyAction, ...]] = {}
    extra: JsonObject = {}

    def actions(self, trigger: str) -> tuple[AnyAction, ...]:
        """The actions of a trigger, in order; empty when there are none."""
        return self.keys.get(trigger, ())

    def all_actions(self) -> Iterator[tuple[str, int, AnyAction]]:
        """Every (trigger, position, action), triggers in the order of ``TRIGGERS``."""
        for trigger in TRIGGERS:
            for position, action in enumerate(self.keys.get(trigger, ())):
                yield trigger, position, action


class Flow(Frozen):
    """A whole call: who rings whom, and its menus. The call starts at ``menus[0]``.

    ``recipient`` is the number written into the previewed request; a test call or a list of
    recipients replaces it. ``text`` is SpeechCall's required but never spoken field.
    """

    name: str
    sender: str = ""
    recipient: str = "+380XXXXXXXXX"
    text: str = "ivr"
    language: str = "en"
    menus: tuple[Menu, ...] = ()
    message_extra: JsonObject = {}
    envelope_extra: JsonObject = {}

    def menu(self, menu_id: str) -> Menu | None:
        """The menu with this id, or None."""
        return next((menu for menu in self.menus if menu.id == menu_id), None)

    def index_of(self, menu_id: str) -> int | None:
        """The 0-based place of a menu, or None."""
        return next((i for i, menu in enumerate(self.menus) if menu.id == menu_id), None)

    def indexes(self) -> dict[str, int]:
        """Menu id -> 0-based place, for whoever asks more than once."""
        return {menu.id: index for index, menu in enumerate(self.menus)}


def menu_label(flow: Flow, menu_id: str) -> str:
    """How people call a menu: its name, or "Menu 2"."""
    index = flow.index_of(menu_id)
    if index is None:
        return said("a menu that is gone")
    return flow.menus[index].name or said("Menu {number}", number=index + 1)
