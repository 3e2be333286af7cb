"""The problems met while one document is read: each with its path and place, never too many."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from msgspec import Struct, field

from flows.findings import WARNINGS, Finding
from flows.json_text import MAX_PROBLEMS, Path, pointer
from flows.places import place_of
from flows.problems import Problem, Severity


class Found(Struct):
    """The problems met so far, errors and warnings counted apart so that neither hides one."""

    errors: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    order: list[Problem] = field(default_factory=list)

    def add(self, code: str, path: Path, **params: Any) -> None:
        """One more, at ``path``."""
        severity: Severity = "warning" if code in WARNINGS else "error"
        found = self.warnings if code in WARNINGS else self.errors
        if len(found) <= MAX_PROBLEMS:
            problem = Problem(code, severity, pointer(path), params, place_of(path))
            found.append(problem)
            if len(found) <= MAX_PROBLEMS:
                self.order.append(problem)

    def add_all(self, findings: Iterable[Finding], path: Path) -> None:
        """What a validator found about the value at ``path``."""
        for finding in findings:
            self.add(finding.code, path, **finding.params)

    @property
    def has_error(self) -> bool:
        """Whether the document is refused."""
        return bool(self.errors)

    def problems(self) -> tuple[Problem, ...]:
        """All of them in the order they were met; one more line if they were too many."""
        if max(len(self.errors), len(self.warnings)) <= MAX_PROBLEMS:
            return tuple(self.order)
        severity: Severity = "error" if self.has_error else "warning"
        return (*self.order, Problem("more_problems", severity, params={"most": MAX_PROBLEMS}))
