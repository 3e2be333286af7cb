"""The library: what each call flow looks like, and what the checks say of it."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from flows.document import Connect, Flow, GoTo, HangUp, Menu, SaveAnswer, Webhook
from flows.starters import starter
from storage import answers, calls, shelves
from storage import flows as store
from tests.blueprints.conftest import VIEWER
from tests.helpers import save_flow

END = (HangUp(id="end"),)


def one_menu(**keys):
    menu = Menu(id="m", name="Hello", script="Press 1.", recording="ivr_1", keys=keys)
    return Flow(name="One", sender="Bazar", menus=(menu,))


def verdict(house, flow_id):
    """What the library says of a flow, and how it colours it."""
    house.owner.get("/")
    found = re.search(
        rf'<a class="verdict (\w+)" href="/flows/{flow_id}[^"]*">([^<]+)</a>', house.owner.text
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
    flow_id = save_flow(house.db, flow)
    assert verdict(house, flow_id)[0] != "error"
    house.owner.get(f"/flows/{flow_id}")
    assert "Checks for Voice API" in house.owner.text
    assert (
        "SpeechCall does not have all that this call flow uses; Voice API has." in house.owner.text
    )
    house.owner.get(f"/flows/{flow_id}?target=speechcall")
    assert "Checks for SpeechCall" in house.owner.text
    own = rf'href="/flows/{flow_id}\?menu=[^"&]*#checks">Voice API'
    assert re.search(own, house.owner.text), "the way back to its own service"


def test_one_that_connects_and_saves_answers_too_is_judged_for_the_service_that_has_both(house):
    steps = (SaveAnswer(id="s", name="day", value="1"), Connect(id="c", number="+380441234567"))
    flow_id = save_flow(house.db, one_menu(**{"1": steps}))
    verdict(house, flow_id)
    house.owner.get(f"/flows/{flow_id}")
    assert "Checks for Infobip" in house.owner.text


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


def card(house, flow_id, shelf=""):
    """What a part of the library shows of a flow, or None."""
    house.owner.get(f"/?shelf={shelf}")
    found = re.search(
        rf'<li class="card[^"]*" id="flow-{flow_id}">.*?</li>', house.owner.text, re.S
    )
    return found and found[0]


def noted(house):
    """The newest line of the log: what was done, and to what."""
    row = next(house.db.query("SELECT what, about FROM audit ORDER BY id DESC LIMIT 1"))
    return row["what"], row["about"]


def test_an_archived_flow_is_found_under_archived_and_restored_by_one_press(house):
    flow_id = save_flow(house.db, SOUND.model_copy(update={"name": "Old"}))
    house.owner.get("/")
    house.owner.post(f"/flows/{flow_id}/archive")
    assert "“Old” was archived." in house.owner.text
    assert f'action="/flows/{flow_id}/unarchive"' in house.owner.text
    assert noted(house) == ("flow_archived", "Old")
    assert card(house, flow_id) is None
    assert "Archived (1)" in house.owner.text
    assert house.owner.get(f"/flows/{flow_id}").status_code == 200
    assert "Restore" in card(house, flow_id, "archived")
    house.owner.post(f"/flows/{flow_id}/unarchive")
    assert noted(house) == ("flow_unarchived", "Old")
    assert card(house, flow_id)
    assert "Archived (" not in house.owner.text


def test_a_deleted_flow_says_how_long_it_is_kept_and_undo_brings_it_back(house):
    flow_id = save_flow(house.db, SOUND.model_copy(update={"name": "Gone"}))
    house.owner.get("/")
    house.owner.post(f"/flows/{flow_id}/delete")
    assert "“Gone” was deleted. It is kept for 30 days, then erased." in house.owner.text
    assert re.search(rf'action="/flows/{flow_id}/restore".*?<button>Undo', house.owner.text, re.S)
    assert noted(house) == ("flow_deleted", "Gone")
    assert "erased on" in card(house, flow_id, "deleted")
    assert "erased 30 days after" in house.owner.text
    house.owner.post(f"/flows/{flow_id}/restore")
    assert "“Gone” is back, with its history." in house.owner.text
    assert noted(house) == ("flow_restored", "Gone")
    assert card(house, flow_id)


def test_an_erased_flow_cannot_be_brought_back_and_nothing_is_noted(house):
    flow_id = save_flow(house.db, SOUND)
    store.delete(house.db, 1, flow_id)
    shelves.erase(house.db, 1, "9999")
    before = noted(house)
    house.owner.get("/")
    assert house.owner.post(f"/flows/{flow_id}/restore").status_code == 404
    assert noted(house) == before


def test_calls_and_answers_of_an_erased_flow_keep_working(house):
    flow_id = save_flow(house.db, SOUND.model_copy(update={"name": "Erased one"}))
    call = calls.NewCall(
        workspace_id=1, origin="app", nonce="erased", flow_id=flow_id, flow_revision=1,
        flow_name="Erased one", service="speechcall", to_number="+380501234567", sender="",
        request_path="/", request="{}", state="accepted", message_id="erased-mid",
    )  # fmt: skip
    call_id = calls.add(house.db, call, [])[0].id
    answer = answers.Answer("erased-mid", "s", "Day", "Monday", "", "+380501234567")
    answers.receive(house.db, 1, answer)
    store.delete(house.db, 1, flow_id)
    assert shelves.erase(house.db, 1, "9999") == 1
    shown = (f"/calls/{call_id}", f"/calls?flow={flow_id}", "/answers", f"/answers/flows/{flow_id}")
    for path in shown:
        assert house.owner.get(path).status_code == 200, path
        assert "Erased one" in house.owner.text, path
    assert house.owner.get(f"/flows/{flow_id}").status_code == 404


def test_a_duplicate_has_its_own_name_and_its_own_history(house):
    flow_id = save_flow(house.db, SOUND.model_copy(update={"name": "Twice"}))
    house.owner.get("/")
    for name in ("Twice (copy)", "Twice (copy 2)"):
        house.owner.post(f"/flows/{flow_id}/duplicate-flow")
        assert "This is a copy of “Twice”." in house.owner.text
        copy = next(one for one in store.list_all(house.db, 1) if one.name == name)
        assert store.load(house.db, 1, copy.id).flow.menus == SOUND.menus
        assert copy.revision == 1
        house.owner.get("/")


WRITTEN = Flow(
    name="Доставка",
    menus=(
        Menu(id="a", name="Вітання", script="Ваше <b>замовлення</b> вже їде", recording="ivr_777",
             keys={"1": (SaveAnswer(id="s", name="зручний день"),),
                   "*": (Webhook(id="w", url="https://shop.example/hook"),),
                   "wrong": (Connect(id="c", number="+380441112233"),)}),
    ),
)  # fmt: skip

FOUND = [
    ("ДОСТАВКА", "?menu=a&amp;ask=settings#flow-name", "Доставка"),
    ("вітання", "?menu=a#name", "Вітання"),
    ("ЗАМОВЛЕННЯ", "?menu=a#script", "замовлення"),
    ("ivr_777", "?menu=a#recording", "ivr_777"),
    ("День", "?menu=a&amp;step=s#step-name", "день"),
    ("shop.EXAMPLE", "?menu=a&amp;key=star&amp;step=w#step-url", "shop.example"),
    ("441112233", "?menu=a&amp;key=wrong&amp;step=c#step-number", "441112233"),
]


@pytest.mark.parametrize(("typed", "address", "marked"), FOUND)
def test_the_search_leads_to_the_very_control(house, typed, address, marked):
    flow_id = save_flow(house.db, WRITTEN)
    house.owner.get(f"/?q={typed}")
    wanted = rf'<a href="/flows/{flow_id}{re.escape(address)}">.*?<mark>{marked}</mark>'
    if marked == "Доставка":
        wanted = wanted.replace(re.escape("?menu=a&amp;"), re.escape("?"))
    assert re.search(wanted, house.owner.text, re.S)
    anchor = address.partition("#")[2]
    page = house.owner.get(f"/flows/{flow_id}{address.partition('#')[0].replace('&amp;', '&')}")
    assert f'id="{anchor}"' in page.get_data(as_text=True)
    store.delete(house.db, 1, flow_id)


def test_what_was_written_is_shown_as_words_never_as_a_page(house):
    flow_id = save_flow(house.db, WRITTEN)
    house.owner.get("/?q=замовлення")
    assert "&lt;b&gt;<mark>замовлення</mark>&lt;/b&gt;" in house.owner.text
    store.delete(house.db, 1, flow_id)


def test_a_search_that_finds_nothing_says_so_and_keeps_what_was_typed(house):
    house.owner.get('/?q=<nowhere "at all">')
    assert "Nothing found" in house.owner.text
    assert 'value="&lt;nowhere &#34;at all&#34;&gt;"' in house.owner.text


def test_viewers_search_and_see_but_move_nothing(house):
    flow_id = save_flow(house.db, WRITTEN)
    viewer = house.somebody(VIEWER)
    viewer.get("/?q=зручний")
    assert f'href="/flows/{flow_id}?menu=a#step-s"' in viewer.text
    viewer.get("/?shelf=deleted")
    assert "Bring it back" not in viewer.text
    viewer.get("/")
    assert "Archive" not in viewer.text.replace("Archived", "") and "Duplicate" not in viewer.text
    store.delete(house.db, 1, flow_id)
