"""The kinds of steps as people see them: one row of a table per action of flows.document."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from msgspec import Struct

from blueprints.languages import say, say_ours, spoken
from flows.checks import CANNOT
from flows.document import (
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
    menu_label,
)
from flows.step_words import times_in_words
from providers import SERVICES

SHORT = 26
"""How many characters of a value fit on a key."""


class Kind(Struct, frozen=True, eq=False):
    """How one kind of step looks.

    ``tone`` is a colour's name in the style sheet; ``short`` is what stands on the key;
    ``detail`` is what stands under the step's title: a sentence and a piece of code.
    """

    name: str
    action: type[Any]
    label: str
    tone: str
    short: Callable[[Flow, Any], str]
    detail: Callable[[Flow, Any], tuple[str, str]]
    only_for_wrong: bool = False
    has_form: bool = True


def numbered(flow: Flow, menu_id: str) -> str:
    """ "2 Another day", or what is wrong with the link."""
    index = flow.index_of(menu_id)
    if index is None:
        return _("choose a menu")
    name = flow.menus[index].name
    return f"{index + 1} {name}" if name else _("Menu %(number)s", number=index + 1)


def _webhook_detail(_flow: Flow, action: Webhook) -> tuple[str, str]:
    parts = []
    if action.headers:
        parts.append(
            ngettext("%(num)s custom header", "%(num)s custom headers", len(action.headers))
        )
    if action.body:
        parts.append(
            ngettext("body with %(num)s field", "body with %(num)s fields", len(action.body))
        )
    return " · ".join(parts), f"POST {action.url}"


def _clip(text: str) -> str:
    return text if len(text) <= SHORT else text[: SHORT - 1] + "…"


KINDS: tuple[Kind, ...] = (
    Kind(
        "save_answer",
        SaveAnswer,
        _l("Save the answer"),
        "answer",
        lambda _flow, a: _("Save “%(name)s”", name=_clip(f"{a.name}: {a.value}")),
        lambda _flow, a: (
            _("Kept with the caller’s number; the call’s page shows it."),
            f"{a.name} = {a.value}",
        ),
    ),
    Kind(
        "webhook",
        Webhook,
        _l("Tell a web address"),
        "web",
        lambda _flow, a: _("Tell a web address"),
        _webhook_detail,
    ),
    Kind(
        "repeat",
        Repeat,
        _l("Say it again"),
        "goto",
        lambda _flow, a: _("Say it again, %(times)s", times=say(times_in_words(a.times))),
        lambda _flow, a: (
            _(
                "Plays this menu again, %(times)s at most; then the next steps run.",
                times=say(times_in_words(a.times)),
            ),
            "",
        ),
        only_for_wrong=True,
    ),
    Kind(
        "goto",
        GoTo,
        _l("Go to a menu"),
        "goto",
        lambda flow, a: f"→ {_clip(numbered(flow, a.menu))}",
        lambda flow, a: (
            _("The caller hears “%(menu)s” next.", menu=say_ours(menu_label(flow, a.menu)))
            if flow.menu(a.menu)
            else _("No menu is chosen yet."),
            "",
        ),
    ),
    Kind(
        "connect",
        Connect,
        _l("Connect to a number"),
        "call",
        lambda _flow, a: _("Connect %(number)s", number=a.number),
        lambda _flow, a: (_("The caller is put through to this number."), a.number),
    ),
    Kind(
        "hangup",
        HangUp,
        _l("Hang up"),
        "end",
        lambda _flow, a: _("Hang up"),
        lambda _flow, a: (_("The call ends here."), ""),
        has_form=False,
    ),
)

_LABELS = {service.target: service.label for service in SERVICES.values()}

BY_NAME = {kind.name: kind for kind in KINDS}


def cannot(target: str) -> Mapping[str, str]:
    """The kinds of steps that a target does not have -> what to know of that."""
    return _cannot(target, spoken())


@cache
def _cannot(target: str, _language: str) -> Mapping[str, str]:
    return {
        name: _(
            "Not possible with %(service)s. Possible with: %(others)s.",
            service=_LABELS[target],
            others=", ".join(_LABELS[other] for other in _LABELS if name not in CANNOT[other]),
        )
        for name in CANNOT[target]
    }


def kinds_for(trigger: str) -> list[Kind]:
    """The kinds of steps that a key may have."""
    return [kind for kind in KINDS if not kind.only_for_wrong or trigger == WRONG]


def kind_of(action: AnyAction) -> Kind:
    """The row of the table for an action."""
    return BY_NAME[action.kind]


def key_lines(flow: Flow, menu: Menu, trigger: str) -> list[tuple[str, str]]:
    """(text, tone) of every step of a key, as they stand on the key."""
    return [
        (kind_of(action).short(flow, action), kind_of(action).tone)
        for action in menu.actions(trigger)
    ]
