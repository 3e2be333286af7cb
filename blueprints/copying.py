"""Copy to…: a menu to another call flow, a key's steps to another key, menu or call flow.

A page of its own in two small forms, so that it works without JavaScript: which call flow, then
where in it. The copy is an edit of that call flow, and is undone there.
"""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, abort, flash, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from msgspec import Struct

from blueprints import db, may_edit, new_id, person, row_id
from blueprints.auth import sign_in_first
from blueprints.editor import apply, load
from blueprints.editor_view import SLUGS, TRIGGERS, View
from blueprints.languages import say, say_ours
from flows import copying
from flows.copying import Copied
from flows.document import LEAVES_LIST, Flow, Menu, menu_label
from flows.edits import find_menu
from flows.words import trigger_name
from storage import flows as store
from storage import shelves

blueprint = Blueprint("copying", __name__, url_prefix="/flows/<int:flow_id>/menus/<menu_id>")
blueprint.before_request(sign_in_first)


class Asked(Struct, frozen=True):
    """The call flow that a copy goes to, and the menu and key in it."""

    target: store.StoredFlow
    menu: Menu | None
    trigger: str

    @property
    def there(self) -> int:
        """How many steps the key has already."""
        return len(self.menu.actions(self.trigger)) if self.menu else 0

    @property
    def ends(self) -> bool:
        """Whether nothing after those steps could run."""
        actions = self.menu.actions(self.trigger) if self.menu else ()
        return bool(actions) and actions[-1].kind in LEAVES_LIST


@blueprint.get("/copy")
@may_edit
def ask_menu(flow_id: int, menu_id: str) -> ResponseReturnValue:
    """Which call flow the menu should be copied to."""
    source = load(flow_id)
    find_menu(source.flow, menu_id)
    choices = _flows(leave_out=flow_id)
    first = choices[0][0] if choices else flow_id
    return _page(source, menu_id, "", _asked(source, menu_id, "", first), choices)


@blueprint.get("/keys/<slug>/copy")
@may_edit
def ask_steps(flow_id: int, menu_id: str, slug: str) -> ResponseReturnValue:
    """Which call flow, menu and key the steps should be copied to."""
    source, trigger = load(flow_id), _trigger(slug)
    find_menu(source.flow, menu_id)
    return _page(source, menu_id, trigger, _asked(source, menu_id, trigger, flow_id), _flows())


@blueprint.post("/copy")
@may_edit
def copy_menu(flow_id: int, menu_id: str) -> ResponseReturnValue:
    """A copy of the menu at the end of the chosen call flow, which is then shown."""
    source, target = load(flow_id), _target(flow_id)
    menu, copy_id, same = find_menu(source.flow, menu_id), new_id(), target.id == flow_id
    name = say_ours(menu_label(source.flow, menu_id))

    def copied(flow: Flow) -> Copied:
        origin = flow if same else source.flow
        return copying.copy_menu(origin, menu.id, flow, copy_id, new_id, same=same)

    sentence = _("“%(name)s” was copied here, to the end of the menus.", name=name)
    return _do(View(target.id, menu=copy_id), copied, sentence)


@blueprint.post("/keys/<slug>/copy")
@may_edit
def copy_steps(flow_id: int, menu_id: str, slug: str) -> ResponseReturnValue:
    """The key's steps under the chosen key, which is then shown."""
    source, target, trigger = load(flow_id), _target(flow_id), _trigger(slug)
    find_menu(source.flow, menu_id)
    to = (request.form.get("menu", ""), _trigger(request.form.get("key", "")))
    same = target.id == flow_id
    if same and to == (menu_id, trigger):
        flash(_("These are the same steps. Choose another key, menu or call flow."), "warn")
        asked = Asked(target, target.flow.menu(menu_id), trigger)
        return _page(source, menu_id, trigger, asked, _flows(), 422)

    def copied(flow: Flow) -> Copied:
        origin = flow if same else source.flow
        instead = request.form.get("how") == "instead"
        return copying.copy_steps(
            origin, (menu_id, trigger), flow, to, new_id, same=same, instead=instead
        )

    sentence = _("The steps were copied to “%(key)s”.", key=say(trigger_name(to[1])))
    return _do(View(target.id, menu=to[0], key=to[1]), copied, sentence, to[0])


def _do(
    view: View, copied: Callable[[Flow], Copied], sentence: str, menu_id: str | None = None
) -> ResponseReturnValue:
    """Save the copy; what could not come along is said in the same notice."""
    remarks: list[str] = []

    def change(flow: Flow) -> Flow:
        done = copied(flow)
        remarks[:] = [say(remark) for remark in done.remarks]
        return done.flow

    return apply(view, change, menu_id=menu_id, undoable=lambda: " ".join([sentence, *remarks]))


def _trigger(slug: str) -> str:
    return TRIGGERS[slug] if slug in TRIGGERS else abort(404)


def _target(flow_id: int) -> store.StoredFlow:
    """The call flow that the form names. Raises FlowNotFound."""
    chosen = row_id(request.form.get("to", str(flow_id)))
    return abort(400) if chosen is None else load(chosen)


def _asked(source: store.StoredFlow, menu_id: str, trigger: str, first: int) -> Asked:
    """What the address has chosen so far; otherwise this key of the first menu there."""
    chosen = row_id(request.args.get("to", "")) or first
    target = source if chosen == source.id else load(chosen)
    menus = target.flow.menus
    fallback = menu_id if target is source else menus[0].id if menus else ""
    wanted = request.args.get("menu", fallback)
    return Asked(
        target,
        target.flow.menu(wanted) or target.flow.menu(fallback),
        TRIGGERS.get(request.args.get("key", ""), trigger),
    )


def _flows(leave_out: int | None = None) -> list[tuple[int, str]]:
    """(id, name) of the call flows in use."""
    found = shelves.on(db(), person().workspace_id, "")
    return [(one.id, one.name) for one in found if one.id != leave_out]


def _page(
    source: store.StoredFlow,
    menu_id: str,
    trigger: str,
    asked: Asked,
    flows: list[tuple[int, str]],
    status: int = 200,
) -> ResponseReturnValue:
    back = View(source.id, menu=menu_id, key=trigger or "1")
    return render_template(
        "editor/copy.html",
        source=source,
        menu=find_menu(source.flow, menu_id),
        menu_name=menu_label(source.flow, menu_id),
        trigger=trigger,
        slug=SLUGS.get(trigger, ""),
        key_name=trigger_name(trigger) if trigger else "",
        asked=asked,
        asked_slug=SLUGS.get(asked.trigger, ""),
        flows=flows,
        menus=[(one.id, menu_label(asked.target.flow, one.id)) for one in asked.target.flow.menus],
        keys=[(SLUGS[one], trigger_name(one)) for one in SLUGS],
        remarks=_remarks(source, menu_id, trigger, asked),
        back=back,
    ), status


def _remarks(source: store.StoredFlow, menu_id: str, trigger: str, asked: Asked) -> tuple[str, ...]:
    """What could not come along as it is, said before it is done."""
    same = asked.target.id == source.id
    if not trigger:
        done = copying.copy_menu(
            source.flow, menu_id, asked.target.flow, "copy", lambda: "", same=same
        )
    elif asked.menu:
        done = copying.copy_steps(
            source.flow, (menu_id, trigger), asked.target.flow,
            (asked.menu.id, asked.trigger), lambda: "", same=same, instead=True,
        )  # fmt: skip
    else:
        return ()
    return done.remarks
