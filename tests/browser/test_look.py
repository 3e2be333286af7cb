"""How screens look and stay: icons drawn, nothing that jumps, paper black on white."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Response

from tools.screens import OpenHouse

MOST_REQUESTS = 8
"""Of the editor's first load, the page included."""

SHIFT = """() => new Promise(done => {
  let sum = 0;
  new PerformanceObserver(seen => seen.getEntries().forEach(one => { sum += one.value; }))
    .observe({type: 'layout-shift', buffered: true});
  setTimeout(() => done(sum), 400);
})"""
"""How far things moved by themselves while the page came (https://web.dev/articles/cls)."""

DRAWN = """() => [...document.querySelectorAll('svg.icon')].filter(one => one.checkVisibility())
  .map(one => [one.querySelector('use').getBBox().width > 0, one.clientWidth, one.clientHeight])"""


@pytest.fixture
def page(chromium: Browser, sample: OpenHouse) -> Iterator[Page]:
    """The owner's window, in the dark theme."""
    context = chromium.new_context(color_scheme="dark", base_url=sample.url)
    context.add_cookies(sample.cookies("owner"))
    yield context.new_page()
    context.close()


def path_of(sample: OpenHouse, name: str) -> str:
    """Where a screen of the table is."""
    return next(screen.path for screen in sample.screens if screen.name == name)


def test_the_editor_comes_in_few_requests_with_every_icon_drawn(page: Page, sample: OpenHouse):
    seen: list[Response] = []
    page.on("response", lambda reply: seen.append(reply))
    page.goto(path_of(sample, "editor"), wait_until="networkidle")
    assert len(seen) <= MOST_REQUESTS, [reply.url for reply in seen]
    icons = page.evaluate(DRAWN)
    assert len(icons) > 8
    assert all(drawn and 10 < width < 24 and 10 < height < 26 for drawn, width, height in icons)


@pytest.mark.parametrize("name", ["library", "editor-call", "calls", "call", "recordings", "rules"])
def test_nothing_moves_by_itself_while_a_screen_comes(page: Page, sample: OpenHouse, name: str):
    page.goto(path_of(sample, name), wait_until="load")
    assert page.evaluate(SHIFT) < 0.01


def test_a_script_is_printed_black_on_white_with_nothing_to_press(page: Page, sample: OpenHouse):
    page.goto(path_of(sample, "script"))
    assert page.locator(".bar").is_visible()
    page.emulate_media(media="print", color_scheme="dark")
    assert not page.locator(".bar").is_visible()
    assert page.locator("button:visible, .button:visible").count() == 0
    looks = page.evaluate(
        "() => { const of = (one) => getComputedStyle(document.querySelector(one));"
        " return [of('body').color, of('.prompts > li').breakInside, of('h1').color] }"
    )
    assert looks == ["rgb(0, 0, 0)", "avoid", "rgb(0, 0, 0)"]
    assert page.pdf(format="A4").startswith(b"%PDF")


def test_the_chosen_menu_is_in_view_in_the_short_list_of_a_phone(page: Page, sample: OpenHouse):
    page.set_viewport_size({"width": 390, "height": 844})
    line = path_of(sample, "editor-map").partition("?")[0]
    page.goto(f"{line}?menu=thanks", wait_until="load")
    assert not page.locator(".menus").is_visible()
    page.locator("#chosen-menu summary").click()
    chosen, menus = page.locator(".menus .current"), page.locator(".menus")
    box, room = chosen.bounding_box(), menus.bounding_box()
    assert box is not None and room is not None
    assert room["height"] < 360
    assert room["y"] <= box["y"] and box["y"] + box["height"] <= room["y"] + room["height"] + 1


def test_where_scripts_do_not_come_their_buttons_do(page: Page, sample: OpenHouse):
    page.route("**/*.js*", lambda route: route.abort())
    page.goto(path_of(sample, "editor"), wait_until="load")
    save = page.locator("p.no-script button").first
    assert not save.is_visible()
    save.wait_for(state="visible", timeout=8_000)


@pytest.mark.parametrize("width", [390, 1480])
def test_the_rules_choices_are_read_from_left_to_right(page: Page, sample: OpenHouse, width: int):
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(path_of(sample, "rules"))
    boxes = [label.bounding_box() for label in page.locator(".ticks label.tick").all()]
    assert len(boxes) > 5
    assert all(box is not None and box["width"] > box["height"] for box in boxes)
