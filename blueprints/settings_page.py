"""Settings: one page that leads to everything that is set once and seldom changed."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, render_template
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from msgspec import Struct

from blueprints import person
from blueprints.auth import sign_in_first

blueprint = Blueprint("settings_page", __name__, url_prefix="/settings")
blueprint.before_request(sign_in_first)


class Place(Struct, frozen=True):
    """A part of the settings: its route, its name, what is there, and the screens it is."""

    route: str
    name: Any
    about: Any
    screens: tuple[str, ...]
    owners: bool = False


PLACES = (
    Place("connections.listing", _l("Connections"),
          _l("The services that ring the phones, and how to sign in there."), ("connections",)),
    Place("rules.page", _l("Rules"),
          _l("Whom calls may ring, when, how often and for how much; the do-not-call list."),
          ("rules", "do_not_call", "own_number")),
    Place("moderation.page", _l("Moderation"),
          _l("What may not be spoken: insults, threats, scams, and words of your own."),
          ("moderation",)),
    Place("gateway_keys.listing", _l("Keys"),
          _l("Your own programs place calls through Press One with a key."), ("gateway_keys",),
          owners=True),
    Place("people.listing", _l("People"),
          _l("Who may come in, and as what. Invite somebody, or help with a lost password."),
          ("people",), owners=True),
    Place("audit.listing", _l("Audit"),
          _l("Who did what, and when. Nobody can change or delete it."), ("audit",), owners=True),
)  # fmt: skip
"""Every part, in the order in which it is shown."""

SCREENS = {"settings_page", *(screen for place in PLACES for screen in place.screens)}


def places() -> tuple[Place, ...]:
    """The parts that who is signed in may see."""
    return tuple(place for place in PLACES if person().is_owner or not place.owners)


def init_app(app: Flask) -> None:
    """Offer the parts to the layout, which shows them above each of them."""
    app.add_template_global(places, "settings_places")
    app.add_template_global(SCREENS, "settings_screens")


@blueprint.get("")
def page() -> ResponseReturnValue:
    """All parts, each with a word on what is there."""
    return render_template("settings/page.html", places=places())
