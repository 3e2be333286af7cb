"""The editor in a real Chromium on loopback: what it loads, when it is seen, what it blocks.

``python -m benchmarks.bench_page``: bytes as they come over the wire and requests of a first
load and of a reload; the largest contentful paint and the total blocking time (the part of each
task beyond 50 ms, web.dev/articles/tbt) for flows of 10 and 200 menus with 12 keys each; beside
them a bare Flask + htmx page in the same browser. Each window is open before its load begins.
"""

from __future__ import annotations

import statistics
import sys
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page

from benchmarks.bare import served as bare_served
from benchmarks.served import Running, Visitor, running
from tests.chromium import started

LOADS = 7
OPENED_MS = 800
"""Until a window has come to rest: opening one loads the browser's own pages, which is not ours."""
SETTLED_MS = 400
GOALS = {10: (300, 20), 200: (600, 50)}
GOAL_FIRST, GOAL_REQUESTS, GOAL_RELOAD = 100_000, 8, 20_000

WATCH = """
  window.seen = {lcp: 0, tbt: 0};
  new PerformanceObserver((list) => { for (const e of list.getEntries()) seen.lcp = e.startTime; })
    .observe({type: "largest-contentful-paint", buffered: true});
  new PerformanceObserver((list) => { for (const e of list.getEntries()) seen.tbt += Math.max(0, e.duration - 50); })
    .observe({type: "longtask", buffered: true});
"""  # noqa: E501  # JavaScript for the browser


def signed_in(browser: Browser, server: Running) -> BrowserContext:
    """A context with the cookie of somebody who signed in."""
    name, _equals, value = Visitor(server.port).cookie.partition("=")
    context = browser.new_context(viewport={"width": 1480, "height": 900})
    context.add_cookies([{"name": name, "value": value, "url": server.url}])
    return context


class Wire:
    """Counts what comes over the wire: bytes with headers, and requests."""

    def __init__(self, context: BrowserContext, page: Page) -> None:
        self.bytes = self.requests = 0
        session = context.new_cdp_session(page)
        session.send("Network.enable")
        session.on("Network.loadingFinished", self._finished)
        session.on("Network.requestWillBeSent", self._sent)

    def _finished(self, event: dict[str, Any]) -> None:
        self.bytes += int(event["encodedDataLength"])

    def _sent(self, event: dict[str, Any]) -> None:
        if not event["request"]["url"].startswith("data:"):
            self.requests += 1

    def since(self) -> tuple[int, int]:
        """(bytes, requests) since the last time this was asked."""
        found, self.bytes, self.requests = (self.bytes, self.requests), 0, 0
        return found


def loads(browser: Browser, server: Running, size: int) -> None:
    """Print the bytes of a first load and a reload."""
    context = signed_in(browser, server)
    page = context.new_page()
    wire = Wire(context, page)
    address = f"{server.url}/flows/{server.flow_ids[size][0]}"
    page.goto(address, wait_until="networkidle")
    first, requests = wire.since()
    # A second visit: what a browser may keep it keeps; ``reload`` would ask again for some.
    page.goto(address, wait_until="networkidle")
    again, asked = wire.since()
    context.close()
    print(f"{size:4} menus: first load {first / 1000:.1f} kB in {requests} requests (goal"
          f" {GOAL_FIRST / 1000:.0f} in {GOAL_REQUESTS}), {first / GOAL_FIRST:.2f} of the goal;"
          f" again {again / 1000:.1f} kB in {asked} (goal {GOAL_RELOAD / 1000:.0f}),"
          f" {again / GOAL_RELOAD:.2f} of the goal")  # fmt: skip


def seen(context: BrowserContext, address: str) -> tuple[float, float]:
    """The middle of several loads: (largest contentful paint, total blocking time), in ms."""
    found = []
    for _load in range(LOADS):
        page = context.new_page()
        page.wait_for_timeout(OPENED_MS)
        page.add_init_script(WATCH)
        page.goto(address, wait_until="load")
        page.wait_for_timeout(SETTLED_MS)
        figures = page.evaluate("window.seen")
        found.append((figures["lcp"], figures["tbt"]))
        page.close()
    paints, blocks = zip(*found, strict=True)
    return statistics.median(paints), statistics.median(blocks)


def main() -> None:
    """Print the table."""
    with started() as browser, running(dict.fromkeys(GOALS, 1)) as server:
        for size, (paint_goal, block_goal) in GOALS.items():
            loads(browser, server, size)
            context = signed_in(browser, server)
            address = f"{server.url}/flows/{server.flow_ids[size][0]}"
            paint, block = seen(context, address)
            with bare_served(size) as bare_url:
                bare, _block = seen(context, bare_url)
            context.close()
            print(f"{size:4} menus: largest paint {paint:.0f} ms (goal {paint_goal}), blocked"
                  f" {block:.0f} ms (goal {block_goal}); a bare page {bare:.0f} ms,"
                  f" ratio {paint / bare:.1f}")  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
