"""The editor's actions on one key's steps: add, change, move, remove."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, abort, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from blueprints import may_edit, new_id
from blueprints.auth import sign_in_first
from blueprints.editor import apply, conflicted, load, render, target_of
from blueprints.editor_view import TRIGGERS, View
from blueprints.step_forms import STEP_FORMS, StepForm, with_new_menu
from blueprints.step_kinds import BY_NAME, kinds_for
from flows import edits
from flows.document import AnyAction, Flow
from storage import flows as store

blueprint = Blueprint("steps", __name__, url_prefix="/flows/<int:flow_id>/menus/<menu_id>")
blueprint.before_request(sign_in_first)

EditWith = Callable[[AnyAction], store.Edit]


@blueprint.post("/keys/<slug>/<kind>")
@may_edit
def add_step(flow_id: int, menu_id: str, slug: str, kind: str) -> ResponseReturnValue:
    """A new step of a key: its last, or before the one after which none runs."""
    if slug not in TRIGGERS or BY_NAME.get(kind) not in kinds_for(TRIGGERS[slug]):
        abort(404)
    view = View.asked(flow_id, menu=menu_id, key=TRIGGERS[slug], new=kind, step="")

    def edit_with(action: AnyAction) -> store.Edit:
        def change(flow: Flow) -> Flow:
            wider, step = with_new_menu(flow, action)
            return edits.add_step(wider, menu_id, view.key, step)

        return change

    return _save(view, kind, new_id(), None, edit_with)


@blueprint.post("/steps/<step_id>")
@may_edit
def save_step(flow_id: int, menu_id: str, step_id: str) -> ResponseReturnValue:
    """A step that was edited."""
    try:
        trigger, old = _step(flow_id, menu_id, step_id)
    except edits.Gone:
        return _without_its_step(View.asked(flow_id, menu=menu_id, step=step_id))
    view = View.asked(flow_id, menu=menu_id, key=trigger, step=step_id, new="")

    def edit_with(action: AnyAction) -> store.Edit:
        def change(flow: Flow) -> Flow:
            wider, step = with_new_menu(flow, action)
            return edits.change_step(wider, menu_id, step)

        return change

    return _save(view, old.kind, step_id, old, edit_with)


def _without_its_step(view: View) -> ResponseReturnValue:
    """What was typed into a step that is gone; the form itself says what kind it was."""
    stored, kind = load(view.flow_id), request.form.get("kind", "")
    if kind not in BY_NAME:
        raise edits.Gone
    return conflicted(stored, view, step_form=STEP_FORMS[kind].sent(stored.flow))


def _save(
    view: View, kind: str, step_id: str, old: AnyAction | None, edit_with: EditWith
) -> ResponseReturnValue:
    stored = load(view.flow_id)
    form: StepForm = STEP_FORMS[kind].sent(stored.flow)
    if stored.flow.menu(view.menu) is None:
        return conflicted(stored, view, **_kept(form))
    if more := request.form.get("more"):
        form.more(more)
        return render(stored, view, step_form=form)
    if not form.validate():
        return render(stored, view, 422, step_form=form)
    return apply(
        view.at(),
        edit_with(form.action(step_id, old)),
        menu_id=view.menu,
        conflict_view=view,
        **_kept(form),
    )


def _kept(form: StepForm) -> dict[str, StepForm]:
    """The form for a page that shows it again; a step without fields has none."""
    return {"step_form": form} if BY_NAME[form.kind].has_form else {}


@blueprint.post("/steps/<step_id>/move/<direction>")
@may_edit
def move_step(flow_id: int, menu_id: str, step_id: str, direction: str) -> ResponseReturnValue:
    """Up, down, or to a place (1-based) among the key's steps."""
    trigger, _old = _step(flow_id, menu_id, step_id)

    def change(flow: Flow) -> Flow:
        position = edits.find_step(edits.find_menu(flow, menu_id), step_id)[1]
        return edits.move_step(flow, menu_id, step_id, target_of(direction, position))

    here = _beside(flow_id, menu_id, trigger)
    return apply(here, change, menu_id=menu_id, undoable=_("The step was moved."))


@blueprint.post("/steps/<step_id>/remove")
@may_edit
def remove_step(flow_id: int, menu_id: str, step_id: str) -> ResponseReturnValue:
    """Without this step."""
    trigger, old = _step(flow_id, menu_id, step_id)
    return apply(
        _beside(flow_id, menu_id, trigger),
        lambda flow: edits.remove_step(flow, menu_id, step_id),
        undoable=_("“%(name)s” was removed.", name=BY_NAME[old.kind].label),
        menu_id=menu_id,
    )


def _step(flow_id: int, menu_id: str, step_id: str) -> tuple[str, AnyAction]:
    """(trigger, action) of a step. Raises FlowNotFound and Gone."""
    menu = edits.find_menu(load(flow_id).flow, menu_id)
    trigger, _position, action = edits.find_step(menu, step_id)
    return trigger, action


def _beside(flow_id: int, menu_id: str, trigger: str) -> View:
    return View.asked(flow_id, menu=menu_id, key=trigger).at()
