"""Take the pictures of the screens: ``make pictures`` into docs/pictures/."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from storage import people
from storage.credentials import secret_box
from storage.db import open_db
from storage.migrations import migrate
from tests.helpers import OWNER, PASSWORD, ROOT, start_server

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]
SIZES = {"1480": (1480, 900), "390": (390, 844)}


def prepare(page: Page, url: str) -> dict[str, str]:
    """A flow and a call, made as a person would; returns the screens to show."""
    page.goto(f"{url}/login")
    page.get_by_label("E-mail").fill(OWNER)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("button", name="Order tracking").click()
    page.get_by_role("button", name="Use a practice name for now").first.click()
    page.locator(".saved", has_text="version 2").wait_for()
    flow = page.url.split("?")[0]
    page.goto(f"{flow}/call")
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("button", name="Ring this number").click()
    page.get_by_role("button", name="Answer").click()
    page.get_by_role("button", name="1", exact=True).wait_for()
    call = page.url
    return {
        "library": f"{url}/", "editor": f"{flow}?tab=phone&keys=2", "json": f"{flow}?tab=json",
        "map": f"{flow}/map?keys=2", "script": f"{flow}/script", "history": f"{flow}/history",
        "test-call": f"{flow}/call", "call": call, "calls": f"{url}/calls",
        "connections": f"{url}/connections", "import": f"{url}/import",
        "not-found": f"{url}/nothing",
    }  # fmt: skip


def main() -> None:
    """Start a fresh installation, use it a little, and photograph every screen."""
    folder = ROOT / "docs" / "pictures"
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary:
        data = Path(temporary)
        db = open_db(data / "press-one.sqlite3")
        migrate(db)
        people.create_workspace(
            db, secret_box(data), workspace="Bazar", email=OWNER, name="Olena", password=PASSWORD
        )
        db.close()
        url, server = start_server(data, data / "server.log")
        try:
            photograph(url, folder)
        finally:
            server.terminate()
            server.wait(10)


def photograph(url: str, folder: Path) -> None:
    """Every screen at both sizes, light and dark."""
    names = ("chromium", "chromium-browser", "google-chrome")
    path = next((found for name in names if (found := shutil.which(name))), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        first = browser.new_context(viewport={"width": 1480, "height": 900})
        screens = prepare(first.new_page(), url)
        for theme in ("light", "dark"):
            for size, (width, height) in SIZES.items():
                context = browser.new_context(
                    storage_state=first.storage_state(), color_scheme=theme,
                    viewport={"width": width, "height": height},
                )  # fmt: skip
                page = context.new_page()
                for name, address in screens.items():
                    page.goto(address)
                    page.wait_for_load_state("load")
                    page.screenshot(path=folder / f"{name}-{size}-{theme}.png")
                context.close()
        shutil.copy(folder / "editor-1480-light.png", folder / "editor.png")
        browser.close()


if __name__ == "__main__":
    sys.exit(main())
