"""Which language a page speaks, and how sentences of the domain are said in it."""

from __future__ import annotations

import sqlite3
from functools import cached_property, lru_cache
from typing import Any

from flask import Flask, g, has_request_context, request
from flask_babel import Babel, Domain, get_locale, get_translations
from flask_login import current_user
from markupsafe import Markup

from flows.said import Country, Tongue, in_words_of, ours_in_words_of

LANGUAGES = {"en": "English", "uk": "Українська", "bg": "Български"}
"""The languages of the screens, each in its own words."""


def spoken() -> str:
    """The person's own choice; before that, what the browser asks for; English otherwise."""
    known: str | None = g.get("language")
    if known is None:
        known = _chosen() or request.accept_languages.best_match(list(LANGUAGES)) or "en"
        g.language = known
    return known


def _chosen() -> str:
    try:
        return current_user.person.language if current_user.is_authenticated else ""
    except sqlite3.Error:  # the page that says so needs a language, too
        return ""


def say(text: str) -> str:
    """A sentence of the domain in the page's language; English is what it says anyway."""
    return text if spoken() == "en" else in_words_of(text, _tongue())


def say_ours(text: str) -> str:
    """A name: said in the page's language where it is ours ("Menu 2"), not where it was typed."""
    return text if spoken() == "en" else str(ours_in_words_of(text, _tongue()))


def _tongue() -> Tongue:
    catalogue = _catalogue()
    return Tongue(catalogue.ugettext, catalogue.ungettext, _country)


def _country(country: Country) -> str:
    """A country as the page's language calls it (Unicode's names, package ``babel``)."""
    locale = get_locale()
    return str(locale.territories.get(country.region, country)) if locale else str(country)


class _Sentences(Domain):
    """The catalogue of a request's language, looked for once, not for every sentence."""

    def get_translations(self) -> Any:
        """Called by every ``gettext`` and its relatives."""
        if not has_request_context():
            return super().get_translations()
        locale = get_locale()
        of, found = g.get("catalogue", (None, None))
        if of is not locale:
            found = super().get_translations()
            g.catalogue = locale, found
        return found


class _Languages(Babel):
    @cached_property
    def domain_instance(self) -> Domain:
        """One for the application, as Babel's own."""
        return _Sentences()


def _catalogue() -> Any:
    """The same for templates, which speak one language from beginning to end."""
    found = g.get("page_catalogue")
    if found is None:
        found = get_translations()
        if has_request_context():
            g.page_catalogue = found
    return found


def _marked(text: str, values: dict[str, Any]) -> Markup:
    """A translated sentence for a page, in an attribute too; its values are made safe."""
    marked = _without_values(text)
    return marked % values if "%" in text else marked


@lru_cache(maxsize=10_000)
def _without_values(text: str) -> Markup:
    return Markup(text.replace('"', "&#34;"))


def _on_page(text: str, /, **values: Any) -> Markup:
    return _marked(_catalogue().ugettext(text), values)


def _counted_on_page(one: str, many: str, num: int, /, **values: Any) -> Markup:
    return _marked(_catalogue().ungettext(one, many, num), {"num": num, **values})


def _meant_on_page(meaning: str, text: str, /, **values: Any) -> Markup:
    return _marked(_catalogue().upgettext(meaning, text), values)


ON_PAGES = {
    "_": _on_page,
    "gettext": _on_page,
    "ngettext": _counted_on_page,
    "pgettext": _meant_on_page,
}
"""What templates call; the same as Jinja's "newstyle" calls, without their cost."""


def init_app(app: Flask) -> None:
    """Offer ``_``, ``say`` and ``say_ours`` to templates."""
    _Languages(app, locale_selector=spoken)
    app.jinja_env.globals.update(ON_PAGES)
    app.add_template_filter(say)
    app.add_template_filter(say_ours)
    app.add_template_global(spoken, "spoken_language")
