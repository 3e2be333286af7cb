"""Bringing in a document: a Press One file, a .json file, pasted JSON, or a curl command."""

from __future__ import annotations

from pathlib import PurePath

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from flask_wtf.file import FileField
from werkzeug.datastructures import FileStorage
from wtforms import StringField, TextAreaField

from blueprints import db, may_edit, person
from blueprints.auth import sign_in_first
from blueprints.fields import OurForm, at_most, stripped
from blueprints.inbox import SECRET_HEADER
from flows import edits, reading
from flows.document import Flow, Webhook
from flows.problems import Problem
from flows.said import said
from storage import flows as store
from storage import inboxes

blueprint = Blueprint("importing", __name__)
blueprint.before_request(sign_in_first)

NEITHER = _l("Choose a file, or paste JSON or a curl command.")
BOTH = _l("There is a file and a pasted text: keep one of them. Nothing was imported yet.")

TOO_LARGE = 413
"""The status of a document that is too large; a file like that is not shown on the page."""


class ImportForm(OurForm):
    """Either a file or pasted text."""

    name = StringField(
        _l("Name of the call flow"),
        [at_most(120)],
        filters=[stripped],
        description=_l("You can change it later; callers never hear it."),
    )
    file = FileField(_l("A Press One file, or another .json file"))
    pasted = TextAreaField(
        _l("Or paste JSON, or a curl command"),
        description=_l("Everything is read first: while something is wrong, nothing is saved."),
    )


@blueprint.route("/import", methods=["GET", "POST"])
@may_edit
def document() -> ResponseReturnValue:
    """Read a document; nothing is saved unless all of it is sound."""
    form = ImportForm()
    if not form.is_submitted():
        return _page(form)
    if not form.validate():
        return _page(form, status=422)
    content = form.file.data.read() if form.file.data else None
    pasted = form.pasted.data or ""
    if (content is None) == (not pasted.strip()):
        form.pasted.errors = [NEITHER if content is None else BOTH]
        return _page(form, status=422)
    name = form.name.data or _name_of(form.file.data) or _("Imported call flow")
    try:
        imported = reading.read_pasted(pasted, name) if content is None else _read(content, name)
    except reading.Unreadable as refused:
        if content is not None and refused.status != TOO_LARGE:
            form.pasted.data = _text(content)
        return _page(form, refused.problems, refused.status)
    imported = reading.with_own_answers(imported, _is_own_inbox)
    me = person()
    flows = _named(imported, form.name.data)
    ids = store.create_all(db(), me.workspace_id, me.id, flows, said("Import"))
    if imported.warnings:
        flash(
            ngettext(
                "Imported. One thing to look at: see Checks.",
                "Imported. %(num)s things to look at: see Checks.",
                len(imported.warnings),
            ),
            "warn",
        )
    if len(ids) > 1:
        flash(
            ngettext(
                "%(num)s call flow was imported, one for each message.",
                "%(num)s call flows were imported, one for each message.",
                len(ids),
            )
        )
        return redirect(url_for("library.flows"), 303)
    return redirect(url_for("editor.show", flow_id=ids[0]), 303)


def _named(imported: reading.Imported, name: str) -> tuple[Flow, ...]:
    """The flows; a Press One file keeps its own name unless another one was typed."""
    flows = imported.document.flows
    return (
        tuple(edits.change_settings(f, name=name) for f in flows)
        if imported.whole and name
        else flows
    )


def _is_own_inbox(told: Webhook) -> bool:
    """Whether a step tells this workspace's inbox, at the address it has or had, and only that."""
    found = inboxes.inbox_of_token(db(), told.url.rpartition("/in/")[2])
    only_ours = {name.lower() for name in told.headers or {}} <= {SECRET_HEADER.lower()}
    return found is not None and found.workspace_id == person().workspace_id and only_ours


def _name_of(file: FileStorage | None) -> str:
    """A file's name without its ending, as a name for the call flow."""
    return PurePath(file.filename or "").stem[:120] if file else ""


def _read(content: bytes, name: str) -> reading.Imported:
    """A file may hold whatever may be pasted. Raises reading.Unreadable."""
    text = _text(content)
    return reading.read_pasted(text, name) if text else reading.read(content, name)


def _text(content: bytes) -> str:
    """A file's text, to be mended on the page; "" when it is not UTF-8."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return ""


def _page(
    form: ImportForm, problems: tuple[Problem, ...] = (), status: int = 200
) -> tuple[str, int]:
    """The form, with what must be mended; warnings stop nothing and would only confuse."""
    errors = [problem for problem in problems if problem.severity == "error"]
    return render_template("library/import.html", form=form, problems=errors), status
