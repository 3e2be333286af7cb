"""SpeechCall (SMSBAT): a flow as the body of ``POST /bat/messagelist``.

The format has indexes instead of menu ids, no counter and no transfer. So "say again" becomes
copies of the menu at the end of the list, each leading to the next, and "save the answer"
becomes a web address told: our own inbox. Source of the format: the SpeechCall document.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from msgspec import Struct, field

from flows.document import (
    TRIGGERS,
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
from flows.memo import EachMenu, PerMenu
from flows.problems import Place, Problem
from flows.said import said
from flows.targets.base import CannotCompile, Compiled

TARGET = "speechcall"
PATH = "/bat/messagelist"
TYPE = "speechcall"
"""What ``type`` of a message must say."""

MAX_MENUS = 200
"""Menus in one message, copies included (ours)."""

MAX_MESSAGES = 100
"""Messages in one document (ours)."""

MENUS = "/messages/0/menu"
"""The path of a compiled flow's menus."""

TRIGGER_FIELDS = {trigger: trigger if trigger == WRONG else f"d{trigger}" for trigger in TRIGGERS}
"""Trigger -> its name in ``dtmfActions``."""

JsonObject = dict[str, Any]


class Inbox(Struct, frozen=True):
    """Our own address for saved answers; ``headers`` prove that a delivery is genuine."""

    url: str
    headers: dict[str, str]


def compile_flow(
    flow: Flow, recipient: str | None = None, *, inbox: Inbox | None = None
) -> Compiled | CannotCompile:
    """The exact request for this flow, or every reason why SpeechCall cannot carry it.

    ``recipient`` (E.164) replaces the number written in the flow. Without ``inbox`` a step that
    saves an answer is a reason. The values themselves are judged by ``flows.checks``.
    """
    sending = _Sending(flow, inbox)
    message: JsonObject = {
        "from": flow.sender,
        "to": flow.recipient if recipient is None else recipient,
        "text": flow.text,
        "type": TYPE,
        "menu": sending.menus(),
        **flow.message_extra,
    }
    if sending.reasons:
        return CannotCompile(TARGET, tuple(sending.reasons))
    body = {"messages": [message], **flow.envelope_extra}
    return Compiled(TARGET, PATH, body, tuple(_notes(flow)))


def _times_repeated(menu: Menu) -> int:
    return max((a.times for _, _, a in menu.all_actions() if isinstance(a, Repeat)), default=0)


times_repeated: PerMenu[int] = PerMenu(_times_repeated)
"""times_repeated(menu): how often it can be said again before it goes on; 0 without such a step."""


_all_repeats = EachMenu(times_repeated)


def menus_sent(flow: Flow) -> int:
    """How many menus it is sent as, copies included."""
    return len(flow.menus) + sum(_all_repeats(flow).each)


def _notes(flow: Flow) -> list[str]:
    copied: list[str] = [
        said(
            "“{menu}” is sent {times} times because SpeechCall cannot count how often a menu was"
            " said.",
            menu=menu.name or said("Menu {number}", number=number),
            times=times + 1,
        )
        for number, menu in enumerate(flow.menus, start=1)
        if (times := times_repeated(menu))
    ]
    if len(copied) < 2:
        return copied
    return [
        said(
            "{number} menus are sent several times because SpeechCall cannot count how often a"
            " menu was said.",
            number=len(copied),
        )
    ]


class _Said(NamedTuple):
    """A menu as it is said for the ``again``-th time again: 0 is the menu, then its copies."""

    menu: Menu
    number: int
    again: int
    next_copy: int


class _Sending:
    """One compilation: where every menu and copy goes, and the reasons collected on the way."""

    def __init__(self, flow: Flow, inbox: Inbox | None) -> None:
        self.flow = flow
        self.inbox = inbox
        self.index_of = flow.indexes()
        self.reasons: list[Problem] = []

    def menus(self) -> list[JsonObject]:
        """The menus in their order, then the copies of each that is said again."""
        count = menus_sent(self.flow)
        if count > MAX_MENUS:
            params = {"most": MAX_MENUS, "count": count}
            self.reasons.append(Problem("too_many_menus", "error", MENUS, params))
            return []
        said, copies = [], []
        place = len(self.flow.menus)
        for number, menu in enumerate(self.flow.menus, start=1):
            times = times_repeated(menu)
            said.append(_Said(menu, number, 0, place))
            copies += [_Said(menu, number, n, place + n) for n in range(1, times + 1)]
            place += times
        if not said:
            self.reasons.append(Problem("no_menu", "error", MENUS))
        return [self.one_menu(one) for one in (*said, *copies)]

    def one_menu(self, said: _Said) -> JsonObject:
        """A menu or one of its copies."""
        menu = said.menu
        if not menu.recording:
            place = Place(menu.id, said.number, field="recording")
            self.refuse(said, "missing_recording", "/introUrl", place)
        wait = {} if menu.wait_ms is None else {"idleTimeoutMsec": menu.wait_ms}
        keys = {
            TRIGGER_FIELDS[trigger]: self.steps(said, trigger, menu.keys[trigger])
            for trigger in TRIGGERS
            if trigger in menu.keys
        }
        return {"introUrl": menu.recording, **wait, "dtmfActions": keys, **menu.extra}

    def steps(self, said: _Said, trigger: str, actions: tuple[AnyAction, ...]) -> list[JsonObject]:
        """The actions of a trigger; a step that says again leaves the list while it still can."""
        written: list[JsonObject] = []
        for position, action in enumerate(actions):
            if isinstance(action, Repeat):
                if said.again < action.times:
                    link = {"action": "gotoMenu", "menu": str(said.next_copy)}
                    return [*written, {**link, **action.extra}]
                continue
            step = _WRITERS[action.kind](self, action)
            if isinstance(step, _Reason):
                where = f"/dtmfActions/{TRIGGER_FIELDS[trigger]}/{position}"
                menu_id, number = said.menu.id, said.number
                place = Place(menu_id, number, trigger, action.id, position + 1, step.control)
                self.refuse(said, step.code, where, place, **step.params)
            else:
                written.append({**step, **action.extra})
        return written

    def refuse(self, said: _Said, code: str, where: str, place: Place, **params: Any) -> None:
        """One more reason; what is wrong with a menu is said once, not again for each copy."""
        if said.again == 0:
            path = f"{MENUS}/{said.number - 1}{where}"
            self.reasons.append(Problem(code, "error", path, params, place))


class _Reason(Struct, frozen=True):
    """Why one step cannot be written; ``control`` names the field to mend."""

    code: str
    control: str = ""
    params: JsonObject = field(default_factory=dict)


def _webhook(_sending: _Sending, step: Webhook) -> JsonObject | _Reason:
    written: JsonObject = {"action": "webhook", "url": step.url}
    if step.body is not None:
        written["body"] = step.body
    if step.headers is not None:
        written["headers"] = step.headers
    return written


def _save_answer(sending: _Sending, step: SaveAnswer) -> JsonObject | _Reason:
    if sending.inbox is None:
        return _Reason("not_for_target", params={"reason": NO_INBOX})
    return {
        "action": "webhook",
        "url": sending.inbox.url,
        "body": {"answer": step.name, "value": step.value, "step": step.id},
        "headers": dict(sending.inbox.headers),
    }


def _goto(sending: _Sending, step: GoTo) -> JsonObject | _Reason:
    index = sending.index_of.get(step.menu)
    if index is None:
        return _Reason("missing_target", control="menu")
    return {"action": "gotoMenu", "menu": index if step.form == "integer" else str(index)}


def _connect(_sending: _Sending, _step: Connect) -> JsonObject | _Reason:
    return _Reason("not_for_target", params={"reason": NO_TRANSFER})


def _hangup(_sending: _Sending, _step: HangUp) -> JsonObject | _Reason:
    return {"action": "hangup"}


NO_TRANSFER = said(
    "SpeechCall cannot connect the caller to a number; the Voice API and Infobip can."
)
NO_INBOX = said(
    "SpeechCall can save an answer only when this app has a web address of its own: "
    "set it in Settings first."
)

_WRITERS: dict[str, Callable[[_Sending, Any], JsonObject | _Reason]] = {
    "webhook": _webhook,
    "save_answer": _save_answer,
    "goto": _goto,
    "connect": _connect,
    "hangup": _hangup,
}
"""Action kind -> how SpeechCall writes it; ``repeat`` is the list's own business."""
