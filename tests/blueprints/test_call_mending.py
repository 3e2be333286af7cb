"""What is in the way of a test call is mended on its own pages."""

from __future__ import annotations

import html
import re

import pytest

from blueprints.test_call import FIRST_NUMBER
from flows.checks import check
from flows.document import PRACTICE_RECORDING, Connect, Flow, GoTo, HangUp, Menu, Webhook
from flows.edits import move_menu, set_actions
from storage import flows as flow_store
from tests.blueprints.ringing import mends, practice, two_menus
from tests.helpers import save_flow

NUMBER = "+380501234567"


@pytest.mark.parametrize("starter", ["survey", "appointment", "order", "verification"])
def test_a_starter_is_made_ready_to_ring_where_the_test_call_says_what_it_lacks(house, starter):
    house.owner.get("/")
    house.owner.post(f"/flows/from/en/{starter}")
    flow_id = int(re.search(r"/flows/(\d+)", house.owner.page.request.path)[1])
    house.owner.get(f"/flows/{flow_id}/call?number=%2B15055550107")
    assert "There is no recording to play here yet" in house.owner.text
    action, fields = mends(house.owner.text)[0]
    house.owner.post(action, **fields)
    assert house.owner.page.request.path == f"/flows/{flow_id}/call"
    assert "That was mended." in house.owner.text
    assert "This call flow cannot be sent yet." not in house.owner.text
    assert 'value="+15055550107"' in html.unescape(house.owner.text), "the number stays typed"
    assert re.search(r'<button class="call">Go on', house.owner.text)
    house.owner.post(f"/flows/{flow_id}/call", number="+15055550107",
                     connection=practice(house.db, "speechcall"))  # fmt: skip
    assert "Ring this number" in house.owner.text


def test_a_repair_that_somebody_else_made_already_changes_nothing(house):
    house.owner.get("/")
    house.owner.post("/flows/from/en/survey")
    flow_id = int(re.search(r"/flows/(\d+)", house.owner.page.request.path)[1])
    house.owner.get(f"/flows/{flow_id}/call")
    action, fields = mends(house.owner.text)[0]
    house.owner.post(action, **fields)
    mended = flow_store.load(house.db, 1, flow_id)
    code, mark = fields["fix"].split()[1:]
    for fix in (fields["fix"], "", "0", f"99999 {code} {mark}", f"a {code} {mark}", f"0 {code} x"):
        house.owner.post(action, **{**fields, "fix": fix})
        assert house.owner.page.status_code == 200
        assert "That was mended." not in house.owner.text
    assert flow_store.load(house.db, 1, flow_id) == mended


def rows(size):
    """Menus in a row, with a way on, and nothing to play yet."""
    return tuple(
        Menu(id=f"m{n}", name=f"Menu {n + 1}", script="Press 1.", keys={
            "1": (GoTo(id=f"g{n}", menu=f"m{n + 1}"),) if n < size - 1 else (HangUp(id=f"h{n}"),),
            "wrong": (HangUp(id=f"w{n}"),),
        })
        for n in range(size)
    )  # fmt: skip


@pytest.mark.parametrize(
    ("size", "sender"), [(1, "Bazar"), (3, "Bazar"), (8, "Bazar"), (3, ""), (8, "")]
)
def test_of_two_services_the_one_is_shown_that_buttons_make_able(house, size, sender):
    flow_id = save_flow(house.db, Flow(name="Row", sender=sender, menus=rows(size)))
    house.owner.get(f"/flows/{flow_id}/call")
    assert "in the way of a call over Practice (SpeechCall)" in house.owner.text
    action, fields = mends(house.owner.text)[-1]
    house.owner.post(action, **fields)
    assert {menu.recording for menu in flow_store.load(house.db, 1, flow_id).flow.menus} == {
        PRACTICE_RECORDING
    }


def test_a_repair_mends_the_menu_that_it_stood_beside_wherever_that_is_by_now(house):
    nowhere = {menu.id: (GoTo(id=f"x{menu.id}", menu=""),) for menu in rows(2)}
    menus = [
        menu.model_copy(update={"keys": {**menu.keys, "2": nowhere[menu.id]}}) for menu in rows(2)
    ]
    flow_id = save_flow(house.db, Flow(name="Two", sender="Bazar", menus=tuple(menus)))
    house.owner.get(f"/flows/{flow_id}/call")
    pressed = [one for one in mends(house.owner.text) if "missing_target" in one[1]["fix"]]
    assert len(pressed) == 2
    stored = flow_store.load(house.db, 1, flow_id)
    flow_store.edit(house.db, 1, flow_id, 1, stored.revision, lambda f: move_menu(f, "m1", 0))
    action, fields = pressed[0]
    house.owner.post(action, **fields)
    flow = flow_store.load(house.db, 1, flow_id).flow
    assert [menu.id for menu in flow.menus] == ["m1", "m0"]
    assert isinstance(flow.menu("m0").actions("2")[0], HangUp), "its button stood beside this one"
    assert isinstance(flow.menu("m1").actions("2")[0], GoTo)


def test_a_repair_leaves_alone_what_somebody_else_put_there_meanwhile(house):
    said = rows(1)[0].model_copy(update={"script": "Press 1, or press 2 to stop."})
    flow_id = save_flow(house.db, Flow(name="Said", sender="Bazar", menus=(said,)))
    house.owner.get(f"/flows/{flow_id}")
    pressed = re.search(r'value="(0 announced_key_empty \w+)"', house.owner.text)
    assert pressed, "a key is announced and does nothing"
    stored = flow_store.load(house.db, 1, flow_id)
    theirs = HangUp(id="theirs")
    flow_store.edit(house.db, 1, flow_id, 1, stored.revision,
                    lambda f: set_actions(f, "m0", "2", (theirs,)))  # fmt: skip
    house.owner.post(f"/flows/{flow_id}/fix", fix=pressed[1])
    assert flow_store.load(house.db, 1, flow_id).flow.menus[0].actions("2") == (theirs,)
    assert "That was mended." not in house.owner.text


def test_of_two_headers_that_may_not_be_sent_the_one_is_removed_that_was_pressed(house):
    told = Webhook(id="t", url="https://a.example/",
                   headers={"Host": "x", "Content-Length": "7"})  # fmt: skip
    menu = rows(1)[0].model_copy(update={"keys": {"1": (told, HangUp(id="h"))}})
    flow_id = save_flow(house.db, Flow(name="Headers", sender="Bazar", menus=(menu,)))
    house.owner.get(f"/flows/{flow_id}")
    ids = re.findall(r'id="(check-header_forbidden-\w+)"', house.owner.text)
    assert len(set(ids)) == len(ids) == 2
    second = re.findall(r'value="(0 header_forbidden \w+)"', house.owner.text)[1]
    house.owner.post(f"/flows/{flow_id}/fix", fix=second)
    left = flow_store.load(house.db, 1, flow_id).flow.menus[0].actions("1")[0].headers
    assert left == {"Host": "x"}


def test_a_number_typed_before_the_repair_stays_and_else_the_last_one_is_offered(house):
    flow_id = save_flow(house.db, Flow(name="Row", sender="Bazar", menus=rows(3)))
    house.owner.get(f"/flows/{flow_id}/call")
    action, fields = mends(house.owner.text)[-1]
    assert fields["number"] == FIRST_NUMBER
    house.owner.post(action, **{**fields, "number": "+1 505 555 01"})
    assert 'value="+1 505 555 01"' in house.owner.text
    house.owner.post(action, **fields)
    assert house.owner.page.request.query_string == b"", "the page offers what it would offer"
    house.owner.post(action, **{**fields, "number": "1" * 60_000})
    assert len(house.owner.page.request.query_string) < 300


def test_a_flow_that_only_a_service_without_a_connection_can_carry_says_so(house):
    two = (
        *rows(1),
        rows(2)[1].model_copy(update={"keys": {"9": (Connect(id="c", number=NUMBER),)}}),
    )
    flow_id = save_flow(house.db, Flow(name="Two", sender="Bazar", menus=two))
    house.owner.get(f"/flows/{flow_id}/call")
    assert (
        "Infobip has all that this call flow uses, but there is no connection to it"
        in house.owner.text
    )
    assert 'href="/connections/new/infobip"' in house.owner.text
    carried = save_flow(house.db, Flow(name="Row", sender="Bazar", menus=rows(3)))
    house.owner.get(f"/flows/{carried}/call")
    assert "has all that this call flow uses" not in house.owner.text


def test_a_sender_of_the_connections_own_is_not_said_to_be_mended(house):
    flow_id = save_flow(house.db, Flow(name="Row", menus=rows(1)))
    voice = practice(house.db, "voice_api")
    house.db.execute("UPDATE connections SET sender = 'Bazar' WHERE id = ?", [voice])
    house.db.conn.commit()
    house.owner.get(f"/flows/{flow_id}/call")
    sent = Flow(name="Row", sender="Bazar", menus=rows(1))
    (problem,) = [p for p in check(sent, target="voice_api") if p.place.field == "sender"]
    house.owner.post(f"/flows/{flow_id}/call/mend", fix=f"0 {problem.code} {problem.mark}",
                     connection=voice, number="+15055550107")  # fmt: skip
    assert "That was mended." not in house.owner.text
    assert "The sender is the connection’s own" in html.unescape(house.owner.text)
    assert flow_store.load(house.db, 1, flow_id).revision == 1


def test_a_repair_is_for_the_service_that_the_page_showed(house):
    menu = rows(1)[0].model_copy(update={"keys": {"1": (HangUp(id="h"),)}})
    flow_id = save_flow(house.db, Flow(name="Row", sender="Bazar", menus=(menu,)))
    house.owner.get(f"/flows/{flow_id}")
    fix = re.search(r'value="(0 missing_wrong \w+)"', house.owner.text)[1]
    shown = re.search(r'name="target" value="(\w*)"', house.owner.text)[1]
    assert shown == "speechcall"
    theirs = (Connect(id="c", number=NUMBER),)
    flow_store.edit(house.db, 1, flow_id, 1, 1, lambda f: set_actions(f, "m0", "2", theirs))
    house.owner.post(f"/flows/{flow_id}/fix", fix=fix, target=shown)
    (menu,) = flow_store.load(house.db, 1, flow_id).flow.menus
    assert [step.kind for step in menu.actions("wrong")] == ["repeat", "hangup"]
    assert "Checks for Infobip" in house.owner.text, "it has a repeat and a connection"


def notices_undo(text):
    """The address of the button that takes the notice's deed back."""
    found = re.search(r'<form method="post" action="([^"]+)">(?:(?!</form>).)*<button>Undo', text)
    assert found, "a notice that can be undone"
    return html.unescape(found[1])


def test_a_repair_can_be_taken_back_where_it_was_made(house):
    flow_id = save_flow(house.db, Flow(name="Row", sender="Bazar", menus=rows(3)))
    house.owner.get(f"/flows/{flow_id}/call")
    action, fields = mends(house.owner.text)[-1]
    house.owner.post(action, **{**fields, "number": "+1 505 555 0107"})
    mended = flow_store.load(house.db, 1, flow_id)
    house.owner.post(notices_undo(house.owner.text))
    assert house.owner.page.request.path == f"/flows/{flow_id}/call"
    assert 'value="+1 505 555 0107"' in house.owner.text, "the number stays typed"
    assert "This call flow cannot be sent yet." in house.owner.text
    now = flow_store.load(house.db, 1, flow_id)
    assert (now.revision, now.flow.menus) == (mended.revision + 1, rows(3))


def test_what_somebody_else_changed_meanwhile_is_not_taken_back(house):
    flow_id = save_flow(house.db, Flow(name="Row", sender="Bazar", menus=rows(3)))
    house.owner.get(f"/flows/{flow_id}/call")
    action, fields = mends(house.owner.text)[-1]
    house.owner.post(action, **fields)
    undo, mended = notices_undo(house.owner.text), flow_store.load(house.db, 1, flow_id)
    flow_store.edit(house.db, 1, flow_id, 1, mended.revision, lambda f: move_menu(f, "m1", 0))
    theirs = flow_store.load(house.db, 1, flow_id)
    house.owner.post(undo)
    assert "The call flow was changed meanwhile, so nothing was taken back." in house.owner.text
    assert flow_store.load(house.db, 1, flow_id) == theirs


@pytest.mark.parametrize(
    ("asked", "status"),
    [("", 404), ("?revision=x&connection=1", 404), ("?revision=1", 404),
     ("?revision=2&connection=1", 404), ("?revision=1&connection=1", 200)],
)  # fmt: skip
def test_an_address_of_undo_that_was_made_up_takes_nothing_back(house, asked, status):
    flow_id = save_flow(house.db, Flow(name="Row", sender="Bazar", menus=rows(3)))
    before = flow_store.load(house.db, 1, flow_id)
    house.owner.post(f"/flows/{flow_id}/call/mend/undo{asked}")
    assert house.owner.page.status_code == status
    assert flow_store.load(house.db, 1, flow_id) == before


def test_a_connection_that_cannot_carry_the_flow_is_never_the_chosen_one(house):
    flow_id = save_flow(house.db, two_menus("Chosen", 1000))
    voice = practice(house.db, "voice_api")
    house.owner.get(f"/flows/{flow_id}/call?connection={voice}")
    chosen = re.findall(r'<input type="radio"[^>]*value="(\d+)" checked', house.owner.text)
    assert chosen == [practice(house.db, "speechcall")]
