"""Every screen of the sample in a browser's window, for the tests that go through all of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, Page

from tools.pictures import show
from tools.screens import ERRORS, TABLE, OpenHouse, Screen, Who

NAMES = [str(row[0]) for row in TABLE] + [f"error-{status}" for status in ERRORS]
"""The names of all screens, known before the house is open."""

SETTLED = "document.fonts.ready.then(() => new Promise(done => requestAnimationFrame(done)))"


@dataclass
class Windows:
    """A window of their own for everybody who looks at screens; each is made when first asked for.

    ``settings`` are those of Playwright's ``new_context``.
    """

    house: OpenHouse
    browser: Browser
    settings: dict[str, Any]
    pages: dict[Who, Page] = field(default_factory=dict)

    def open(self, name: str) -> Page:
        """Bring a screen up, all of it drawn."""
        screen: Screen = next(one for one in self.house.screens if one.name == name)
        if screen.who not in self.pages:
            context = self.browser.new_context(**self.settings)
            context.add_cookies(self.house.cookies(screen.who))
            self.pages[screen.who] = context.new_page()
        page = self.pages[screen.who]
        show(page, self.house.url, screen)
        page.evaluate(SETTLED)
        return page

    def close(self) -> None:
        """Close them all."""
        for page in self.pages.values():
            page.context.close()
