"""Finding: what a validator says about one value, before anybody knows where the value stands."""

from __future__ import annotations

from typing import Any

from msgspec import Struct, field

from flows.problems import Severity
from flows.words import sentence

WARNINGS = frozenset(
    {
        "unknown_field_kept",
        "private_url",
        "idn_host",
        "bidi_control",
        "long_text",
        "placeholder_number",
        "premium_number",
        "emergency_number",
        "satellite_number",
        "no_way_out",
    }
)
"""The reader's codes with which a document is still accepted."""

SHOWN = 60
"""How many characters of a wrong value are repeated to people."""


class Finding(Struct, frozen=True):
    """A code with its parameters; the sentence is in ``flows.words``."""

    code: str
    params: dict[str, Any] = field(default_factory=dict)

    @property
    def severity(self) -> Severity:
        """ "warning" for the codes in ``WARNINGS``, otherwise "error"."""
        return "warning" if self.code in WARNINGS else "error"

    @property
    def message(self) -> str:
        """The plain sentence."""
        return sentence(self.code, self.params)


def has_error(findings: tuple[Finding, ...]) -> bool:
    """Whether one of them is more than a warning."""
    return any(finding.severity == "error" for finding in findings)


def shown(value: object) -> str:
    """A wrong value as it may be repeated: short, on one line, always encodable."""
    text = str(value)
    safe = "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in text[:SHOWN])
    return safe + ("…" if len(text) > SHOWN else "")
