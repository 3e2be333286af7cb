"""What changed is said in words, all of it, at its place."""

from __future__ import annotations

import itertools
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows import edits
from flows.differences import LONGEST_SUMMARY, differences, same, summary
from flows.document import Connect, Flow, GoTo, HangUp, Menu, Repeat, SaveAnswer, Webhook
from tests.flows.generated_flows import flows

TELL = Webhook(id="w", url="https://a.example/1", body={"ok": 1}, headers={"X": "secret"})
CONFIRM = Menu(
    id="a",
    name="Confirm delivery",
    script="Press 1 to confirm. Press 2 for another day.",
    keys={
        "1": (TELL, HangUp(id="h")),
        "2": (GoTo(id="g", menu="b"),),
        "3": (SaveAnswer(id="s", name="score", value=1),),
        "wrong": (Repeat(id="r", times=2), HangUp(id="h2")),
    },
)
FLOW = Flow(
    name="Delivery",
    menus=(CONFIRM, Menu(id="b", name="Another day"), Menu(id="c"), Menu(id="d", name="Talk")),
)


def words(old, new):
    return [difference.words for difference in differences(old, new)]


def change(**values):
    return lambda flow: edits.change_menu(flow, "a", **values)


def step(action):
    return lambda flow: edits.change_step(flow, "a", action)


def keys(trigger, *actions):
    return lambda flow: edits.set_actions(flow, "a", trigger, actions)


EDITS = [
    (lambda f: edits.change_settings(f, name="New"),
     "The name of the call flow: “Delivery” → “New”"),
    (lambda f: edits.change_settings(f, sender="Bazar"), "The sender: nothing → “Bazar”"),
    (lambda f: edits.change_settings(f, recipient="1"),
     "The number in the example: “+380XXXXXXXXX” → “1”"),
    (lambda f: edits.change_settings(f, text="x"), "The text that is never spoken: “ivr” → “x”"),
    (lambda f: edits.change_settings(f, language="uk"), "The language: “en” → “uk”"),
    (lambda f: edits.change_settings(f, envelope_extra={"a": 1}),
     'The document’s fields that are not known here: {} → {"a": 1}'),
    (lambda f: edits.change_settings(f, message_extra={"a": True}),
     'The message’s fields that are not known here: {} → {"a": true}'),
    (lambda f: edits.add_menu(f, "n", "Talk to us"), "Added the menu “Talk to us”"),
    (lambda f: edits.delete_menu(f, "c"), "Removed the menu “Menu 3”"),
    (lambda f: edits.move_menu(f, "d", 0), "Moved the menu “Talk” to place 1"),
    (lambda f: edits.move_menu(f, "a", 3), "Moved the menu “Confirm delivery” to place 4"),
    (lambda f: edits.change_menu(f, "c", name="End"), "Renamed the menu “Menu 3” to “End”"),
    (change(script="Hello"),
     "What the caller hears in “Confirm delivery”: “Press 1 to confirm. Press 2 for another"
     " day.” → “Hello”"),
    (change(script=""),
     "What the caller hears in “Confirm delivery”: “Press 1 to confirm. Press 2 for another"
     " day.” → nothing"),
    (change(script=CONFIRM.script + "\n"),
     "What the caller hears in “Confirm delivery”: only the spaces changed"),
    (change(recording="ivr_1"), "The recording of “Confirm delivery”: nothing → “ivr_1”"),
    (change(recording="https://a.example/1.mp3"), "“Confirm delivery” plays a recording now"),
    (change(wait_ms=10_500), "The wait in “Confirm delivery”: 10 s → 10.5 s"),
    (change(wait_ms=None), "The wait in “Confirm delivery”: 10 s → not said, so 10 s"),
    (change(extra={"x": 1}),
     'Fields of “Confirm delivery” that are not known here: {} → {"x": 1}'),
    (keys("2", HangUp(id="new")), "Key 2 of “Confirm delivery”: Go to Another day → Hang up"),
    (step(HangUp(id="g")), "Key 2 of “Confirm delivery”: Go to Another day → Hang up"),
    (step(GoTo(id="g", menu="c")), "Key 2 of “Confirm delivery”: Go to Another day → Go to Menu 3"),
    (step(GoTo(id="g", menu="b", form="integer")),
     "Key 2 of “Confirm delivery”: Go to Another day: written differently; callers notice"
     " nothing"),
    (keys("4", Connect(id="c", number="+1"), HangUp(id="n")),
     "Key 4 of “Confirm delivery”: nothing → Connect to +1, then hang up"),
    (keys("2"), "Key 2 of “Confirm delivery”: Go to Another day → nothing"),
    (lambda f: edits.add_step(f, "a", "3", HangUp(id="n")),
     "Key 3 of “Confirm delivery”: added “Hang up”"),
    (lambda f: edits.remove_step(f, "a", "h"), "Key 1 of “Confirm delivery”: removed “Hang up”"),
    (lambda f: edits.remove_step(f, "a", "r"),
     "Anything else, or silence, in “Confirm delivery”: removed “Say it again, twice”"),
    (lambda f: edits.move_step(f, "a", "h", 0),
     "Key 1 of “Confirm delivery”: the order is now Hang up, then tell https://a.example/1"),
    (step(TELL.model_copy(update={"body": {"ok": True}})),
     'Key 1 of “Confirm delivery”: Tell https://a.example/1: what is sent {"ok": 1} →'
     ' {"ok": true}'),
    (step(TELL.model_copy(update={"body": None})),
     'Key 1 of “Confirm delivery”: Tell https://a.example/1: what is sent {"ok": 1} → nothing'),
    (step(TELL.model_copy(update={"headers": {"X": "other secret"}})),
     "Key 1 of “Confirm delivery”: Tell https://a.example/1: the headers changed"),
    (step(TELL.model_copy(update={"url": "https://b.example/", "body": {}})),
     "Key 1 of “Confirm delivery”: Tell https://a.example/1 → Tell https://b.example/;"
     ' what is sent {"ok": 1} → {}'),
    (step(TELL.model_copy(update={"extra": {"x": 1}})),
     "Key 1 of “Confirm delivery”: Tell https://a.example/1: fields that are not known here"
     ' {} → {"x": 1}'),
    (step(SaveAnswer(id="s", name="score", value=True)),
     "Key 3 of “Confirm delivery”: Save the answer score: 1 → Save the answer score: yes"),
    (step(SaveAnswer(id="s", name="score", value="1")),
     'Key 3 of “Confirm delivery”: Save the answer score: 1: the value 1 → "1"'),
    (keys("5"), None),
]  # fmt: skip


@pytest.mark.parametrize(("edit", "said"), EDITS)
def test_every_edit_has_its_line(edit, said):
    assert words(FLOW, edit(FLOW)) == ([said] if said else [])
    assert summary(FLOW, edit(FLOW)) == (said or "")


def test_a_line_knows_its_place_in_the_newer_flow():
    new = edits.move_menu(edits.change_step(FLOW, "a", GoTo(id="g", menu="c")), "d", 0)
    moved, stepped = (difference.place for difference in differences(FLOW, new))
    assert (moved.menu_id, moved.menu_number, moved.trigger) == ("d", 1, "")
    assert (stepped.menu_id, stepped.menu_number) == ("a", 2)
    assert (stepped.trigger, stepped.step_id, stepped.step_number) == ("2", "g", 1)


def test_what_was_removed_comes_before_the_links_that_changed_with_it():
    assert words(FLOW, edits.delete_menu(FLOW, "b", "d")) == [
        "Removed the menu “Another day”",
        "Key 2 of “Confirm delivery”: Go to Another day → Go to Talk",
    ]


def test_a_summary_says_how_many_more():
    new = edits.change_settings(edits.add_menu(FLOW, "n", "Talk to us"), name="New", sender="S")
    assert summary(FLOW, new) == "The name of the call flow: “Delivery” → “New”, and 2 more"


def test_a_change_to_another_menu_of_the_same_name_is_still_seen():
    old = edits.change_menu(FLOW, "c", name="Another day")
    new = edits.change_step(old, "a", GoTo(id="g", menu="c"))
    assert words(old, new) == ["Key 2 of “Confirm delivery”: Go to Another day: to menu 2 → menu 3"]


def test_an_empty_list_of_steps_that_goes_is_written_differently():
    old = edits.replace_menu(FLOW, Menu(id="c", keys={"5": ()}))
    assert words(old, FLOW) == ["“Menu 3” is written differently; callers notice nothing"]


def test_a_long_text_is_clipped_around_what_changed():
    long = "Dear customer, " * 20
    old = edits.change_menu(FLOW, "b", script=long + "we bring your parcel on Monday. " + long)
    new = edits.change_menu(FLOW, "b", script=long + "we bring your parcel on Friday. " + long)
    (line,) = words(old, new)
    assert "your parcel on Monday." in line and "your parcel on Friday." in line
    assert len(line) < 180


def test_a_text_without_spaces_is_clipped_where_it_changed():
    url = "x" * 200
    old = edits.change_menu(FLOW, "b", recording=url + "1")
    (line,) = words(old, edits.change_menu(old, "b", recording=url + "2"))
    assert line.endswith("xxx1” → “…xxxxxxxxxxxxxxxx2”")


def test_the_web_address_of_a_recording_is_not_told():
    old = edits.change_menu(FLOW, "b", recording="https://a.example/1.mp3")
    name = words(FLOW, old)[0].split("”")[0].removeprefix("“")
    assert words(old, edits.change_menu(old, "b", recording="https://a.example/2.mp3")) == [
        f"“{name}” plays another recording"
    ]
    assert words(old, FLOW) == [f"“{name}” plays no recording any more"]


@given(flows(), flows())
def test_flows_have_no_difference_exactly_when_they_are_written_alike(one, other):
    alike = json.dumps(one.model_dump(), sort_keys=True) == json.dumps(
        other.model_dump(), sort_keys=True
    )
    assert (not differences(one, other)) == alike == same(one, other)
    assert not differences(one, one.model_copy(deep=True))
    assert len(summary(one, other)) <= LONGEST_SUMMARY
    assert "\n" not in summary(one, other)


@given(st.permutations(list(range(7))))
def test_as_few_menus_as_possible_are_said_to_have_moved(order):
    old = Flow(name="", menus=tuple(Menu(id=str(number)) for number in range(7)))
    new = old.model_copy(update={"menus": tuple(old.menus[number] for number in order)})
    longest = max(
        size
        for size in range(8)
        for chosen in itertools.combinations(order, size)
        if list(chosen) == sorted(chosen)
    )
    assert len(differences(old, new)) == 7 - longest
