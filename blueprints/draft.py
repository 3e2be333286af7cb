"""The flow as it would be if what is being typed were saved: for the phone, never stored.

The page's script sends an open form's fields as one urlencoded text each; without JavaScript
there is nothing unsaved to send. A form that could not be saved is left out.
"""

from __future__ import annotations

import re
from urllib.parse import parse_qsl

from flask import Request
from werkzeug.datastructures import MultiDict

from blueprints.editor_forms import HeardForm, SettingsForm
from blueprints.editor_view import TRIGGERS
from blueprints.step_forms import STEP_FORMS, with_new_menu
from flows import edits
from flows.document import Flow

FIELDS = ("draft_settings", "draft_menu", "draft_step")
"""The request's fields: each an open form as "address fields"."""

_SETTINGS = re.compile(r"/settings(?:\?|$)")
_MENU = re.compile(r"/menus/([^/?]+)(?:\?|$)")
_OLD_STEP = re.compile(r"/menus/([^/?]+)/steps/([^/?]+)(?:\?|$)")
_NEW_STEP = re.compile(r"/menus/([^/?]+)/keys/([^/?]+)/([^/?]+)(?:\?|$)")
NEW_STEP_ID = "draft"


def with_unsaved(flow: Flow, request: Request) -> Flow:
    """The flow with the unsaved fields of a request, as far as they are sound."""
    for name in FIELDS:
        address, _, fields = request.form.get(name, "").partition(" ")
        if address:
            flow = _applied(flow, address, MultiDict(parse_qsl(fields, keep_blank_values=True)))
    return flow


def _applied(flow: Flow, address: str, fields: MultiDict[str, str]) -> Flow:
    try:
        if found := _OLD_STEP.search(address):
            return _changed_step(flow, found[1], found[2], fields)
        if found := _NEW_STEP.search(address):
            return _added_step(flow, found[1], found[2], found[3], fields)
        if found := _MENU.search(address):
            return _changed_menu(flow, found[1], fields)
        if _SETTINGS.search(address):
            return _changed_settings(flow, fields)
    except edits.Gone:
        return flow
    return flow


def _changed_settings(flow: Flow, fields: MultiDict[str, str]) -> Flow:
    form = SettingsForm(fields, meta={"csrf": False})
    if not form.validate():
        return flow
    return edits.change_settings(
        flow, **{name: form[name].data or "" for name in ("sender", "recipient")}
    )


def _changed_menu(flow: Flow, menu_id: str, fields: MultiDict[str, str]) -> Flow:
    form = HeardForm(fields, meta={"csrf": False})
    return edits.change_menu(flow, menu_id, **form.values()) if form.validate() else flow


def _changed_step(flow: Flow, menu_id: str, step: str, fields: MultiDict[str, str]) -> Flow:
    _, _, old = edits.find_step(edits.find_menu(flow, menu_id), step)
    form = STEP_FORMS[old.kind](fields, meta={"csrf": False})
    form.know(flow)
    if not form.validate():
        return flow
    wider, action = with_new_menu(flow, form.action(step, old))
    return edits.change_step(wider, menu_id, action)


def _added_step(
    flow: Flow, menu_id: str, slug: str, kind: str, fields: MultiDict[str, str]
) -> Flow:
    if kind not in STEP_FORMS or slug not in TRIGGERS:
        return flow
    form = STEP_FORMS[kind](fields, meta={"csrf": False})
    form.know(flow)
    if not form.validate():
        return flow
    wider, action = with_new_menu(flow, form.action(NEW_STEP_ID, None))
    return edits.add_step(wider, menu_id, TRIGGERS[slug], action)
