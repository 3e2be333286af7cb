"""How often each key of a menu was pressed, as far as its steps save an answer."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import gettext as _

from blueprints import db
from blueprints.editor_view import View
from flows.document import WRONG, SaveAnswer
from storage import answer_counts
from storage.flows import StoredFlow


def pressed(stored: StoredFlow, view: View) -> Mapping[str, str]:
    """Trigger -> "62 of 90 pressed 1" for the menu that is shown; nothing without answers."""
    flow = stored.flow
    menu = flow.menu(view.menu) or (flow.menus[0] if flow.menus else None)
    if menu is None:
        return {}
    steps = {
        action.id: trigger
        for trigger, _position, action in menu.all_actions()
        if isinstance(action, SaveAnswer)
    }
    found = answer_counts.pressed(db(), stored.workspace_id, stored.id, steps)
    return {
        trigger: _sentence(trigger, callers, found.callers)
        for trigger, callers in found.by_trigger.items()
    }


def _sentence(trigger: str, callers: int, total: int) -> str:
    if trigger == WRONG:
        return _("%(callers)s of %(all)s came here", callers=callers, all=total)
    return _("%(callers)s of %(all)s pressed %(key)s", callers=callers, all=total, key=trigger)
