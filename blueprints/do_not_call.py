"""The do-not-call list: numbers one by one, pasted, or from a file; search and removal."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime

from flask import Blueprint, abort, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from blueprints import db, owners_only, person, settings
from blueprints.auth import sign_in_first
from blueprints.formats import phone_number
from blueprints.languages import say
from blueprints.noting import note, noted, number_hint
from blueprints.rules_page import screen, sent
from calling.do_not_call_list import BadDay, Read, decoded, end_of, read_lines
from calling.numbers import NumberRefused, normalise
from storage import do_not_call as store
from storage.db import write_tx
from storage.do_not_call import NewEntry

blueprint = Blueprint("do_not_call", __name__, url_prefix="/settings/rules/do-not-call")
blueprint.before_request(sign_in_first)


@blueprint.post("/add")
@owners_only
def add() -> ResponseReturnValue:
    """One number."""
    form = sent("entry")
    if form.validate():
        try:
            number = normalise(form.number.data, settings().home_region)
            entry = NewEntry(number.e164, form.note.data, end_of(form.until.data, _today()))
        except NumberRefused as problem:
            form.number.errors = [say(problem.message)]
        except BadDay as problem:
            form.until.errors = [say(problem.sentence)]
        else:
            with noted("not_to_ring", number_hint(entry.number)):
                store.add(db(), person().workspace_id, [entry])
            return _done(_("%(number)s will not be rung.", number=number.pretty))
    return screen(422, entry=form)


@blueprint.post("/paste")
@owners_only
def paste() -> ResponseReturnValue:
    """Many numbers; lines that are none stay in the field."""
    form = sent("paste")
    if not form.validate():
        return screen(422, paste=form)
    read = _read(form.lines.data)
    if not read.bad:
        return _done(_added(_save(read)))
    _say_what_was_added(read)
    form.lines.data = "\n".join(line.text for line in read.bad)
    form.lines.errors = [_wrong(read.bad)]
    return screen(422, paste=form, bad=read.bad)


@blueprint.post("/import")
@owners_only
def bring_file() -> ResponseReturnValue:
    """Many numbers from a CSV file; each line that is none is listed."""
    form = sent("file")
    content = form.file.data.read() if form.file.data else b""
    read = _read(decoded(content)) if content.strip() else Read((), ())
    if read.entries and not read.bad:
        return _done(_added(_save(read)))
    _say_what_was_added(read)
    nothing = _("Choose a file with a phone number on every line.")
    form.file.errors = [_wrong(read.bad) if read.bad else nothing]
    return screen(422, file=form, bad=read.bad)


@blueprint.post("/<int:entry_id>/remove")
@owners_only
def remove(entry_id: int) -> ResponseReturnValue:
    """Let a number be rung again."""
    with write_tx(db()):
        number = store.remove(db(), person().workspace_id, entry_id) or abort(404)
        note("may_ring_again", number_hint(number))
    return _done(_("%(number)s may be rung again.", number=phone_number(number)))


def _today() -> date:
    return datetime.now(UTC).date()


def _read(text: str) -> Read:
    return read_lines(text, settings().home_region, _today())


def _save(read: Read) -> int:
    with noted("not_to_ring", detail=str(len(read.entries))):
        return store.add(db(), person().workspace_id, read.entries)


def _say_what_was_added(read: Read) -> None:
    if read.entries:
        flash(_added(_save(read)))


def _added(new: int) -> str:
    if not new:
        return _("These numbers were on the list already.")
    return ngettext("%(num)s number was added.", "%(num)s numbers were added.", new)


def _wrong(bad: Sequence[object]) -> str:
    return ngettext(
        "%(num)s line was not understood.", "%(num)s lines were not understood.", len(bad)
    )


def _done(sentence: str) -> ResponseReturnValue:
    flash(sentence)
    return redirect(url_for("rules.page", _anchor="do-not-call"), 303)
