"""The map and the script on pages of their own, the starters, and the format for developers."""

from __future__ import annotations

import html
import json
import re
import subprocess
import sys
from xml.etree import ElementTree

import pytest

from flows.checks import check
from flows.document import PRACTICE_RECORDING, Flow, GoTo, HangUp, Menu, Webhook
from flows.schema import speechcall_schema
from flows.script import as_text
from flows.starters import LANGUAGES
from flows.starters.shapes import SHAPES
from storage import flows as store
from tests.blueprints.conftest import STRANGER, VIEWER
from tests.helpers import ROOT, save_flow


def many(size: int) -> Flow:
    """Menus in a row, each with a way on, a way back and a way out."""

    def menu(number: int) -> Menu:
        keys = {
            "1": (GoTo(id=f"on{number}", menu=f"m{(number + 1) % size}"),),
            "2": (GoTo(id=f"jump{number}", menu=f"m{number * 7 % size}"),),
            "*": (HangUp(id=f"end{number}"),),
            "wrong": (HangUp(id=f"bye{number}"),),
        }
        return Menu(
            id=f"m{number}", name=f"Question {number + 1} & <more>", script="Hi.", keys=keys
        )

    return Flow(name="Big <survey>", menus=tuple(map(menu, range(size))))


def svg_of(page):
    """The drawing on a page, parsed as XML: it must be well formed."""
    return ElementTree.fromstring(re.search(r"<svg viewBox.*?</svg>", page, re.DOTALL)[0])


def links_of(drawing):
    """Every link of a drawing, with its words for screen readers."""
    return [(link.get("href"), link.findtext("title")) for link in drawing.iter("a")]


@pytest.fixture(scope="module")
def flow_id(house):
    return save_flow(house.db, many(12))


@pytest.mark.parametrize("where", ["/map?", "?tab=map&"])
def test_each_menu_and_key_on_the_map_leads_to_its_place(house, flow_id, where):
    house.owner.get(f"/flows/{flow_id}{where}menu=m3")
    links = links_of(svg_of(house.owner.text))
    names = [f"{number} Question {number} & <more>" for number in range(1, 13)]
    for number in range(12):
        place = f"/flows/{flow_id}?menu=m{number}"
        on, jump = (names[to % 12] for to in (number + 1, number * 7))
        second = f"goes to {jump}" if number * 7 % 12 != number else "says this again"
        assert links[5 * number : 5 * number + 5] == [
            (f"{place}&tab=map&view=edit", names[number]),
            (f"{place}&tab=map&view=edit", f"Key 1: goes to {on}"),
            (f"{place}&key=2&tab=map&view=edit", f"Key 2: {second}"),
            (f"{place}&key=star&tab=map&view=edit", "Key *: hangs up"),
            (f"{place}&key=wrong&tab=map&view=edit", "Anything else, or silence: hangs up"),
        ]


@pytest.mark.parametrize("where", ["/map", "?tab=map"])
def test_the_same_stands_there_as_a_list(house, flow_id, where):
    house.owner.get(f"/flows/{flow_id}{where}")
    outline = re.search(r'<details class="outline">.*', house.owner.text, re.DOTALL)[0]
    for number in range(12):
        assert f'href="/flows/{flow_id}?menu=m{number}&amp;tab=map&amp;view=edit"' in outline
    assert "(starts the call)" in outline


@pytest.mark.parametrize("size", [0, 1, 2, 12, 50, 200])
def test_a_map_of_any_size_is_drawn(house, size):
    its = save_flow(house.db, many(size))
    house.owner.get(f"/flows/{its}/map")
    assert house.owner.page.status_code == 200
    assert len(links_of(svg_of(house.owner.text))) == size * 5


@pytest.mark.parametrize("where", ["/map?", "?tab=map&"])
def test_the_way_of_a_call_is_drawn_over_the_map(house, flow_id, where):
    house.owner.get(f"/flows/{flow_id}{where}keys=1,1,*")
    groups = [group.get("class", "") for group in svg_of(house.owner.text).iter("g")]
    assert sum(name.startswith("m-move") for name in groups) == 3
    assert sum(" heard" in name for name in groups) == 3
    house.owner.get(f"/flows/{flow_id}{where}keys=*&start=5")
    assert svg_of(house.owner.text).find(".//g[@class='m-move']") is not None


def test_the_large_map_shows_the_same_call(house, flow_id):
    house.owner.get(f"/flows/{flow_id}?tab=map&keys=1&start=2")
    large = html.unescape(re.search(r'href="([^"]*)"[^>]*>Open large', house.owner.text)[1])
    house.owner.get(large)
    assert "m-move" in house.owner.text
    back = html.unescape(re.search(r'href="([^"]*)">Back to the editor', house.owner.text)[1])
    house.owner.get(back)
    assert 'aria-label="Map"' in house.owner.text and "m-move" in house.owner.text


def test_the_script_is_a_page_to_print(house, flow_id):
    house.owner.get(f"/flows/{flow_id}/script")
    page = house.owner.text
    assert [int(n) for n in re.findall(r"<h2[^>]*><b>(\d+)</b>", page)] == list(range(1, 13))
    assert page.count("* – hangs up") == 12
    assert "Approved by ____" in page
    assert "version 1" in page
    controls = re.sub(r'<span class="no-print.*?</span>', "", page, flags=re.DOTALL)
    assert "As text" in page and "As text" not in controls, "what is pressed is not printed"


def test_the_script_comes_as_text_too(house, flow_id):
    reply = house.owner.get(f"/flows/{flow_id}/script.txt")
    assert house.owner.text == as_text(store.load(house.db, 1, flow_id).flow)
    assert reply.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert reply.headers["Content-Disposition"] == f'attachment; filename="script-{flow_id}.txt"'


@pytest.mark.parametrize("path", ["map", "script", "script.txt"])
@pytest.mark.parametrize(("email", "status"), [(VIEWER, 200), (STRANGER, 404)])
def test_a_viewer_may_look_and_another_workspace_may_not(house, flow_id, path, email, status):
    assert house.somebody(email).get(f"/flows/{flow_id}/{path}").status_code == status


def test_no_secret_header_is_on_the_map_or_in_the_script(house):
    told = Webhook(id="w", url="https://a.example/", headers={"X-Token": "CANARY"})
    its = save_flow(house.db, Flow(name="F", menus=(Menu(id="a", keys={"1": (told,)}),)))
    for path in ("map", "script", "script.txt"):
        assert "CANARY" not in house.owner.get(f"/flows/{its}/{path}").get_data(as_text=True)


ALL = [(key, language) for key in SHAPES for language in LANGUAGES]


def codes(page):
    """The codes of the checks on the editor's page that can be mended there."""
    return re.findall(r'name="fix" value="\d+ (\w+) ', page)


def fixes(page):
    """Each fix on the page: its action and its fields."""
    action = re.search(r'<form[^>]* action="([^"]*/fix[^"]*)"', page)
    pressed = re.findall(r'name="fix" value="([^"]*)"', page)
    return [(html.unescape(action[1]), {"fix": html.unescape(fix)}) for fix in pressed]


@pytest.mark.parametrize(("key", "language"), ALL)
def test_a_starter_is_started_in_the_library_and_clean_once_its_recordings_are(
    house, key, language
):
    house.owner.get(f"/?language={language}")
    action = f"/flows/from/{language}/{key}"
    assert f'action="{action}"' in house.owner.text
    house.owner.post(action)
    flow_id = int(re.search(r"/flows/(\d+)", house.owner.page.request.path)[1])
    page = house.owner.text
    shown = re.findall(r'<li [^>]*class="(?:error|warning)">', page)
    assert set(codes(page)) <= {"missing_recording"}
    assert len(shown) == len(codes(page)), "whatever is found has its one-press fix"
    while "missing_recording" in codes(house.owner.text):
        where, fields = fixes(house.owner.text)[0]
        house.owner.post(where, **fields)
        assert house.owner.page.status_code == 200
    flow = store.load(house.db, 1, flow_id).flow
    left = {p.code for p in check(flow, target=SHAPES[key].target)} - {"not_for_target"}
    assert left <= {"practice_recording"}
    assert {menu.recording for menu in flow.menus} <= {"", PRACTICE_RECORDING}
    house.owner.get(f"{house.owner.page.request.full_path}&tab=json".replace("?&", "?"))
    assert "cannot carry this call flow yet" not in house.owner.text, "it can be sent"


@pytest.mark.parametrize(
    ("action", "status"),
    [
        ("/flows/from/de/survey", 404),
        ("/flows/from/en/nothing", 404),
        ("/flows/from/en/survey", 200),
    ],
)
def test_only_the_starters_that_exist_can_be_started(house, action, status):
    house.owner.get("/")
    house.owner.post(action)
    assert house.owner.page.status_code == status


def test_a_viewer_is_not_offered_any_starter(house):
    viewer = house.somebody(VIEWER)
    viewer.get("/?language=en")
    assert "Start from a template" not in viewer.text
    viewer.post("/flows/from/en/survey")
    assert viewer.page.status_code == 403


def test_the_format_is_served_to_everybody_as_the_command_prints_it(house):
    reply = house.app.test_client().get("/schema/speechcall.json")
    assert reply.status_code == 200
    assert reply.mimetype == "application/schema+json"
    printed = subprocess.run(
        [sys.executable, "-m", "flows", "schema"], cwd=ROOT, capture_output=True, check=True
    ).stdout
    assert json.loads(reply.get_data()) == json.loads(printed) == speechcall_schema()


def test_the_export_menu_leads_to_the_format(house, flow_id):
    house.owner.get(f"/flows/{flow_id}")
    assert 'href="/schema/speechcall.json"' in house.owner.text
