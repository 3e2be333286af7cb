"""Help: the words of the product, what the keyboard does, and the guide once more."""

from __future__ import annotations

from functools import cache

from flask import Blueprint, Flask, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from markupsafe import Markup

from blueprints import glossary, shortcuts
from blueprints.addresses import address
from blueprints.auth import sign_in_first

blueprint = Blueprint("help", __name__, url_prefix="/help")
blueprint.before_request(sign_in_first)


def word(name: str, text: str) -> Markup:
    """A word in a sentence that leads to what it means. Raises KeyError for an unknown one."""
    return Markup('<a class="word" href="{}">{}</a>').format(_address(name), text)


def what(name: str) -> Markup:
    """A small mark beside a heading that leads to what its word means. Raises KeyError."""
    return _mark(_address(name), _("What is this? (opens beside this page)"))


@cache
def _mark(where: str, asked: str) -> Markup:
    mark = '<a class="what" href="{}" aria-label="{}" title="{}" target="_blank">?</a>'
    return Markup(mark).format(where, asked, asked)


def _address(name: str) -> str:
    return address("help.words", _anchor=glossary.BY_ID[name].id)


def init_app(app: Flask) -> None:
    """Offer links to words to templates."""
    app.add_template_global(word)
    app.add_template_global(what)


@blueprint.get("")
def page() -> ResponseReturnValue:
    """What help there is."""
    return render_template("help/page.html")


@blueprint.get("/words")
def words() -> ResponseReturnValue:
    """Every word of the screens, each with its own address."""
    return render_template("help/words.html", words=glossary.in_order())


@blueprint.get("/keys")
def keys() -> ResponseReturnValue:
    """The keyboard. ``?`` shows the same in a box, from this page."""
    return render_template("help/keys.html", places=shortcuts.PLACES)
