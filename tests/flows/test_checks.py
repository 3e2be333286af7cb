"""Every way a caller could get lost is found, said in one sentence, and placed exactly."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings

from flows import checks, paths, words
from flows.checks import check
from flows.document import (
    KEYS,
    LEAVES_LIST,
    WRONG,
    AnyAction,
    Connect,
    Flow,
    GoTo,
    HangUp,
    Menu,
    Repeat,
    SaveAnswer,
    Webhook,
)
from flows.edits import change_menu, move_menu
from flows.fixes import FIXES
from flows.memo import EachMenu, PerMenu
from flows.problems import Problem
from flows.rules import calls
from flows.rules.recordings import Recording
from flows.rules.spots import STOPS_SENDING, WARNINGS
from flows.targets import TARGETS
from flows.targets.base import CannotCompile
from flows.targets.speechcall import Inbox
from tests.flows.generated_flows import flows

HANG_UP = HangUp(id="h")
INBOX = Inbox("https://press.example.com/in", {})
GOOD_KEYS: dict[str, tuple[AnyAction, ...]] = {"1": (HANG_UP,), WRONG: (HangUp(id="w"),)}


def good_menu(menu_id: str = "main", **changes: Any) -> Menu:
    """A menu with nothing wrong; ``keys`` are added to its own."""
    keys = {**GOOD_KEYS, **changes.pop("keys", {})}
    script = changes.pop("script", "Press 1 to hang up.")
    values = {"recording": "ivr_1", **changes}
    return Menu(id=menu_id, script=script, keys=keys, **values)


def good_flow(*menus: Menu, **changes: Any) -> Flow:
    """A flow with nothing wrong besides what is passed in."""
    values = {"sender": "Bazar", "recipient": "+380936670003", **changes}
    return Flow(name="test", menus=menus or (good_menu(),), **values)


def one_step(step: AnyAction, key: str = "1") -> Flow:
    leaves = step.kind in LEAVES_LIST
    return good_flow(good_menu(keys={key: (step,) if leaves else (step, HANG_UP)}))


def nested(depth: int) -> list[Any]:
    value: list[Any] = []
    for _ in range(depth):
        value = [value]
    return value


def webhook(url: str = "https://hooks.example.com/1", **values: Any) -> Webhook:
    return Webhook(id="s", url=url, **values)


def codes(problems: tuple[Problem, ...]) -> list[str]:
    return [problem.code for problem in problems]


def test_a_good_flow_has_no_problem() -> None:
    assert check(good_flow()) == ()


def many(count: int) -> dict[str, tuple[AnyAction, ...]]:
    return {key: (HangUp(id=f"h{key}"),) for key in KEYS[:count]}


TWO = good_menu("two")
LOOP = good_menu(
    "loop", keys={"1": (GoTo(id="g", menu="loop"),), WRONG: (GoTo(id="x", menu="loop"),)}
)
SAYS_AGAIN = good_menu(keys={WRONG: (webhook(), GoTo(id="x", menu="main"))})
THREE_TOLD = tuple(Webhook(id=f"s{i}", url=f"https://example.com/{i}") for i in range(3))

CASES: list[tuple[str, Flow, str, tuple[Any, ...]]] = [
    (
        "no_menu",
        good_flow().model_copy(update={"menus": ()}),
        "/messages/0/menu",
        (0, "", 0, "menu"),
    ),
    (
        "missing_recording",
        good_flow(good_menu().model_copy(update={"recording": " "})),
        "/messages/0/menu/0/introUrl",
        (1, "", 0, "recording"),
    ),
    (
        "missing_target",
        one_step(GoTo(id="s", menu="")),
        "/messages/0/menu/0/dtmfActions/d1/0/menu",
        (1, "1", 1, "menu"),
    ),
    ("no_way_out", good_flow(LOOP), "/messages/0/menu", (1, "", 0, "")),
    (
        "private_url",
        one_step(webhook("http://localhost/1")),
        "/messages/0/menu/0/dtmfActions/d1/0/url",
        (1, "1", 1, "url"),
    ),
    (
        "not_for_target",
        one_step(Connect(id="s", number="+15055559999")),
        "/messages/0/menu/0/dtmfActions/d1/0",
        (1, "1", 1, ""),
    ),
    ("empty", good_flow(sender=" "), "/messages/0/from", (0, "", 0, "sender")),
    ("bad_number", good_flow(recipient="12a"), "/messages/0/to", (0, "", 0, "recipient")),
    ("empty", good_flow(text=""), "/messages/0/text", (0, "", 0, "text")),
    (
        "url_scheme",
        one_step(webhook("ftp://example.com/")),
        "/messages/0/menu/0/dtmfActions/d1/0/url",
        (1, "1", 1, "url"),
    ),
    (
        "url_userinfo",
        one_step(webhook("https://a:b@example.com/")),
        "/messages/0/menu/0/dtmfActions/d1/0/url",
        (1, "1", 1, "url"),
    ),
    (
        "empty",
        one_step(webhook("")),
        "/messages/0/menu/0/dtmfActions/d1/0/url",
        (1, "1", 1, "url"),
    ),
    (
        "header_forbidden",
        one_step(webhook(headers={"Host": "x"})),
        "/messages/0/menu/0/dtmfActions/d1/0/headers",
        (1, "1", 1, "headers"),
    ),
    (
        "header_name",
        one_step(webhook(headers={"bad name": "x"})),
        "/messages/0/menu/0/dtmfActions/d1/0/headers",
        (1, "1", 1, "headers"),
    ),
    (
        "header_value",
        one_step(webhook(headers={"X-Name": "Ї"})),
        "/messages/0/menu/0/dtmfActions/d1/0/headers",
        (1, "1", 1, "headers"),
    ),
    (
        "too_deep",
        one_step(webhook(body={"a": nested(40)})),
        "/messages/0/menu/0/dtmfActions/d1/0/body",
        (1, "1", 1, "body"),
    ),
    (
        "intro_invalid",
        good_flow(good_menu().model_copy(update={"recording": "ivr 1"})),
        "/messages/0/menu/0/introUrl",
        (1, "", 0, "recording"),
    ),
    (
        "out_of_range",
        good_flow(good_menu(wait_ms=0)),
        "/messages/0/menu/0/idleTimeoutMsec",
        (1, "", 0, "wait_ms"),
    ),
    (
        "empty",
        one_step(SaveAnswer(id="s", name="")),
        "/messages/0/menu/0/dtmfActions/d1/0/name",
        (1, "1", 1, "name"),
    ),
    (
        "bad_number",
        one_step(Connect(id="s", number="12a")),
        "/messages/0/menu/0/dtmfActions/d1/0/number",
        (1, "1", 1, "number"),
    ),
    (
        "nul_char",
        good_flow(good_menu(script="Press 1.\0")),
        "/messages/0/menu/0",
        (1, "", 0, "script"),
    ),
    ("unreachable_menu", good_flow(good_menu(), TWO), "/messages/0/menu/1", (2, "", 0, "")),
    (
        "missing_wrong",
        good_flow(good_menu().model_copy(update={"keys": {"1": (HANG_UP,), WRONG: ()}})),
        "/messages/0/menu/0/dtmfActions/wrong",
        (1, WRONG, 0, ""),
    ),
    (
        "silence_loops_forever",
        good_flow(SAYS_AGAIN),
        "/messages/0/menu/0/dtmfActions/wrong/1",
        (1, WRONG, 2, ""),
    ),
    (
        "step_after_end",
        good_flow(good_menu(keys={"1": (HANG_UP, webhook(), HangUp(id="z"))})),
        "/messages/0/menu/0/dtmfActions/d1/1",
        (1, "1", 2, ""),
    ),
    (
        "open_end",
        good_flow(good_menu(keys={"1": (webhook(),)})),
        "/messages/0/menu/0/dtmfActions/d1/0",
        (1, "1", 1, ""),
    ),
    (
        "open_end",
        good_flow(good_menu(keys={WRONG: (Repeat(id="r", times=2),)})),
        "/messages/0/menu/0/dtmfActions/wrong/0",
        (1, WRONG, 1, ""),
    ),
    (
        "menu_without_keys",
        good_flow(good_menu(script="Goodbye.").model_copy(update={"keys": {WRONG: (HANG_UP,)}})),
        "/messages/0/menu/0",
        (1, "", 0, ""),
    ),
    (
        "key_not_announced",
        good_flow(good_menu(keys={"#": (HangUp(id="z"),)})),
        "/messages/0/menu/0/dtmfActions/d#",
        (1, "#", 0, ""),
    ),
    (
        "announced_key_empty",
        good_flow(good_menu(script="Press 1 to hang up, or press 9 to hear this again.")),
        "/messages/0/menu/0/dtmfActions/d9",
        (1, "9", 0, ""),
    ),
    (
        "announced_key_empty",
        good_flow(good_menu(script="Натисніть один або два.")),
        "/messages/0/menu/0/dtmfActions/d2",
        (1, "2", 0, ""),
    ),
    (
        "text_to_fill_in",
        good_flow(good_menu(script="Hello from [company name]. Press 1 to hang up.")),
        "/messages/0/menu/0",
        (1, "", 0, "script"),
    ),
    (
        "too_many_options",
        good_flow(good_menu(script="", keys=many(7))),
        "/messages/0/menu/0",
        (1, "", 0, ""),
    ),
    (
        "slow_timeout",
        good_flow(good_menu(wait_ms=20_001)),
        "/messages/0/menu/0/idleTimeoutMsec",
        (1, "", 0, "wait_ms"),
    ),
    (
        "slow_timeout",
        good_flow(good_menu(keys={"1": (*THREE_TOLD, HANG_UP)})),
        "/messages/0/menu/0/dtmfActions/d1",
        (1, "1", 0, ""),
    ),
    (
        "practice_recording",
        good_flow(good_menu(recording="ivr_practice")),
        "/messages/0/menu/0/introUrl",
        (1, "", 0, "recording"),
    ),
    (
        "insecure_webhook",
        one_step(webhook("http://hooks.example.com/1")),
        "/messages/0/menu/0/dtmfActions/d1/0/url",
        (1, "1", 1, "url"),
    ),
    (
        "unknown_field_kept",
        good_flow(good_menu(extra={"voice": "a/b"})),
        "/messages/0/menu/0/voice",
        (1, "", 0, "voice"),
    ),
    (
        "unknown_field_kept",
        good_flow(envelope_extra={"a/b": 1}),
        "/a~1b",
        (0, "", 0, "a/b"),
    ),
    (
        "idn_host",
        one_step(webhook("https://bücher.example.com/")),
        "/messages/0/menu/0/dtmfActions/d1/0/url",
        (1, "1", 1, "url"),
    ),
    (
        "long_text",
        good_flow(good_menu(script="Press 1. " + "x" * 1400)),
        "/messages/0/menu/0",
        (1, "", 0, "script"),
    ),
    (
        "bidi_control",
        good_flow(sender="Bazar\u202e"),
        "/messages/0/from",
        (0, "", 0, "sender"),
    ),
    ("emergency_number", good_flow(recipient="112"), "/messages/0/to", (0, "", 0, "recipient")),
]
"""(code, a flow with that one problem, its path, its (menu, trigger, step, field))"""

BESIDE = {
    "no_way_out": {"silence_loops_forever"},
    "bad_number": {"not_for_target"},
    "too_many_options": {"key_not_announced"},
}
"""Codes that cannot come alone: a closed menu also keeps the silent, for example."""


@pytest.mark.parametrize(("code", "flow", "path", "where"), CASES)
def test_it_finds_the_problem_alone_and_says_exactly_where(
    code: str, flow: Flow, path: str, where: tuple[Any, ...]
) -> None:
    problems = check(flow, inbox=INBOX)
    found = [problem for problem in problems if problem.code == code]
    assert len(found) == 1
    assert {problem.code for problem in problems} - {code} <= BESIDE.get(code, set())
    place = found[0].place
    assert found[0].path == path
    assert (place.menu_number, place.trigger, place.step_number, place.field) == where
    assert bool(place.menu_id) == bool(place.menu_number)
    assert bool(place.step_id) == bool(place.step_number)


@pytest.mark.parametrize("code", sorted({code for code, *_ in CASES}))
def test_every_sentence_reads_without_a_gap(code: str) -> None:
    for case_code, flow, *_ in CASES:
        for problem in check(flow) if case_code == code else ():
            assert "…" not in problem.message and "{" not in problem.message
            assert problem.message.endswith((".", "!"))
            for word in ("DTMF", "payload", "endpoint", "node", "schema"):
                assert word.lower() not in problem.message.lower()


def test_every_warning_has_a_sentence_and_a_case() -> None:
    shown_elsewhere = {"premium_number", "satellite_number", "placeholder_number"}
    assert set(words.SENTENCES) >= WARNINGS
    assert {code for code, *_ in CASES} >= WARNINGS - shown_elsewhere
    assert not WARNINGS & STOPS_SENDING


def test_every_repair_is_offered_by_some_check() -> None:
    offered = {
        fix.edit for _, flow, *_ in CASES for problem in check(flow) for fix in problem.fixes
    }
    played = check(good_flow(), recordings={"ivr_1": Recording(gone=True)})
    both = {"1": (Connect(id="c", number="+15055559999"), HangUp(id="h"))}
    ended = check(good_flow(good_menu(keys=both)))
    named = check(good_flow(sender="Bazar"), target="voice_api")
    late = check(good_flow(good_menu(keys={"1": (HANG_UP, *THREE_TOLD)})))
    offered |= {fix.edit for problem in (*played, *ended, *named, *late) for fix in problem.fixes}
    assert offered == set(FIXES)


def test_a_message_id_that_speechcall_sends_back_is_no_unknown_field() -> None:
    assert check(good_flow(message_extra={"customerMessageId": "7"})) == ()


@given(flows())
@settings(max_examples=200, deadline=None)
def test_any_flow_can_be_checked_for_any_target_with_the_errors_first(flow: Flow) -> None:
    for target in ("speechcall", "voice_api"):
        problems = check(flow, target=target)
        severities = [problem.severity for problem in problems]
        assert severities == sorted(severities)
        assert problems == check(flow.model_copy(deep=True), target=target)
        for problem in problems:
            assert problem.located_message
            assert (problem.severity == "warning") == (problem.code in WARNINGS)
        said = [(p.code, p.path, p.place, str(p.params)) for p in problems]
        assert len(said) == len(set(said))


@given(flows())
@settings(max_examples=200, deadline=None)
def test_every_reason_of_a_compiler_is_reported_once(flow: Flow) -> None:
    for target, compile_flow in TARGETS.items():
        compiled = compile_flow(flow, None, None)
        problems = check(flow, target=target)
        for reason in compiled.reasons if isinstance(compiled, CannotCompile) else ():
            same = [
                problem
                for problem in problems
                if problem.code == reason.code
                and problem.path.startswith(reason.path)
                and problem.place.step_id == reason.place.step_id
                and problem.place.field == (reason.place.field or problem.place.field)
                and problem.params.get("reason") == reason.params.get("reason")
            ]
            assert len(same) == 1, (reason, problems)


def test_a_private_address_is_fine_where_the_operator_allows_its_host() -> None:
    flow = one_step(webhook("http://localhost/1"))
    assert codes(check(flow)) == ["private_url"]
    assert check(flow, allowed_hosts=frozenset({"localhost"})) == ()


def test_the_voice_api_needs_no_recording_and_says_what_it_cannot_do() -> None:
    menu = good_menu(keys={"1": (GoTo(id="g", menu="main"),)}).model_copy(update={"recording": ""})
    found = check(good_flow(menu, sender=""), target="voice_api")
    assert codes(found) == ["not_for_target"]
    assert (
        found[0].message == "The Voice API cannot go to another menu; SpeechCall and Infobip can."
    )


def test_a_saved_answer_can_be_sent_once_there_is_an_inbox() -> None:
    flow = one_step(SaveAnswer(id="s", name="score"))
    assert codes(check(flow)) == ["not_for_target"]
    assert check(flow, inbox=INBOX) == ()


def test_a_loop_that_waits_for_a_key_is_no_problem() -> None:
    again = good_menu(keys={"1": (GoTo(id="g", menu="main"),)})
    assert check(good_flow(again)) == ()


def test_one_closed_ring_of_menus_is_said_once() -> None:
    ring = [
        good_menu(name, keys={k: (GoTo(id=f"{name}{k}", menu=to),) for k in ("1", WRONG)})
        for name, to in (("main", "a"), ("a", "b"), ("b", "a"))
    ]
    found = [p for p in check(good_flow(*ring)) if p.code == "no_way_out"]
    assert [p.place.menu_id for p in found] == ["a"]


def test_an_announcement_that_hangs_up_soon_needs_no_keys() -> None:
    menu = good_menu(script="Thank you. Goodbye.", wait_ms=1_000)
    menu = menu.model_copy(update={"keys": {WRONG: (HANG_UP,)}})
    assert check(good_flow(menu)) == ()


def test_the_seeds_own_example_shows_what_it_leaves_open() -> None:
    keys = {key: (Webhook(id=f"s{key}", url="http://localhost/1"),) for key in ("1", "2")}
    menu = good_menu(script="").model_copy(update={"keys": {**keys, WRONG: (HANG_UP,)}})
    assert codes(check(good_flow(menu))) == ["private_url"] * 2 + ["open_end"] * 2


def test_a_repeat_is_not_offered_where_copies_would_outgrow_speechcall() -> None:
    last = good_menu("last").model_copy(update={"keys": {"1": (HANG_UP,)}})
    links = [
        good_menu(f"m{i}", keys={"1": (GoTo(id=f"g{i}", menu=f"m{i + 1}"),)}) for i in range(198)
    ]
    roomy = good_flow(*links[:-1], last.model_copy(update={"id": "m197"}))
    full = good_flow(*links, last.model_copy(update={"id": "m198"}))
    assert [p.fixes[0].params["times"] for p in check(roomy)] == [2]
    assert [p.fixes[0].params["times"] for p in check(full)] == [0]
    too_many = check(good_flow(*links, *[good_menu(f"x{i}") for i in range(3)]))
    assert "error" in {problem.severity for problem in too_many}


def counted(menu: Menu, seen: list[str]) -> Iterator[str]:
    seen.append(menu.id)
    yield menu.id


def test_after_an_edit_only_the_edited_menu_is_looked_at_again() -> None:
    seen: list[str] = []
    look = PerMenu(lambda menu, fact: tuple(counted(menu, seen)))
    flow = good_flow(good_menu("a"), good_menu("b"))
    for menu in flow.menus:
        look(menu, 1)
    edited = change_menu(flow, "b", name="new")
    for menu in edited.menus:
        look(menu, 1)
    assert seen == ["a", "b", "b"]
    look(edited.menus[0], 2)
    assert seen == ["a", "b", "b", "a"]


def test_of_a_whole_flow_only_the_edited_menu_is_looked_at_again() -> None:
    seen: list[str] = []
    look = EachMenu(PerMenu(lambda menu, number: (number, *counted(menu, seen))), numbered=True)
    flow = good_flow(good_menu("a"), good_menu("b"))
    found = look(flow)
    assert found.each == ((1, "a"), (2, "b"))
    assert look(change_menu(flow, "b", name="new")) is found, "what is found did not change"
    assert seen == ["a", "b", "b"]
    assert look(move_menu(flow, "b", 0)).each == ((1, "b"), (2, "a"))
    assert look(good_flow(good_menu("a"))).each == ((1, "a"),)
    assert look(Flow(name="Bare")).each == ()


def test_what_changed_is_found_in_its_place_and_what_was_found_before_stays_true() -> None:
    look = EachMenu(PerMenu(lambda menu, fact: (menu.name, fact)))
    flow = good_flow(good_menu("a"), good_menu("b"), good_menu("c"))
    names = [menu.name for menu in flow.menus]
    before = look(flow, 1)
    after = look(change_menu(flow, "b", name="new"), 1)
    assert [name for name, _ in after.each] == [names[0], "new", names[2]]
    assert [name for name, _ in before.each] == names
    assert look(flow, 1).each == before.each, "another flow, or an undo, is not mistaken for it"
    assert look(flow, 2).each == tuple((name, 2) for name in names)


def test_a_whole_flow_keeps_none_of_its_menus() -> None:
    look = EachMenu(PerMenu(lambda menu: menu.id))
    menu = good_menu("gone")
    gone = weakref.ref(menu)
    look(good_flow(menu))
    del menu
    gc.collect()
    assert gone() is None
    assert look(good_flow(good_menu("gone"))).each == ("gone",)


def forget_what_was_found() -> None:
    """As if no flow had been looked at before."""
    for found in (checks._in_menus, checks._carried_alone, calls._led_to, paths._all_ways):
        found._slot.cache_clear()


def test_an_edit_finds_what_a_check_of_the_new_flow_alone_finds() -> None:
    flow = good_flow(*[good_menu(f"m{i}") for i in range(5)])
    for number, script in enumerate(["", "Press 1.", "Press 7.", "x" * 3_000, "Press 1.", ""]):
        menu_id = f"m{number % 5}"
        flow = change_menu(flow, menu_id, script=script, recording="" if number % 2 else "ivr")
        alone = Flow.model_validate(flow.model_dump())
        for target in TARGETS:
            found = check(flow, target=target)
            forget_what_was_found()
            assert found == check(alone, target=target)
        found = check(flow)
        assert found.errors == sum(problem.severity == "error" for problem in found)
        assert found.worst == {
            menu.id: min(p.severity for p in found if p.place.menu_id == menu.id)
            for menu in flow.menus
            if any(p.place.menu_id == menu.id for p in found)
        } | ({"": min(p.severity for p in found if not p.place.menu_id)}
             if any(not p.place.menu_id for p in found) else {})  # fmt: skip


def test_recordings_with_nothing_wrong_leave_everything_as_it_was_found() -> None:
    flow = good_flow(good_menu("a", recording="https://a.example/1.wav"))
    known = {"https://a.example/1.wav": Recording(seconds=3.0)}
    assert check(flow, recordings=known) is check(flow, recordings=known)
    gone = {"https://a.example/1.wav": Recording(gone=True)}
    assert "recording_gone" in {problem.code for problem in check(flow, recordings=gone)}


def test_menus_that_nobody_holds_are_forgotten() -> None:
    look = PerMenu(lambda menu: menu.id)
    kept = good_menu("kept")
    look(kept)
    look(good_menu("gone"))
    gc.collect()
    assert len(look) == 1
