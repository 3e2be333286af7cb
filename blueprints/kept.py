"""The kept calls of a flow as the editor shows them: replayed on what the flow is now."""

from __future__ import annotations

from dataclasses import dataclass, replace

from blueprints import db
from blueprints.editor_view import View
from flows import journeys as kept_calls
from flows.journeys import Change, Journey
from storage import journeys as store
from storage.flows import StoredFlow


@dataclass(frozen=True)
class Kept:
    """A kept call as the phone lists it, and what changed for it (None: as it must be)."""

    journey: Journey
    change: Change | None
    play_url: str


def calls(stored: StoredFlow, view: View) -> list[Kept]:
    """Every kept call of a flow, replayed on what the flow is now."""
    found = store.list_for_flow(db(), stored.workspace_id, stored.id)
    changes = {change.journey.id: change for change in kept_calls.judge(stored.flow, found)}
    return [
        Kept(journey, changes.get(journey.id), _played(stored, view, journey).url("phone-pane"))
        for journey in found
    ]


def _played(stored: StoredFlow, view: View, journey: Journey) -> View:
    """The place in the editor where the phone plays this call."""
    start = stored.flow.index_of(journey.start_menu) or 0
    return replace(view.at(tab="phone"), keys=",".join(journey.inputs), start=start)
