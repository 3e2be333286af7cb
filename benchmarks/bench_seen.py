"""An edit in a real Chromium: from the last input until it is saved and visible.

``python -m benchmarks.bench_seen``: what a caller hears is changed, and the milliseconds are
taken inside the page, from the field's change to the new version standing there (before the
next frame, and with it), for flows of 10 and 200 menus with 12 keys each; beside it a bare
Flask + htmx page with one durable commit an edit, in the same browser and the same run.
"""

from __future__ import annotations

import statistics
import sys

from playwright.sync_api import BrowserContext

from benchmarks.bare import served as bare_served
from benchmarks.bench_page import signed_in
from benchmarks.served import running
from tests.chromium import started

EDITS = 40
GOALS = {10: 30, 200: 40}

EDIT = """(text) => new Promise((done) => {
  const field = document.getElementById("script"), before = document.querySelector(".announce").textContent;
  field.value = text;
  const began = performance.now();
  const watch = new MutationObserver(() => {
    const said = document.querySelector(".announce");
    if (!said || said.textContent === before) return;
    watch.disconnect();
    const saved = performance.now() - began;
    requestAnimationFrame(() => setTimeout(() => done([saved, performance.now() - began]), 0));
  });
  watch.observe(document.body, {subtree: true, childList: true, characterData: true});
  field.dispatchEvent(new Event("input", {bubbles: true}));
  field.dispatchEvent(new Event("change", {bubbles: true}));
})"""  # noqa: E501  # JavaScript for the browser


def edits_ms(context: BrowserContext, address: str) -> tuple[float, float]:
    """The middle edit: milliseconds until it stands in the page, and until it is painted."""
    page = context.new_page()
    page.goto(address, wait_until="load")
    page.wait_for_timeout(300)
    taken = []
    for turn in range(EDITS):
        taken.append(page.evaluate(EDIT, f"Press 1. {turn}"))
        page.wait_for_timeout(60)
    page.close()
    saved, painted = zip(*taken[3:], strict=True)
    return statistics.median(saved), statistics.median(painted)


def main() -> None:
    """Print the table."""
    with started() as browser, running(dict.fromkeys(GOALS, 1)) as server:
        for size, goal in GOALS.items():
            context = signed_in(browser, server)
            saved, painted = edits_ms(context, f"{server.url}/flows/{server.flow_ids[size][0]}")
            with bare_served(size) as bare_url:
                bare, bare_painted = edits_ms(context, bare_url)
            context.close()
            print(f"{size:4} menus: saved and there {saved:.0f} ms, painted {painted:.0f} ms (goal"
                  f" {goal}); a bare page {bare:.0f} and {bare_painted:.0f} ms,"
                  f" ratio {painted / bare_painted:.1f}")  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
