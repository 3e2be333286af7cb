"""Every way a caller could get lost, and everything that stops a flow from being sent.

Errors stop sending, never saving; warnings stop nothing. One code, one sentence
(``flows.words``), one place, and where a repair is mechanical a Fix (``flows.fixes``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import chain
from operator import attrgetter

from msgspec import Struct
from msgspec.structs import replace

from flows.document import AnyAction, Flow, HangUp, Menu
from flows.memo import FLOWS, EachMenu, Found, PerMenu
from flows.paths import Map
from flows.problems import Fix, Problem, Problems
from flows.rules import calls, menus, values
from flows.rules.recordings import Recording, recording_problems
from flows.rules.spots import Facts, menu_spot
from flows.said import said
from flows.targets import TARGETS, infobip_common, speechcall, voice_api
from flows.targets.base import CannotCompile, Compiled
from flows.targets.speechcall import MAX_MENUS, Inbox, menus_sent

MENU_RULES = (*menus.RULES, *values.RULES)
"""Rules that look at one menu; their findings are kept for as long as the menu is."""

CALL_RULES = calls.RULES
"""Rules that look at the whole flow."""

CANNOT = {
    speechcall.TARGET: frozenset({"connect"}),
    voice_api.TARGET: frozenset(voice_api.CANNOT),
    infobip_common.TARGET: frozenset(),
}
"""Target -> the kinds of action that no repair may add."""

FOUND_HERE = frozenset({"no_menu", "missing_recording", "missing_target"})
"""Codes that a compiler gives, too, but that the rules report with more precision."""


def check(
    flow: Flow,
    *,
    target: str = speechcall.TARGET,
    allowed_hosts: frozenset[str] = frozenset(),
    inbox: Inbox | None = None,
    recordings: Mapping[str, Recording] | None = None,
) -> Problems:
    """Every problem of a flow for a target: errors first, then in the order of the document.

    ``allowed_hosts`` are private hosts that the operator permits; ``inbox`` is where SpeechCall
    brings saved answers (without one a step that saves an answer stops sending).
    ``recordings`` is what is known of recordings, by how a menu names them.
    Raises KeyError for a target that is not in ``TARGETS``.
    """
    sent = menus_sent(flow)
    may_repeat = "repeat" not in CANNOT[target] and sent + menus.REPEATS <= MAX_MENUS
    facts = Facts(target, CANNOT[target], may_repeat, allowed_hosts)
    found = Map.of(flow)
    problems = list(values.flow_values(flow, facts))
    problems.extend(chain.from_iterable(rule(flow, found, facts) for rule in CALL_RULES))
    alone = in_menus = _in_menus(flow, facts)
    if recordings:
        in_menus = _with_recordings(flow, alone, recordings)
    if not (target == speechcall.TARGET and sent <= MAX_MENUS and _are_carried(flow, inbox)):
        reasons = _reasons(TARGETS[target](flow, None, inbox), problems, in_menus)
        problems.extend(_with_repair(flow, reason, facts) for reason in reasons)
    order = _in_order if in_menus is alone else _put_in_order  # what is new each time is not kept
    return order(tuple(problems), in_menus)


def _put_in_order(problems: tuple[Problem, ...], in_menus: Found[tuple[Problem, ...]]) -> Problems:
    together = chain(problems, chain.from_iterable(in_menus.each))
    return Problems(sorted(together, key=attrgetter("rank")))


_in_order = lru_cache(maxsize=FLOWS)(_put_in_order)


def _with_recordings(
    flow: Flow, in_menus: Found[tuple[Problem, ...]], recordings: Mapping[str, Recording]
) -> Found[tuple[Problem, ...]]:
    """What was found in each menu, and what is wrong with its recording; mostly that is nothing."""
    each = list(in_menus.each)
    for place, menu in enumerate(flow.menus):
        known = recordings.get(menu.recording)
        if known is not None:
            wrong = recording_problems(menu, menu_spot(menu, place + 1), known)
            each[place] = (*_but_our_address(each[place], known), *wrong)
    return in_menus if tuple(each) == in_menus.each else Found(tuple(each))


def _but_our_address(problems: tuple[Problem, ...], known: Recording) -> Iterator[Problem]:
    """What was found in a menu, but for our own address being a private one."""
    for problem in problems:
        if not (
            known.ours and problem.code == "private_url" and problem.place.field == "recording"
        ):
            yield problem


class _Keys(Struct, frozen=True, eq=False):
    """What a menu's keys do: the very same ones after an edit of what it says."""

    steps: dict[str, tuple[AnyAction, ...]]

    def __hash__(self) -> int:
        return id(self.steps)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Keys) and self.steps is other.steps


@lru_cache(maxsize=2_000)
def _keys_compile(keys: _Keys, has_inbox: bool) -> bool:
    alone = Flow(name="", menus=(Menu(id="alone", keys=keys.steps),))
    compiled = speechcall.compile_flow(alone, inbox=Inbox("", {}) if has_inbox else None)
    return isinstance(compiled, Compiled) or all(
        reason.code in FOUND_HERE for reason in compiled.reasons
    )


_carried_alone = EachMenu(
    PerMenu[bool](lambda menu, has_inbox: _keys_compile(_Keys(menu.keys), has_inbox))
)


def _are_carried(flow: Flow, inbox: Inbox | None) -> bool:
    """Whether it is known, without compiling all of it, that SpeechCall can carry every menu.

    Its reasons come from single menus, which are remembered, and from how many are sent.
    """
    return all(_carried_alone(flow, inbox is not None).each)


def _look_at(menu: Menu, number: int, facts: Facts) -> tuple[Problem, ...]:
    spot = menu_spot(menu, number)
    return tuple(chain.from_iterable(rule(menu, spot, facts) for rule in MENU_RULES))


_in_menus = EachMenu(PerMenu[tuple[Problem, ...]](_look_at), numbered=True)


def _reasons(
    compiled: Compiled | CannotCompile, known: list[Problem], in_menus: Found[tuple[Problem, ...]]
) -> list[Problem]:
    """The compiler's reasons that no rule has reported yet."""
    if isinstance(compiled, Compiled):
        return []
    reasons = [reason for reason in compiled.reasons if reason.code not in FOUND_HERE]
    codes = {reason.code for reason in reasons}
    if not codes.isdisjoint(_codes(in_menus)):
        known = [*known, *chain.from_iterable(in_menus.each)]
    said = {_what(problem) for problem in known if problem.code in codes}
    return [reason for reason in reasons if _what(reason) not in said]


@lru_cache(maxsize=FLOWS)
def _codes(in_menus: Found[tuple[Problem, ...]]) -> frozenset[str]:
    return frozenset(problem.code for problem in chain.from_iterable(in_menus.each))


def _what(problem: Problem) -> tuple[str, str, str]:
    return problem.code, problem.path, problem.place.field


def _with_repair(flow: Flow, reason: Problem, facts: Facts) -> Problem:
    """A step that SpeechCall has no word for can at least be taken out, or become a hang-up; a
    sender that is no number can be left out.

    What the Voice API cannot carry depends on the steps beside it: without one step another one
    is the next reason.
    """
    if reason.place.field == "sender" and facts.target != speechcall.TARGET and flow.sender:
        return replace(reason, fixes=(Fix("clear_sender", said("Leave the sender empty"), {}),))
    place, menu = reason.place, flow.menu(reason.place.menu_id)
    steps = menu.actions(place.trigger) if menu and place.trigger else ()
    no_word = [step.id for step in steps if step.kind in facts.cannot]
    if facts.target != speechcall.TARGET or place.step_id not in no_word:
        return reason
    params = {"menu_id": place.menu_id, "step_id": place.step_id}
    if _ends_without(steps, place.step_id):
        return replace(reason, fixes=(Fix("remove_step", said("Remove this step"), params),))
    return replace(reason, fixes=(Fix("hang_up_instead", said("Hang up instead"), params),))


def _ends_without(steps: tuple[AnyAction, ...], step_id: str) -> bool:
    """Whether a call that meets this step ends without it, too; or never meets it."""
    rest = tuple(step for step in steps if step.id != step_id)
    end = menus.leaving(rest)
    if end is None:
        return False
    return isinstance(rest[end], HangUp) or steps[end].id == rest[end].id
