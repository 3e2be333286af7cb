"""The editor: one page, and one small action per thing a person can do to a flow.

Every action posts the revision it was made on, saves, and answers 303; 422 shows what was
typed with a sentence at the field; 409 shows what somebody else changed meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from flask import (
    Blueprint,
    abort,
    flash,
    make_response,
    redirect,
    render_template,
    request,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from msgspec.structs import replace

from blueprints import (
    answers_on_keys,
    db,
    editor_page,
    kept,
    may_edit,
    new_id,
    person,
    recording_view,
    row_id,
    side,
    whole,
)
from blueprints.auth import sign_in_first
from blueprints.editor_forms import HeardForm, KeepForm, SettingsForm
from blueprints.editor_view import TARGETS, View
from blueprints.fields import typed
from blueprints.flow_tools import Mending, checked, load, with_usual_sender
from blueprints.languages import say_ours
from flows import edits
from flows.document import Flow, menu_label
from storage import flows as store
from storage import history as history_store

blueprint = Blueprint("editor", __name__, url_prefix="/flows/<int:flow_id>")
blueprint.before_request(sign_in_first)

CHANGED = _l(
    "Somebody else changed this menu while you were at it. Nothing of yours was lost: what you"
    " typed is still in the form. Look at the newest version, then save again to use yours."
)
REMOVED_MENU = _l(
    "Somebody else deleted this menu while you were at it, so nothing was saved. What you typed"
    " is still here to copy, and History can bring the menu back."
)
REMOVED_STEP = _l(
    "Somebody else removed this step while you were at it. Nothing of yours was lost: it is"
    " filled in as a new step. Save it to add it again."
)
REMOVED_BARE = _l(
    "Somebody else removed this while you were at it, so nothing was done. This is the newest"
    " version."
)
CHANGED_BARE = _l(
    "Somebody else changed this while you were at it, so nothing was done. This is the newest"
    " version: press again if you still want to."
)


@blueprint.get("")
def show(flow_id: int) -> ResponseReturnValue:
    """The editor at the place the address speaks of."""
    return render(load(flow_id), View.asked(flow_id))


def render(
    stored: store.StoredFlow,
    view: View,
    status: int = 200,
    *,
    side_shown: Any = None,
    recording_problem: str = "",
    lost: Sequence[tuple[str, str]] = (),
    keep: KeepForm | None = None,
    **forms: Any,
) -> Any:
    """The editor's page; a form that was sent takes the place of a fresh one.

    ``side_shown`` takes the place of what the chosen tab would show; ``recording_problem`` is
    why a file was not taken; ``lost`` is what was typed into a form that has no place any more.
    """
    me, view = person(), view.meant_for(stored.flow)
    known = recording_view.known(stored.flow)
    page = editor_page.build(
        stored,
        view,
        editable=me.can_edit,
        problems=checked(with_usual_sender(stored.flow, view.target), view.target, known),
        known_seconds=recording_view.known_seconds(known),
        undo_redo=history_store.can(db(), me.workspace_id, stored.id),
        pressed=answers_on_keys.pressed(stored, view),
        **forms,
    )
    return render_template(
        "editor/page.html",
        kept=kept.calls(stored, page.view),
        page=page,
        targets=TARGETS,
        targets_by_name=dict(TARGETS),
        lost=lost,
        keep=keep or KeepForm(formdata=None),
        recordings=recording_view.panel(stored.flow, page.menu, recording_problem),
        refused=status != 200,
        side=side_shown or side.build(page),
    ), status


def apply(
    view: View,
    change: store.Edit,
    *,
    conflict_view: View | None = None,
    menu_id: str | None = None,
    in_settings: bool = False,
    undoable: str | Callable[[], str] = "",
    **forms: Any,
) -> ResponseReturnValue:
    """Save one edit and go to ``view``; a conflict shows the newest flow with the forms kept.

    ``conflict_view`` is where the form stood, when that is another place. ``undoable`` is a
    notice with a button that takes the edit back, or what makes it once the edit is done.
    """
    me = person()
    base = row_id(request.form.get("revision", ""))
    if base is None:
        abort(400)
    try:
        stored = store.edit(
            db(),
            me.workspace_id,
            view.flow_id,
            me.id,
            base,
            change,
            menu_id=menu_id,
            settings=in_settings,
        )
    except store.Conflict as conflict:
        return conflicted(conflict.current, conflict_view or view, **forms)
    except edits.Gone:
        return conflicted(load(view.flow_id), conflict_view or view, REMOVED_BARE, **forms)
    told = undoable() if callable(undoable) else undoable
    if told and stored.revision > base:
        flash(told, "undoable")
    return saved(stored, view)


def saved(stored: store.StoredFlow, view: View) -> ResponseReturnValue:
    """The page after an edit: by way of its address; at once where htmx can note the address."""
    if not request.headers.get("HX-Request"):
        return redirect(view.url(), 303)
    page = make_response(render(stored, view))
    # The same address noted again would be a step back to the page itself.
    here = urlsplit(request.headers.get("HX-Current-URL", ""))
    is_here = urlunsplit(("", "", here.path, here.query, "")) == view.url()
    page.headers["HX-Push-Url"] = "false" if is_here else view.url()
    return page


def conflicted(
    stored: store.StoredFlow, view: View, bare: str = CHANGED_BARE, **forms: Any
) -> ResponseReturnValue:
    """What somebody else did meanwhile, on the newest flow, with what was typed.

    A form whose step is gone becomes a new step; of one whose menu is gone the values stay to
    be copied. ``bare`` is the sentence for a button without a form.
    """
    for form in forms.values():
        form.revision.data = str(stored.revision)
    if not forms:
        return render(stored, view.at(), 409, conflict=bare)
    if "settings" in forms:
        return render(stored, view, 409, conflict=CHANGED, **forms)
    menu = stored.flow.menu(view.menu)
    if menu is None:
        lost = [pair for form in forms.values() for pair in typed(form)]
        return render(stored, view.at(menu="", key="1"), 409, conflict=REMOVED_MENU, lost=lost)
    if view.step and all(action.id != view.step for _, _, action in menu.all_actions()):
        view = replace(view, step="", new=forms["step_form"].kind)
        return render(stored, view, 409, conflict=REMOVED_STEP, **forms)
    return render(stored, view, 409, conflict=CHANGED, **forms)


def removed(_error: edits.Gone) -> ResponseReturnValue:
    """The newest flow for a button whose menu or step is gone; for ``errorhandler``."""
    flow_id = (request.view_args or {})["flow_id"]
    return conflicted(load(flow_id), View.asked(flow_id), REMOVED_BARE)


@blueprint.post("/settings")
@may_edit
def save_settings(flow_id: int) -> ResponseReturnValue:
    """Name, sender and the fields of the whole flow."""
    view, form = View.asked(flow_id), SettingsForm()
    if not form.validate():
        return render(load(flow_id), view, 422, settings=form)
    fields = {name: form[name].data or "" for name in ("name", "sender", "recipient", "text")}
    return apply(
        view.at() if request.form.get("close") else view,
        lambda flow: edits.change_settings(flow, **fields),
        in_settings=True,
        settings=form,
    )


@blueprint.post("/menus")
@may_edit
def add_menu(flow_id: int) -> ResponseReturnValue:
    """A new menu at the end, which is then the one looked at."""
    menu_id = new_id()

    def change(flow: Flow) -> Flow:
        name = _("Menu %(number)s", number=len(flow.menus) + 1)
        return edits.add_menu(flow, menu_id, name)

    return apply(View.asked(flow_id).at(menu=menu_id, key="1"), change)


@blueprint.post("/menus/<menu_id>")
@may_edit
def save_menu(flow_id: int, menu_id: str) -> ResponseReturnValue:
    """What the caller hears, the name and the wait."""
    view, form = View.asked(flow_id, menu=menu_id), HeardForm()
    stored = load(flow_id)
    if stored.flow.menu(menu_id) is None:
        return conflicted(stored, view, heard=form)
    if not form.validate():
        return render(stored, view, 422, heard=form)
    return apply(
        view,
        lambda flow: edits.change_menu(flow, menu_id, **form.values()),
        menu_id=menu_id,
        heard=form,
    )


@blueprint.post("/menus/<menu_id>/move/<direction>")
@may_edit
def move_menu(flow_id: int, menu_id: str, direction: str) -> ResponseReturnValue:
    """Up, down, or to a place (1-based) in the list."""

    begins: list[str] = []

    def change(flow: Flow) -> Flow:
        edits.find_menu(flow, menu_id)
        moved = edits.move_menu(flow, menu_id, target_of(direction, flow.indexes()[menu_id]))
        if moved.menus[0].id != flow.menus[0].id:
            begins.append(say_ours(menu_label(moved, moved.menus[0].id)))
        return moved

    def told() -> str:
        if begins:
            return _("The menu was moved. Calls now begin with “%(menu)s”.", menu=begins[-1])
        return _("The menu was moved.")

    return apply(View.asked(flow_id, menu=menu_id), change, undoable=told)


def target_of(direction: str, position: int) -> int:
    """The 0-based place a move leads to."""
    steps = {"up": position - 1, "down": position + 1}
    if direction in steps:
        return steps[direction]
    place = whole(direction)
    return abort(404) if place is None else place - 1


@blueprint.post("/menus/<menu_id>/duplicate")
@may_edit
def duplicate_menu(flow_id: int, menu_id: str) -> ResponseReturnValue:
    """A copy right after the menu."""
    copy_id = new_id()
    return apply(
        View.asked(flow_id).at(menu=copy_id),
        lambda flow: edits.duplicate_menu(flow, menu_id, copy_id, new_id),
        undoable=_("This is the copy of the menu."),
    )


@blueprint.post("/menus/<menu_id>/delete")
@may_edit
def delete_menu(flow_id: int, menu_id: str) -> ResponseReturnValue:
    """Delete a menu; when others lead to it, first ask where those keys should go."""
    stored = load(flow_id)
    menu = edits.find_menu(stored.flow, menu_id)
    view = View.asked(flow_id, menu=menu_id)
    links_to = request.form.get("links_to")
    if links_to is None and edits.links_to(stored.flow, menu_id):
        return redirect(view.at(ask="delete").url("delete"), 303)
    if links_to and (stored.flow.menu(links_to) is None or links_to == menu_id):
        return render(stored, view.at(ask="delete"), 422)
    place = stored.flow.menus.index(menu)
    rest = [other.id for other in stored.flow.menus if other.id != menu_id]
    neighbour = rest[min(place, len(rest) - 1)] if rest else ""
    return apply(
        view.at(menu=neighbour, key="1"),
        lambda flow: edits.delete_menu(flow, menu_id, links_to or ""),
        undoable=_("“%(name)s” was deleted.", name=menu.name or _("The menu")),
        menu_id=menu_id,
    )


@blueprint.post("/fix")
@may_edit
def fix(flow_id: int) -> ResponseReturnValue:
    """Mend one finding of the checks, the way its button says, for the service they were for."""
    view, shown = View.asked(flow_id), request.form.get("target", "")
    target = shown if shown in dict(TARGETS) else view.meant_for(load(flow_id).flow).target
    mending = Mending(target, lambda flow: with_usual_sender(flow, target))
    return apply(view.at(), mending, undoable=lambda: _("That was mended.") if mending.done else "")
