"""What can be done to a whole call flow in the library: duplicate, archive, delete, bring back."""

from __future__ import annotations

from datetime import date, timedelta

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from blueprints import db, may_edit, person
from blueprints.auth import sign_in_first
from blueprints.editor_view import View
from blueprints.noting import noted
from calling.clock import parsed
from calling.forgetting import DELETED_KEPT_DAYS
from flows.edits import free_name
from flows.said import said
from storage import flows as store
from storage import shelves
from storage.shelves import Shelf

blueprint = Blueprint("library_shelves", __name__, url_prefix="/flows/<int:flow_id>")
blueprint.before_request(sign_in_first)

SHELVES: dict[str, Shelf] = {"archived": "archived", "deleted": "deleted"}
"""How a part of the library stands in an address -> the part."""


def erased_on(deleted_at: str) -> date:
    """The day (UTC) from which a flow deleted then cannot be brought back."""
    return (parsed(deleted_at) + timedelta(days=DELETED_KEPT_DAYS)).date()


def _back() -> ResponseReturnValue:
    """The part of the library where the button stood."""
    shelf = SHELVES.get(request.args.get("shelf", ""))
    return redirect(url_for("library.flows", shelf=shelf), 303)


@blueprint.post("/duplicate-flow")
@may_edit
def duplicate(flow_id: int) -> ResponseReturnValue:
    """A copy of the newest version, with a history of its own."""
    me = person()
    flow = store.load(db(), me.workspace_id, flow_id).flow
    taken = {one.name for one in store.list_all(db(), me.workspace_id)}
    copy = flow.model_copy(update={"name": free_name(flow.name, taken)})
    copy_id = store.create(
        db(), me.workspace_id, me.id, copy, said("Copy of “{name}”", name=flow.name)
    )
    flash(_("This is a copy of “%(name)s”. The other one stays as it is.", name=flow.name))
    return redirect(View(copy_id).url(), 303)


@blueprint.post("/archive")
@may_edit
def archive(flow_id: int) -> ResponseReturnValue:
    """Out of sight; calls, answers and tests go on."""
    me = person()
    name = shelves.standing(db(), me.workspace_id, flow_id).name
    with noted("flow_archived", name):
        shelves.archive(db(), me.workspace_id, flow_id)
    undo = url_for(".unarchive", flow_id=flow_id)
    flash(_("“%(name)s” was archived.", name=name), f"undo:{undo}")
    return _back()


@blueprint.post("/unarchive")
@may_edit
def unarchive(flow_id: int) -> ResponseReturnValue:
    """Back among the flows in use."""
    me = person()
    name = shelves.standing(db(), me.workspace_id, flow_id).name
    with noted("flow_unarchived", name):
        shelves.unarchive(db(), me.workspace_id, flow_id)
    flash(_("“%(name)s” is in the library again.", name=name))
    return _back()


@blueprint.post("/delete")
@may_edit
def delete(flow_id: int) -> ResponseReturnValue:
    """Take a flow out of the library; it can be brought back until it is erased."""
    me = person()
    name = store.load(db(), me.workspace_id, flow_id).flow.name
    with noted("flow_deleted", name):
        store.delete(db(), me.workspace_id, flow_id)
    words = _("“%(name)s” was deleted. It is kept for %(days)s days, then erased.",
              name=name, days=DELETED_KEPT_DAYS)  # fmt: skip
    flash(words, f"undo:{url_for('.restore', flow_id=flow_id)}")
    return _back()


@blueprint.post("/restore")
@may_edit
def restore(flow_id: int) -> ResponseReturnValue:
    """Bring a deleted flow back, with its history."""
    me = person()
    name = shelves.standing(db(), me.workspace_id, flow_id).name
    with noted("flow_restored", name):
        store.restore(db(), me.workspace_id, flow_id)
    now_on = shelves.standing(db(), me.workspace_id, flow_id).shelf
    sentence = {
        "": _("“%(name)s” is back, with its history.", name=name),
        "archived": _("“%(name)s” is back in the archive, with its history.", name=name),
    }[now_on]
    flash(sentence)
    return _back()
