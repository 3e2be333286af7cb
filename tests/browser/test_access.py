"""What axe finds on every screen, light and dark, on a laptop and on a phone: nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.screens_open import NAMES, Windows
from tools.screens import OpenHouse

AXE = (Path(__file__).parent.parent / "data" / "axe-core-4.14.1.min.js").read_text()
WIDTHS = {1480: 900, 390: 844}
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
COLOURS = ["color-contrast", "link-in-text-block"]
"""The only rules that another theme can break."""

RUN = """rules => axe.run(document, {
  runOnly: rules, resultTypes: ['violations'], preload: false}).then(found =>
  found.violations.flatMap(rule => rule.nodes.map(node =>
    [rule.impact, rule.id, node.target.join(' '), node.html.slice(0, 160),
     node.any.concat(node.all, node.none).map(check => check.message)[0] ?? ''])))"""

SHOWN_THOUGH_HIDDEN = """() => [...document.querySelectorAll('[hidden]')]
  .filter(one => one.checkVisibility({visibilityProperty: true})).map(one => one.outerHTML)"""


def complaints(page: Page, theme: str, width: int, rules: dict[str, Any]) -> list[str]:
    """What axe finds in this theme at this width, a line for each element."""
    page.emulate_media(color_scheme=theme, reduced_motion="reduce")
    page.set_viewport_size({"width": width, "height": WIDTHS[width]})
    return [f"{theme} at {width}: {' | '.join(found)}" for found in page.evaluate(RUN, rules)]


@pytest.fixture(scope="module")
def windows(chromium: Browser, sample: OpenHouse) -> Iterator[Windows]:
    """The sample on a screen."""
    shown = Windows(sample, chromium, {})
    yield shown
    shown.close()


@pytest.mark.parametrize("name", NAMES)
def test_axe_finds_nothing_and_what_is_hidden_is_not_shown(windows: Windows, name: str):
    page = windows.open(name)
    assert page.evaluate(SHOWN_THOUGH_HIDDEN) == []
    page.evaluate(AXE)
    everything, colours = {"type": "tag", "values": WCAG}, {"type": "rule", "values": COLOURS}
    found = [
        *complaints(page, "light", 1480, everything),
        *complaints(page, "dark", 1480, colours),
        *complaints(page, "dark", 390, colours),
        *complaints(page, "light", 390, everything),
    ]
    assert not found, f"{name} ({page.url}):\n" + "\n".join(found)


def test_axe_would_find_what_is_wrong(windows: Windows):
    page = windows.open("log-in")
    page.evaluate(AXE)
    page.evaluate("document.querySelector('label').remove()")
    page.evaluate("document.querySelector('h1').style.color = '#bbb'")
    found = complaints(page, "light", 1480, {"type": "tag", "values": WCAG})
    assert {line.split(" | ")[1] for line in found} >= {"label", "color-contrast"}
