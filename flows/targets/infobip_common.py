"""What Infobip's voice messages and IVR scenarios share: what is heard, numbers, waits, reasons.

Facts: Infobip's public voice OpenAPI (3.210, 2026-07) and the models of its own client
libraries: 1 400 characters of text, a wait of 1 to 30 seconds, a numeric sender of 3 to 14
digits, numbers without ``+``, and ``${name}`` in any text as the value of a variable.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import takewhile
from typing import Any

from msgspec.structs import replace

from flows.document import DEFAULT_WAIT_MS, LEAVES_LIST, AnyAction, Flow, Menu
from flows.problems import Place, Problem
from flows.said import said
from flows.targets.speechcall import MENUS
from flows.targets.voice_api import MAX_TEXT, plays
from flows.values import check_characters, check_url

TARGET = "infobip"

MOST_WAIT_S = 30
"""Seconds; the longest wait for a key."""

VARIABLE = "${"
"""How Infobip's own names begin; there is no way to write it otherwise."""

JsonObject = dict[str, Any]

_SENDER = re.compile(r"\+?[0-9]{3,14}")

_VARIABLE_REASON = said(
    "Infobip takes “${{” for the beginning of one of its own words. Write this without it."
)


def digits(number: str) -> str:
    """A number as Infobip writes it."""
    return number.removeprefix("+")


def wait_s(menu: Menu) -> int:
    """How many whole seconds Infobip waits for a key."""
    wait_ms = DEFAULT_WAIT_MS if menu.wait_ms is None else menu.wait_ms
    return min(MOST_WAIT_S, max(1, -(-wait_ms // 1000)))


def before_end(actions: tuple[AnyAction, ...]) -> tuple[AnyAction, ...]:
    """The actions that can run: those behind a step that leaves the list never do."""
    staying = tuple(takewhile(lambda action: action.kind not in LEAVES_LIST, actions))
    return actions[: len(staying) + 1]


def destination(flow: Flow, recipient: str | None) -> JsonObject:
    """Who rings whom, as both kinds of request say it."""
    sender = {"from": digits(flow.sender)} if flow.sender else {}
    to = flow.recipient if recipient is None else recipient
    return {**sender, "destinations": [{"to": digits(to)}]}


def flow_reasons(flow: Flow) -> Iterator[Problem]:
    """Why nothing of this flow could be sent: its sender, no menu, menus that are not heard."""
    if flow.sender and not _SENDER.fullmatch(flow.sender):
        yield not_for_target(
            said(
                "Infobip shows a phone number to the caller, and “{sender}” is not one. "
                "Leave the sender empty, or give a number.",
                sender=flow.sender,
            ),
            "/messages/0/from",
            Place(field="sender"),
        )
    if not flow.menus:
        yield Problem("no_menu", "error", MENUS)
    for number, menu in enumerate(flow.menus, start=1):
        yield from _unheard(menu, number)


def _unheard(menu: Menu, number: int) -> Iterator[Problem]:
    """Why the caller would not hear this menu."""
    path, at = f"{MENUS}/{number - 1}", Place(menu.id, number)
    recording, script = replace(at, field="recording"), replace(at, field="script")
    if plays(menu):
        for finding in check_url(menu.recording):
            if finding.severity == "error":
                where = f"{path}/introUrl"
                yield Problem(finding.code, "error", where, finding.params, recording)
        yield from variable_reasons([menu.recording], f"{path}/introUrl", recording)
    elif menu.script.strip():
        for finding in check_characters(menu.script):
            yield Problem(finding.code, "error", path, finding.params, script)
        if len(menu.script) > MAX_TEXT:
            yield Problem("too_long", "error", path, {"most": MAX_TEXT}, script)
        yield from variable_reasons([menu.script], path, script)
    elif menu.recording:
        yield not_for_target(
            said(
                "Infobip cannot play “{name}”: that recording is kept at SpeechCall. "
                "Write what the caller hears, or give the recording's web address.",
                name=menu.recording,
            ),
            f"{path}/introUrl",
            recording,
        )
    else:
        yield not_for_target(
            said(
                "There is nothing to hear. Write what the caller hears, or give a recording's "
                "web address."
            ),
            path,
            script,
        )


def variable_reasons(texts: Iterable[str], path: str, place: Place) -> Iterator[Problem]:
    """One reason if Infobip would change any of these texts."""
    if any(VARIABLE in text for text in texts):
        yield not_for_target(_VARIABLE_REASON, path, place)


def menu_notes(flow: Flow) -> Iterator[str]:
    """What is sent otherwise than it stands in the flow, menu by menu."""
    for number, menu in enumerate(flow.menus, start=1):
        name = menu.name or said("Menu {number}", number=number)
        if plays(menu) and menu.script.strip():
            yield said("“{menu}”: the recording plays; the script is not sent.", menu=name)
        if menu.recording and not plays(menu):
            yield said(
                "“{menu}”: the recording “{name}” is kept at SpeechCall; the script is spoken.",
                menu=name,
                name=menu.recording,
            )
        if menu.wait_ms is not None and menu.wait_ms > MOST_WAIT_S * 1000:
            yield said(
                "“{menu}”: Infobip waits {most} seconds at most.", menu=name, most=MOST_WAIT_S
            )
        elif menu.wait_ms is not None and menu.wait_ms % 1000:
            yield said(
                "“{menu}”: Infobip counts in whole seconds and waits {seconds}.",
                menu=name,
                seconds=wait_s(menu),
            )
        if menu.actions("#"):
            yield said(
                "“{menu}”: the phone network may keep # for itself; another key is safer.",
                menu=name,
            )


def not_for_target(reason: str, path: str, place: Place) -> Problem:
    """A reason in one plain sentence."""
    return Problem("not_for_target", "error", path, {"reason": reason}, place)
