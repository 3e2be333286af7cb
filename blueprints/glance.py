"""A call flow at a glance, as the library shows it: what the checks say, and a small map.

Both belong to one revision and never change: the checks are remembered in memory, the small
map is kept by the browser.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from pathlib import Path

from flask import Blueprint, Response, make_response, render_template
from flask_babel import gettext as _
from flask_babel import ngettext
from msgspec import Struct

from blueprints import db, person, settings
from blueprints.auth import sign_in_first
from blueprints.flow_tools import checked, usual_sender, with_usual_sender
from flows.fitting import fitting
from flows.map import lay_out
from storage import flows as store
from storage.flows import Summary

blueprint = Blueprint("glance", __name__, url_prefix="/flows/<int:flow_id>/glance")
blueprint.before_request(sign_in_first)

REMEMBERED = 5_000
"""How many revisions' checks stay in memory (some 100 bytes each)."""

A_YEAR_S = 365 * 24 * 3600

_Key = tuple[Path, str, int, int]
"""Of which database, judged with which usual sender, a flow and its revision."""

_verdicts: OrderedDict[_Key, Verdict] = OrderedDict()


class Verdict(Struct, frozen=True):
    """How many problems stop a flow from being sent, and how many callers would stumble over.

    Both with the service of ``target``, the first that has all that it uses (``flows.fitting``).
    """

    errors: int
    warnings: int
    target: str

    @property
    def tone(self) -> str:
        """The worst of them: "error", "warning" or "good"."""
        return "error" if self.errors else "warning" if self.warnings else "good"

    @property
    def words(self) -> str:
        """In words."""
        if self.errors:
            return ngettext("%(num)s thing to mend", "%(num)s things to mend", self.errors)
        if self.warnings:
            return ngettext("%(num)s thing to look at", "%(num)s things to look at", self.warnings)
        return _("Nobody gets lost")


def verdicts(flows: Iterable[Summary]) -> dict[int, Verdict]:
    """The verdict of each flow's newest revision; those not seen before are read together."""
    here = (settings().database, usual_sender())
    wanted: dict[int, _Key] = {flow.id: (*here, flow.id, flow.revision) for flow in flows}
    unseen = [flow_id for flow_id, key in wanted.items() if key not in _verdicts]
    for stored in store.load_newest(db(), person().workspace_id, unseen):
        target = fitting(stored.flow)
        problems = checked(with_usual_sender(stored.flow, target), target)
        _verdicts[*here, stored.id, stored.revision] = Verdict(
            problems.errors, len(problems) - problems.errors, target
        )
    found = {flow_id: _verdicts[key] for flow_id, key in wanted.items() if key in _verdicts}
    while len(_verdicts) > REMEMBERED:
        _verdicts.popitem(last=False)
    return found


@blueprint.get("/map.svg")
def small_map(flow_id: int) -> Response:
    """The newest revision's map without words, as a picture. Its address names the revision."""
    stored = store.load(db(), person().workspace_id, flow_id)
    picture = make_response(render_template("library/map.svg", drawing=lay_out(stored.flow, ())))
    picture.mimetype = "image/svg+xml"
    picture.cache_control.private = True
    picture.cache_control.max_age = A_YEAR_S
    picture.cache_control.immutable = True
    return picture
