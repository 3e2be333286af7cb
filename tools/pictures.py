"""Take the pictures of all screens: ``make pictures`` into docs/pictures/.

    python -m tools.pictures [name …] [--to FOLDER]

Names are those of ``tools.screens``. A screen wider than its window is told.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page

from tests.chromium import started
from tools.screens import OpenHouse, Screen, Who, open_house

FOLDER = Path(__file__).parent.parent / "docs" / "pictures"
SIZES = {"1480": (1480, 900), "390": (390, 844)}
THEMES = ("light", "dark")
LONGEST = 2600
"""Pixels of a screen that a picture shows."""

SETTLED = "document.fonts.ready.then(() => document.documentElement.scrollWidth)"


def photograph(house: OpenHouse, browser: Browser, folder: Path, names: list[str]) -> list[str]:
    """Every screen (or those named) at both sizes, light and dark; what does not fit."""
    wide = []
    chosen = [screen for screen in house.screens if not names or screen.name in names]
    for screen, page, ending in _pages(house, browser, chosen):
        show(page, house.url, screen)
        width = page.evaluate(SETTLED)
        if width > page.viewport_size["width"]:
            wide.append(f"{screen.name}-{ending} is {width} pixels wide")
        height = min(LONGEST, page.evaluate("document.documentElement.scrollHeight"))
        box = {"x": 0, "y": 0, "width": page.viewport_size["width"], "height": height}
        page.screenshot(path=folder / f"{screen.name}-{ending}.png", full_page=True, clip=box)
    return wide


def _pages(
    house: OpenHouse, browser: Browser, chosen: list[Screen]
) -> Iterator[tuple[Screen, Any, str]]:
    """Every screen in every window; one window each for everybody who looks."""
    cookies = {who: house.cookies(who) for who in {screen.who for screen in chosen}}
    for theme in THEMES:
        for size, (width, height) in SIZES.items():
            windows: dict[Who, Page] = {}
            for screen in chosen:
                if screen.who not in windows:
                    context = browser.new_context(
                        color_scheme=theme,
                        viewport={"width": width, "height": height},
                        reduced_motion="reduce",
                    )
                    context.add_cookies(cookies[screen.who])
                    windows[screen.who] = context.new_page()
                yield screen, windows[screen.who], f"{size}-{theme}"
            for page in windows.values():
                page.context.close()


def show(page: Page, url: str, screen: Screen) -> None:
    """Bring a screen up in a window, with what has to be typed and pressed first."""
    page.goto(url + screen.path)
    button = page.get_by_role("button", name=screen.press, exact=True)
    if screen.press and button.count():  # what is done once is not offered to a second window
        for label, text in screen.fill:
            page.get_by_label(label, exact=True).fill(text)
        button.click()
        page.wait_for_load_state("load")


def main() -> str | None:
    """Take them; a sentence about what does not fit, where something does not."""
    parser = argparse.ArgumentParser(prog="make pictures", description=__doc__)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--to", type=Path, default=FOLDER)
    asked = parser.parse_args()
    asked.to.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        open_house(Path(folder) / "data") as house,
        started() as browser,
    ):
        wide = photograph(house, browser, asked.to, asked.names)
    if not asked.names and asked.to == FOLDER:
        shown = FOLDER / "editor-call-1480-light.png"
        (FOLDER / "editor.png").write_bytes(shown.read_bytes())
    return "\n".join(wide) or None


if __name__ == "__main__":
    sys.exit(main())
