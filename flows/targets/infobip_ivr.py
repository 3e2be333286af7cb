"""Infobip: a flow as a voice message where that is enough, and otherwise as an IVR scenario.

Facts: Infobip's public voice OpenAPI (3.210, 2026-07) and the models of its own client
libraries. Its Go-To leads only *back*, to an action that was executed already, named by a whole
number, and counts through the whole call. So a scenario is one loop: a Switch-Case holds every
menu, Set-Variable chooses the next one, and a single Go-To behind it plays it. Its limit is our
own cut: after ``MOST_MENUS`` menus the loop is left and the call ends. How often a menu was said
again is kept in a variable too, because that count starts anew with every entry.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from flows.call import MOST_MENUS
from flows.document import (
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
from flows.problems import Place, Problem
from flows.said import said
from flows.targets import infobip_voice
from flows.targets.base import CannotCompile, Compiled
from flows.targets.infobip_common import (
    TARGET,
    JsonObject,
    before_end,
    destination,
    digits,
    flow_reasons,
    menu_notes,
    not_for_target,
    variable_reasons,
    wait_s,
)
from flows.targets.speechcall import MENUS, TRIGGER_FIELDS, Inbox
from flows.targets.voice_api import NUMBER, plays

PATH = "/voice/ivr/1/scenarios"
"""Where a scenario is created: harmless, and without a call."""

LAUNCH_PATH = "/voice/ivr/1/messages"
"""Where a scenario is launched: this rings the phone."""

SCENARIO_ID = "SCENARIO_ID"
"""Stands in a launch until the scenario was created."""

MENU, AGAIN, PRESSED, CALL_ID = "menu", "again", "pressed", "mid"
"""A scenario's variables: the menu to play, how often it was said again, the key pressed, and
our name of the call, which comes with the launch. ``to`` is Infobip's own."""

HANG_UP = "hangup"
OTHERWISE = "__default"
LOOP = 1
"""The ``actionId`` of the Switch-Case that holds the menus."""

NO_INBOX = said(
    "Infobip can save an answer only when this app has a web address of its own: "
    "set it in Settings first."
)

Step = JsonObject | str
Steps = list[Step]


def compile_flow(
    flow: Flow, recipient: str | None = None, *, inbox: Inbox | None = None
) -> Compiled | CannotCompile:
    """The request or the pair of requests for this flow, or every reason why there is none.

    ``recipient`` (E.164) replaces the number written in the flow. Without ``inbox`` a step that
    saves an answer is a reason. The body of a scenario has two parts, ``scenario`` and
    ``launch``: see ``requests``. The values themselves are judged by ``flows.checks``.
    """
    scenario = _Scenario(flow, inbox)
    script = scenario.script()
    if scenario.reasons:
        return CannotCompile(TARGET, tuple(scenario.reasons))
    if infobip_voice.is_message(flow):
        return infobip_voice.compile_message(flow, recipient)
    body = {
        "scenario": {
            "name": flow.name or "Call flow",
            "description": "Made with Press One",
            "script": script,
        },
        "launch": {"messages": [{"scenarioId": SCENARIO_ID, **destination(flow, recipient)}]},
    }
    pair = said(
        "Two requests are sent: the first creates the scenario, the second rings the phone."
    )
    return Compiled(TARGET, PATH, body, (pair, *menu_notes(flow)))


def requests(compiled: Compiled) -> tuple[Compiled, ...]:
    """What is sent, in this order: a voice message, or a scenario and its launch."""
    if compiled.path != PATH:
        return (compiled,)
    return (
        replace(compiled, body=compiled.body["scenario"]),
        replace(compiled, path=LAUNCH_PATH, body=compiled.body["launch"]),
    )


def _put(variable: str, value: str) -> JsonObject:
    return {"setVariable": variable, "value": value}


class _Scenario:
    """One compilation: the script, and the reasons collected on the way."""

    def __init__(self, flow: Flow, inbox: Inbox | None) -> None:
        self.flow = flow
        self.inbox = inbox
        self.index_of = flow.indexes()
        self.reasons: list[Problem] = list(flow_reasons(flow))

    def script(self) -> Steps:
        """The loop over all menus. A silence must not leave the key of an earlier menu behind."""
        menus: JsonObject = {
            str(number): self.menu(menu, number)
            for number, menu in enumerate(self.flow.menus, start=1)
        }
        return [
            _put(MENU, "1"),
            _put(AGAIN, "0"),
            _put(PRESSED, "silence"),
            {"switch": MENU, "case": {**menus, OTHERWISE: [HANG_UP]}, "actionId": LOOP},
            _put(PRESSED, "silence"),
            {"goTo": LOOP, "options": {"goToLimit": MOST_MENUS - 1}},
            HANG_UP,
        ]

    def menu(self, menu: Menu, number: int) -> Steps:
        """What is heard, the wait for one key, and what each key does."""
        heard = (
            {"playFromUrl": menu.recording}
            if plays(menu)
            else {"say": menu.script, "options": {"language": self.flow.language}}
        )
        at = Place(menu.id, number)
        keys = {
            key: self.steps(menu.actions(key), replace(at, trigger=key))
            for key in KEYS
            if menu.actions(key)
        }
        otherwise = self.steps(menu.actions(WRONG), replace(at, trigger=WRONG))
        options = {"maxInputLength": 1, "timeout": wait_s(menu)}
        return [
            heard,
            {"collectInto": PRESSED, "options": options},
            {"switch": PRESSED, "case": {**keys, OTHERWISE: otherwise}},
        ]

    def steps(self, actions: tuple[AnyAction, ...], at: Place, first: int = 1) -> Steps:
        """A list of actions; one that does not lead on ends the call. ``first``: its number."""
        written: Steps = []
        for number, action in enumerate(before_end(actions), start=first):
            if isinstance(action, Repeat):
                rest = self.steps(actions[number - first + 1 :], at, number + 1)
                return [*written, _again(action, rest)]
            place = replace(at, step_id=action.id, step_number=number)
            written += _WRITERS[action.kind](self, action, place)
            if isinstance(action, GoTo):
                return written
        return written if written[-1:] == [HANG_UP] else [*written, HANG_UP]

    def refuse(self, code: str, place: Place, control: str = "", **params: Any) -> None:
        """One more reason."""
        if code == "not_for_target":
            self.reasons.append(not_for_target(params["reason"], _path(place), place))
            return
        place = replace(place, field=control)
        path = f"{_path(place)}/{control}"
        self.reasons.append(Problem(code, "error", path, params, place))

    def tell(self, url: str, headers: dict[str, str], action: JsonObject, at: Place) -> Steps:
        """A web address told, in the shape that the SpeechCall document gives to deliveries."""
        told = {
            "from": self.flow.sender,
            "to": "${to}",
            "mid": f"${{{CALL_ID}}}",
            "action": action,
        }
        written = json.dumps(action, ensure_ascii=False)
        self.reasons += variable_reasons([url, written, *headers, *headers.values()], _path(at), at)
        options = {
            "method": "POST",
            "headers": {"Content-Type": "application/json", **headers},
            "body": json.dumps(told, ensure_ascii=False),
        }
        return [{"request": url, "options": options}]


def _path(at: Place) -> str:
    field = TRIGGER_FIELDS[at.trigger]
    return f"{MENUS}/{at.menu_number - 1}/dtmfActions/{field}/{at.step_number - 1}"


def _again(step: Repeat, rest: Steps) -> JsonObject:
    """Play the same menu once more as long as the count allows it; then what follows."""
    more: JsonObject = {str(count): [_put(AGAIN, str(count + 1))] for count in range(step.times)}
    return {"switch": AGAIN, "case": {**more, OTHERWISE: rest}}


def _webhook(scenario: _Scenario, step: Webhook, at: Place) -> Steps:
    return scenario.tell(step.url, step.headers or {}, step.body or {}, at)


def _save_answer(scenario: _Scenario, step: SaveAnswer, at: Place) -> Steps:
    if scenario.inbox is None:
        scenario.refuse("not_for_target", at, reason=NO_INBOX)
        return []
    answer = {"answer": step.name, "value": step.value, "step": step.id}
    return scenario.tell(scenario.inbox.url, scenario.inbox.headers, answer, at)


def _goto(scenario: _Scenario, step: GoTo, at: Place) -> Steps:
    index = scenario.index_of.get(step.menu)
    if index is None:
        scenario.refuse("missing_target", at, "menu")
        return []
    return [_put(MENU, str(index + 1)), _put(AGAIN, "0")]


def _connect(scenario: _Scenario, step: Connect, at: Place) -> Steps:
    if not NUMBER.fullmatch(step.number):
        code = "bad_number" if step.number else "empty"
        scenario.refuse(code, at, "number", number=step.number)
    return [{"dial": digits(step.number)}, HANG_UP]


def _hang_up(_scenario: _Scenario, _step: HangUp, _at: Place) -> Steps:
    return [HANG_UP]


_WRITERS: dict[str, Callable[[_Scenario, Any, Place], Steps]] = {
    "webhook": _webhook,
    "save_answer": _save_answer,
    "goto": _goto,
    "connect": _connect,
    "hangup": _hang_up,
}
"""Action kind -> how Infobip writes it; ``repeat`` is the list's own business."""
