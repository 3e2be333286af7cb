"""History: undo, redo, every version in words, one version, two versions side by side."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from blueprints import db, json_compared, json_view, may_edit, person, row_id
from blueprints.auth import sign_in_first
from blueprints.editor import CHANGED_BARE, load, render
from blueprints.editor_view import View
from blueprints.fields import errors_of, on_one_line
from blueprints.languages import say
from flows.differences import differences
from flows.script import script
from flows.values import check_line
from storage import flows as store
from storage import history

blueprint = Blueprint("history", __name__, url_prefix="/flows/<int:flow_id>")
blueprint.before_request(sign_in_first)

PAGE = 50
"""How many versions one page of History shows."""


@blueprint.post("/undo")
@may_edit
def undo(flow_id: int) -> ResponseReturnValue:
    """Take the newest edit back."""
    undoes, _redoes = _possible(flow_id)
    told = _("Taken back: %(edit)s", edit=undoes)
    return _step(flow_id, history.undo, told, _("There is nothing to take back."))


@blueprint.post("/redo")
@may_edit
def redo(flow_id: int) -> ResponseReturnValue:
    """Bring back what was taken back."""
    _undoes, redoes = _possible(flow_id)
    told = _("Brought back: %(edit)s", edit=redoes)
    return _step(flow_id, history.redo, told, _("There is nothing to bring back."))


def _possible(flow_id: int) -> tuple[str, str]:
    """What Undo and Redo would do, in the page's language."""
    undoes, redoes = history.can(db(), person().workspace_id, flow_id)
    return say(undoes), say(redoes)


def _step(
    flow_id: int, step: Callable[..., store.StoredFlow | None], told: str, nothing: str
) -> ResponseReturnValue:
    view, me = View.asked(flow_id).at(), person()
    try:
        done = step(db(), me.workspace_id, flow_id, me.id, _whole("revision"))
    except store.Conflict as conflict:
        return render(conflict.current, view, 409, conflict=CHANGED_BARE)
    flash(nothing if done is None else told)
    return redirect(view.url(), 303)


def _whole(name: str) -> int:
    number = row_id(request.form.get(name, ""))
    return abort(400) if number is None else number


@blueprint.get("/history")
def listing(flow_id: int) -> ResponseReturnValue:
    """Every version, newest first: what was done, by whom, when."""
    found = history.revisions(
        db(),
        person().workspace_id,
        flow_id,
        before=row_id(request.args.get("before")),
        limit=PAGE + 1,
    )
    return render_template(
        "history/list.html",
        stored=load(flow_id),
        revisions=found[:PAGE],
        older=found[PAGE - 1].number if len(found) > PAGE else None,
    )


@blueprint.get("/history/<int:number>")
def version(flow_id: int, number: int) -> ResponseReturnValue:
    """One version as it was: its script and its JSON, and what has changed since."""
    then, now = _at(flow_id, number), load(flow_id)
    return render_template(
        "history/version.html",
        stored=now,
        then=then,
        prompts=script(then.flow),
        since=differences(then.flow, now.flow),
        preview=json_view.preview(then.flow, View.asked(flow_id).meant_for(then.flow).target),
    )


@blueprint.get("/compare")
def compare(flow_id: int) -> ResponseReturnValue:
    """Two versions side by side, in words and as JSON."""
    newest = load(flow_id)
    first, second = (
        newest if number is None else _at(flow_id, number)
        for number in (row_id(request.args.get("a")), row_id(request.args.get("b")))
    )
    target = View.asked(flow_id).meant_for(newest.flow).target
    return render_template(
        "history/compare.html",
        stored=newest,
        first=first,
        second=second,
        words=differences(first.flow, second.flow),
        json=json_compared.compare(first, second, target),
    )


def _at(flow_id: int, number: int) -> store.StoredFlow:
    return store.load(db(), person().workspace_id, flow_id, number)


@blueprint.post("/history/<int:number>/restore")
@may_edit
def restore(flow_id: int, number: int) -> ResponseReturnValue:
    """Go back to a version; an edit like any other, so it can be undone."""
    me = person()
    try:
        history.restore(db(), me.workspace_id, flow_id, me.id, _whole("revision"), number)
    except store.Conflict:
        flash(_("Somebody else changed the call flow meanwhile. Look again, then restore."), "warn")
        return version(flow_id, number), 409
    flash(_("Version %(number)s is the newest again.", number=number))
    return redirect(url_for("editor.show", flow_id=flow_id), 303)


@blueprint.post("/history/<int:number>/name")
@may_edit
def name(flow_id: int, number: int) -> ResponseReturnValue:
    """Name a version, such as “Approved by sales”; an empty name takes it away."""
    me, typed = person(), on_one_line(request.form.get("name"))
    if wrong := errors_of(check_line(typed)):
        flash(wrong[0], "warn")
        return redirect(url_for("history.listing", flow_id=flow_id) + f"#version-{number}", 303)
    try:
        history.name_revision(db(), me.workspace_id, flow_id, me.id, number, typed)
    except history.NameTaken as taken:
        flash(
            _("Another version is named “%(name)s” already. Choose another name.", name=taken),
            "warn",
        )
    return redirect(url_for("history.listing", flow_id=flow_id) + f"#version-{number}", 303)
