"""Copying menus and steps: ids are new, links lead where they can, the rest is said."""

from __future__ import annotations

from itertools import count

import pytest

from flows.copying import copy_menu, copy_steps
from flows.document import Flow, GoTo, HangUp, Menu, Repeat, SaveAnswer, Webhook
from flows.edits import Gone

STEPS = (SaveAnswer(id="s", name="Day"), GoTo(id="g", menu="b"))
SOURCE = Flow(
    name="Source",
    menus=(
        Menu(id="a", name="Hello", script="Hi", recording="ivr_1", keys={
            "1": STEPS, "2": (GoTo(id="again", menu="a"),),
            "wrong": (Repeat(id="r", times=2), HangUp(id="h")),
        }),
        Menu(id="b", name="Bye"),
    ),
)  # fmt: skip


def fresh():
    numbers = count()
    return lambda: f"new{next(numbers)}"


def ids(flow):
    return [action.id for menu in flow.menus for _, _, action in menu.all_actions()]


def test_a_menu_comes_whole_with_ids_of_its_own():
    target = Flow(name="Target", menus=(Menu(id="a", keys={"1": (HangUp(id="s"),)}),))
    done = copy_menu(SOURCE, "a", target, "copy", fresh(), same=False)
    copy = done.flow.menus[-1]
    assert (copy.id, copy.name, copy.script, copy.recording) == ("copy", "Hello", "Hi", "ivr_1")
    assert len(set(ids(done.flow))) == len(ids(done.flow))
    assert copy.actions("2")[0].menu == "copy"
    assert done.flow.menus[0] is target.menus[0]


LINKS = [
    (Flow(name="T"), "", ["“Bye” is not in “T”: choose where the step leads there."]),
    (Flow(name="T", menus=(Menu(id="x", name="BYE"),)), "x", []),
    (Flow(name="T", menus=(Menu(id="b", name="Other"),)), "",
     ["“Bye” is not in “T”: choose where the step leads there."]),
    (Flow(name="T", menus=(Menu(id="x", name="Bye"), Menu(id="y", name="Bye"))), "",
     ["“Bye” is not in “T”: choose where the step leads there."]),
]  # fmt: skip


@pytest.mark.parametrize(("target", "leads_to", "remarks"), LINKS)
def test_a_link_leads_to_the_menu_of_the_same_name_or_is_left_open_and_said(
    target, leads_to, remarks
):
    done = copy_menu(SOURCE, "a", target, "copy", fresh(), same=False)
    assert done.flow.menus[-1].actions("1")[1].menu == leads_to
    assert list(done.remarks) == remarks


def test_inside_one_flow_every_link_stays_and_the_copy_has_a_name_of_its_own():
    done = copy_menu(SOURCE, "a", SOURCE, "copy", fresh(), same=True)
    assert done.flow.menus[-1].name == "Hello (copy)"
    assert done.flow.menus[-1].actions("1")[1].menu == "b"
    assert done.remarks == ()


def test_steps_go_after_the_others_or_in_their_place():
    for instead, kinds in ((False, ["repeat", "hangup", "save_answer", "goto"]),
                           (True, ["save_answer", "goto"])):  # fmt: skip
        done = copy_steps(
            SOURCE, ("a", "1"), SOURCE, ("a", "wrong"), fresh(), same=True, instead=instead
        )
        assert [step.kind for step in done.flow.menus[0].actions("wrong")] == kinds
        assert done.flow.menus[0].actions("1") == STEPS
        assert len(set(ids(done.flow))) == len(ids(done.flow))


def test_say_again_stays_behind_on_a_key_and_that_is_said():
    done = copy_steps(SOURCE, ("a", "wrong"), SOURCE, ("b", "5"), fresh(), same=True, instead=False)
    assert [step.kind for step in done.flow.menus[1].actions("5")] == ["hangup"]
    assert done.remarks == (
        "“Say again” was left out: it only works for any other key, or silence.",
    )
    done = copy_steps(
        SOURCE, ("a", "wrong"), SOURCE, ("b", "wrong"), fresh(), same=True, instead=False
    )
    assert [step.kind for step in done.flow.menus[1].actions("wrong")] == ["repeat", "hangup"]


def test_a_web_address_that_is_told_the_other_key_is_named():
    told = Webhook(id="t", url="https://a.example/", body={"key": "1", "answer": "yes"})
    source = Flow(name="S", menus=(Menu(id="a", keys={"1": (told,)}),))
    remark = "https://a.example/ is still told key 1: change it there."
    for to, remarks in (("2", [remark]), ("1", [])):
        done = copy_steps(source, ("a", "1"), source, ("a", to), fresh(), same=True, instead=True)
        assert list(done.remarks) == remarks


def test_what_is_gone_is_not_copied():
    with pytest.raises(Gone):
        copy_menu(SOURCE, "none", SOURCE, "copy", fresh(), same=True)
    with pytest.raises(Gone):
        copy_steps(
            SOURCE, ("a", "1"), Flow(name="T"), ("b", "1"), fresh(), same=False, instead=True
        )
