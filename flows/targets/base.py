"""What every target's compiler returns."""

from __future__ import annotations

import json
from typing import Any

from msgspec import Struct

from flows.problems import Problem


class Compiled(Struct, frozen=True):
    """A complete request. ``path`` is below the service's base URL; ``notes`` are for people."""

    target: str
    path: str
    body: dict[str, Any]
    notes: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The request's body exactly as it is shown and sent (UTF-8, two spaces an indent)."""
        return json.dumps(self.body, ensure_ascii=False, indent=2, allow_nan=False)

    @property
    def content(self) -> bytes:
        """The bytes that are sent."""
        return self.text.encode()


class CannotCompile(Struct, frozen=True):
    """Why this flow cannot be sent that way (severity "error"), in words."""

    target: str
    reasons: tuple[Problem, ...]
