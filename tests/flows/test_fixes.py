"""A repair makes exactly its problem go away, and brings no new error."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, event, given, settings

from flows.checks import check
from flows.document import WRONG, Connect, Flow, GoTo, HangUp, Menu, Repeat, SaveAnswer, Webhook
from flows.edits import Gone
from flows.fixes import FIXES, apply
from flows.problems import Fix, Problem
from flows.rules.values import over_https
from tests.flows.generated_flows import flows


def ids() -> Callable[[], str]:
    numbers = count()
    return lambda: f"new{next(numbers)}"


def same(problem: Problem) -> tuple[Any, ...]:
    """What makes a problem the same one before and after an edit: all but its numbers."""
    place, params = problem.place, problem.params
    told = tuple(params.get(name) for name in ("field", "name", "key", "reason"))
    return (problem.code, place.menu_id, place.trigger, place.step_id, place.field, *told)


def errors(problems: tuple[Problem, ...]) -> Counter[tuple[Any, ...]]:
    return Counter(same(problem) for problem in problems if problem.severity == "error")


@given(flows())
@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_every_repair_that_is_offered_works_and_brings_no_new_error(flow: Flow) -> None:
    for target in ("speechcall", "voice_api"):
        before = check(flow, target=target)
        for problem in before:
            for fix in problem.fixes:
                event(fix.edit)
                repaired = apply(flow, fix, ids())
                after = check(repaired, target=target)
                assert same(problem) not in {same(p) for p in after}, (problem, fix)
                assert not errors(after) - errors(before), (problem, fix)


def menu(menu_id: str, **values: Any) -> Menu:
    return Menu(id=menu_id, recording="ivr_1", **values)


def flow(*menus: Menu) -> Flow:
    return Flow(name="test", sender="Bazar", menus=menus)


def test_silence_keeps_what_is_told_and_then_repeats_twice_and_hangs_up() -> None:
    told = Webhook(id="t", url="https://example.com/")
    looping = flow(menu("a", keys={WRONG: (told, GoTo(id="g", menu="a"))}))
    repaired = apply(looping, Fix("end_silence", "", {"menu_id": "a", "times": 2}), ids())
    assert repaired.menus[0].keys[WRONG] == (
        told,
        Repeat(id="new0", times=2),
        HangUp(id="new1"),
    )


def test_a_repeat_that_is_there_already_keeps_its_number() -> None:
    again = Repeat(id="r", times=5)
    document = flow(menu("a", keys={WRONG: (again, GoTo(id="g", menu="a"))}))
    repaired = apply(document, Fix("end_silence", "", {"menu_id": "a", "times": 2}), ids())
    assert repaired.menus[0].keys[WRONG] == (again, HangUp(id="new0"))


@pytest.mark.parametrize(
    ("script", "key"),
    [
        ("Press 1 to agree, 2 to hear more.", "2"),
        ("Press 1 to agree.", "2"),
        ("", "2"),
        ("Press 3 to hear more, 2 to go on, 1 to agree.", "3"),
        ("Press 3 to hear more, 5 for Another Day, 1 to agree.", "5"),
    ],
)
def test_an_unheard_menu_is_linked_from_the_key_that_is_said_but_empty(script, key) -> None:
    first = menu("a", script=script, keys={"1": (HangUp(id="h"),), WRONG: (HangUp(id="w"),)})
    other = menu("b", keys={WRONG: (HangUp(id="x"),)})
    document = flow(first, other.model_copy(update={"name": "Another day"}))
    (unheard,) = [p for p in check(document) if p.code == "unreachable_menu"]
    assert unheard.fixes[0].label == f"Let key {key} of the first menu lead here"
    repaired = apply(document, unheard.fixes[0], ids())
    assert repaired.menus[0].keys[key] == (GoTo(id="new0", menu="b"),)


def test_a_menu_that_leads_into_a_trap_is_not_offered_as_a_link() -> None:
    document = flow(
        menu("a", keys={WRONG: (HangUp(id="w"),)}),
        menu("b", keys={"1": (HangUp(id="h"),), WRONG: (GoTo(id="g", menu="c"),)}),
        menu("c", keys={WRONG: (GoTo(id="k", menu="c"),)}),
    )
    unheard = [p for p in check(document) if p.code == "unreachable_menu"]
    assert [(p.place.menu_id, p.fixes) for p in unheard] == [("b", ()), ("c", ())]


def test_repairs_for_the_voice_api_use_only_what_it_has() -> None:
    menus = (menu("a", script="Press 9.", keys={"1": (Connect(id="c", number="+15055559999"),)}),)
    found = check(flow(*menus), target="voice_api")
    offered = {p.code: [f.params for f in p.fixes] for p in found}
    assert offered["missing_wrong"] == [{"menu_id": "a", "times": 0}]
    assert offered["announced_key_empty"] == []


@pytest.mark.parametrize(
    ("http", "https"),
    [
        ("http://example.com/a", "https://example.com/a"),
        ("HTTP://example.com", "https://example.com"),
        ("http://example.com:80/a:80", "https://example.com/a:80"),
        ("http://example.com:8080/?u=http://x", "https://example.com:8080/?u=http://x"),
        ("http://example.com:80?a=1", "https://example.com?a=1"),
        ("http://[2a00::1]:80/", "https://[2a00::1]/"),
    ],
)
def test_http_becomes_https_and_nothing_else_changes(http: str, https: str) -> None:
    assert over_https(http) == https


@pytest.mark.parametrize("edit", sorted(FIXES.keys() - {"clear_sender"}))
def test_a_repair_of_a_menu_that_is_gone_says_so(edit: str) -> None:
    params = {
        "add_hang_up": {"menu_id": "x", "trigger": "1"},
        "end_silence": {"menu_id": "x", "times": 2},
        "hang_up_on_key": {"menu_id": "x", "key": "1"},
        "hang_up_instead": {"menu_id": "x", "step_id": "s"},
        "link_menu": {"menu_id": "a", "key": "1", "target": "x"},
        "name_practice_recording": {"menu_id": "x"},
        "repeat_on_key": {"menu_id": "x", "key": "1"},
        "remove_step": {"menu_id": "x", "step_id": "s"},
        "remove_steps_after_end": {"menu_id": "x", "trigger": "1"},
        "run_before_end": {"menu_id": "x", "trigger": "1"},
        "set_recording": {"menu_id": "x", "recording": "ivr_1"},
        "set_wait": {"menu_id": "x", "wait_ms": 1},
        "use_https": {"menu_id": "a", "step_id": "x"},
        "remove_header": {"menu_id": "x", "step_id": "s", "name": "Host"},
        "remove_marks": {"menu_id": "x", "step_id": "", "field": "script"},
        "remove_unknown": {"where": "menu", "menu_id": "x", "step_id": "", "name": "n"},
    }[edit]
    with pytest.raises(Gone):
        apply(flow(menu("a")), Fix(edit, "", params), ids())


def test_an_answer_that_would_never_be_saved_is_saved_first() -> None:
    saved, told = SaveAnswer(id="s", name="day", value="1"), Webhook(id="t", url="https://e.com/")
    on, end = GoTo(id="g", menu="a"), HangUp(id="h")
    late = flow(menu("a", script="Press 1.", keys={"1": (on, saved, told), WRONG: (end,)}))
    (problem,) = (p for p in check(late) if p.code == "step_after_end")
    assert [fix.label for fix in problem.fixes] == ["Do it first", "Remove what never runs"]
    repaired = apply(late, problem.fixes[0], ids())
    assert repaired.menus[0].keys["1"] == (saved, told, on)
    for rest in ((end,), (saved, end), (end, told)):
        others = flow(menu("a", script="Press 1.", keys={"1": (on, *rest), WRONG: (end,)}))
        (problem,) = (p for p in check(others) if p.code == "step_after_end")
        assert [fix.label for fix in problem.fixes] == ["Remove what never runs"]


@pytest.mark.parametrize("target", ["voice_api", "infobip"])
def test_a_sender_that_is_no_number_is_left_out_at_one_press(target: str) -> None:
    named = flow(menu("a", script="Press 1.", keys={WRONG: (HangUp(id="w"),)}))
    (problem,) = (p for p in check(named, target=target) if p.place.field == "sender")
    assert apply(named, problem.fixes[0], ids()).sender == ""
    (missing,) = (
        p for p in check(named.model_copy(update={"sender": ""})) if p.place.field == "sender"
    )
    assert not missing.fixes, "SpeechCall wants one"


CONNECT, BACK = Connect(id="c", number="+380501234567"), GoTo(id="g", menu="a")
END = (HangUp(id="w"),)


@pytest.mark.parametrize(
    ("keys", "left"),
    [
        ({WRONG: (CONNECT, BACK)}, {WRONG: ["hangup", "goto"]}),
        ({"1": (CONNECT,), WRONG: (BACK,)}, {"1": ["hangup"], WRONG: ["goto"]}),
        ({"1": (BACK, CONNECT), WRONG: END}, {"1": ["goto"], WRONG: ["hangup"]}),
    ],
    ids=["before a way back", "the only way out", "never met"],
)
def test_without_a_step_that_speechcall_cannot_carry_a_call_still_ends(
    keys: dict[str, Any], left: dict[str, list[str]]
) -> None:
    lost = flow(menu("a", script="Press 1.", keys=keys))
    (problem,) = (p for p in check(lost) if p.code == "not_for_target")
    repaired = apply(lost, problem.fixes[0], ids())
    kinds = {key: [step.kind for step in steps] for key, steps in repaired.menus[0].keys.items()}
    assert kinds == left
    assert not errors(check(repaired))


def test_a_step_that_speechcall_has_no_word_for_can_be_taken_out() -> None:
    connect = Connect(id="c", number="+380501234567")
    ends = {"1": (connect, HangUp(id="h")), WRONG: (HangUp(id="w"),)}
    lost = flow(menu("a", script="Press 1.", keys=ends))
    (problem,) = (p for p in check(lost) if p.code == "not_for_target")
    (fix,) = problem.fixes
    assert fix.label == "Remove this step"
    assert [step.kind for step in apply(lost, fix, ids()).menus[0].keys["1"]] == ["hangup"]
    assert not [p for p in check(lost, target="voice_api") if p.place.step_id == "c" and p.fixes]
