"""Whether a real service could reach this machine, and how to change it when it could not.

Saved answers are brought to this app, and its own recordings are fetched from it, at
``PRESS_ONE_BASE_URL``. The practice network is on this machine and reaches it anyway, so this
is no check of a call flow but of a flow together with a connection.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from flask_babel import gettext as _

from blueprints import db, person, settings
from flows.addresses import is_private_host
from flows.document import Flow, SaveAnswer
from storage import connections
from storage.connections import Connection


def reachable() -> bool:
    """Whether the address that services use is, by its spelling, one on the internet."""
    return not is_private_host(urlsplit(settings().base_url).hostname or "localhost")


def how_to_change() -> str:
    """What to do so that services can reach this app; "" when they can already."""
    if reachable():
        return ""
    return _(
        "Services on the internet cannot reach Press One at %(address)s. Whoever runs it gives it"
        " a public address (its own name with https, or a tunnel), sets it as"
        " PRESS_ONE_BASE_URL, and starts it again.",
        address=settings().base_url,
    )


def warning() -> str:
    """``how_to_change`` where it matters: the workspace has a connection to a real service."""
    known = connections.list_all(db(), person().workspace_id)
    return how_to_change() if any(not one.practice for one in known) else ""


def trouble(flow: Flow, connection: Connection) -> str:
    """What a real call with this flow would lose over this connection; "" for nothing."""
    if connection.practice or reachable():
        return ""
    losses = [sentence() for needs, sentence in _NEEDS if needs(flow)]
    return " ".join([*losses, how_to_change()]) if losses else ""


def _saves_answers(flow: Flow) -> bool:
    return any(
        isinstance(action, SaveAnswer)
        for menu in flow.menus
        for _trigger, _position, action in menu.all_actions()
    )


def _plays_our_recordings(flow: Flow) -> bool:
    own = f"{settings().base_url}/"
    return any(menu.recording.startswith(own) for menu in flow.menus)


_NEEDS = (
    (_saves_answers, lambda: _("The answers of a real call could not arrive here.")),
    (_plays_our_recordings, lambda: _("A real call could not play the recordings kept here.")),
)
"""What of this app a flow needs, and what a caller's call loses without it."""
