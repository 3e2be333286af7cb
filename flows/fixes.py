"""The mechanical repairs that the checks offer. Each returns a new Flow, as any edit does.

Applying a repair makes the problem that offered it go away and brings no new error. A repair
whose menu or step is gone raises ``flows.edits.Gone``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flows.document import (
    PRACTICE_RECORDING,
    WRONG,
    AnyAction,
    Flow,
    GoTo,
    HangUp,
    Repeat,
    SaveAnswer,
    Webhook,
)
from flows.edits import (
    NewId,
    add_step,
    change_menu,
    change_settings,
    change_step,
    find_menu,
    find_step,
    replace_menu,
    set_actions,
)
from flows.problems import Fix
from flows.rules.menus import leaving
from flows.rules.values import over_https, without_marks


def apply(flow: Flow, fix: Fix, new_id: NewId) -> Flow:
    """The repaired flow; ``new_id`` gives ids for new steps.

    Raises Gone when the place is not there any more, KeyError for a repair that does not exist.
    """
    return FIXES[fix.edit](flow, new_id, **fix.params)


def add_hang_up(flow: Flow, new_id: NewId, *, menu_id: str, trigger: str) -> Flow:
    """A hang-up after the key's other steps."""
    return add_step(flow, menu_id, trigger, HangUp(id=new_id()))


def end_silence(flow: Flow, new_id: NewId, *, menu_id: str, times: int) -> Flow:
    """On anything else, or silence: what is told stays, then ``times`` repeats, then hang up.

    A repeat that is there already stays as it is.
    """
    actions = find_menu(flow, menu_id).actions(WRONG)
    kept = actions[: leaving(actions)]
    again: tuple[AnyAction, ...] = ()
    if times and not any(isinstance(action, Repeat) for action in kept):
        again = (Repeat(id=new_id(), times=times),)
    return set_actions(flow, menu_id, WRONG, (*kept, *again, HangUp(id=new_id())))


def hang_up_on_key(flow: Flow, new_id: NewId, *, menu_id: str, key: str) -> Flow:
    """A free key ends the call."""
    return set_actions(flow, menu_id, key, (HangUp(id=new_id()),))


def hang_up_instead(flow: Flow, new_id: NewId, *, menu_id: str, step_id: str) -> Flow:
    """A link that leads nowhere becomes a hang-up."""
    find_step(find_menu(flow, menu_id), step_id)
    return change_step(flow, menu_id, HangUp(id=step_id))


def name_practice_recording(flow: Flow, new_id: NewId, *, menu_id: str) -> Flow:
    """A recording's name to practise with, for every menu without one: a real service has none."""
    find_menu(flow, menu_id)
    for menu in flow.menus:
        if not menu.recording.strip():
            flow = change_menu(flow, menu.id, recording=PRACTICE_RECORDING)
    return flow


def set_recording(flow: Flow, new_id: NewId, *, menu_id: str, recording: str) -> Flow:
    """Another recording, everywhere in this flow where the menu's present one is played."""
    old = find_menu(flow, menu_id).recording
    for menu in flow.menus:
        if menu.recording == old:
            flow = change_menu(flow, menu.id, recording=recording)
    return flow


def link_menu(flow: Flow, new_id: NewId, *, menu_id: str, key: str, target: str) -> Flow:
    """A free key leads to a menu that no caller heard."""
    find_menu(flow, target)
    return set_actions(flow, menu_id, key, (GoTo(id=new_id(), menu=target),))


def repeat_on_key(flow: Flow, new_id: NewId, *, menu_id: str, key: str) -> Flow:
    """A key that is announced, but empty, says the menu again."""
    return set_actions(flow, menu_id, key, (GoTo(id=new_id(), menu=menu_id),))


def remove_steps_after_end(flow: Flow, new_id: NewId, *, menu_id: str, trigger: str) -> Flow:
    """Without the steps that never run."""
    actions = find_menu(flow, menu_id).actions(trigger)
    end = leaving(actions)
    return flow if end is None else set_actions(flow, menu_id, trigger, actions[: end + 1])


def run_before_end(flow: Flow, new_id: NewId, *, menu_id: str, trigger: str) -> Flow:
    """What is told and saved happens before the step after which nothing does."""
    actions = find_menu(flow, menu_id).actions(trigger)
    end = leaving(actions)
    if end is None:
        return flow
    return set_actions(flow, menu_id, trigger, (*actions[:end], *actions[end + 1 :], actions[end]))


def clear_sender(flow: Flow, new_id: NewId) -> Flow:
    """No sender: the service shows its own number."""
    return change_settings(flow, sender="")


def remove_step(flow: Flow, new_id: NewId, *, menu_id: str, step_id: str) -> Flow:
    """Without a step that the service cannot carry."""
    for trigger, actions in find_menu(flow, menu_id).keys.items():
        if any(action.id == step_id for action in actions):
            kept = tuple(action for action in actions if action.id != step_id)
            return set_actions(flow, menu_id, trigger, kept)
    return flow


def set_wait(flow: Flow, new_id: NewId, *, menu_id: str, wait_ms: int) -> Flow:
    """Another wait for a key, in milliseconds."""
    return change_menu(flow, menu_id, wait_ms=wait_ms)


def use_https(flow: Flow, new_id: NewId, *, menu_id: str, step_id: str) -> Flow:
    """The web address is told over https."""
    step = _step(flow, menu_id, step_id)
    if not isinstance(step, Webhook):
        return flow
    return change_step(flow, menu_id, step.model_copy(update={"url": over_https(step.url)}))


def remove_header(flow: Flow, new_id: NewId, *, menu_id: str, step_id: str, name: str) -> Flow:
    """Without one header."""
    step = _step(flow, menu_id, step_id)
    if not isinstance(step, Webhook):
        return flow
    headers = {key: value for key, value in (step.headers or {}).items() if key != name}
    return change_step(flow, menu_id, step.model_copy(update={"headers": headers}))


def remove_marks(flow: Flow, new_id: NewId, *, menu_id: str, step_id: str, field: str) -> Flow:
    """Without the hidden marks in one text: of a step, a menu, or the flow itself."""
    if step_id:
        step = _step(flow, menu_id, step_id)
        if not isinstance(step, SaveAnswer):
            return flow
        return change_step(flow, menu_id, step.model_copy(update={field: without_marks(step.name)}))
    if menu_id:
        text = getattr(find_menu(flow, menu_id), field)
        return change_menu(flow, menu_id, **{field: without_marks(text)})
    return change_settings(flow, **{field: without_marks(getattr(flow, field))})


def remove_unknown(
    flow: Flow, new_id: NewId, *, where: str, menu_id: str, step_id: str, name: str
) -> Flow:
    """Without a field that was kept, but is not known."""
    if where == "step":
        step = _step(flow, menu_id, step_id)
        return change_step(flow, menu_id, step.model_copy(update=_without(step.extra, name)))
    if where == "menu":
        menu = find_menu(flow, menu_id)
        return replace_menu(flow, menu.model_copy(update=_without(menu.extra, name)))
    field = f"{where}_extra"
    return change_settings(flow, **_without(getattr(flow, field), name, field))


def _without(extra: dict[str, Any], name: str, field: str = "extra") -> dict[str, Any]:
    return {field: {key: value for key, value in extra.items() if key != name}}


def _step(flow: Flow, menu_id: str, step_id: str) -> AnyAction:
    return find_step(find_menu(flow, menu_id), step_id)[2]


FIXES: dict[str, Callable[..., Flow]] = {
    function.__name__: function
    for function in (
        add_hang_up,
        clear_sender,
        end_silence,
        hang_up_on_key,
        hang_up_instead,
        link_menu,
        name_practice_recording,
        repeat_on_key,
        remove_step,
        remove_steps_after_end,
        run_before_end,
        set_recording,
        set_wait,
        use_https,
        remove_header,
        remove_marks,
        remove_unknown,
    )
}
"""Fix.edit -> the function that does it: (flow, new_id, **params)."""
