"""What stands beside the menu: the phone, the map, the JSON or the script of the flow."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from blueprints import json_view, phone_page
from blueprints.editor_page import Page
from flows import map as flow_map
from flows import outline
from flows.script import script


def _phone(page: Page) -> Any:
    return phone_page.build(page.flow, page.view)


def _map(page: Page) -> Any:
    played = phone_page.build(page.flow, page.view)
    path = played.call.trail if played.call else ()
    # The tab is narrow: the menus stand below each other, and the text keeps its size.
    drawing = flow_map.lay_out(page.flow, path, most_columns=1)
    return {"drawing": drawing, "outline": outline.outline(page.flow)}


def _json(page: Page) -> Any:
    return json_view.preview(page.flow, page.view.target)


def _script(page: Page) -> Any:
    return script(page.flow)


BUILDERS: dict[str, Callable[[Page], Any]] = {
    "phone": _phone,
    "map": _map,
    "json": _json,
    "script": _script,
}
"""Tab -> what its template (``templates/editor/tabs``) shows."""


def build(page: Page) -> Any:
    """What the chosen tab shows; the others are not worked out."""
    return BUILDERS[page.view.tab](page)
