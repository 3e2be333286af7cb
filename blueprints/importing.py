"""Bringing in a document: a .json file, pasted JSON, or a pasted curl command."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import StringField, TextAreaField
from wtforms.validators import Length

from blueprints import db, may_edit, person
from blueprints.auth import sign_in_first
from flows import reading
from flows.problems import Problem
from storage import flows as store

blueprint = Blueprint("importing", __name__)
blueprint.before_request(sign_in_first)


class ImportForm(FlaskForm):
    """Either a file or pasted text."""

    name = StringField("Name of the call flow", [Length(max=120)])
    file = FileField("A .json file")
    pasted = TextAreaField("Or paste JSON, or a curl command")


@blueprint.route("/import", methods=["GET", "POST"])
@may_edit
def document() -> ResponseReturnValue:
    """Read a document; nothing is saved unless all of it is sound."""
    form = ImportForm()
    if not form.is_submitted():
        return _page(form)
    if not form.validate():
        return _page(form, status=422)
    content = form.file.data.read() if form.file.data else b""
    pasted = form.pasted.data or ""
    name = (form.name.data or "").strip() or "Imported call flow"
    try:
        imported = reading.read(content, name) if content else reading.read_pasted(pasted, name)
    except reading.Unreadable as refused:
        if content and not pasted:
            form.pasted.data = content[: reading.MAX_BYTES].decode(errors="replace")
        return _page(form, refused.problems, refused.status)
    me = person()
    ids = store.create_all(db(), me.workspace_id, me.id, imported.document.flows, "Import")
    for sentence in _said_once(imported.warnings):
        flash(sentence, "warn")
    if len(ids) > 1:
        flash(f"{len(ids)} call flows were imported, one for each message.")
        return redirect(url_for("library.flows"), 303)
    return redirect(url_for("editor.show", flow_id=ids[0]), 303)


def _page(
    form: ImportForm, problems: tuple[Problem, ...] = (), status: int = 200
) -> tuple[str, int]:
    return render_template("library/import.html", form=form, problems=problems), status


def _said_once(warnings: tuple[Problem, ...], most: int = 5) -> list[str]:
    sentences = list(dict.fromkeys(problem.located_message for problem in warnings))
    rest = len(sentences) - most
    return [*sentences[:most], *([f"…and {rest} more; see Checks."] if rest > 0 else [])]
