"""What is proved about a flow, held against every call the call machine can really play."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from flows import longest as longest_module
from flows.call import SILENCE, Call, WentTo, apply, start
from flows.document import KEYS, Connect, Flow, GoTo, HangUp, Menu, Repeat, Webhook
from flows.durations import UNKNOWN_PROMPT_MS, prompt_ms, wait_ms
from flows.paths import keys_in_words, menus_without_a_way_out, prove
from tests.flows.generated_flows import flows

INPUTS = (*KEYS, SILENCE)
FEW_KEYS = ("1", "2", "#")


def menu(menu_id: str, script: str = "x" * 14, wait_ms: int | None = 10_000, **keys: str) -> Menu:
    """A menu of two seconds; each key is "end", "open", "again:N end" or the id of a menu."""
    return Menu(
        id=menu_id,
        name=menu_id.title(),
        script=script,
        wait_ms=wait_ms,
        keys={key.lstrip("k"): tuple(steps(what)) for key, what in keys.items()},
    )


def steps(what: str) -> Iterator[GoTo | HangUp | Repeat | Webhook | Connect]:
    for word in what.split():
        if word == "end":
            yield HangUp(id="h")
        elif word == "open":
            yield Webhook(id="w", url="https://example.com/")
        elif word == "connect":
            yield Connect(id="c", number="+15055559999")
        elif word.startswith("again:"):
            yield Repeat(id="r", times=int(word[6:]))
        else:
            yield GoTo(id="g", menu=word)


def flow(*menus: Menu) -> Flow:
    return Flow(name="test", menus=menus)


def states(document: Flow, first: Call) -> dict[tuple[str, int], tuple[str, ...]]:
    """Every (menu, repeats) a caller can be in -> a shortest sequence of inputs to it."""
    found = {(first.menu_id, 0): ()}
    queue = deque([(first, ())])
    while queue:
        call, inputs = queue.popleft()
        for key in INPUTS:
            after = apply(replace(call, played=0, trail=()), key)
            place = (after.menu_id, after.repeats)
            if after.state == "waiting" and place not in found:
                found[place] = (*inputs, key)
                queue.append((after, (*inputs, key)))
    return found


def ends_from(document: Flow, menu_id: str) -> bool:
    call = start(document, document.index_of(menu_id) or 0)
    for state_menu, repeats in states(document, call):
        here = replace(call, menu_id=state_menu, repeats=repeats, played=0)
        if any(apply(here, key).state != "waiting" for key in INPUTS):
            return True
    return False


def simple_calls(document: Flow) -> Iterator[tuple[str, ...]]:
    """Every call that ends and goes to no menu twice, by playing them all."""
    waiting = [(start(document), ())]
    while waiting:
        call, inputs = waiting.pop()
        # A key that no menu uses leads where silence leads, only sooner.
        for key in (*FEW_KEYS, SILENCE):
            after = apply(call, key)
            gone = [event.target for event in after.trail if isinstance(event, WentTo)]
            entered = [document.menus[0].id, *gone]
            if len(set(entered)) < len(entered):
                continue
            if after.state == "waiting":
                waiting.append((after, (*inputs, key)))
            else:
                yield (*inputs, key)


def duration(document: Flow, inputs: tuple[str, ...]) -> int:
    """Milliseconds: every prompt to its end, and the wait where nothing is pressed."""
    call, total = start(document), 0
    for key in inputs:
        assert call.menu is not None
        # Anything else, and silence, lead the same way: the longest call waits the time out.
        other = not call.menu.actions(key)
        total += prompt_ms(call.menu) + (wait_ms(call.menu) if other else 0)
        call = apply(call, key)
    return total


@given(flows(most_menus=4, keys=FEW_KEYS))
@settings(max_examples=300, deadline=None)
def test_it_agrees_with_every_call_that_can_be_played(document: Flow) -> None:
    proof = prove(document)
    if not document.menus:
        assert proof.longest is None
        return
    found = states(document, start(document))
    reached = {menu_id for menu_id, _ in found}
    assert set(proof.unreachable) == {m.id for m in document.menus} - reached
    assert set(proof.without_way_out) == {m for m in reached if not ends_from(document, m)}
    assert menus_without_a_way_out(document) == proof.without_way_out
    assert (proof.never_ends is not None) == bool(proof.without_way_out)
    for menu_id in reached:
        best = min(len(inputs) for (state, _), inputs in found.items() if state == menu_id)
        keys = proof.keys_to(menu_id)
        assert keys is not None and len(keys) == best
        call = start(document)
        for key in keys:
            call = apply(call, key)
        assert (call.state, call.menu_id) == ("waiting", menu_id)


@given(flows(most_menus=6, keys=FEW_KEYS))
@settings(max_examples=300, deadline=None)
def test_the_longest_call_is_the_longest_of_all_that_can_be_played(document: Flow) -> None:
    proof = prove(document)
    calls = list(simple_calls(document)) if document.menus else []
    if not calls:
        assert proof.longest is None
        return
    assert proof.longest is not None and proof.longest.exact
    assert proof.longest.total == max(duration(document, inputs) for inputs in calls)
    assert proof.longest.total == duration(document, proof.longest.given)
    assert proof.longest.given in calls


@given(flows(most_menus=4, keys=FEW_KEYS))
@settings(max_examples=200, deadline=None)
def test_silence_ends_exactly_when_a_silent_call_does(document: Flow) -> None:
    if not document.menus:
        return
    call = start(document)
    for _ in range(4 * 4 + 1):
        call = apply(replace(call, played=0, trail=()), SILENCE)
    assert prove(document).silence_ends == (call.state != "waiting")


@pytest.mark.parametrize(
    ("menus", "sentence"),
    [
        ((), "There is no menu yet, so there is no call."),
        (
            (menu("main", k1="end", wrong="again:2 end"),),
            "Every caller reaches an end. "
            "Longest call without coming back to a menu: about 36 s "
            "(the caller stays silent 3 times).",
        ),
        (
            (menu("main", k1="day", k2="end", wrong="day"), menu("day", k1="main", wrong="end")),
            "Every caller reaches an end. "
            "Longest call without coming back to a menu: about 24 s "
            "(the caller stays silent 2 times).",
        ),
        (
            (menu("main", k1="main", k2="connect", wrong="main"),),
            "Keys lead every caller to an end, but silence in Main goes on for ever. "
            "Longest call without coming back to a menu: about 2 s (the caller presses 2).",
        ),
        (
            (menu("main", k1="main", wrong="main"),),
            "No call ever ends: nothing leads out of Main.",
        ),
        (
            (
                menu("main", k1="day", k2="end", wrong="end"),
                menu("day", k3="hour", k4="end", wrong="end"),
                menu("hour", k1="hour", wrong="again:2 hour"),
            ),
            "A caller who presses 1, then 3 never reaches an end: nothing leads out of Hour.",
        ),
        (
            (menu("main", k1="end", wrong="again:1 day"), menu("day", wrong="day")),
            "A caller who stays silent 2 times never reaches an end: nothing leads out of Day.",
        ),
    ],
)
def test_the_proof_says_it_in_one_sentence(menus: tuple[Menu, ...], sentence: str) -> None:
    assert prove(flow(*menus)).sentence == sentence


def test_a_way_without_silence_is_preferred_among_the_shortest() -> None:
    document = flow(
        menu("main", k1="left", wrong="right"),
        menu("left", k5="goal", wrong="end"),
        menu("right", k1="goal", wrong="end"),
        menu("goal", wrong="end"),
    )
    assert prove(document).keys_to("goal") == ("1", "5")
    assert prove(document).keys_to("right") == (SILENCE,)
    assert prove(document).keys_to("main") == ()
    assert prove(document).keys_to("nowhere") is None


def test_a_shorter_way_round_beats_a_bounded_repeat() -> None:
    document = flow(
        menu("main", k1="day", wrong="again:3 goal"),
        menu("day", k1="goal", wrong="end"),
        menu("goal", wrong="end"),
    )
    assert prove(document).keys_to("goal") == ("1", "1")


def test_known_recordings_are_counted_by_their_own_length() -> None:
    document = flow(
        Menu(id="a", recording="intro", script="x" * 1400, keys={"1": (HangUp(id="h"),)}),
    )
    longest = prove(document, {"intro": 11.0}).longest
    assert longest is not None and longest.total == 11_000 + 10_000


def test_a_menu_without_script_and_recording_is_counted_by_a_stated_guess() -> None:
    assert prompt_ms(Menu(id="a")) == UNKNOWN_PROMPT_MS
    assert prompt_ms(Menu(id="a", script="x" * 28)) == 2_000


def test_every_trap_is_named_once_and_by_its_innermost_menus() -> None:
    document = flow(
        menu("main", k1="hall", k2="ring", k3="end", wrong="end"),
        menu("hall", k1="cell", wrong="cell"),
        menu("cell", wrong="cell"),
        menu("ring", k1="rung", wrong="rung"),
        menu("rung", k1="ring", wrong="ring"),
    )
    proof = prove(document)
    assert proof.without_way_out == ("hall", "cell", "ring", "rung")
    assert proof.map.traps == ((2,), (3, 4))
    assert proof.never_ends == ("1",)


def ring_of(size: int, ways: int) -> Flow:
    """Menus that all lead to many others and back: the hard case for the longest call."""
    menus = []
    for number in range(size):
        keys = {key: f"m{(number * 7 + 3 * i * i + 1) % size}" for i, key in enumerate(KEYS[:ways])}
        keys["wrong"] = f"m{(number + 1) % size}" if number else "end"
        named = {"wrong" if key == "wrong" else f"k{key}": to for key, to in keys.items()}
        menus.append(menu(f"m{number}", **named))
    return flow(*menus)


def test_it_says_at_least_when_the_longest_call_cannot_be_known_in_time() -> None:
    proof = prove(ring_of(120, 12))
    assert proof.longest is not None
    assert not proof.longest.exact
    assert "at least" in proof.sentence


def test_a_call_that_is_only_a_lower_bound_can_still_be_played(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(longest_module, "BUDGET", 0)
    document = ring_of(12, 4)
    longest = prove(document).longest
    assert longest is not None and not longest.exact
    call = start(document)
    for key in longest.given:
        assert call.state == "waiting"
        call = apply(call, key)
    assert call.state == "ended"


def test_two_thousand_menus_in_a_row_do_not_exhaust_the_stack() -> None:
    chain = [menu(f"m{i}", k1=f"m{i + 1}", k2=f"m{max(i - 1, 0)}", wrong="m0") for i in range(2000)]
    proof = prove(flow(*chain, menu("m2000", wrong="end")))
    assert proof.never_ends is None
    assert len(proof.keys_to("m2000") or ()) == 2000


@given(st.lists(st.sampled_from(["1", "2", SILENCE]), min_size=1, max_size=40))
def test_keys_in_words_never_lose_the_beginning_or_the_end(keys: list[str]) -> None:
    said = keys_in_words(tuple(keys))
    assert len(said.split(", then ")) <= 12
    assert said.startswith("stays silent" if keys[0] == SILENCE else f"presses {keys[0]}")


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        (("1", "2"), "presses 1, then 2"),
        (("1", SILENCE, "#"), "presses 1, then stays silent, then presses #"),
        ((SILENCE, SILENCE), "stays silent 2 times"),
        (("1", "1"), "presses 1, then 1"),
    ],
)
def test_keys_are_told_as_people_do_them(keys: tuple[str, ...], words: str) -> None:
    assert keys_in_words(keys) == words


def test_a_length_that_is_only_a_guess_is_not_told() -> None:
    document = flow(menu("main", k1="end", wrong="end"), menu("far", script="", wrong="end"))
    assert "about 12 s" in prove(document).sentence, "a menu that nobody reaches does not matter"
    spoken = {"recording": "ivr_1", "script": ""}
    unknown = flow(menu("main", k1="end", wrong="end").model_copy(update=spoken))
    assert prove(unknown).sentence == "Every caller reaches an end."
    assert "about 14 s" in prove(unknown, {"ivr_1": 4.0}).sentence


def test_saying_it_again_makes_the_longest_call_longer() -> None:
    once = prove(flow(menu("main", k1="end", wrong="end"))).longest
    thrice = prove(flow(menu("main", k1="end", wrong="again:2 end"))).longest
    assert once is not None and thrice is not None
    assert (once.total, thrice.total) == (12_000, 36_000)
