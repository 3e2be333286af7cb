"""What the editor keeps between pages is kept for one language, one root and one state each."""

import re

import pytest
from werkzeug.datastructures import MultiDict
from wtforms import SelectField

from blueprints import editor_parts
from blueprints.fields import OurForm
from blueprints.languages import LANGUAGES
from flows.document import Flow, GoTo, HangUp, Menu
from tests.helpers import save_flow

PLACES = 70
"""More than the editor remembers the lists of."""


def flow_of(count):
    last = {"1": (HangUp(id="h"),)}
    menus = [
        Menu(id=f"m{n}", name=f"Menu {n}", script="Press 1.", recording="ivr_1",
             keys={"1": (GoTo(id=f"g{n}", menu=f"m{n + 1}"),)} if n + 1 < count else last)
        for n in range(count)
    ]  # fmt: skip
    return Flow(name="Delivery", sender="Bazar", menus=tuple(menus))


@pytest.fixture
def flow_id(db):
    return save_flow(db, flow_of(3))


def speaks(owner, db, language):
    db.execute("UPDATE people SET language = ?", (language,))
    db.commit()
    return owner


def without_token(page):
    """A page; its token tells the second in which it was made."""
    return re.sub(r'name="csrf_token" value="[^"]*"', "", page)


def test_everybody_reads_the_list_and_the_checks_in_their_own_language(owner, db, flow_id):
    found = {}
    for language in ("en", "uk", "bg", "en"):
        page = speaks(owner, db, language).get(f"/flows/{flow_id}").text
        found.setdefault(language, []).append(re.findall(r"<small>([^<]* · [^<]*)</small>", page))
    assert found["en"][0][0] == "starts the call · 1 key"
    assert found["en"][0] == found["en"][1]
    assert len({notes[0][0] for notes in found.values()}) == 3


def test_a_page_below_another_root_leads_there(owner, flow_id):
    addresses = r'(?:href|action|formaction|src)="(/(?!pre)[^"]*)"'
    plain = owner.get(f"/flows/{flow_id}").text
    below = owner.client.get(f"/flows/{flow_id}", environ_overrides={"SCRIPT_NAME": "/pre"}).text
    assert re.search(addresses, plain)
    assert not re.findall(addresses, below)
    again = owner.get(f"/flows/{flow_id}").text
    assert without_token(again) == without_token(plain)


def test_more_places_than_are_remembered_leave_no_second_copies(owner, db):
    flow_id = save_flow(db, flow_of(PLACES))
    editor_parts.SHELF.clear()
    kept = []
    for _round in range(2):
        for place in range(PLACES):
            owner.get(f"/flows/{flow_id}?menu=m{place}")
        kept.append(len(editor_parts.SHELF))
    assert kept[0] == kept[1]


def test_what_is_remembered_has_an_end_however_long_an_address_is(owner, flow_id, monkeypatch):
    monkeypatch.setattr(editor_parts, "REMEMBERED", 200_000)
    editor_parts.SHELF.clear()
    for number in range(40):
        owner.get(f"/flows/{flow_id}?menu=m0&step={number}{'x' * 3000}")
    assert 0 < editor_parts.SHELF.characters <= 200_000
    assert len(editor_parts.SHELF) > 1


MARK = re.compile(r'data-part="(\w+)"')


def test_what_one_browser_has_is_left_out_for_it_alone(owner, flow_id):
    editor_parts.SHELF.clear()
    whole = owner.get(f"/flows/{flow_id}").text
    everything = " ".join(mark for _html, mark in editor_parts.SHELF._made.values())
    editor_parts.SHELF.clear()
    owner.client.get(f"/flows/{flow_id}", headers={"X-Parts": everything})
    again = owner.get(f"/flows/{flow_id}").text
    assert MARK.findall(again) == MARK.findall(whole)
    assert without_token(again) == without_token(whole)


def test_a_menu_with_an_error_and_a_warning_shows_the_error(owner, db):
    menu = Menu(id="m0", name="Hello", script="Press 2.", keys={"1": (GoTo(id="g", menu="gone"),)})
    page = owner.get(f"/flows/{save_flow(db, Flow(name='D', menus=(menu,)))}").text
    assert re.search(r'class="warning"', page) and re.search(r'class="error"', page)
    assert re.search(r'id="rail-m0".*?<i class="dot error"', page, re.S)


class Choice(OurForm):
    chosen = SelectField(choices=["this"])


def test_what_wtforms_says_is_said_in_the_language_of_the_page(owner):
    said = []
    for language in LANGUAGES:
        with owner.client.application.test_request_context(headers={"Accept-Language": language}):
            form = Choice(MultiDict({"chosen": "that"}), meta={"csrf": False})
            assert not form.validate()
            said += form.chosen.errors
    assert said[0] == "Not a valid choice."
    assert len(set(said)) == len(LANGUAGES)


def test_every_part_has_a_name_by_which_it_is_found_in_the_page(owner, db):
    flow_id = save_flow(db, Flow(name="F", menus=(Menu(id="a", script="Press 1."),)))
    owner.get(f"/flows/{flow_id}?menu=a")
    parts = re.findall(r"<\w+ [^>]*data-part=[^>]*>", owner.text)
    assert len(parts) >= 7
    assert [part for part in parts if not re.search(r' id="[\w-]+"', part)] == []
