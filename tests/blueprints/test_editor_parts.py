"""What the editor costs: parts that did not change are not sent again, and few questions asked."""

import re

import pytest

from flows.document import Flow, HangUp, Menu
from storage import flows as store
from tests.helpers import save_flow

MENUS = 30
MOST_FOR_A_PAGE = 8
MOST_FOR_AN_EDIT = 16


@pytest.fixture
def flow_id(db):
    hang_up = {"1": (HangUp(id="h"),)}
    menus = tuple(
        Menu(id=f"m{n}", name=f"Menu {n}", script="Press 1.", recording="ivr_1", keys=hang_up)
        for n in range(MENUS)
    )
    return save_flow(db, Flow(name="Delivery", sender="Bazar", menus=menus))


def marks(page):
    """The parts of a page: mark -> whether it was left out."""
    return {mark: bool(held) for mark, held in re.findall(r'data-part="(\w+)"( data-held)?', page)}


@pytest.fixture
def change(owner, flow_id):
    """Edit the first menu as a browser with scripts does that has some parts; gives the reply."""
    owner.get(f"/flows/{flow_id}")

    def send(parts=(), at="", **fields):
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', owner.text)[1]
        revision = re.search(r'name="revision"[^>]*value="(\d+)"', owner.text)[1]
        form = {"csrf_token": token, "revision": revision, "name": "Menu 0", "wait": "10",
                "recording": "ivr_1", "script": "Press 1.", **fields}  # fmt: skip
        headers = {"HX-Request": "true", "X-Parts": " ".join(parts), "HX-Current-URL": at}
        return owner.client.post(f"/flows/{flow_id}/menus/m0", data=form, headers=headers)

    return send


def test_an_edit_is_answered_with_the_page_and_its_address(change, db, flow_id):
    reply = change(script="Press 1, please.")
    assert reply.status_code == 200
    assert reply.headers["HX-Push-Url"] == f"/flows/{flow_id}?menu=m0"
    assert "Press 1, please." in reply.text
    assert store.load(db, 1, flow_id).flow.menus[0].script == "Press 1, please."


def test_an_edit_that_stays_at_its_address_adds_no_step_to_go_back_to(change, flow_id):
    here = f"http://localhost/flows/{flow_id}?menu=m0#script"
    assert change(at=here).headers["HX-Push-Url"] == "false"
    for elsewhere in (f"{flow_id}?menu=m0&key=2", f"{flow_id}1?menu=m0", f"{flow_id}/map?menu=m0"):
        reply = change(at=f"http://localhost/flows/{elsewhere}")
        assert reply.headers["HX-Push-Url"] == f"/flows/{flow_id}?menu=m0"


def test_what_a_browser_has_already_is_not_sent_again(change, owner):
    first = change(script="Press 1, please.")
    reply = change(marks(first.text), script="Press 1, thanks.", revision="2")
    assert len(marks(reply.text)) == 7
    assert set(marks(reply.text).values()) == {True}
    assert "Menu 29" not in reply.text and "Hang up</button>" not in reply.text
    assert len(reply.text) < len(owner.text) / 2


def test_a_part_that_stays_is_told_what_its_forms_are_about_now(change, owner, flow_id):
    first = change(script="Press 1, please.")
    reply = change(marks(first.text), script="Press 1, thanks.", revision="2")
    assert set(re.findall(r'data-held="(\d+)"', reply.text)) == {"3", "0"}
    whole = owner.get(f"/flows/{flow_id}").text
    assert set(re.findall(r'name="revision" value="(\d+)"', whole)) == {"3"}
    assert "<!--" not in whole


def test_what_an_edit_changes_is_sent_though_the_browser_has_the_old_one(change, owner):
    reply = change(marks(owner.text), name="Another name")
    assert [mark for mark, held in marks(reply.text).items() if not held]
    assert "Menu 29" in reply.text
    assert reply.text.count("Another name") >= 2


def test_a_browser_that_names_nothing_gets_the_whole_page(change):
    assert not any(marks(change(script="Press 1, please.").text).values())


@pytest.fixture
def asked(app):
    """What the next requests ask of the database."""
    pool, found = app.extensions["press_one_databases"], []
    db = pool.take()
    db.conn.set_trace_callback(found.append)
    pool.give(db)
    return found


def test_a_page_asks_few_questions(owner, flow_id, asked):
    owner.get(f"/flows/{flow_id}")
    asked.clear()
    owner.get(f"/flows/{flow_id}")
    assert 0 < len(asked) <= MOST_FOR_A_PAGE, "\n".join(asked)


def test_an_edit_and_its_page_ask_few_questions(change, asked):
    asked.clear()
    assert change(script="Press 1, please.").status_code == 200
    assert 0 < len(asked) <= MOST_FOR_AN_EDIT, "\n".join(asked)
