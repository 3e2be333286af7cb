"""The library: every call flow of the workspace, finding one, and starting a new one."""

from __future__ import annotations

from flask import Blueprint, abort, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from wtforms import StringField

from blueprints import db, library_search, may_edit, new_id, person
from blueprints.auth import sign_in_first
from blueprints.editor_view import View
from blueprints.fields import OurForm, at_most, needed, stripped
from blueprints.glance import verdicts
from blueprints.languages import spoken
from blueprints.library_shelves import SHELVES, erased_on
from calling.forgetting import DELETED_KEPT_DAYS
from calling.words import status_words
from flows import edits
from flows.document import Flow
from flows.finding import LONGEST_TYPED
from flows.said import said
from flows.sender_names import sender_name
from flows.starters import LANGUAGES, starter, starters
from storage import call_list, people, shelves
from storage import flows as store

blueprint = Blueprint("library", __name__)
blueprint.before_request(sign_in_first)


LANGUAGE_NAMES = (("en", "English"), ("uk", "Українська"), ("bg", "Български"))


class NewFlowForm(OurForm):
    """A name is all that is needed to begin."""

    name = StringField(
        _l("Name"),
        [needed(_l("Give your call flow a name, such as “Delivery”.")), at_most(120)],
        filters=[stripped],
    )


@blueprint.get("/")
def flows() -> ResponseReturnValue:
    """All call flows, last changed first."""
    return _page(NewFlowForm())


def _page(form: NewFlowForm, status: int = 200) -> tuple[str, int]:
    workspace, typed = person().workspace_id, request.args.get("q", "")[:LONGEST_TYPED]
    shelf = SHELVES.get(request.args.get("shelf", ""), "")
    asked = request.args.get("language", "")
    language = asked if asked in LANGUAGES else spoken()
    last = call_list.last_of_flows(db(), workspace)
    listed = shelves.on(db(), workspace, shelf)
    return render_template(
        "library/flows.html",
        flows=listed,
        shelf=shelf,
        counts=shelves.counts(db(), workspace),
        erased_on=erased_on,
        days_kept=DELETED_KEPT_DAYS,
        typed=typed,
        results=library_search.search(typed) if typed.strip() else None,
        verdicts=verdicts(listed),
        last={flow_id: (call, status_words(call)) for flow_id, call in last.items()},
        form=form,
        starters=starters(language),
        language=language,
        choosing=bool(asked),
        languages=LANGUAGE_NAMES,
    ), status


@blueprint.post("/flows/from/<language>/<key>")
@may_edit
def start_from(language: str, key: str) -> ResponseReturnValue:
    """A new flow from one of the templates."""
    me = person()
    try:
        company = people.workspace_name(db(), me.workspace_id)
        flow = starter(key, language, sender_name(company), company)
    except KeyError:
        abort(404)
    flow_id = store.create(
        db(), me.workspace_id, me.id, flow, said("Start from “{name}”", name=flow.name)
    )
    return redirect(View(flow_id).url(), 303)


@blueprint.post("/flows")
@may_edit
def create() -> ResponseReturnValue:
    """A new flow with its first menu."""
    form = NewFlowForm()
    if not form.validate():
        return _page(form, 422)
    me = person()
    company = people.workspace_name(db(), me.workspace_id)
    flow = Flow(name=form.name.data, sender=sender_name(company))
    flow = edits.add_menu(flow, new_id(), "Menu 1")
    flow_id = store.create(db(), me.workspace_id, me.id, flow, said("Start a call flow"))
    return redirect(View(flow_id).url("script"), 303)
