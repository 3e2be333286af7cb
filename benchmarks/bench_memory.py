"""Resident memory of the web server and the queue together, after use.

``python -m benchmarks.bench_memory``: the proportional set size (proc(5), smaps_rollup: shared
pages are divided among those who share them) of ``serve.py`` and all its processes.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.served import Visitor, field, running

GOAL_MB = 150
ROUNDS = 30
PLACES = ("/", "/calls", "/answers", "/recordings", "/settings", "/connections", "/rules")


def tree(pid: int) -> Iterator[int]:
    """A process and all that it started."""
    yield pid
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in children.read_text().split():
            yield from tree(int(child))


def memory_mb(pid: int) -> float:
    """Megabytes of a process and all that it started."""
    kilobytes = 0
    for one in tree(pid):
        lines = Path(f"/proc/{one}/smaps_rollup").read_text().splitlines()
        kilobytes += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return kilobytes / 1000


def use(visitor: Visitor, flow_id: int) -> None:
    """Edit a call flow, and look at it from every side."""
    page = f"/flows/{flow_id}"
    for turn in range(ROUNDS):
        _status, html = visitor.ask("GET", page)
        values = {name: field(html, name) for name in ("csrf_token", "revision")}
        values |= {"name": "Menu 1", "recording": "ivr_1", "wait": "10", "script": f"Hi {turn}"}
        visitor.ask("POST", f"{page}/menus/m0", values)
    for tab in ("phone", "map", "json", "script"):
        visitor.ask("GET", f"{page}?tab={tab}")


def main() -> None:
    """Print the figures."""
    with running({10: 5, 200: 1}) as server:
        fresh = memory_mb(server.pid)
        visitor = Visitor(server.port)
        for ids in server.flow_ids.values():
            for flow_id in ids:
                use(visitor, flow_id)
        for place in PLACES:
            visitor.ask("GET", place)
        used = memory_mb(server.pid)
        count = len(list(tree(server.pid)))
    print(f"web and queue: {fresh:.0f} MB after the first page, {used:.0f} MB after use"
          f" in {count} processes (goal {GOAL_MB}), {used / GOAL_MB:.2f} of the goal")  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
