"""Help: the words of the product, what the keyboard does, and the guide once more."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from blueprints import glossary, shortcuts
from blueprints.auth import sign_in_first

blueprint = Blueprint("help", __name__, url_prefix="/help")
blueprint.before_request(sign_in_first)


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
