"""Nothing is wider than a phone's screen, however long the words are that people typed."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from flows import call as engine
from flows.document import Connect, Flow, GoTo, HangUp, Menu, SaveAnswer, Webhook
from flows.journeys import record
from storage import calls, journeys
from storage import flows as store
from storage.db import open_db
from tests.helpers import OWNER, PASSWORD, Served, start_server

LONG = "Непреривнедовжелезнеслово" * 5
WIDTH = 390
"""Pixels of a usual phone."""


@dataclass(frozen=True)
class Long:
    """The app with one call flow, one call and one kept test, all of long unbroken words."""

    served: Served
    flow_id: int
    call_id: int


def long_flow() -> Flow:
    """Every text that people type, as long as it may be without a space."""
    url = f"https://hooks.example.com/{'a' * 200}"
    steps = (
        SaveAnswer(id="s", name="n" * 80, value="v" * 200),
        Webhook(id="w", url=url, body={"b" * 100: "c" * 200}, headers={"X-" + "h" * 80: "i" * 80}),
        GoTo(id="g", menu="b"),
    )
    menu = Menu(id="a", name=LONG[:120], script=LONG * 3, recording=url, keys={"1": steps})
    connect = (Connect(id="c", number="+380501234567"),)
    last = Menu(id="b", name=LONG[:120], script=LONG, recording="r" * 200,
                keys={"1": (HangUp(id="h"),), "2": connect})  # fmt: skip
    return Flow(name=LONG[:120], sender="S" * 64, text="t" * 200, menus=(menu, last))


@pytest.fixture(scope="module")
def long(first_day: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Long]:
    """Served for all screens."""
    folder = tmp_path_factory.mktemp("width")
    data = Path(shutil.copytree(first_day, folder / "data"))
    db = open_db(data / "press-one.sqlite3")
    flow = long_flow()
    flow_id = store.create(db, 1, 1, flow, "Start")
    journeys.add(db, 1, flow_id, 1, record(engine.replay(flow, ["1", "1"]), LONG[:120]))
    call = calls.NewCall(
        workspace_id=1, origin="app", nonce="long", flow_id=flow_id, flow_revision=1,
        flow_name=flow.name, service="speechcall", to_number="+380501234567", sender=flow.sender,
        request_path="/bat/messagelist", request='{"text": "' + "x" * 300 + '"}', state="queued",
    )  # fmt: skip
    call_id = calls.add(db, call, [])[0].id
    db.close()
    url, process = start_server(data, folder / "log")
    yield Long(Served(url, data, process, folder / "log", ""), flow_id, call_id)
    process.terminate()
    process.wait(10)


@contextmanager
def phone(chromium: Browser, long: Long, locale: str) -> Iterator[Page]:
    """The owner's phone, in a language."""
    context = chromium.new_context(
        base_url=long.served.url, viewport={"width": WIDTH, "height": 800}, locale=locale
    )
    page = context.new_page()
    page.goto("/login")
    page.locator("#email").fill(OWNER)
    page.locator("#password").fill(PASSWORD)
    page.locator("#password").press("Enter")
    expect(page.locator(".sections")).to_be_visible()
    yield page
    context.close()


@pytest.fixture(scope="module")
def narrow(chromium: Browser, long: Long) -> Iterator[Page]:
    """The owner's phone."""
    with phone(chromium, long, "en-US") as page:
        yield page


SCREENS = (
    "/", "/import", "/calls", "/calls/{call}", "/answers", "/recordings", "/connections",
    "/settings/rules", "/settings/moderation", "/settings/keys",
    *(f"/flows/{{flow}}?menu=a&tab={tab}" for tab in ("phone", "map", "json", "script")),
    "/flows/{flow}?menu=a&key=1&step=w", "/flows/{flow}?menu=a&key=1&step=s",
    "/flows/{flow}?menu=b&key=2", "/flows/{flow}?menu=a&ask=settings",
    "/flows/{flow}?menu=b&ask=delete", "/flows/{flow}?menu=a&tab=phone&keys=1,1",
    "/flows/{flow}/phone?keys=1,1", "/flows/{flow}/map", "/flows/{flow}/script",
    "/flows/{flow}/history", "/flows/{flow}/history/1", "/flows/{flow}/compare?a=1&b=1",
    "/flows/{flow}/call", "/flows/{flow}/export/speechcall", "/no/such/page",
)  # fmt: skip

WIDER = """width => [document.documentElement.scrollWidth,
  [...document.querySelectorAll('body *')].filter(one => {
    const box = one.getBoundingClientRect();
    return box.right > width + 1 && !one.closest('pre, .map, table, .sr, .bar-actions, .compared');
  }).slice(0, 5).map(one => one.tagName + '.' + one.className + '#' + one.id)]"""


@pytest.mark.parametrize("path", SCREENS)
def test_no_screen_is_wider_than_a_phone(narrow: Page, long: Long, path: str):
    reply = narrow.goto(path.format(flow=long.flow_id, call=long.call_id))
    assert reply is not None and reply.status in (200, 404, 422)
    width, wider = narrow.evaluate(WIDER, WIDTH)
    assert width <= WIDTH, wider


OPENED = """() => [...document.querySelectorAll('details.menu:has(.menu-items)')]
  .filter(one => one.checkVisibility()).map(one => {
    document.querySelectorAll('details.menu[open]').forEach(other => { other.open = false; });
    one.open = true;
    const box = one.querySelector('.menu-items').getBoundingClientRect();
    return [one.id, Math.round(box.left), Math.round(box.right)];
  })"""


@pytest.mark.parametrize("locale", ["en-US", "uk-UA", "bg-BG"])
def test_what_a_menu_offers_lies_within_a_phones_screen(chromium: Browser, long: Long, locale: str):
    opened = []
    with phone(chromium, long, locale) as page:
        for path in ("/", "/answers", "/flows/{flow}/history", "/flows/{flow}?menu=a"):
            page.goto(path.format(flow=long.flow_id))
            opened += [(path, *found) for found in page.evaluate(OPENED)]
    assert len(opened) >= 4
    assert [one for one in opened if one[2] < 0 or one[3] > WIDTH] == []
