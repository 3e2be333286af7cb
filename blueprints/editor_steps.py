"""The editor's actions on one key's steps: add, change, move, remove."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, abort, request
from flask.typing import ResponseReturnValue

from blueprints import may_edit, new_id
from blueprints.auth import sign_in_first
from blueprints.editor import apply, load, menu_name, render, target_of
from blueprints.editor_view import TRIGGERS, View
from blueprints.step_forms import STEP_FORMS, StepForm
from blueprints.step_kinds import BY_NAME, kind_of
from flows import edits
from flows.document import AnyAction, Flow
from flows.words import trigger_name
from storage import flows as store

blueprint = Blueprint("steps", __name__, url_prefix="/flows/<int:flow_id>/menus/<menu_id>")
blueprint.before_request(sign_in_first)


@blueprint.post("/keys/<slug>/<kind>")
@may_edit
def add_step(flow_id: int, menu_id: str, slug: str, kind: str) -> ResponseReturnValue:
    """A new step of a key, at the end of its list."""
    view = View.asked(flow_id, menu=menu_id, key=_trigger(slug), new=kind, step="")
    label = f"{menu_name(flow_id, menu_id)}, {trigger_name(view.key)}: add “{_label(kind)}”"
    return _save_step(
        view,
        kind,
        new_id(),
        None,
        lambda action: lambda flow: edits.add_step(flow, menu_id, view.key, action),
        label,
    )


@blueprint.post("/steps/<step_id>")
@may_edit
def save_step(flow_id: int, menu_id: str, step_id: str) -> ResponseReturnValue:
    """A step that was edited."""
    menu = edits.find_menu(load(flow_id).flow, menu_id)
    trigger, _, old = edits.find_step(menu, step_id)
    view = View.asked(flow_id, menu=menu_id, key=trigger, step=step_id, new="")
    label = f"{menu.name}, {trigger_name(trigger)}: change “{_label(old.kind)}”"
    return _save_step(
        view,
        old.kind,
        step_id,
        old,
        lambda action: lambda flow: edits.change_step(flow, menu_id, action),
        label,
    )


def _save_step(
    view: View,
    kind: str,
    step_id: str,
    old: AnyAction | None,
    edit_with: Callable[[AnyAction], store.Edit],
    summary: str,
) -> ResponseReturnValue:
    stored = load(view.flow_id)
    form: StepForm = STEP_FORMS[_known(kind)].sent(stored.flow)
    if more := request.form.get("more"):
        form.more(more)
        return render(stored, view, step_form=form)
    if not form.validate():
        return render(stored, view, 422, step_form=form)
    return apply(
        view.at(),
        edit_with(form.action(step_id, old)),
        summary,
        menu_id=view.menu,
        **({"step_form": form} if BY_NAME[kind].has_form else {}),
    )


@blueprint.post("/steps/<step_id>/move/<direction>")
@may_edit
def move_step(flow_id: int, menu_id: str, step_id: str, direction: str) -> ResponseReturnValue:
    """Up, down, or to a place (1-based) among the key's steps."""
    menu = edits.find_menu(load(flow_id).flow, menu_id)
    trigger, _, old = edits.find_step(menu, step_id)

    def change(flow: Flow) -> Flow:
        _, position, _ = edits.find_step(edits.find_menu(flow, menu_id), step_id)
        return edits.move_step(flow, menu_id, step_id, target_of(direction, position))

    return apply(
        View.asked(flow_id, menu=menu_id, key=trigger).at(),
        change,
        f"{menu.name}, {trigger_name(trigger)}: move “{_label(old.kind)}”",
        menu_id=menu_id,
    )


@blueprint.post("/steps/<step_id>/remove")
@may_edit
def remove_step(flow_id: int, menu_id: str, step_id: str) -> ResponseReturnValue:
    """Without this step."""
    menu = edits.find_menu(load(flow_id).flow, menu_id)
    trigger, _, old = edits.find_step(menu, step_id)
    return apply(
        View.asked(flow_id, menu=menu_id, key=trigger).at(),
        lambda flow: edits.remove_step(flow, menu_id, step_id),
        f"{menu.name}, {trigger_name(trigger)}: remove “{kind_of(old).label}”",
        menu_id=menu_id,
    )


def _trigger(slug: str) -> str:
    return TRIGGERS.get(slug) or abort(404)


def _known(kind: str) -> str:
    return kind if kind in BY_NAME else abort(404)


def _label(kind: str) -> str:
    return BY_NAME[_known(kind)].label
