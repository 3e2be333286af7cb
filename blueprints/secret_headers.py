"""Headers that hold a secret: covered wherever a flow is shown, kept wherever it is saved."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

COVERED = "••••••"
"""What stands for a secret on a screen; no header can have these signs as its value."""

_SECRET_NAME = re.compile(r"auth|token|secret|password|cookie|api-?key|signature", re.IGNORECASE)


def covered(headers: Mapping[str, str]) -> dict[str, str]:
    """The headers as a screen shows them."""
    return {
        name: COVERED if value and _SECRET_NAME.search(name) else value
        for name, value in headers.items()
    }


def uncovered(rows: Sequence[tuple[str, str]], old: Mapping[str, str]) -> dict[str, str]:
    """What was sent, a covered value being the old one: of the same name, else of the same row."""
    by_name = {name.casefold(): value for name, value in old.items()}
    by_row = list(old.values())
    return {
        name: value
        if value != COVERED
        else by_name.get(name.casefold(), by_row[row] if row < len(by_row) else "")
        for row, (name, value) in enumerate(rows)
        if name or value
    }
