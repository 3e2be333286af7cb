"""Rules: who may be rung, when, how often and for how much. Everybody reads, owners change."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from blueprints import db, owners_only, person
from blueprints.auth import sign_in_first
from blueprints.noting import noted
from blueprints.rules_forms import kept, rows_of
from blueprints.rules_page import screen, sent
from storage import rules as store

blueprint = Blueprint("rules", __name__, url_prefix="/settings/rules")
blueprint.before_request(sign_in_first)


@blueprint.get("")
def page() -> ResponseReturnValue:
    """All the rules, and the list of numbers not to ring."""
    return screen()


@blueprint.post("/pause")
@owners_only
def pause() -> ResponseReturnValue:
    """Stop every call from now on, or let calls go on."""
    paused = sent("pause").paused.data == "1"
    stopped = _("All calls are paused. Those that are not sent yet will not be.")
    return _changed("pause", stopped if paused else _("Calls go on."), paused=paused)


@blueprint.post("/countries")
@owners_only
def countries() -> ResponseReturnValue:
    """Which countries and which kinds of numbers may be rung."""
    form = sent("countries")
    if not form.validate():
        return screen(422, countries=form)
    return _changed(
        "countries",
        _("Countries and kinds of numbers are saved."),
        countries=form.chosen(),
        kinds=frozenset(form.kinds.data),
    )


@blueprint.post("/hours")
@owners_only
def hours() -> ResponseReturnValue:
    """When phones may ring, by the clock where they are."""
    form = sent("hours")
    if not form.validate():
        return screen(422, hours=form)
    opens, closes = form.minutes()
    return _changed(
        "hours",
        _("Calling hours are saved."),
        hours_on=form.hours_on.data == "1",
        opens=opens,
        closes=closes,
        days=frozenset(form.days.data),
    )


@blueprint.post("/caps")
@owners_only
def caps() -> ResponseReturnValue:
    """How many calls may be placed."""
    form = sent("caps")
    if not form.validate():
        return screen(422, caps=form)
    return _changed(
        "caps",
        _("The numbers of calls are saved."),
        person_hour=form.person_hour.data,
        number_hour=form.number_hour.data,
        workspace_hour=form.workspace_hour.data,
        workspace_day=form.workspace_day.data,
        country_day=kept(rows_of(form, "country_"), "country_", "data"),
    )


@blueprint.post("/spending")
@owners_only
def spending() -> ResponseReturnValue:
    """What calls cost, and how much they may cost in a day."""
    form = sent("spending")
    if not form.validate():
        return screen(422, spending=form)
    return _changed(
        "spending",
        _("Prices and the limit are saved."),
        spend_day=form.spend_day.units,
        currency=form.currency.data,
        prices=kept(rows_of(form, "price_"), "price_", "units"),
    )


@blueprint.post("/call-me-first")
@owners_only
def call_me_first() -> ResponseReturnValue:
    """Whether a changed flow must ring somebody's own phone before others."""
    form = sent("first")
    if not form.validate():
        return screen(422, first=form)
    return _changed("call-me-first", _("Saved."), call_me_first=form.call_me_first.data == "1")


def _changed(section: str, sentence: str, **rules: Any) -> ResponseReturnValue:
    what = ("went_on", "paused")[rules["paused"]] if "paused" in rules else "rules_changed"
    with noted(what, "" if "paused" in rules else section):
        store.change(db(), person().workspace_id, **rules)
    flash(sentence)
    return redirect(url_for("rules.page", _anchor=section), 303)
