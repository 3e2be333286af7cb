"""Infobip's voice message: one menu that speaks, and connects on one key at most.

Facts: Infobip's public voice OpenAPI (3.210, 2026-07), ``POST /tts/3/advanced``.
"""

from __future__ import annotations

from flows.document import WRONG, Connect, Flow, Menu
from flows.targets.base import Compiled
from flows.targets.infobip_common import TARGET, JsonObject, destination, digits, menu_notes, wait_s
from flows.targets.voice_api import plays

PATH = "/tts/3/advanced"


def is_message(flow: Flow) -> bool:
    """Whether a flow only speaks and connects on one key at most; anything else hangs up."""
    if len(flow.menus) != 1:
        return False
    first = {trigger: actions[0].kind for trigger, actions in flow.menus[0].keys.items() if actions}
    on_keys = [kind for trigger, kind in first.items() if trigger != WRONG]
    return first.get(WRONG, "hangup") == "hangup" and on_keys in ([], ["connect"])


def compile_message(flow: Flow, recipient: str | None = None) -> Compiled:
    """The request for a flow that ``is_message``; what is written in it is judged elsewhere.

    Our own ``bulkId`` and ``messageId`` are put in when it is sent.
    """
    menu = flow.menus[0]
    heard = (
        {"audioFileUrl": menu.recording}
        if plays(menu)
        else {"text": menu.script, "language": flow.language}
    )
    message = {**destination(flow, recipient), **heard, **_transfer(menu)}
    return Compiled(TARGET, PATH, {"messages": [message]}, tuple(menu_notes(flow)))


def _transfer(menu: Menu) -> JsonObject:
    for trigger, actions in menu.keys.items():
        if actions and isinstance(actions[0], Connect):
            to = {"transferTo": digits(actions[0].number), "if": "dtmf", "equals": trigger}
            return {"callTransfers": [to], "maxDtmf": 1, "dtmfTimeout": wait_s(menu)}
    return {}
