"""Take each defence away, one at a time, and see a test notice: ``make defences``.

The table is ``tests/defences.toml``. Everything happens in a copy of the project; a defence whose
place in the code is gone, or that no test misses, fails the run. So does a test that fails while
every defence is in place: it would notice nothing.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
TABLE = ROOT / "tests" / "defences.toml"
LEFT_BEHIND = frozenset({".git", ".venv", "data", "docs"})
"""Folders at the top that the tests do not need."""

LONGEST_S = 600
"""Seconds that the tests of one defence may take. Without some defences the app waits for ever:
those entries say ``hangs = true``, and then taking longer is how a test misses them."""


def main(wanted: list[str]) -> int:
    """Every defence, or those named by a word of ``wanted``; 1 when no test misses one."""
    table = [
        entry
        for entry in tomllib.loads(TABLE.read_text())["defence"]
        if not wanted or any(word in entry["name"] for word in wanted)
    ]
    unmissed = 0
    failing: dict[str, bool] = {}
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "project"
        shutil.copytree(ROOT, copy, ignore=_left_behind)
        for entry in table:
            verdict = _fails_anyway(entry, copy, failing) or without(entry, copy)
            unmissed += verdict != "missed"
            print(f"{verdict:<12} {entry['name']}", flush=True)
    print(f"{len(table)} defences taken away, {len(table) - unmissed} missed by a test")
    return 1 if unmissed else 0


def _left_behind(folder: str, names: list[str]) -> set[str]:
    top = LEFT_BEHIND if Path(folder) == ROOT else frozenset()
    return {name for name in names if name in top or name == "__pycache__"}


def without(entry: dict[str, Any], copy: Path) -> str:
    """What the tests say when one defence is gone."""
    path = copy / entry["file"]
    sound = path.read_text()
    broken = sound
    for find, replace in [(entry["find"], entry["replace"]), *entry.get("also", [])]:
        if find not in broken:
            return "not found"
        broken = broken.replace(find, replace)
    path.write_text(broken)
    try:
        status = _tests(entry["tests"], copy)
    finally:
        path.write_text(sound)
    if status is None:
        return "missed" if entry.get("hangs") else "TOO LONG"
    # 0: all tests passed; 1: one failed; anything else (they cannot be collected) proves nothing.
    return {0: "NOT MISSED", 1: "missed"}.get(status, "TESTS BROKEN")


def _fails_anyway(entry: dict[str, Any], copy: Path, failing: dict[str, bool]) -> str:
    """A verdict when a test of the entry fails although nothing was taken away; else ""."""
    for tests in entry["tests"]:
        if tests not in failing:
            failing[tests] = _tests([tests], copy) != 0
    return "FAILS ANYWAY" if any(failing[tests] for tests in entry["tests"]) else ""


def _tests(tests: list[str], copy: Path) -> int | None:
    """How pytest ends; None when it did not within LONGEST_S."""
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *tests]
    try:
        return subprocess.run(command, cwd=copy, capture_output=True, timeout=LONGEST_S).returncode
    except subprocess.TimeoutExpired:
        return None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
