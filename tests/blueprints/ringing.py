"""A flow to ring with, and the practice connections: shared by the tests of calls."""

from __future__ import annotations

import html
import re
from typing import Any

from flows.document import Flow, GoTo, HangUp, Menu, Repeat, Webhook
from storage import connections

CANARY = "canary-9c2e"


def two_menus(name: str, wait_ms: int) -> Flow:
    """Welcome (1 leads on, 2 hangs up) and Thanks; secret headers on a key nobody presses."""
    tell = Webhook(id="w", url="https://hooks.example.com/", headers={"Authorization": CANARY})
    welcome = Menu(id="a", name="Welcome", script="Hello. Press one.", recording="ivr_1",
                   wait_ms=wait_ms, keys={
        "1": (GoTo(id="g", menu="b"),), "2": (HangUp(id="h2"),), "9": (tell, HangUp(id="h9")),
        "wrong": (Repeat(id="r", times=1), HangUp(id="hw")),
    })  # fmt: skip
    thanks = Menu(id="b", name="Thanks", script="Thank you.", recording="ivr_2", wait_ms=wait_ms,
                  keys={"1": (HangUp(id="h1"),), "wrong": (HangUp(id="hw2"),)})  # fmt: skip
    return Flow(name=name, sender="Bazar", menus=(welcome, thanks))


def practice(db: Any, service: str) -> str:
    """The id of a practice connection, as the form has it."""
    return next(str(c.id) for c in connections.list_all(db, 1) if c.service == service)


def mends(text):
    """(action, fields) of every repair that the page offers, in its order."""
    form = re.search(
        r'<form [^>]*id="mend"[^>]*action="([^"]*)"[^>]*>(.*?)</form>', text, re.DOTALL
    )
    sent = dict(re.findall(
        r'<input type="hidden" name="(back|connection|number)" value="([^"]*)"', form[2]
    ))  # fmt: skip
    typed = re.search(r'<input[^>]*name="number"[^>]*value="([^"]*)"', form[2])
    sent |= {"number": html.unescape(typed[1])} if typed else {}
    pressed = re.findall(
        r'<button form="mend"(?: formaction="([^"]*)")? name="fix" value="([^"]*)">', text
    )
    return [(html.unescape(own or form[1]), {**sent, "fix": fix}) for own, fix in pressed]
