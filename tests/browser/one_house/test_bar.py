"""The bar of the editor folds before it breaks: between phone and wide screen, with long words."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from flows.document import Flow, GoTo, HangUp, Menu
from storage.db import open_db
from tests.browser.one_house.conftest import Keep
from tests.helpers import Served

WIDTHS = (740, 768, 900, 1024, 1200, 1260, 1366)

BROKEN = """() => {
  const found = [], wide = document.documentElement.scrollWidth - innerWidth;
  if (wide > 0) found.push(`${wide} pixels wider than the window`);
  const parts = [...document.querySelectorAll('.bar .brand, .bar .crumbs, .bar .saved, .bar .bar-actions > .undo, .bar .actions > *')]
    .filter(one => one.checkVisibility() && one.getBoundingClientRect().width > 0);
  for (const one of parts) for (const other of parts) {
    const [a, b] = [one.getBoundingClientRect(), other.getBoundingClientRect()];
    const same_row = a.top < b.bottom - 1 && b.top < a.bottom - 1;
    if (a.left < b.left && same_row && a.right > b.left + 1) found.push(`${one.className} over ${other.className}`);
  }
  const name = document.querySelector('.bar .crumbs strong').getBoundingClientRect();
  if (name.width < 60) found.push(`the name has ${name.width} pixels`);
  return found;
}"""  # noqa: E501  # JavaScript for the browser
"""What is wider than the window, what lies over what, and whether the flow's name can be read."""


@pytest.fixture
def speaks(served: Served) -> Iterator[object]:
    """Changes the owner's language for the time of one test."""
    db = open_db(served.data / "press-one.sqlite3")

    def change(language: str) -> None:
        with db.conn:
            db.execute("UPDATE people SET language = ?", (language,))

    yield change
    change("en")
    db.close()


@pytest.mark.parametrize("language", ["en", "uk", "bg"])
def test_the_bar_folds_before_it_breaks(page: Page, keep: Keep, speaks, language: str):
    menu = Menu(id="m0", name="Your order", script="Press 1.", recording="ivr_1",
                keys={"1": (GoTo(id="g", menu="m0"),), "2": (HangUp(id="h"),)})  # fmt: skip
    flow_id = keep(Flow(name="Appointment reminder", sender="Bazar", menus=(menu,)))
    speaks(language)
    page.goto(f"/flows/{flow_id}")
    found = {}
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 760})
        found[width] = page.evaluate(BROKEN)
    assert not any(found.values()), found
