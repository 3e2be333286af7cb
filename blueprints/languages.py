"""Which language a page speaks, and how sentences of the domain are said in it."""

from __future__ import annotations

import sqlite3

from flask import Flask, g, request
from flask_babel import Babel, gettext
from flask_login import current_user

from flows.said import in_words_of

LANGUAGES = {"en": "English", "uk": "Українська", "bg": "Български"}
"""The languages of the screens, each in its own words."""


def spoken() -> str:
    """The person's own choice; before that, what the browser asks for; English otherwise."""
    if "language" not in g:
        g.language = _chosen() or request.accept_languages.best_match(list(LANGUAGES)) or "en"
    language: str = g.language
    return language


def _chosen() -> str:
    try:
        return current_user.person.language if current_user.is_authenticated else ""
    except sqlite3.Error:  # the page that says so needs a language, too
        return ""


def say(text: str) -> str:
    """A sentence of the domain in the page's language; English is what it says anyway."""
    return text if spoken() == "en" else in_words_of(text, gettext)


def init_app(app: Flask) -> None:
    """Offer ``_`` and ``say`` to templates."""
    Babel(app, locale_selector=spoken)
    app.jinja_env.newstyle_gettext = True
    app.add_template_filter(say)
    app.add_template_global(spoken, "spoken_language")
