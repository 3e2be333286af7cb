"""Parts of the editor's page that most edits leave as they were: made once, and sent once.

A part is made from plain values and nothing else, so equal values make equal HTML. Its mark
stands in the page; a browser with scripts names the marks it has, and is not sent these again
(static/scripts/15-parts.js). Without scripts every page is whole. What every form says besides
its fields changes with each edit: a part has ``tokens`` in its place, filled in on the way out.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from threading import Lock
from typing import Any

from flask import Flask, current_app, request
from markupsafe import Markup
from msgspec import Struct

from blueprints.formats import edit_token
from blueprints.languages import spoken

HELD = "X-Parts"
"""The header in which a page says which parts it has, with spaces between their marks."""

REMEMBERED = 6_000_000
"""Characters of the parts that stay in memory (ours; the list of 200 menus takes some 50 000)."""


class Part(Struct, frozen=True):
    """A part of a page. ``attributes`` belong to the element around ``html``.

    ``html`` is empty where the browser has it already.
    """

    html: Markup
    attributes: Markup


TOKENS = Markup("<!--tokens-->")
"""Where ``edit_token`` goes in a part; what people typed cannot look like it on a page."""


class _Shelf:
    """What was made, the newest last; the oldest goes when there is too much."""

    def __init__(self) -> None:
        self._made: OrderedDict[tuple[object, ...], tuple[Markup, str]] = OrderedDict()
        self._characters = 0
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._made)

    @property
    def characters(self) -> int:
        """How much there is."""
        return self._characters

    def find(self, key: tuple[object, ...]) -> tuple[Markup, str] | None:
        """What was made of these facts."""
        with self._lock:
            if key in self._made:
                self._made.move_to_end(key)
            return self._made.get(key)

    def keep(self, key: tuple[object, ...], made: tuple[Markup, str]) -> None:
        """Remember it; another thread may have made the same meanwhile."""
        with self._lock:
            if key not in self._made:
                self._characters += len(made[0])
            self._made[key] = made
            while self._characters > REMEMBERED:
                _key, (html, _mark) = self._made.popitem(last=False)
                self._characters -= len(html)

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._made.clear()
            self._characters = 0


SHELF = _Shelf()


def part(name: str, revision: int = 0, /, *, form: object = None, **facts: Any) -> Part:
    """The part ``editor/parts/<name>.html``, made from ``facts``; all of them hashable.

    A part holds no other part: what one browser has would be remembered for all. ``revision``:
    what its forms are made on. ``form``: what is being filled in (not hashed); a part with one is
    made and sent anew.
    """
    if form is not None:
        return Part(_filled_in(_make(name, {"form": form, **facts}), revision), Markup(""))
    html, mark = _remembered(name, {"form": None, **facts})
    if mark in request.headers.get(HELD, "").split():
        return Part(Markup(""), Markup(f'data-part="{mark}" data-held="{revision}"'))
    return Part(_filled_in(html, revision), Markup(f'data-part="{mark}"'))


def _filled_in(html: Markup, revision: int) -> Markup:
    return Markup(html.replace(TOKENS, edit_token(revision)))


def _make(name: str, facts: dict[str, Any]) -> Markup:
    template = current_app.jinja_env.get_template(f"editor/parts/{name}.html")
    return Markup(template.render(tokens=TOKENS, **facts))


def _remembered(name: str, facts: dict[str, Any]) -> tuple[Markup, str]:
    key = (name, spoken(), request.script_root, *facts.values())
    known = SHELF.find(key)
    if known is not None:
        return known
    html = _make(name, facts)
    made = html, hashlib.sha256(f"{name}{html}".encode()).hexdigest()[:12]
    SHELF.keep(key, made)
    return made


def init_app(app: Flask) -> None:
    """Offer ``part()`` to templates."""
    app.add_template_global(part)
