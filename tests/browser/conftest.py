"""Somebody in a real Chromium, whose console must not complain."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.helpers import OWNER, PASSWORD, Served

expect.set_options(timeout=15_000)
HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A browser that a busy machine stopped for seconds gets a second, fresh try; it is counted."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.flaky(reruns=1))


class Complaints(list[str]):
    """What the browser's console complained of; a page without any is part of the promise."""

    def listen(self, page: Page) -> None:
        """Collect errors and warnings of a page, but for refusals that a test provokes."""
        page.on("pageerror", lambda error: self.append(str(error)))
        page.on("console", self._note)

    def _note(self, message: Any) -> None:
        refused = "the server responded with a status of 4" in message.text
        if message.type in ("error", "warning") and not refused:
            self.append(message.text)


SIGNED_IN: dict[str, Any] = {}
"""The cookies of whoever signed in at an address: where tests share one, the first signs in."""


def _page(chromium: Browser, served: Served, javascript: bool) -> Iterator[Page]:
    context = chromium.new_context(
        base_url=served.url,
        java_script_enabled=javascript,
        viewport={"width": 1480, "height": 900},
        storage_state=SIGNED_IN.get(served.url),
    )
    context.set_default_timeout(10_000)
    page, complaints = context.new_page(), Complaints()
    complaints.listen(page)
    page.goto("/")
    if "/login" in page.url:
        page.get_by_label("E-mail").fill(OWNER)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(f"{served.url}/")
        SIGNED_IN[served.url] = context.storage_state()
    yield page
    context.close()
    assert complaints == []


@pytest.fixture
def page(chromium: Browser, served: Served) -> Iterator[Page]:
    """The owner's browser."""
    yield from _page(chromium, served, javascript=True)


@pytest.fixture
def plain_page(chromium: Browser, served: Served) -> Iterator[Page]:
    """The owner's browser with JavaScript switched off."""
    yield from _page(chromium, served, javascript=False)
