"""The first ten minutes: where a new owner arrives, and the guide beside the real screens.

The guide is four steps that tick themselves off from what is stored (storage.first_steps). It
blocks nothing, congratulates once and goes away; hidden, it costs no query.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from flask import (
    Blueprint,
    Flask,
    Response,
    abort,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from msgspec import Struct
from msgspec.structs import replace

from blueprints import db, may_edit, person
from blueprints.auth import safe_next, sign_in_first
from blueprints.editor_view import View
from blueprints.languages import LANGUAGES, spoken
from flows.map import lay_out
from flows.starters import starter, starters
from flows.starters.shapes import SHAPES
from storage import first_steps

blueprint = Blueprint("guide", __name__)
blueprint.before_request(sign_in_first)

A_DAY_S = 24 * 3600


class Kind(Struct, frozen=True):
    """One of the steps: its field in ``first_steps.Done``, its words, its place in the editor."""

    name: str
    title: Any
    help: Any
    place: Callable[[View], str]


def _call(view: View) -> str:
    return url_for("test_call.start", flow_id=view.flow_id)


STEPS = (
    Kind(
        "heard",
        _l("Write what the caller hears"),
        _l("A menu is what is heard, and what each key does then."),
        lambda view: view.at().url("script"),
    ),
    Kind(
        "key",
        _l("Give key 1 something to do"),
        _l("Save the answer, go to another menu, or hang up."),
        lambda view: view.at(key="1").url("steps"),
    ),
    Kind(
        "phone",
        _l("Try it on the phone"),
        _l("Start the call beside your menu and press keys. Nobody is rung."),
        lambda view: view.at(tab="phone", keys=None).url("phone-start"),
    ),
    Kind(
        "call",
        _l("Make a practice call"),
        _l("The practice network rings on this screen. Checks say what is missing before that."),
        _call,
    ),
)
"""The steps, in the order in which they make sense."""


class Step(Struct, frozen=True):
    """One step as it is shown; ``url`` is the control where it is done, "" before there is one."""

    name: str
    title: str
    help: str
    done: bool
    url: str


class Guide(Struct, frozen=True):
    """The guide on one screen. ``back`` is where hiding it leads; ``opened``: shown unfolded."""

    steps: tuple[Step, ...]
    back: str
    opened: bool
    finished: bool

    @property
    def done(self) -> int:
        """How many steps are done."""
        return sum(step.done for step in self.steps)

    @property
    def next(self) -> Step | None:
        """The first step that is not done and can be done."""
        return next((step for step in self.steps if not step.done and step.url), None)


def in_editor(view: View) -> Guide | None:
    """The guide beside a menu."""
    return _guide(view, view.url(), opened=False)


def in_library(newest: int | None) -> Guide | None:
    """The guide above the call flows, of which one was changed last, or there is none."""
    return _guide(View(newest) if newest else None, url_for("library.flows"), opened=True)


def _guide(view: View | None, back: str, *, opened: bool) -> Guide | None:
    me = person()
    if me.guide == "hidden" or not me.can_edit:
        return None
    done = first_steps.done(db(), me)
    finished = done.everything and me.guide == "shown"
    if finished:
        # Nothing depends on it: a page can be read while nothing can be written.
        with suppress(sqlite3.OperationalError):
            first_steps.show(db(), me, "hidden")
    return Guide(tuple(_step(kind, done, view) for kind in STEPS), back, opened, finished)


def _step(kind: Kind, done: first_steps.Done, view: View | None) -> Step:
    begins = url_for("library.flows", _anchor="new-name") if kind is STEPS[0] else ""
    url = kind.place(view) if view else begins
    return Step(kind.name, str(kind.title), str(kind.help), bool(getattr(done, kind.name)), url)


def note_phone(view: View) -> None:
    """A key of the phone was pressed: the guide knows, from the first time on."""
    me = person()
    if view.keys and me.can_edit and not me.phone_tried:
        # The phone plays also while nothing can be written.
        with suppress(sqlite3.OperationalError):
            first_steps.phone_was_tried(db(), me)
            current_user.person = replace(me, phone_tried=1)


@blueprint.post("/guide")
@may_edit
def show() -> ResponseReturnValue:
    """Show the guide again, whatever is done already; or hide it."""
    hide = request.form.get("do") == "hide"
    first_steps.show(db(), person(), "hidden" if hide else "again")
    return redirect(safe_next(request.form.get("next", "")), 303)


@blueprint.get("/start")
@may_edit
def welcome() -> ResponseReturnValue:
    """Where the first owner arrives: begin from a template, from nothing, from what there is."""
    asked = request.args.get("language", "")
    language = asked if asked in LANGUAGES else spoken()
    return render_template(
        "guide/welcome.html",
        starters=starters(language),
        language=language,
        languages=LANGUAGES,
    )


@blueprint.get("/start/<key>.svg")
def drawing(key: str) -> Response:
    """A template's map without words: the same in every language, and for everybody."""
    if key not in SHAPES:
        abort(404)
    picture = make_response(
        render_template("library/map.svg", drawing=lay_out(starter(key, "en"), ()))
    )
    picture.mimetype = "image/svg+xml"
    picture.cache_control.private = True
    picture.cache_control.max_age = A_DAY_S
    return picture


def init_app(app: Flask) -> None:
    """Offer the guide to the two screens that it stands beside."""
    app.add_template_global(in_editor, "guide_in_editor")
    app.add_template_global(in_library, "guide_in_library")
