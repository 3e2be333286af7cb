"""Parts of the editor's page that most edits leave as they were: made once, and sent once.

A part is made from plain values and nothing else, so equal values make equal HTML. Its mark
stands in the page; a browser with scripts names the marks it has, and is not sent these again
(static/scripts/15-parts.js). Without scripts every page is whole.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock
from typing import Any

from flask import Flask, current_app, request
from markupsafe import Markup

from blueprints.languages import spoken

HELD = "X-Parts"
"""The header in which a page says which parts it has, with spaces between their marks."""

REMEMBERED = 300
"""How many parts stay in memory (ours; the list of 200 menus takes some 50 kB)."""


@dataclass(frozen=True)
class Part:
    """A part of a page. ``attributes`` belong to the element around ``html``.

    ``html`` is empty where the browser has it already.
    """

    html: Markup
    attributes: Markup


_made: OrderedDict[tuple[object, ...], tuple[Markup, str]] = OrderedDict()
_lock = Lock()


def part(name: str, **facts: Any) -> Part:
    """The part ``editor/parts/<name>.html``, made from ``facts``; all of them hashable."""
    html, mark = _remembered(name, facts)
    if mark in request.headers.get(HELD, "").split():
        return Part(Markup(""), Markup(f'data-part="{mark}" data-held'))
    return Part(html, Markup(f'data-part="{mark}"'))


def _remembered(name: str, facts: dict[str, Any]) -> tuple[Markup, str]:
    key = (name, spoken(), request.script_root, *facts.values())
    with _lock:
        if key in _made:
            _made.move_to_end(key)
            return _made[key]
    html = Markup(current_app.jinja_env.get_template(f"editor/parts/{name}.html").render(**facts))
    made = html, hashlib.sha256(f"{name}{html}".encode()).hexdigest()[:12]
    with _lock:
        _made[key] = made
        while len(_made) > REMEMBERED:
            _made.popitem(last=False)
    return made


def init_app(app: Flask) -> None:
    """Offer ``part()`` to templates."""
    app.add_template_global(part)
