"""What the soak tests counted, in tables at the end of the run."""

from __future__ import annotations

from typing import Any

from tests.soak import faults
from tests.soak.house import TABLE, table


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Print a table where something was counted."""
    if TABLE:
        terminalreporter.section("presses, requests and calls")
        for row in table():
            terminalreporter.write_line(row)
    if faults.RESULTS:
        terminalreporter.section("faults of the machine")
        for row in faults.table():
            terminalreporter.write_line(row)
