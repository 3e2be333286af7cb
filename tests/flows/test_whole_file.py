"""The Press One file: everything goes out, everything comes back, and damage is refused."""

import json

import pytest
from hypothesis import given

from flows import reading, whole_file
from flows.starters import LANGUAGES, starter
from flows.starters.shapes import SHAPES
from tests.flows.generated_flows import flows


def brought_back(flow):
    return reading.read_pasted(whole_file.write(flow).decode()).document.flows


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("key", SHAPES)
def test_every_starter_comes_back_as_it_was(key, language):
    flow = starter(key, language, "Bazar")
    assert brought_back(flow) == (flow,)


SOUND = json.loads(whole_file.write(starter("survey", "en", "Bazar")))


def damaged(*path, to=None, gone=False):
    """The sound file with one thing changed."""
    file = json.loads(json.dumps(SOUND))
    here = file
    for part in path[:-1]:
        here = here[part]
    if gone:
        del here[path[-1]]
    else:
        here[path[-1]] = to
    return file


MENU = ("flow", "menus", 0)
DAMAGE = {
    "of another version": (damaged("press_one", to=2), "file_too_new"),
    "of no version": (damaged("press_one", to="1"), "file_damaged"),
    "without a flow": (damaged("flow", gone=True), "missing"),
    "a flow that is a list": (damaged("flow", to=[]), "file_damaged"),
    "something beside the flow": (damaged("more", to=1), "file_damaged"),
    "a menu without an id": (damaged(*MENU, "id", gone=True), "missing"),
    "an id for two menus": (damaged(*MENU, "id", to="sorry"), "file_damaged"),
    "an id that breaks addresses": (damaged(*MENU, "id", to="a/b"), "file_damaged"),
    "an unknown field": (damaged(*MENU, "colour", to="red"), "file_damaged"),
    "a step that does not exist": (
        damaged(*MENU, "keys", "1", 0, "kind", to="explode"), "file_damaged"),
    "a key that no phone has": (damaged(*MENU, "keys", "A", to=[]), "file_damaged"),
    "a link to a menu that is gone": (
        damaged(*MENU, "keys", "1", 1, "menu", to="nowhere"), "file_damaged"),
    "a wait that is true": (damaged(*MENU, "wait_ms", to=True), "file_damaged"),
    "a wait of a year": (damaged(*MENU, "wait_ms", to=10**11), "out_of_range"),
    "repeating on a key": (
        damaged(*MENU, "keys", "2", to=[{"id": "r", "kind": "repeat", "times": 2, "extra": {}}]),
        "file_damaged"),
    "an unsafe address": (
        damaged(*MENU, "keys", "2",
                to=[{"id": "w", "kind": "webhook", "url": "https://a@b.example/", "extra": {}}]),
        "url_userinfo"),
    "half a character": (damaged(*MENU, "name", to="\ud800"), "lone_surrogate"),
    "far too long a script": (damaged(*MENU, "script", to="a" * 20_001), "too_long"),
}  # fmt: skip


@pytest.mark.parametrize("case", DAMAGE)
def test_a_damaged_file_is_refused_in_words(case):
    file, code = DAMAGE[case]
    with pytest.raises(reading.Unreadable) as refused:
        reading.read_pasted(json.dumps(file))
    assert refused.value.status == 422
    assert code in {problem.code for problem in refused.value.problems}
    assert all(problem.message for problem in refused.value.problems)


def test_a_damaged_menu_is_named():
    with pytest.raises(reading.Unreadable) as refused:
        reading.read_pasted(json.dumps(damaged("flow", "menus", 1, "keys", "2", 0, "kind", to=5)))
    assert refused.value.problems[0].located_message.startswith("Menu 2, key 2, step 1: This part")


def test_the_gateway_takes_no_such_file():
    with pytest.raises(reading.Unreadable):
        reading.read(json.dumps(SOUND).encode())


@given(flows())
def test_whatever_a_flow_holds_it_comes_back_whole_or_is_refused(flow):
    try:
        assert brought_back(flow) == (flow,)
    except reading.Unreadable as refused:
        assert {problem.severity for problem in refused.problems} == {"error"}
