"""Where a person is in the editor: the chosen menu, key, step and tab, as an address."""

from __future__ import annotations

from functools import cached_property, lru_cache
from typing import Any
from urllib.parse import urlencode

from flask import request
from flask_babel import lazy_gettext as _l
from msgspec import Struct
from msgspec.structs import replace

from blueprints import whole
from blueprints.addresses import address
from flows.document import KEYS, WRONG, Flow
from flows.fitting import fitting
from providers import SERVICES

SLUGS = {**{key: key for key in KEYS}, "*": "star", "#": "hash", WRONG: WRONG}
"""Trigger -> how it stands in an address."""

TRIGGERS = {slug: trigger for trigger, slug in SLUGS.items()}
TABS = (("phone", _l("Phone")), ("map", _l("Map")), ("json", "JSON"), ("script", _l("Script")))
FIRST_TAB = "phone"
TARGETS = tuple((service.target, service.label) for service in SERVICES.values())


NAMES = ("menu", "key", "step", "new", "tab", "target", "ask", "keys", "start")
AT_DESK = frozenset({"menu", "key", "step", "new", "ask"})
"""What is looked at on the desk; a tab and a played call are looked at beside it."""


class View(Struct, frozen=True, dict=True):
    """One place in the editor. ``new`` is the kind of a step that is being added.

    ``keys`` is what was pressed on the phone ("1,silence"; None: no call is played), ``start``
    the 0-based menu at which that call began. ``desk``: a screen too narrow for both shows the
    menu, not what stands beside it; an address that names a tab or a call asks for that, unless
    it says ``view=edit``. ``target`` is the service that the checks are for; an address that
    names none means ``usual``, the first that has all that the flow uses (``meant_for``).
    """

    flow_id: int
    menu: str = ""
    key: str = "1"
    step: str = ""
    new: str = ""
    tab: str = FIRST_TAB
    target: str = ""
    ask: str = ""
    keys: str | None = None
    start: int = 0
    desk: bool = True
    usual: str = ""

    @classmethod
    def asked(cls, flow_id: int, **fixed: str) -> View:
        """The place the address speaks of; what it does not know is left at its default."""
        args = request.args
        view = cls(
            flow_id,
            menu=args.get("menu", ""),
            step=args.get("step", ""),
            new=args.get("new", ""),
            ask=args.get("ask", ""),
            key=TRIGGERS.get(args.get("key", ""), "1"),
            tab=_one_of(args.get("tab", FIRST_TAB), TABS),
            target=_one_of(args.get("target", ""), (("", ""), *TARGETS)),
            keys=args.get("keys"),
            start=_whole(args.get("start", "")),
            desk=args.get("view") == "edit" or not ("tab" in args or "keys" in args),
        )
        return replace(view, **fixed)

    def at(self, **changes: Any) -> View:
        """The same place but for some of it; a step or a question is left behind."""
        return _at(self, tuple(changes.items()))

    def meant_for(self, flow: Flow) -> View:
        """The same place of this flow: the service that has all of it, where none is named."""
        return _meant_for(self, fitting(flow))

    @property
    def at_desk(self) -> View:
        """The same place, where a narrow screen shows the menu."""
        return replace(self, desk=True)

    @property
    def beside(self) -> View:
        """The same place, where a narrow screen shows the tab."""
        return replace(self, desk=False)

    @property
    def tabs(self) -> tuple[tuple[str, str], ...]:
        """What can stand beside the menu: names and what they are called."""
        return TABS

    @property
    def slug(self) -> str:
        """The chosen key as it stands in an address."""
        return SLUGS[self.key]

    def query(self) -> str:
        """The place as an address's query, defaults left out."""
        return self._query

    @cached_property
    def _query(self) -> str:
        parts = {
            name: SLUGS[value] if name == "key" else value
            for name, plain in PLAIN.items()
            if (value := getattr(self, name)) != plain
        }
        if self.target == self.usual:
            parts.pop("target", None)
        names_tab = "tab" in parts or "keys" in parts
        if self.desk and names_tab:
            parts["view"] = "edit"
        elif not self.desk and not names_tab:
            parts["tab"] = self.tab
        return urlencode(parts, safe=",*")

    def around_menu(self) -> tuple[str, str]:
        """What stands before and after a menu's id in the addresses of menus, at key 1.

        A list of many menus has one address a line.
        """
        before, _mark, after = self.at(menu="MENU", key="1").url().partition("MENU")
        return before, after

    def url(self, anchor: str = "") -> str:
        """The address of this place."""
        return _join(address("editor.show", flow_id=self.flow_id), self.query(), anchor)

    def act(self, endpoint: str, **values: Any) -> str:
        """The address of an action that comes back to this place."""
        return _join(address(endpoint, flow_id=self.flow_id, **values), self.query())


@lru_cache(maxsize=200)
def _meant_for(view: View, usual: str) -> View:
    return replace(view, target=view.target or usual, usual=usual)


@lru_cache(maxsize=2_000)
def _at(view: View, changes: tuple[tuple[str, Any], ...]) -> View:
    """The same object again for the same place, so that its query is put together once."""
    asked = dict(changes)
    if not AT_DESK.isdisjoint(asked):
        asked.setdefault("desk", True)
    elif "tab" in asked or "keys" in asked:
        asked.setdefault("desk", False)
    return replace(view, **{"step": "", "new": "", "ask": "", **asked})


_PLAIN_VIEW = View(0)
PLAIN = {name: getattr(_PLAIN_VIEW, name) for name in NAMES}


def _one_of(asked: str, choices: tuple[tuple[str, str], ...]) -> str:
    return asked if any(asked == name for name, _ in choices) else choices[0][0]


def _whole(asked: str) -> int:
    return whole(asked, most_digits=5) or 0


def _join(path: str, query: str, anchor: str = "") -> str:
    return path + (f"?{query}" if query else "") + (f"#{anchor}" if anchor else "")
