"""A new call flow: what is asked of a person first, and what is known already."""

import html

from flows.document import Flow, HangUp, Menu
from storage import connections
from storage import flows as store
from tests.helpers import save_flow

WHO = "Who is calling? Write the name or number that your service gave you."
FIRST = "First, write what the caller hears."


def newest(house):
    return store.load(house.db, 1, max(flow.id for flow in store.list_all(house.db, 1)))


def rename(house, name):
    house.db.execute("UPDATE workspaces SET name = ? WHERE id = 1", [name])
    house.db.conn.commit()


def test_a_new_flow_asks_one_thing_until_something_is_written(house):
    house.owner.get("/")
    house.owner.post("/flows", name="Fresh")
    stored = newest(house)
    page = html.unescape(house.owner.text)
    assert FIRST in page
    for complaint in ("Nothing is played here", "cut off without a word", "Every caller", WHO):
        assert complaint not in page.partition('class="side"')[0]
    house.owner.post(
        f"/flows/{stored.id}/menus/{stored.flow.menus[0].id}", script="Hello.", wait="5"
    )
    page = html.unescape(house.owner.text)
    assert FIRST not in page
    assert "cut off without a word" in page


def test_the_workspaces_name_is_the_sender_and_is_said_by_templates(house):
    for name, sender in (("ТОВ «Київська пекарня»", "Kyivska"), ("Bazar", "Bazar")):
        rename(house, name)
        house.owner.get("/")
        house.owner.post("/flows", name="Fresh")
        assert newest(house).flow.sender == sender
        house.owner.post("/flows/from/uk/appointment")
        made = newest(house).flow
        assert made.sender == sender
        assert f"Вас вітає {name}." in made.menus[0].script


def test_a_template_without_a_companys_name_says_where_to_write_it(house):
    rename(house, "")
    house.owner.get("/")
    house.owner.post("/flows/from/bg/survey")
    rename(house, "Bazar")
    assert "“[име на фирмата]” is still to be filled in" in house.owner.text


def test_a_connections_usual_sender_is_sender_enough(house):
    keys = {"1": (HangUp(id="s"),), "wrong": (HangUp(id="w"),)}
    menu = Menu(id="m", script="Press 1.", recording="ivr_1", keys=keys)
    flow_id = save_flow(house.db, Flow(name="No sender", menus=(menu,)))
    house.owner.get(f"/flows/{flow_id}")
    assert WHO in house.owner.text
    saved = {"base_url": "https://api.smsbat.com", "name": "Real"}
    connections.save(house.db, house.app.config["SECRET_BOX"], 1, service="voice_api",
                     sender="+380441234567", **saved)  # fmt: skip
    house.owner.get(f"/flows/{flow_id}")
    assert WHO in house.owner.text, "the sender of another service"
    connections.save(house.db, house.app.config["SECRET_BOX"], 1, service="speechcall",
                     sender="SESPCL", **saved)  # fmt: skip
    house.owner.get(f"/flows/{flow_id}")
    assert WHO not in house.owner.text
    exported = house.owner.client.get(f"/flows/{flow_id}/export/speechcall.json").json
    assert exported["messages"][0]["from"] == "SESPCL"
    house.owner.get(f"/flows/{flow_id}/call")
    assert "Cannot carry this call flow: Settings, sender: Who is calling?" in house.owner.text
