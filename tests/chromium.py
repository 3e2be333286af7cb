"""A real Chromium: Debian's without a window, the system's, else the one Playwright brings.

The first draws the same pages; the others open a whole browser window, unseen, for every page,
which takes three times the processor.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # A microphone that hears beeps, and nobody who has to allow it.
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
]
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")


@contextmanager
def started() -> Iterator[Browser]:
    """The browser, started once; Playwright allows no second one beside it."""
    path = next((found for name in NAMES if (found := shutil.which(name))), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()
