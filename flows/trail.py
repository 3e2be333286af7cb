"""What can happen on a call, one event a line: each knows its place and its words."""

from __future__ import annotations

from abc import ABCMeta, abstractmethod
from collections.abc import Mapping
from typing import Any, Literal

from msgspec import Struct, StructMeta

from flows.document import Flow, menu_label
from flows.said import said
from flows.step_words import value_in_words

MOST_MENUS = 100
"""How many menus one call plays, repeats included, before it is cut."""

Reason = Literal[
    "hung_up", "caller_hung_up", "list_ended", "no_wrong", "no_menu", "missing_target", "cut"
]

END_WORDS: Mapping[str, str] = {
    "hung_up": "The call was hung up.",
    "caller_hung_up": "The caller put the phone down.",
    "list_ended": "The steps ran out, so the call ended.",
    "no_wrong": "There is nothing for anything else, or silence, so the call ended.",
    "no_menu": "There is no menu to play, so the call ended.",
    "missing_target": "The menu to go to is missing, so the call ended.",
    "cut": f"The call was cut after {MOST_MENUS} menus.",
}
"""Why a call ended, in words; one sentence for every reason."""


class _Abstract(StructMeta, ABCMeta):
    """A record whose kinds must say what it leaves open."""


class Event(Struct, frozen=True, kw_only=True, metaclass=_Abstract):
    """One line of a trail, and its place in the flow.

    ``trigger`` and ``step_id`` are "" where the event does not belong to a key or a step.
    """

    menu_id: str = ""
    trigger: str = ""
    step_id: str = ""

    @abstractmethod
    def in_words(self, flow: Flow) -> str:
        """The line as people read it."""


class Heard(Event, frozen=True, kw_only=True):
    """A menu played, and now waits for a key."""

    def in_words(self, flow: Flow) -> str:
        """For example "Heard Confirm delivery"."""
        return said("Heard {menu}.", menu=menu_label(flow, self.menu_id))


class Pressed(Event, frozen=True, kw_only=True):
    """The caller pressed a key; ``understood`` is False when the menu has no steps for it."""

    key: str
    understood: bool

    def in_words(self, flow: Flow) -> str:
        """For example "Pressed 7, which this menu does not know"."""
        if self.understood:
            return said("Pressed {key}.", key=self.key)
        return said("Pressed {key}, which this menu does not know.", key=self.key)


class Silent(Event, frozen=True, kw_only=True):
    """The wait ran out without a key."""

    def in_words(self, flow: Flow) -> str:
        """The same words every time."""
        return said("Stayed silent.")


class Told(Event, frozen=True, kw_only=True):
    """A web address is told. The machine tells nobody itself: its driver does, or does not."""

    url: str
    headers: tuple[tuple[str, str], ...] = ()
    body: dict[str, Any] | None = None

    def delivery(self, sender: str, to: str, mid: str) -> dict[str, Any]:
        """The exact body of the web request (SpeechCall document, "Webhook Delivery Format").

        ``sender`` and ``to`` are passed on as they are; ``mid`` is the message id. A step
        without a body says ``"action": {}`` (ours).
        """
        return {"from": sender, "to": to, "mid": mid, "action": self.body or {}}

    def in_words(self, flow: Flow) -> str:
        """For example "Told https://…"."""
        return said("Told {url}", url=self.url)


class Saved(Event, frozen=True, kw_only=True):
    """An answer was saved."""

    name: str
    value: Any

    def in_words(self, flow: Flow) -> str:
        """For example "Saved the answer confirm: yes"."""
        value = value_in_words(self.value)
        return said("Saved the answer {name}: {value}", name=self.name, value=value)


class WentTo(Event, frozen=True, kw_only=True):
    """A step led to another menu, ``target`` (a menu id)."""

    target: str

    def in_words(self, flow: Flow) -> str:
        """For example "Went to Another day"."""
        return said("Went to {menu}.", menu=menu_label(flow, self.target))


class Repeated(Event, frozen=True, kw_only=True):
    """The menu is said again, for the ``count``-th of ``times`` times."""

    count: int
    times: int

    def in_words(self, flow: Flow) -> str:
        """For example "Said again (1 of 2)"."""
        return said("Said again ({count} of {times}).", count=self.count, times=self.times)


class Connected(Event, frozen=True, kw_only=True):
    """The caller was connected to a number (E.164)."""

    number: str

    def in_words(self, flow: Flow) -> str:
        """For example "Connected to +15055559999"."""
        return said("Connected to {number}", number=self.number)


class Ended(Event, frozen=True, kw_only=True):
    """The call is over, and why."""

    reason: Reason

    def in_words(self, flow: Flow) -> str:
        """The sentence of its reason."""
        return END_WORDS[self.reason]
