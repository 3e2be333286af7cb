"""Copy to…: a menu to another call flow, steps to another key, menu or call flow."""

from __future__ import annotations

import re

import pytest

from flows.document import Flow, GoTo, HangUp, Menu, SaveAnswer
from storage import flows as store
from tests.blueprints.conftest import VIEWER
from tests.helpers import save_flow

SOURCE = Flow(
    name="Source",
    menus=(
        Menu(id="a", name="Hello", keys={
            "1": (SaveAnswer(id="s", name="Day"), GoTo(id="g", menu="b"))}),
        Menu(id="b", name="Bye"),
    ),
)  # fmt: skip
TARGET = Flow(name="Target", menus=(Menu(id="x", name="There", keys={"2": (HangUp(id="h"),)}),))


@pytest.fixture
def two(house):
    """The ids of a flow to copy from and one to copy to."""
    return save_flow(house.db, SOURCE), save_flow(house.db, TARGET)


def flow(house, flow_id):
    return store.load(house.db, 1, flow_id).flow


def test_a_menu_goes_to_another_flow_which_says_what_is_left_to_choose_and_undo_takes_it_back(
    house, two
):
    source, target = two
    house.owner.get(f"/flows/{source}/menus/a/copy?to={target}")
    assert "“Bye” is not in “Target”: choose where the step leads there." in house.owner.text
    house.owner.post(f"/flows/{source}/menus/a/copy", to=target)
    assert house.owner.page.request.path == f"/flows/{target}"
    assert "“Hello” was copied here, to the end of the menus." in house.owner.text
    assert "“Bye” is not in “Target”" in house.owner.text
    copy = flow(house, target).menus[-1]
    assert (copy.name, copy.actions("1")[1].menu) == ("Hello", "")
    assert copy.id not in ("a", "x") and copy.actions("1")[0].id != "s"
    undo = re.search(r'<form method="post" action="(/flows/\d+/undo[^"]*)">', house.owner.text)[1]
    house.owner.post(undo.replace("&amp;", "&"))
    assert flow(house, target) == TARGET
    assert flow(house, source) == SOURCE


def test_steps_go_under_a_key_of_another_flow(house, two):
    source, target = two
    house.owner.get(f"/flows/{source}/menus/a/keys/1/copy?to={target}&menu=x&key=2")
    assert "That key has 1 step already" in house.owner.text
    assert re.search(r'value="instead" checked', house.owner.text)
    house.owner.post(
        f"/flows/{source}/menus/a/keys/1/copy", to=target, menu="x", key="2", how="instead"
    )
    assert "The steps were copied to “key 2”." in house.owner.text.replace("Key", "key")
    assert [one.kind for one in flow(house, target).menus[0].actions("2")] == [
        "save_answer", "goto",
    ]  # fmt: skip


def test_steps_go_to_another_key_of_the_same_menu_and_links_stay(house, two):
    source, _ = two
    house.owner.get(f"/flows/{source}/menus/a/keys/1/copy?key=star")
    house.owner.post(f"/flows/{source}/menus/a/keys/1/copy", to=source, menu="a", key="star")
    assert flow(house, source).menus[0].actions("*")[1].menu == "b"
    assert len(flow(house, source).menus[0].actions("1")) == 2


def test_the_same_key_is_refused_with_a_sentence(house, two):
    source, _ = two
    house.owner.get(f"/flows/{source}/menus/a/keys/1/copy")
    reply = house.owner.post(f"/flows/{source}/menus/a/keys/1/copy", to=source, menu="a", key="1")
    assert reply.status_code == 422
    assert "These are the same steps." in house.owner.text
    assert flow(house, source) == SOURCE


def test_a_menu_that_changed_meanwhile_there_is_not_overwritten(house, two):
    source, target = two
    house.owner.get(f"/flows/{source}/menus/a/keys/1/copy?to={target}&menu=x&key=2")
    store.edit(house.db, 1, target, 1, 1, lambda now: now.model_copy(update={
        "menus": (now.menus[0].model_copy(update={"script": "Other"}),)}))  # fmt: skip
    reply = house.owner.post(
        f"/flows/{source}/menus/a/keys/1/copy", to=target, menu="x", key="2", how="instead"
    )
    assert reply.status_code == 409
    assert [one.kind for one in flow(house, target).menus[0].actions("2")] == ["hangup"]


BAD = [
    ({"to": "999999"}, 404),
    ({"to": "no"}, 400),
    ({"key": "none"}, 404),
    ({"menu": "none", "key": "3"}, 409),
]


@pytest.mark.parametrize(("fields", "status"), BAD)
def test_places_that_do_not_exist_are_refused(house, two, fields, status):
    source, target = two
    house.owner.get(f"/flows/{source}/menus/a/keys/1/copy?to={target}")
    fields = {"to": target, "menu": "x", "key": "3", **fields}
    assert house.owner.post(f"/flows/{source}/menus/a/keys/1/copy", **fields).status_code == status
    assert flow(house, target) == TARGET


def test_viewers_do_not_copy(house, two):
    source, _target = two
    viewer = house.somebody(VIEWER)
    assert viewer.get(f"/flows/{source}/menus/a/copy").status_code == 403
    viewer.get(f"/flows/{source}")
    assert "/copy" not in viewer.text


def test_every_edit_with_a_notice_offers_undo(house, two):
    source, _ = two
    for path in ("menus/a/move/down", "menus/a/duplicate", "menus/a/steps/s/move/down"):
        house.owner.get(f"/flows/{source}")
        house.owner.post(f"/flows/{source}/{path}")
        assert re.search(r'action="/flows/\d+/undo[^>]*>(?:<input[^>]*>)*<button>Undo',
                         house.owner.text), path  # fmt: skip
