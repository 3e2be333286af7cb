"""What the soak tests counted, in one table at the end of the run."""

from __future__ import annotations

from typing import Any

from tests.soak.house import TABLE, table


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Print the table when something was counted."""
    if TABLE:
        terminalreporter.section("presses, requests and calls")
        for row in table():
            terminalreporter.write_line(row)
