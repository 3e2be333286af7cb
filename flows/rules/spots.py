"""Where a problem is, narrowed step by step, and what every rule must know besides the menu."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any, NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from flows.document import AnyAction, Menu
from flows.findings import WARNINGS as READER_WARNINGS
from flows.json_text import Path, pointer
from flows.problems import Fix, Place, Problem
from flows.targets.speechcall import TRIGGER_FIELDS

STOPS_SENDING = frozenset({"private_url", "no_way_out"})
"""A document with these can be imported, but not sent."""

WARNINGS = (READER_WARNINGS - STOPS_SENDING) | {
    "unreachable_menu",
    "missing_wrong",
    "silence_loops_forever",
    "step_after_end",
    "open_end",
    "menu_without_keys",
    "text_to_fill_in",
    "key_not_announced",
    "announced_key_empty",
    "too_many_options",
    "slow_timeout",
    "insecure_webhook",
    "practice_recording",
}
"""Every code that does not stop sending; all other codes do."""


class Facts(NamedTuple):
    """What a rule must know besides the menu it looks at.

    ``cannot`` are the kinds of action that the target does not have; ``may_repeat`` says
    whether a menu may be given a bounded repeat; ``allowed_hosts`` are private hosts that the
    operator permits, lower case.
    """

    target: str
    cannot: frozenset[str]
    may_repeat: bool
    allowed_hosts: frozenset[str]


_pointer = lru_cache(maxsize=4_000)(pointer)


class Spot(Struct, frozen=True):
    """A place for people and the editor, and the same place as a path of the SpeechCall form."""

    place: Place
    path: Path

    def key(self, trigger: str) -> Spot:
        """A key of this menu."""
        path = (*self.path, "dtmfActions", TRIGGER_FIELDS[trigger])
        return Spot(replace(self.place, trigger=trigger), path)

    def step(self, action: AnyAction, position: int) -> Spot:
        """The action at a 0-based position of this key."""
        place = replace(self.place, step_id=action.id, step_number=position + 1)
        return Spot(place, (*self.path, position))

    def control(self, field: str, *path: str) -> Spot:
        """The control that holds a value, and the rest of the path to it."""
        return Spot(replace(self.place, field=field), (*self.path, *path))

    def problem(
        self, code: str, params: dict[str, Any] | None = None, fixes: Iterable[Fix | None] = ()
    ) -> Problem:
        """A problem here, with the repairs that are possible."""
        return Problem(
            code,
            "warning" if code in WARNINGS else "error",
            _pointer(self.path),
            params or {},
            self.place,
            tuple(fix for fix in fixes if fix is not None),
        )


WHOLE = Spot(Place(), ())
"""The whole document."""

MESSAGE = Spot(Place(), ("messages", 0))
"""Its message: who rings whom."""


def menu_spot(menu: Menu, number: int) -> Spot:
    """The menu with this 1-based number."""
    return Spot(Place(menu.id, number), ("messages", 0, "menu", number - 1))
