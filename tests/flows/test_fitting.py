"""The service that the checks are for: the first that has all that a call flow uses."""

from __future__ import annotations

from typing import Any

import pytest

from flows.checks import check
from flows.document import AnyAction, Connect, Flow, GoTo, HangUp, Menu, SaveAnswer
from flows.fitting import fitting
from flows.targets.speechcall import Inbox

CONNECT, END = Connect(id="c", number="+380501234567"), HangUp(id="h")
INBOX = Inbox("https://press.example.com/in", {})
KEPT = SaveAnswer(id="s", name="a", value="b")


def menu(menu_id: str, **keys: tuple[AnyAction, ...]) -> Menu:
    """A menu; ``k1`` is key 1."""
    steps: dict[Any, Any] = {name.removeprefix("k"): do for name, do in keys.items()}
    return Menu(id=menu_id, script="Press 1.", recording="ivr_1", keys=steps)


@pytest.mark.parametrize(
    ("menus", "service"),
    [
        ((), "speechcall"),
        ((menu("a", k1=(END,)),), "speechcall"),
        ((menu("a", k1=(GoTo(id="g", menu="b"),)), menu("b", k1=(END,))), "speechcall"),
        ((menu("a", k1=(CONNECT,), k2=(END,)),), "voice_api"),
        ((menu("a", k1=(CONNECT,), k2=(CONNECT,)),), "infobip"),
        ((menu("a", k1=(KEPT, CONNECT)),), "infobip"),
        ((menu("a", k1=(CONNECT,)), menu("b", k1=(END,))), "infobip"),
    ],
)
def test_the_first_service_that_has_everything(menus: tuple[Menu, ...], service: str) -> None:
    flow = Flow(name="test", menus=menus)
    assert fitting(flow) == service
    beyond = [p for p in check(flow, target=service, inbox=INBOX) if p.code == "not_for_target"]
    assert beyond == []
