"""Headers that hold a secret: covered on the screen, and not lost when the step is saved."""

import html
import re

import pytest

from blueprints.secret_headers import COVERED
from flows.document import Flow, HangUp, Menu, Webhook
from storage import flows as store
from tests.helpers import save_flow

HEADERS = {"X-Press-One-Secret": "s3cret", "X-Plain": "shown", "Authorization": "Bearer t0p"}


@pytest.fixture
def save(house):
    """Open the step, send its form with some rows changed, and give the headers as they are."""
    told = Webhook(id="t", url="https://hooks.example.com/1", headers=HEADERS)
    menu = Menu(id="m", name="M", keys={"1": (told, HangUp(id="h"))})
    flow_id = save_flow(house.db, Flow(name="Secrets", sender="Bazar", menus=(menu,)))

    def send(**changed):
        house.owner.get(f"/flows/{flow_id}?menu=m&key=1&step=t")
        page = html.unescape(house.owner.text)
        assert "s3cret" not in page and "t0p" not in page and "shown" in page
        rows = dict(re.findall(r'name="(headers-\d-\w+)"[^>]*value="([^"]*)"', page))
        assert list(rows.values()).count(COVERED) == 2
        house.owner.post(
            f"/flows/{flow_id}/menus/m/steps/t",
            **{"kind": "webhook", "url": told.url, **rows, **changed},
        )
        return store.load(house.db, 1, flow_id).flow.menus[0].actions("1")[0].headers

    return send


@pytest.mark.parametrize(
    ("changed", "wanted"),
    [
        ({}, {}),
        ({"url": "https://hooks.example.com/2"}, {}),
        ({"headers-0-value": "new"}, {"X-Press-One-Secret": "new"}),
        ({"headers-1-value": "other"}, {"X-Plain": "other"}),
        ({"headers-3-name": "X-More", "headers-3-value": "1"}, {"X-More": "1"}),
    ],
)
def test_what_stays_covered_is_kept_and_what_is_typed_is_taken(save, changed, wanted):
    assert save(**changed) == {**HEADERS, **wanted}


def test_a_secret_follows_a_new_name_and_goes_with_its_row(save):
    headers = save(**{"headers-0-name": "X-Token", "headers-2-name": "", "headers-2-value": ""})
    assert headers == {"X-Token": "s3cret", "X-Plain": "shown"}


def test_a_refused_form_keeps_the_secret_covered(house, save):
    assert save(url="ftp://nowhere") == HEADERS
    assert house.owner.page.status_code == 422
    assert "s3cret" not in house.owner.text
    assert COVERED in html.unescape(house.owner.text)


def test_headers_are_folded_away_until_there_are_some(owner, db):
    tell = Webhook(id="w", url="https://hooks.example.com/")
    with_some = Webhook(id="x", url="https://hooks.example.com/", headers={"X-Shop": "7"})
    menu = Menu(id="a", name="A", script="Press 1.", keys={"1": (tell, with_some)})
    place = f"/flows/{save_flow(db, Flow(name='F', menus=(menu,)))}?menu=a&step="
    folded = re.compile(r'<details class="headers" id="step-headers">')
    opened = re.compile(r'<details class="headers" id="step-headers" open>')
    assert folded.search(owner.get(f"{place}w").text)
    assert opened.search(owner.get(f"{place}x").text)
    owner.post(
        "/flows/1/menus/a/steps/w?menu=a&step=w",
        kind="webhook",
        url="https://hooks.example.com/",
        **{"headers-0-name": "Bad name", "headers-0-value": "x"},
    )
    assert owner.page.status_code == 422
    assert opened.search(owner.text)
