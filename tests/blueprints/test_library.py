"""The library: what each call flow looks like, and what the checks say of it."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from flows.document import Connect, Flow, GoTo, HangUp, Menu
from flows.starters import starter
from storage import flows as store
from tests.helpers import save_flow

END = (HangUp(id="end"),)


def one_menu(**keys):
    menu = Menu(id="m", name="Hello", script="Press 1.", recording="ivr_1", keys=keys)
    return Flow(name="One", sender="Bazar", menus=(menu,))


def verdict(house, flow_id):
    """What the library says of a flow, and how it colours it."""
    house.owner.get("/")
    found = re.search(
        rf'<a class="verdict (\w+)" href="/flows/{flow_id}">([^<]+)</a>', house.owner.text
    )
    return found[1], found[2]


SOUND_MENU = Menu(
    id="m",
    name="Hello",
    script="Press 1, 2, 3 or 4.",
    recording="ivr_1",
    keys={key: (HangUp(id=f"e{key}"),) for key in ("1", "2", "3", "4", "wrong")},
)
SOUND = Flow(name="Sound", sender="Bazar", menus=(SOUND_MENU,))

VERDICTS = [
    (one_menu(**{"1": (GoTo(id="g", menu="nowhere"),)}), "error"),
    (one_menu(**{"1": END}), "warning"),
    (SOUND, "good"),
]


@pytest.mark.parametrize(("flow", "tone"), VERDICTS, ids=[tone for _, tone in VERDICTS])
def test_a_flow_says_whether_its_callers_get_lost(house, flow, tone):
    assert verdict(house, save_flow(house.db, flow))[0] == tone


def test_the_verdict_follows_every_edit(house):
    flow_id = save_flow(house.db, SOUND)
    assert verdict(house, flow_id) == ("good", "Nobody gets lost")
    store.edit(
        house.db, 1, flow_id, 1, 1, lambda flow: flow.model_copy(update={"menus": ()}), "Empty"
    )
    assert verdict(house, flow_id)[0] == "error"


def test_a_flow_that_connects_callers_is_judged_for_a_service_that_can(house):
    flow = starter("transfer", "en", "Bazar")
    assert any(isinstance(step, Connect) for menu in flow.menus for *_, step in menu.all_actions())
    assert verdict(house, save_flow(house.db, flow))[0] != "error"


def test_the_small_map_is_a_picture_that_browsers_keep_for_its_revision(house):
    flow_id = save_flow(house.db, SOUND)
    house.owner.get("/")
    src = re.search(rf'src="(/flows/{flow_id}/glance/map\.svg\?v=1)"', house.owner.text)[1]
    reply = house.owner.client.get(src)
    assert reply.mimetype == "image/svg+xml"
    assert "immutable" in reply.headers["Cache-Control"]
    assert "private" in reply.headers["Cache-Control"]
    drawing = ElementTree.fromstring(reply.data)
    boxes = [box.get("class") for box in drawing.iter("{http://www.w3.org/2000/svg}rect")]
    assert boxes.count("start") == 1


def test_many_flows_are_read_in_two_queries(house):
    for number in range(20):
        save_flow(house.db, SOUND.model_copy(update={"name": f"Flow {number}"}))
    asked = []
    known = [summary.id for summary in store.list_all(house.db, 1)]
    house.db.conn.set_trace_callback(asked.append)
    try:
        found = store.load_newest(house.db, 1, known)
    finally:
        house.db.conn.set_trace_callback(None)
    assert len(found) == len(known) >= 20
    assert sum(statement.startswith("SELECT") for statement in asked) <= 2
    assert store.load_newest(house.db, 2, known) == []
