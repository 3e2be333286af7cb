"""The kept calls of a flow as the editor shows them: replayed on what the flow is now."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from blueprints import db, person
from blueprints.editor_view import View
from flows import journeys as kept_calls
from flows.journeys import Change, Journey
from storage import flows, history
from storage import journeys as store
from storage.flows import StoredFlow


class Kept(Struct, frozen=True):
    """A kept call as the phone lists it, and what changed for it (None: as it must be).

    ``takes_back`` is the edit that changed its way, in words, when it is this person's newest
    one, so that Undo takes back that and nothing else; otherwise "".
    """

    journey: Journey
    change: Change | None
    play_url: str
    takes_back: str


def calls(stored: StoredFlow, view: View) -> list[Kept]:
    """Every kept call of a flow, replayed on what the flow is now."""
    found = store.list_for_flow(db(), stored.workspace_id, stored.id)
    changes = {change.journey.id: change for change in kept_calls.judge(stored.flow, found)}
    broken, words = _by_the_last_edit(stored, [change.journey for change in changes.values()])
    return [
        Kept(
            journey,
            changes.get(journey.id),
            _played(stored, view, journey).url("phone-pane"),
            words if journey.id in broken else "",
        )
        for journey in found
    ]


def _by_the_last_edit(stored: StoredFlow, changed: list[Journey]) -> tuple[set[int], str]:
    """The calls that went as they must until this person's newest edit, and that edit's words."""
    last = history.last_edit(db(), stored.workspace_id, stored.id) if changed else None
    if last is None or last.person_id != person().id:
        return set(), ""
    before = flows.load(db(), stored.workspace_id, stored.id, last.undo_to).flow
    wrong_before = {change.journey.id for change in kept_calls.judge(before, changed)}
    return {journey.id for journey in changed} - wrong_before, last.words


def _played(stored: StoredFlow, view: View, journey: Journey) -> View:
    """The place in the editor where the phone plays this call."""
    start = stored.flow.index_of(journey.start_menu) or 0
    return replace(view.at(tab="phone"), keys=",".join(journey.inputs), start=start)
