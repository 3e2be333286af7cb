"""Forty people editing at once, each a call flow of their own, over HTTP.

``python -m benchmarks.bench_forty``: each person saves a change, then reads for a second or so
(a fixed spread, so that every run is the same). Milliseconds from sending an edit until the
whole reply is there, in the way a browser with scripts sends it; and how many did not work.
"""

from __future__ import annotations

import re
import statistics
import subprocess
import sys
import threading
import time

from benchmarks.served import Visitor, field, running

PEOPLE = 40
EDITS = 20
READING_S = 1.0
GOAL_MS = 250


EVERYBODY = threading.Barrier(PEOPLE)
"""Where people wait until all of them have opened their call flow: what is measured is editing."""


def person(port: int, flow_id: int, number: int, taken: list[float], wrong: list[str]) -> None:
    """One person: edits and reads, ``EDITS`` times."""
    visitor, page = Visitor(port), f"/flows/{flow_id}"
    _status, html = visitor.ask("GET", page)
    values = {name: field(html, name) for name in ("csrf_token", "revision")}
    values |= {"name": "Menu 1", "recording": "ivr_1", "wait": "10"}
    parts = " ".join(re.findall(r'data-part="(\w+)"', html))
    headers = {"HX-Request": "true", "X-Parts": parts, "Accept-Encoding": "br"}
    EVERYBODY.wait()
    time.sleep(READING_S * number / PEOPLE)
    for turn in range(EDITS):
        began = time.perf_counter()
        text = {"script": f"Press 1. {number}.{turn}"}
        status, _reply = visitor.ask("POST", f"{page}/menus/m0", {**values, **text}, **headers)
        taken.append((time.perf_counter() - began) * 1000)
        if status != 200:
            wrong.append(str(status))
        values["revision"] = str(int(values["revision"]) + 1)
        time.sleep(READING_S * (0.5 + ((turn * 7 + number * 3) % 10) / 10))


def together(port: int, flow_ids: list[int]) -> tuple[list[float], list[str]]:
    """(milliseconds of every edit, what went wrong)."""
    taken, wrong = list[float](), list[str]()
    threads = [
        threading.Thread(target=person, args=(port, flow_id, number, taken, wrong))
        for number, flow_id in enumerate(flow_ids)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return taken, wrong


def main() -> None:
    """Print the figures."""
    with running({10: PEOPLE}) as server:
        ids = [str(flow_id) for flow_id in server.flow_ids[10]]
        # A process of its own: the people do not share the server's or each other's turn.
        found = subprocess.run(
            [sys.executable, "-m", "benchmarks.bench_forty", str(server.port), *ids],
            check=True, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
    print(found.stdout, end="")


def report(port: int, flow_ids: list[int]) -> None:
    """Print what ``together`` found."""
    taken, wrong = together(port, flow_ids)
    hundredths = statistics.quantiles(taken, n=100)
    missing = PEOPLE * EDITS - len(taken)
    print(f"{PEOPLE} people, {len(taken)} edits: middle {hundredths[49]:.0f} ms, p99"
          f" {hundredths[98]:.0f} ms (goal {GOAL_MS}), {len(wrong) + missing} errors,"
          f" {hundredths[98] / GOAL_MS:.2f} of the goal")  # fmt: skip


if __name__ == "__main__":
    if len(sys.argv) > 1:
        report(int(sys.argv[1]), [int(one) for one in sys.argv[2:]])
    else:
        main()
