"""The Voice API's ``POST /call/tts``: a flow written as a request, and a request read as a flow.

Facts: the SESPCL document (fields, the sentence for missing ones); Infobip's public voice
OpenAPI 3.210 (forms of numbers and digits, 1 400 characters, ``#`` reserved).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import takewhile
from typing import Any

from msgspec import Struct

from flows.document import (
    DEFAULT_WAIT_MS,
    LEAVES_LIST,
    TRIGGERS,
    WRONG,
    AnyAction,
    Connect,
    Flow,
    HangUp,
    Menu,
)
from flows.findings import Finding
from flows.problems import Place, Problem
from flows.said import said
from flows.targets.base import CannotCompile, Compiled
from flows.targets.speechcall import TRIGGER_FIELDS
from flows.values import check_characters, check_url, has_error, is_placeholder
from flows.words import trigger_name

TARGET = "voice_api"

PATH = "/call/tts"

MAX_TEXT = 1_400
"""Characters of the longest text that is spoken."""

NUMBER = re.compile(r"\+?[1-9][0-9]{1,14}")

DIGIT = re.compile(r"[0-9*#]")

MISSING = "Missing required fields: `to` and either `text` or `audioUrl` are required."
"""The document's own sentence, word for word."""

CANNOT = {
    "webhook": said("The Voice API cannot tell a web address; SpeechCall and Infobip can."),
    "save_answer": said("The Voice API cannot save an answer; SpeechCall and Infobip can."),
    "goto": said("The Voice API cannot go to another menu; SpeechCall and Infobip can."),
    "repeat": said("The Voice API cannot say a menu again; SpeechCall and Infobip can."),
}
"""Kinds of action that the service does not have -> why not. Connect and hang up it has."""

_WEB = re.compile(r"https?:", re.IGNORECASE)


class RequestProblem(Struct, frozen=True):
    """Why a request is refused: the field ("" for the whole) and one sentence."""

    field: str
    message: str


def compile_flow(flow: Flow, recipient: str | None = None) -> Compiled | CannotCompile:
    """The exact request, or every reason why this flow cannot be sent this way.

    ``recipient`` replaces the flow's own; neither is judged here, because a preview may hold a
    placeholder such as +380XXXXXXXXX.
    """
    reasons = tuple(_reasons(flow))
    if reasons:
        return CannotCompile(TARGET, reasons)
    menu = flow.menus[0]
    body = {"to": recipient or flow.recipient}
    if flow.sender:
        body["from"] = flow.sender
    body |= {"audioUrl": menu.recording} if plays(menu) else {"text": menu.script}
    for trigger, _, connect in _connects(menu):
        body |= {"transferToNumber": connect.number, "dtmfTransferDigit": trigger}
    return Compiled(TARGET, PATH, body, tuple(_notes(menu)))


def check_request(body: object, *, draft: bool = False) -> RequestProblem | None:
    """The first thing that is wrong with a request's body, or None. Unknown fields are let be.

    ``draft``: it is not to be sent, so ``to`` may be a placeholder such as +380XXXXXXXXX.
    """
    if not isinstance(body, Mapping):
        return RequestProblem("", "The request must be a JSON object.")
    for name in FIELDS:
        if not isinstance(body.get(name), str | None):
            return RequestProblem(name, f"`{name}` must be a text in quotes.")
    given = {name: body[name] for name in FIELDS if body.get(name)}
    if "to" not in given or not ("text" in given or "audioUrl" in given):
        return RequestProblem("", MISSING)
    if ("transferToNumber" in given) != ("dtmfTransferDigit" in given):
        sentence = "`transferToNumber` and `dtmfTransferDigit` must be given together."
        return RequestProblem("transferToNumber", sentence)
    if draft and is_placeholder(given["to"]):
        del given["to"]
    for name, value in given.items():
        sentence = FIELDS[name](value) or _characters(value)
        if sentence:
            return RequestProblem(name, f"`{name}` {sentence}.")
    return None


def read_request(body: Mapping[str, Any], name: str = "Voice API call") -> Flow:
    """A request that ``check_request`` let pass, as a flow of one menu.

    Ids are positional, as ``flows.reading`` gives them. The transfer key connects; anything
    else hangs up. Fields that the service does not have are not kept.
    """
    keys: dict[str, tuple[AnyAction, ...]] = {}
    digit = body.get("dtmfTransferDigit")
    if digit:
        keys[digit] = (Connect(id=_step_id(digit), number=body["transferToNumber"]),)
    keys[WRONG] = (HangUp(id=_step_id(WRONG)),)
    menu = Menu(
        id="m1",
        script=body.get("text") or "",
        recording=body.get("audioUrl") or "",
        wait_ms=None,
        keys=keys,
    )
    return Flow(name=name, sender=body.get("from") or "", recipient=body["to"], menus=(menu,))


def _step_id(trigger: str) -> str:
    return f"m1k{TRIGGERS.index(trigger)}s1"


def _number(value: str) -> str:
    good = NUMBER.fullmatch(value)
    return "" if good else "must be a phone number such as +15053753840, digits only"


def _text(value: str) -> str:
    return "" if len(value) <= MAX_TEXT else f"may have at most {MAX_TEXT} characters"


def _web_address(value: str) -> str:
    wrong = has_error(check_url(value))
    return "must be a web address that begins with https:// or http://" if wrong else ""


def _digit(value: str) -> str:
    return "" if DIGIT.fullmatch(value) else "must be one of 0 to 9, * or #"


def _characters(value: str) -> str:
    return "has a character that cannot be sent" if check_characters(value) else ""


FIELDS = {
    "to": _number,
    "from": _number,
    "text": _text,
    "audioUrl": _web_address,
    "transferToNumber": _number,
    "dtmfTransferDigit": _digit,
}
"""Every field of a request -> what is wrong with a value ("" for nothing), in this order."""


def _reasons(flow: Flow) -> Iterator[Problem]:
    if flow.sender and not NUMBER.fullmatch(flow.sender):
        yield _not_for_target(
            said(
                "The Voice API shows a phone number to the caller, and “{sender}” is not one. "
                "Leave the sender empty, or give a number.",
                sender=flow.sender,
            ),
            "/messages/0/from",
            Place(field="sender"),
        )
    if not flow.menus:
        yield Problem("no_menu", "error", "/messages/0/menu")
        return
    if len(flow.menus) > 1:
        yield _not_for_target(
            said(
                "The Voice API plays one menu; this flow has {count}. "
                "SpeechCall and Infobip can play them all.",
                count=len(flow.menus),
            ),
            "/messages/0/menu/1",
            Place(menu_id=flow.menus[1].id, menu_number=2),
        )
    yield from _unheard(flow.menus[0])
    yield from _unkeyed(flow.menus[0])


def _unheard(menu: Menu) -> Iterator[Problem]:
    """Why the caller would not hear this menu."""
    recording, script = "/messages/0/menu/0/introUrl", "/messages/0/menu/0"
    if plays(menu):
        yield from _found(check_url(menu.recording), recording, _at(menu, field="recording"))
    elif menu.script.strip():
        yield from _found(check_characters(menu.script), script, _at(menu, field="script"))
        if len(menu.script) > MAX_TEXT:
            yield Problem(
                "too_long", "error", script, {"most": MAX_TEXT}, _at(menu, field="script")
            )
    elif menu.recording:
        yield _not_for_target(
            said(
                "The Voice API cannot play “{name}”: that recording is kept at SpeechCall. "
                "Write what the caller hears, or give the recording's web address.",
                name=menu.recording,
            ),
            recording,
            _at(menu, field="recording"),
        )
    else:
        yield _not_for_target(
            said(
                "There is nothing to hear. Write what the caller hears, or give a recording's "
                "web address."
            ),
            script,
            _at(menu, field="script"),
        )


def _unkeyed(menu: Menu) -> Iterator[Problem]:
    """Why the keys of this menu would not do what they say."""
    connected = ""
    for trigger, position, action in _running(menu):
        step = {"trigger": trigger, "step_id": action.id, "step_number": position + 1}
        path = f"/messages/0/menu/0/dtmfActions/{TRIGGER_FIELDS[trigger]}/{position}"
        if action.kind in CANNOT:
            yield _not_for_target(CANNOT[action.kind], path, _at(menu, **step))
        if not isinstance(action, Connect):
            continue
        if trigger == WRONG:
            yield _not_for_target(
                said(
                    "The Voice API connects the caller only when a key is pressed. "
                    "Put this step on a key."
                ),
                path,
                _at(menu, **step),
            )
        elif connected:
            yield _not_for_target(
                said(
                    "The Voice API connects on one key only, and {key} does it already.",
                    key=trigger_name(connected),
                ),
                path,
                _at(menu, **step),
            )
        else:
            connected = trigger
        if not NUMBER.fullmatch(action.number):
            code = "bad_number" if action.number else "empty"
            place = _at(menu, field="number", **step)
            yield Problem(code, "error", f"{path}/number", {"number": action.number}, place)


def _running(menu: Menu) -> Iterator[tuple[str, int, AnyAction]]:
    """The actions that can run: those behind a step that leaves the list never do."""
    for trigger in TRIGGERS:
        actions = menu.actions(trigger)
        before = len(list(takewhile(lambda action: action.kind not in LEAVES_LIST, actions)))
        for position, action in enumerate(actions[: before + 1]):
            yield trigger, position, action


def _connects(menu: Menu) -> Iterator[tuple[str, int, Connect]]:
    for trigger, position, action in _running(menu):
        if isinstance(action, Connect):
            yield trigger, position, action


def _notes(menu: Menu) -> Iterator[str]:
    if plays(menu) and menu.script.strip():
        yield said("The recording plays; the script is not sent.")
    if menu.recording and not plays(menu):
        yield said(
            "The recording “{name}” is kept at SpeechCall; the script is spoken.",
            name=menu.recording,
        )
    if menu.wait_ms not in (None, DEFAULT_WAIT_MS):
        yield said("The Voice API decides itself how long it waits for a key.")
    if any(trigger == "#" for trigger, _, _ in _connects(menu)):
        yield said("The phone network may keep # for itself; another key is safer.")


def plays(menu: Menu) -> bool:
    """Whether the recording has a web address; SpeechCall's own identifiers play only there."""
    return _WEB.match(menu.recording) is not None


def _at(menu: Menu, **where: Any) -> Place:
    return Place(menu_id=menu.id, menu_number=1, **where)


def _found(findings: tuple[Finding, ...], path: str, place: Place) -> Iterator[Problem]:
    for finding in findings:
        if finding.severity == "error":
            yield Problem(finding.code, "error", path, finding.params, place)


def _not_for_target(reason: str, path: str, place: Place) -> Problem:
    return Problem("not_for_target", "error", path, {"reason": reason}, place)
