"""From ``python serve.py`` to the first page, beside a Python that only imports Flask.

``python -m benchmarks.bench_start``: seconds, the middle of several starts.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

from benchmarks.served import running

STARTS = 5
GOAL_S = 1.0


def start_s() -> float:
    """Seconds from the command to the first page."""
    with running({10: 1}) as server:
        return time.perf_counter() - server.started


def bare_s() -> float:
    """Seconds in which a Python starts and imports Flask."""
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", "import flask"], check=True)
    return time.perf_counter() - began


def main() -> None:
    """Print the middle of the runs."""
    pairs = [(start_s(), bare_s()) for _ in range(STARTS)]
    start, bare = (statistics.median(values) for values in zip(*pairs, strict=True))
    print(
        f"start to first page {start:.2f} s (goal {GOAL_S:.2f}), a bare import of Flask"
        f" {bare:.2f} s, ratio {start / bare:.1f}"
    )


if __name__ == "__main__":
    sys.exit(main())
