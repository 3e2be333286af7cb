"""The Rules screen as a whole: every section's form, and a page of the do-not-call list."""

from __future__ import annotations

from typing import Any

from flask import render_template, request

from blueprints import db, person, row_id, settings
from blueprints.rules_forms import FORMS, rows_of
from calling.do_not_call_list import last_day
from calling.guards.words import SECTIONS
from storage import do_not_call, own_numbers
from storage import rules as store
from storage.rules import Rules

PAGE = 50
"""How many numbers of the do-not-call list are shown at once."""

MOST_BAD_LINES = 20
"""How many wrong lines of a paste or a file are listed."""


def present() -> Rules:
    """The workspace's rules."""
    return store.get(db(), person().workspace_id)


def sent(name: str) -> Any:
    """The form of a section, as it was sent."""
    return FORMS[name](present(), settings().home_region)


def screen(status: int = 200, bad: Any = (), **shown: Any) -> tuple[str, int]:
    """The page; ``shown`` are forms as they were sent, ``bad`` lines that were no numbers."""
    me, home = person(), settings().home_region
    rules = present()
    forms = {
        name: shown.get(name) or made(rules, home, formdata=None) for name, made in FORMS.items()
    }
    return render_template(
        "settings/rules.html",
        rules=rules,
        titles=SECTIONS,
        own=own_numbers.get(db(), me.workspace_id, me.id),
        forms=forms,
        caps=rows_of(forms["caps"], "country_"),
        prices=rows_of(forms["spending"], "price_"),
        bad=bad[:MOST_BAD_LINES],
        more_bad=max(0, len(bad) - MOST_BAD_LINES),
        **_list(me.workspace_id),
    ), status


def _list(workspace_id: int) -> dict[str, Any]:
    """The page of the do-not-call list that is asked for."""
    typed, before = request.args.get("digits", ""), row_id(request.args.get("before"))
    digits = "".join(character for character in typed if character.isdecimal())
    found = do_not_call.page(db(), workspace_id, digits=digits, before_id=before, limit=PAGE + 1)
    return {
        "entries": [(entry, _last_day(entry)) for entry in found[:PAGE]],
        "older": found[PAGE - 1].id if len(found) > PAGE else None,
        "digits": typed,
        "listed": do_not_call.count(db(), workspace_id),
    }


def _last_day(entry: do_not_call.Entry) -> str:
    return last_day(entry.expires_at) if entry.expires_at else ""
