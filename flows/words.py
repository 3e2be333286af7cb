"""The sentences people read about a flow: one per code, from the caller's point of view."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

SENTENCES: dict[str, str] = {}
"""Problem code -> sentence; ``{name}`` places a parameter."""

TRIGGER_NAMES = {"wrong": "anything else, or silence", "*": "key *", "#": "key #"}


def trigger_name(trigger: str) -> str:
    """How people call a trigger: "key 3", "anything else, or silence"."""
    return TRIGGER_NAMES.get(trigger, f"key {trigger}")


class _Params(dict[str, Any]):
    def __missing__(self, name: str) -> str:
        return "…"


def sentence(code: str, params: Mapping[str, Any]) -> str:
    """The sentence of a code, with its parameters filled in.

    Raises KeyError for a code that has no sentence (a test holds the table complete).
    """
    return SENTENCES[code].format_map(_Params(params))
