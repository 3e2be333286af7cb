"""Steps that need no form are added by one press."""

import re

import pytest

from flows.document import Flow, GoTo, Menu
from storage import flows as store
from tests.helpers import save_flow


@pytest.fixture
def flow_id(db):
    return save_flow(db, Flow(name="Delivery", menus=(Menu(id="m0", name="Hello"),)))


def test_a_key_says_its_menu_again_at_one_press(owner, db, flow_id):
    owner.get(f"/flows/{flow_id}?key=9")
    form = re.search(
        r'<form[^>]*action="([^"]*/goto[^"]*)".*?value="(m0)".*?Say it again', owner.text
    )
    owner.post(form[1], menu=form[2])
    (step,) = store.load(db, 1, flow_id).flow.menus[0].actions("9")
    assert step == GoTo(id=step.id, menu="m0")
    assert "→ 1 Hello" in owner.text


def test_silence_says_it_again_a_number_of_times(owner, flow_id):
    page = owner.get(f"/flows/{flow_id}?key=wrong").text
    assert page.count("Say it again") == 1


def test_a_new_step_comes_before_the_one_after_which_nothing_runs(owner, db, flow_id):
    owner.get(f"/flows/{flow_id}?key=3")
    owner.post(f"/flows/{flow_id}/menus/m0/keys/3/goto", menu="m0")
    owner.post(
        f"/flows/{flow_id}/menus/m0/keys/3/save_answer", name="day", type="text", value="Monday"
    )
    owner.post(f"/flows/{flow_id}/menus/m0/keys/3/hangup")
    steps = store.load(db, 1, flow_id).flow.menus[0].actions("3")
    assert [step.kind for step in steps] == ["save_answer", "goto", "hangup"]
