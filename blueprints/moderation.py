"""Moderation: what callers must not hear. Everybody reads, owners change, writers try sentences."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from msgspec.structs import replace

from blueprints import db, may_edit, owners_only, person
from blueprints.auth import sign_in_first
from blueprints.judged import judged_sentence
from blueprints.languages import say
from blueprints.moderation_forms import FORMS, RemoveForm
from blueprints.noting import noted, number_hint
from calling.moderation import Rules
from calling.moderation.own import NotOwn, own_number, own_word
from calling.moderation.scripts import Judgement
from calling.moderation.stages import statistics_installed
from calling.moderation.wording import ABOUT, FOUND_BY, NAMES
from flows.urls import ascii_host
from storage import moderation as store

blueprint = Blueprint("moderation", __name__, url_prefix="/settings/moderation")
blueprint.before_request(sign_in_first)


@blueprint.get("")
def page() -> ResponseReturnValue:
    """All the rules of moderation, and a box to try a sentence."""
    return _screen()


@blueprint.post("/try")
@may_edit
def attempt() -> ResponseReturnValue:
    """What would happen to a sentence, and why. Keeps nothing."""
    form = _sent("attempt")
    if not form.validate():
        return _screen(422, attempt=form)
    return _screen(tried=judged_sentence(form.sentence.data), attempt=form)


@blueprint.post("/categories")
@owners_only
def categories() -> ResponseReturnValue:
    """Which categories stop a message."""
    form = _sent("categories")
    if not form.validate():
        return _screen(422, categories=form)
    chosen = frozenset(form.categories.data)
    _change("categories", lambda rules: replace(rules, categories=chosen))
    return _done("categories", _("Saved."))


@blueprint.post("/words/add")
@owners_only
def add_word() -> ResponseReturnValue:
    """One more word or phrase of the workspace's own."""
    form = _sent("word")
    if not form.validate():
        return _screen(422, word=form)
    typed, category = form.word.data, form.category.data

    def longer(rules: Rules) -> Rules:
        word = own_word(typed, category, rules.own_words)
        return replace(rules, own_words=(*rules.own_words, word))

    try:
        _change("words", longer, typed)
    except NotOwn as problem:
        form.word.errors = [say(problem.sentence)]
        return _screen(422, word=form)
    return _done("words", _("“%(text)s” stops a message from now on.", text=typed))


@blueprint.post("/words/remove")
@owners_only
def remove_word() -> ResponseReturnValue:
    """Allow a word or phrase again."""
    text = RemoveForm().text.data or ""

    def shorter(rules: Rules) -> Rules:
        return replace(rules, own_words=tuple(w for w in rules.own_words if w.text != text))

    _change("words", shorter, text)
    return _done("words", _("It is not on the list any more."))


@blueprint.post("/numbers/add")
@owners_only
def add_number() -> ResponseReturnValue:
    """One more number that no message may name."""
    form = _sent("number")
    if not form.validate():
        return _screen(422, number=form)
    typed = form.own_number.data

    def longer(rules: Rules) -> Rules:
        number = own_number(typed, rules.own_numbers)
        return replace(rules, own_numbers=(*rules.own_numbers, number))

    try:
        _change("numbers", longer, number_hint(typed))
    except NotOwn as problem:
        form.own_number.errors = [say(problem.sentence)]
        return _screen(422, number=form)
    return _done("numbers", _("No message may name %(text)s from now on.", text=typed))


@blueprint.post("/numbers/remove")
@owners_only
def remove_number() -> ResponseReturnValue:
    """Allow messages to name a number again."""
    text = RemoveForm().text.data or ""

    def shorter(rules: Rules) -> Rules:
        return replace(rules, own_numbers=tuple(n for n in rules.own_numbers if n != text))

    _change("numbers", shorter, number_hint(text))
    return _done("numbers", _("It is not on the list any more."))


@blueprint.post("/outside")
@owners_only
def outside() -> ResponseReturnValue:
    """The outside classifier, and what happens when it gives no answer."""
    form = _sent("outside")
    if not form.validate():
        return _screen(422, outside=form)
    url, opens = form.classifier_url.data, form.fail_open.data == "1"
    # The address may hold a secret, and the log can only grow.
    told = f"{ascii_host(url)} fail_open={opens}".strip()
    _change("outside", lambda rules: replace(rules, classifier_url=url, fail_open=opens), told)
    return _done("outside", _("Saved."))


@blueprint.post("/statistics")
@owners_only
def statistics() -> ResponseReturnValue:
    """Whether messages are judged by statistics, too."""
    form = _sent("statistics")
    if not form.validate():
        return _screen(422, statistics=form)
    asked = bool(form.statistics.data)
    _change("statistics", lambda rules: replace(rules, statistics=asked))
    return _done("statistics", _("Saved."))


def _rules() -> Rules:
    return store.get(db(), person().workspace_id)


def _sent(name: str) -> Any:
    return FORMS[name](_rules())


def _change(section: str, edit: Callable[[Rules], Rules], about: str = "") -> None:
    with noted("rules_changed", f"moderation: {section}", about):
        store.change(db(), person().workspace_id, edit)


def _done(section: str, sentence: str) -> ResponseReturnValue:
    flash(sentence)
    return redirect(url_for("moderation.page", _anchor=section), 303)


def _screen(status: int = 200, tried: Judgement | None = None, **shown: Any) -> tuple[str, int]:
    """The page; ``shown`` are forms as they were sent, ``tried`` is what became of a sentence."""
    rules = _rules()
    forms = {name: shown.get(name) or made(rules, formdata=None) for name, made in FORMS.items()}
    return render_template(
        "settings/moderation.html",
        rules=rules,
        forms=forms,
        tried=tried,
        names=NAMES,
        about=ABOUT,
        found_by=FOUND_BY,
        has_statistics=statistics_installed(),
    ), status
