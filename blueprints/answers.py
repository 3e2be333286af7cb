"""Answers: what callers pressed, counted and listed; exports; one caller's data deleted."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import SelectField, StringField
from wtforms.validators import StopValidation

from blueprints import (
    answers_export,
    answers_view,
    db,
    owners_only,
    person,
    public_address,
    row_id,
    settings,
)
from blueprints.auth import sign_in_first
from blueprints.fields import OurForm, stripped
from blueprints.noting import note, number_hint
from calling.numbers import NumberRefused, normalise
from storage import answer_counts, erasing
from storage import answers as store
from storage.answers import NO_FLOW, Wanted

blueprint = Blueprint("answers", __name__, url_prefix="/answers")
blueprint.before_request(sign_in_first)
blueprint.add_app_template_filter(answers_view.answer_text)

PAGE = 50
"""How many calls one page of the table shows."""

AS_A_SERVICE_WRITES_IT = re.compile(r"\+?[0-9]{2,20}")
"""A number that no country has, but that a service may have brought ("50001")."""


def _day(_form: OurForm, field: StringField) -> None:
    try:
        date.fromisoformat(field.data or "1970-01-01")
    except ValueError:
        raise StopValidation(_("Type a day like 2026-11-21.")) from None


class FilterForm(OurForm):
    """Which answers are shown. Days are counted in UTC, the last one is included."""

    class Meta:
        csrf = False

    since = StringField(_l("From"), [_day], filters=[stripped])
    until = StringField(_l("To"), [_day], filters=[stripped])
    version = SelectField(_l("Version"), validate_choice=False)
    question = SelectField(_l("Question"), validate_choice=False)
    value = SelectField(_l("Answer"), validate_choice=False)

    def wanted(self, flow_id: int) -> Wanted:
        """What was asked for; a day that cannot be read asks for nothing."""
        good = self.validate()
        until = date.fromisoformat(self.until.data) if good and self.until.data else None
        after = until + timedelta(days=1) if until and until < date.max else None
        return Wanted(
            person().workspace_id,
            flow_id,
            question=self.question.data or None,
            value=self.value.data or None,
            revision=row_id(self.version.data),
            since=f"{self.since.data}T00:00:00.000Z" if good and self.since.data else None,
            before=f"{after}T00:00:00.000Z" if after else None,
        )

    @property
    def query(self) -> dict[str, str]:
        """What was asked for, as an address has it."""
        return {field.name: field.data for field in self if field.data}


@blueprint.get("")
def listing() -> ResponseReturnValue:
    """The call flows that have answers."""
    workspace = person().workspace_id
    return render_template(
        "answers/list.html",
        flows=answer_counts.flows(db(), workspace),
        unknown=answer_counts.unknown(db(), workspace),
        public_address=public_address.warning(),
    )


@blueprint.get("/flows/<int:flow_id>")
def show(flow_id: int) -> ResponseReturnValue:
    """The answers of one call flow: counted, drawn, and listed by call."""
    page = _page(flow_id)
    return render_template("answers/show.html", **page), 422 if page["form"].errors else 200


@blueprint.get("/flows/<int:flow_id>/live")
def live(flow_id: int) -> ResponseReturnValue:
    """Only the part of the page that changes by itself; nothing while nothing changed."""
    if request.args.get("seen") == _state(flow_id):
        return "", 204
    return render_template("answers/show_live.html", **_page(flow_id))


def _state(flow_id: int) -> str:
    return answer_counts.state(db(), person().workspace_id, flow_id)


def _page(flow_id: int) -> dict[str, Any]:
    workspace, name = person().workspace_id, _name_or_404(flow_id)
    form = FilterForm(request.args)
    # First the state: an answer that comes while the page is made is then shown next time.
    state, wanted = _state(flow_id), form.wanted(flow_id)
    counts = answer_counts.counts(db(), wanted)
    totals = answer_counts.totals(db(), wanted)
    stretches = answer_counts.over_time(db(), wanted, answers_view.letters_for(totals))
    # Calls may have been forgotten since; then there is nothing to compare with.
    placed = answer_counts.placed(db(), workspace, flow_id)
    before = row_id(request.args.get("before"))
    found = store.calls_page(db(), wanted, before=before, limit=PAGE + 1)
    unfiltered = (
        counts if not form.query else answer_counts.counts(db(), Wanted(workspace, flow_id))
    )
    _offer(form, unfiltered)
    return {
        "flow_id": flow_id,
        "name": name,
        "form": form,
        "around": {n: v for n, v in form.query.items() if n in ("since", "until", "version")},
        "state": state,
        "before": before,
        "questions": answers_view.questions(counts),
        "totals": totals,
        "placed": placed if placed >= totals.callers else None,
        "timeline": answers_view.timeline(stretches),
        "calls": found[:PAGE],
        "older": found[PAGE - 1].place if len(found) > PAGE else None,
        "flow_is_there": flow_id in _library(workspace),
    }


def _library(workspace_id: int) -> set[int]:
    """The flows that can be opened: those with answers that are not deleted."""
    found = answer_counts.flows(db(), workspace_id)
    return {flow.flow_id for flow in found if flow.name and not flow.deleted}


def _offer(form: FilterForm, counts: list[answer_counts.Count]) -> None:
    """What can be chosen: everything that was ever answered, and what is chosen already."""
    known = answers_view.questions(counts)
    values = {bar.value: bar.text for question in known for bar in question.bars}
    versions = sorted({str(c.revision) for c in counts if c.revision}, key=int, reverse=True)
    form.question.choices = [("", _("All")), *((q.name, q.name) for q in known)]
    form.value.choices = [
        ("", _("All")),
        *sorted(values.items(), key=lambda one: answers_view.by_size(one[0])),
    ]
    form.version.choices = [("", _("All")), *((v, v) for v in versions)]


def _name_or_404(flow_id: int) -> str:
    if flow_id == NO_FLOW:
        return _("Calls placed by programs")
    return answer_counts.flow_name(db(), person().workspace_id, flow_id) or abort(404)


@blueprint.get("/flows/<int:flow_id>/answers.csv")
def export_csv(flow_id: int) -> ResponseReturnValue:
    """The table as a file for spreadsheets: a line per call, a column per question."""
    return _export(flow_id, "text/csv; charset=utf-8", answers_export.csv_pieces)


@blueprint.get("/flows/<int:flow_id>/answers.json")
def export_json(flow_id: int) -> ResponseReturnValue:
    """The same calls with all their answers, for programs."""
    return _export(flow_id, "application/json", answers_export.json_pieces)


def _export(
    flow_id: int, kind: str, pieces: Callable[[Any, Wanted, list[str]], Iterator[str]]
) -> Response:
    note("answers_exported", _name_or_404(flow_id))
    form = FilterForm(request.args)
    wanted = form.wanted(flow_id)
    names = [q.name for q in answers_view.questions(answer_counts.counts(db(), wanted))]
    return Response(pieces(settings().database, wanted, names), mimetype=kind)


@blueprint.get("/unknown")
def unknown() -> ResponseReturnValue:
    """Answers that belong to no call here."""
    before = row_id(request.args.get("before"))
    found = store.unknown(db(), person().workspace_id, before_id=before, limit=PAGE + 1)
    return render_template(
        "answers/unknown.html",
        answers=found[:PAGE],
        older=found[PAGE - 1].id if len(found) > PAGE else None,
    )


class NumberForm(OurForm):
    """Whose data is to be deleted."""

    number = StringField(
        _l("The caller’s number"),
        filters=[stripped],
        description=_l("With + and the country code, or as you would dial it at home."),
    )

    def validate_number(self, field: StringField) -> None:
        """A phone number, or a number as some service writes it."""
        try:
            field.data = normalise(field.data or "", settings().home_region).e164
        except NumberRefused as refused:
            if not AS_A_SERVICE_WRITES_IT.fullmatch(field.data or ""):
                raise StopValidation(refused.message) from None


@blueprint.get("/delete")
@owners_only
def look_up() -> ResponseReturnValue:
    """Ask for a number, and say what is kept about it before anything is deleted."""
    form = NumberForm(request.args, meta={"csrf": False})
    asked = "number" in request.args
    return _delete_page(form, found=_found(form) if asked and form.validate() else None)


@blueprint.post("/delete")
@owners_only
def delete() -> ResponseReturnValue:
    """Delete what is kept about a number."""
    form = NumberForm()
    if not form.validate():
        return _delete_page(form)
    try:
        had = erasing.erase(db(), person().workspace_id, form.number.data)
    except erasing.CallUnderWay:
        return _delete_page(form, found=_found(form))
    note("caller_erased", number_hint(form.number.data))
    flash(
        _("Deleted: %(answers)s answers, and the details of %(calls)s calls.",
          answers=had.answers, calls=had.calls)
    )  # fmt: skip
    return redirect(url_for("answers.listing"), 303)


def _found(form: NumberForm) -> erasing.CallersData:
    return erasing.data_of(db(), person().workspace_id, form.number.data)


def _delete_page(form: NumberForm, found: erasing.CallersData | None = None) -> tuple[str, int]:
    status = 422 if form.errors or (found and found.under_way) else 200
    return render_template("answers/delete.html", form=form, found=found), status
