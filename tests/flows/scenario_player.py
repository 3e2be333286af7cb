"""A tiny engine for Infobip's IVR scenarios, as strict as the published description.

It knows nothing of our flows: a scenario goes in, what the caller lived through comes out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

AFTER_DIAL = ("say", "playFromUrl", "collectInto", "dial")
"""Actions that Infobip forbids once a number was dialled."""

SILENCE = "silence"


class Over(Exception):
    """The call is over, or the caller's keys ran out; the word says which."""


class Jump(Exception):
    """A Go-To on its way to its action."""


@dataclass
class Player:
    """One call. ``lived`` is everything that happened, in order; ``forgets``: an empty input
    empties its variable (otherwise it is left as it was, which no document excludes)."""

    variables: dict[str, str]
    keys: Iterator[str]
    forgets: bool
    lived: list[tuple[Any, ...]] = field(default_factory=list)
    executed: set[int] = field(default_factory=set)
    jumps: dict[int, int] = field(default_factory=dict)
    dialled: bool = False

    def play(self, script: list[Any]) -> str:
        """Plays to the end: "over", or "waiting" when the caller's keys ran out."""
        try:
            self.run(script)
        except Over as how:
            return str(how)
        return "over"

    def run(self, actions: list[Any]) -> None:
        at = 0
        while at < len(actions):
            try:
                self.act(actions[at])
            except Jump as jump:
                (goal,) = jump.args
                here = [i for i, a in enumerate(actions) if isinstance(a, dict)
                        and a.get("actionId") == goal]  # fmt: skip
                if not here:
                    raise
                at = here[0]
                continue
            at += 1

    def act(self, action: Any) -> None:
        if action == "hangup":
            raise Over("over")
        if "actionId" in action:
            self.executed.add(action["actionId"])
        (kind,) = [name for name in ACTIONS if name in action]
        assert not (self.dialled and kind in AFTER_DIAL)
        assert set(action) <= {kind, "actionId", *ACTIONS[kind]}
        getattr(self, f"act_{kind}")(action)

    def act_say(self, action: dict[str, Any]) -> None:
        assert 0 < len(action["say"]) <= 1400 and action["options"]["language"]
        self.lived.append(("heard", self.filled(action["say"])))

    def act_playFromUrl(self, action: dict[str, Any]) -> None:
        self.lived.append(("heard", self.filled(action["playFromUrl"])))

    def act_collectInto(self, action: dict[str, Any]) -> None:
        assert action["options"]["maxInputLength"] == 1
        assert 1 <= action["options"]["timeout"] <= 30
        key = next(self.keys, None)
        if key is None:
            raise Over("waiting")
        if key != SILENCE or self.forgets:
            self.variables[action["collectInto"]] = "" if key == SILENCE else key

    def act_switch(self, action: dict[str, Any]) -> None:
        cases = action["case"]
        assert cases["__default"]
        self.run(cases.get(self.variables[action["switch"]], cases["__default"]))

    def act_setVariable(self, action: dict[str, Any]) -> None:
        assert isinstance(action["value"], str) and action["value"]
        self.variables[action["setVariable"]] = action["value"]

    def act_goTo(self, action: dict[str, Any]) -> None:
        goal, limit = action["goTo"], action["options"]["goToLimit"]
        assert goal in self.executed and 1 <= limit <= 100
        if self.jumps.get(id(action), 0) < limit:
            self.jumps[id(action)] = self.jumps.get(id(action), 0) + 1
            raise Jump(goal)

    def act_dial(self, action: dict[str, Any]) -> None:
        assert re.fullmatch(r"[1-9][0-9]{1,14}", action["dial"])
        self.dialled = True
        self.lived.append(("connected", action["dial"]))

    def act_request(self, action: dict[str, Any]) -> None:
        options = action["options"]
        assert options["method"] == "POST"
        body = json.loads(self.filled(options["body"]))
        self.lived.append(("told", self.filled(action["request"]), options["headers"], body))

    def filled(self, text: str) -> str:
        return re.sub(r"\$\{(\w+)\}", lambda match: self.variables[match[1]], text)


ACTIONS: dict[str, tuple[str, ...]] = {
    "say": ("options",),
    "playFromUrl": (),
    "collectInto": ("options",),
    "switch": ("case",),
    "setVariable": ("value",),
    "goTo": ("options",),
    "dial": ("options",),
    "request": ("options",),
}
"""Action -> the fields beside its own name."""
