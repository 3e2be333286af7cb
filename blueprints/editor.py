"""The editor: one page, and one small action per thing a person can do to a flow.

Every action posts the revision it was made on, saves, and answers 303; 422 shows what was
typed with a sentence at the field; 409 shows what somebody else changed meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request
from flask.typing import ResponseReturnValue

from blueprints import db, editor_page, json_view, may_edit, new_id, person, settings
from blueprints.auth import sign_in_first
from blueprints.editor_forms import STEP_FORMS, HeardForm, SettingsForm, StepForm
from blueprints.editor_view import TABS, TARGETS, TRIGGERS, View
from blueprints.step_kinds import BY_NAME, kind_of
from flows import checks, edits, fixes
from flows.document import AnyAction, Flow, menu_label
from flows.problems import Fix
from flows.words import trigger_name
from storage import flows as store

blueprint = Blueprint("editor", __name__, url_prefix="/flows/<int:flow_id>")
blueprint.before_request(sign_in_first)

CHANGED = (
    "Somebody else changed this menu while you were at it. Nothing of yours was lost: what you"
    " typed is still in the form. Look at the newest version, then save again to use yours."
)
CHANGED_BARE = (
    "Somebody else changed this while you were at it, so nothing was done. This is the newest"
    " version: press again if you still want to."
)


@blueprint.get("")
def show(flow_id: int) -> ResponseReturnValue:
    """The editor at the place the address speaks of."""
    return _page(_load(flow_id), View.asked(flow_id))


def _load(flow_id: int) -> store.StoredFlow:
    return store.load(db(), person().workspace_id, flow_id)


def _page(stored: store.StoredFlow, view: View, status: int = 200, **forms: Any) -> Any:
    page = editor_page.build(
        stored, view, editable=person().can_edit, allowed_hosts=settings().reachable_hosts, **forms
    )
    preview = json_view.preview(stored.flow, page.view.target) if page.view.tab == "json" else None
    return render_template(
        "editor/page.html", page=page, preview=preview, tabs=TABS, targets=TARGETS
    ), status


def _apply(
    view: View,
    change: store.Edit,
    summary: str,
    *,
    menu_id: str | None = None,
    in_settings: bool = False,
    **forms: Any,
) -> ResponseReturnValue:
    """Save one edit and go to ``view``; a conflict shows the newest flow with the forms kept."""
    me = person()
    try:
        base = int(request.form.get("revision", ""))
    except ValueError:
        abort(400)
    try:
        store.edit(
            db(),
            me.workspace_id,
            view.flow_id,
            me.id,
            base,
            change,
            summary,
            menu_id=menu_id,
            settings=in_settings,
        )
    except store.Conflict as conflict:
        for form in forms.values():
            form.revision.data = str(conflict.current.revision)
        sentence = CHANGED if forms else CHANGED_BARE
        return _page(conflict.current, view, 409, conflict=sentence, **forms)
    return redirect(view.url(), 303)


@blueprint.post("/settings")
@may_edit
def save_settings(flow_id: int) -> ResponseReturnValue:
    """Name, sender and the fields of the whole flow."""
    view, form = View.asked(flow_id), SettingsForm()
    if not form.validate():
        return _page(_load(flow_id), view, 422, settings=form)
    typed = {name: form[name].data or "" for name in ("name", "sender", "recipient", "text")}
    return _apply(
        view.at(),
        lambda flow: edits.change_settings(flow, **typed),
        "Settings of the call flow",
        in_settings=True,
        settings=form,
    )


@blueprint.post("/menus")
@may_edit
def add_menu(flow_id: int) -> ResponseReturnValue:
    """A new menu at the end, which is then the one looked at."""
    menu_id = new_id()
    return _apply(
        View.asked(flow_id).at(menu=menu_id, key="1"),
        lambda flow: edits.add_menu(flow, menu_id, f"Menu {len(flow.menus) + 1}"),
        "Add a menu",
    )


@blueprint.post("/menus/<menu_id>")
@may_edit
def save_menu(flow_id: int, menu_id: str) -> ResponseReturnValue:
    """What the caller hears, the name and the wait."""
    view, form = View.asked(flow_id, menu=menu_id), HeardForm()
    stored = _load(flow_id)
    edits.find_menu(stored.flow, menu_id)
    if not form.validate():
        return _page(stored, view, 422, heard=form)
    return _apply(
        view,
        lambda flow: edits.change_menu(flow, menu_id, **form.values()),
        f"{form.name.data or menu_label(stored.flow, menu_id)}: what the caller hears",
        menu_id=menu_id,
        heard=form,
    )


@blueprint.post("/menus/<menu_id>/move/<direction>")
@may_edit
def move_menu(flow_id: int, menu_id: str, direction: str) -> ResponseReturnValue:
    """Up, down, or to a place (1-based) in the list."""

    def change(flow: Flow) -> Flow:
        edits.find_menu(flow, menu_id)
        return edits.move_menu(flow, menu_id, _target(direction, flow.indexes()[menu_id]))

    return _apply(View.asked(flow_id, menu=menu_id), change, f"Move {_menu_name(flow_id, menu_id)}")


def _target(direction: str, position: int) -> int:
    """The 0-based place a move leads to."""
    steps = {"up": position - 1, "down": position + 1}
    if direction in steps:
        return steps[direction]
    if not direction.isascii() or not direction.isdigit():
        abort(404)
    return int(direction) - 1


@blueprint.post("/menus/<menu_id>/duplicate")
@may_edit
def duplicate_menu(flow_id: int, menu_id: str) -> ResponseReturnValue:
    """A copy right after the menu."""
    copy_id = new_id()
    return _apply(
        View.asked(flow_id).at(menu=copy_id),
        lambda flow: edits.duplicate_menu(flow, menu_id, copy_id, new_id),
        f"Duplicate {_menu_name(flow_id, menu_id)}",
    )


@blueprint.post("/menus/<menu_id>/delete")
@may_edit
def delete_menu(flow_id: int, menu_id: str) -> ResponseReturnValue:
    """Delete a menu; when others lead to it, first ask where those keys should go."""
    stored = _load(flow_id)
    menu = edits.find_menu(stored.flow, menu_id)
    view = View.asked(flow_id, menu=menu_id)
    links_to = request.form.get("links_to")
    if links_to is None and edits.links_to(stored.flow, menu_id):
        return redirect(view.at(ask="delete").url("delete"), 303)
    if links_to and (stored.flow.menu(links_to) is None or links_to == menu_id):
        return _page(stored, view.at(ask="delete"), 422)
    place = stored.flow.menus.index(menu)
    rest = [other.id for other in stored.flow.menus if other.id != menu_id]
    neighbour = rest[min(place, len(rest) - 1)] if rest else ""
    return _apply(
        view.at(menu=neighbour, key="1"),
        lambda flow: edits.delete_menu(flow, menu_id, links_to or ""),
        f"Delete {menu.name or 'a menu'}",
        menu_id=menu_id,
    )


@blueprint.post("/menus/<menu_id>/keys/<slug>/<kind>")
@may_edit
def add_step(flow_id: int, menu_id: str, slug: str, kind: str) -> ResponseReturnValue:
    """A new step of a key, at the end of its list."""
    view = View.asked(flow_id, menu=menu_id, key=_trigger(slug), new=kind, step="")
    label = f"{_menu_name(flow_id, menu_id)}, {trigger_name(view.key)}: add “{_label(kind)}”"
    return _save_step(
        view,
        kind,
        new_id(),
        None,
        lambda action: lambda flow: edits.add_step(flow, menu_id, view.key, action),
        label,
    )


@blueprint.post("/menus/<menu_id>/steps/<step_id>")
@may_edit
def save_step(flow_id: int, menu_id: str, step_id: str) -> ResponseReturnValue:
    """A step that was edited."""
    menu = edits.find_menu(_load(flow_id).flow, menu_id)
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
    stored = _load(view.flow_id)
    form: StepForm = STEP_FORMS[_known(kind)].sent(stored.flow)
    if more := request.form.get("more"):
        form.more(more)
        return _page(stored, view, step_form=form)
    if not form.validate():
        return _page(stored, view, 422, step_form=form)
    return _apply(
        view.at(),
        edit_with(form.action(step_id, old)),
        summary,
        menu_id=view.menu,
        **({"step_form": form} if BY_NAME[kind].has_form else {}),
    )


@blueprint.post("/menus/<menu_id>/steps/<step_id>/move/<direction>")
@may_edit
def move_step(flow_id: int, menu_id: str, step_id: str, direction: str) -> ResponseReturnValue:
    """Up, down, or to a place (1-based) among the key's steps."""
    menu = edits.find_menu(_load(flow_id).flow, menu_id)
    trigger, _, old = edits.find_step(menu, step_id)

    def change(flow: Flow) -> Flow:
        _, position, _ = edits.find_step(edits.find_menu(flow, menu_id), step_id)
        return edits.move_step(flow, menu_id, step_id, _target(direction, position))

    return _apply(
        View.asked(flow_id, menu=menu_id, key=trigger).at(),
        change,
        f"{menu.name}, {trigger_name(trigger)}: move “{_label(old.kind)}”",
        menu_id=menu_id,
    )


@blueprint.post("/menus/<menu_id>/steps/<step_id>/remove")
@may_edit
def remove_step(flow_id: int, menu_id: str, step_id: str) -> ResponseReturnValue:
    """Without this step."""
    menu = edits.find_menu(_load(flow_id).flow, menu_id)
    trigger, _, old = edits.find_step(menu, step_id)
    return _apply(
        View.asked(flow_id, menu=menu_id, key=trigger).at(),
        lambda flow: edits.remove_step(flow, menu_id, step_id),
        f"{menu.name}, {trigger_name(trigger)}: remove “{kind_of(old).label}”",
        menu_id=menu_id,
    )


@blueprint.post("/fix")
@may_edit
def fix(flow_id: int) -> ResponseReturnValue:
    """Mend one finding of the checks, the way its button says."""
    view = View.asked(flow_id)
    chosen = _chosen_fix(_load(flow_id).flow, view)
    if chosen is None:
        return redirect(view.url(), 303)
    return _apply(
        view.at(), lambda flow: fixes.apply(flow, chosen, new_id), f"Mend: {chosen.label}"
    )


def _chosen_fix(flow: Flow, view: View) -> Fix | None:
    """The fix a button stands for; None when the finding is gone already."""
    wanted = (request.form.get("code"), request.form.get("path"))
    number = request.form.get("fix", "")
    for problem in checks.check(flow, target=view.target, allowed_hosts=settings().reachable_hosts):
        if (problem.code, problem.path) == wanted and number.isdecimal():
            return dict(enumerate(problem.fixes)).get(int(number))
    return None


def _trigger(slug: str) -> str:
    return TRIGGERS.get(slug) or abort(404)


def _known(kind: str) -> str:
    return kind if kind in BY_NAME else abort(404)


def _label(kind: str) -> str:
    return BY_NAME[_known(kind)].label


def _menu_name(flow_id: int, menu_id: str) -> str:
    return menu_label(_load(flow_id).flow, menu_id)
