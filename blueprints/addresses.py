"""Addresses of our own places: put together once, since they hardly ever change."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from flask import request, url_for
from werkzeug.routing import Rule


def address(endpoint: str, **values: Any) -> str:
    """``url_for``, remembered. A page of the editor has some hundred addresses."""
    try:
        return _known(request.script_root, endpoint, tuple(values.items()))
    except TypeError:  # a list among the values
        return url_for(endpoint, **values)


@lru_cache(maxsize=10_000)
def _known(_root: str, endpoint: str, values: tuple[tuple[str, Any], ...]) -> str:
    return url_for(endpoint, **dict(values))


class LateRule(Rule):
    """A route whose addresses are worked out how to write when the first one is asked for.

    Werkzeug writes and compiles two functions for every route when the app is made, which for
    ours is nine tenths of making it; most routes are not linked to for a long time.
    """

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        name = "_build_unknown" if append_unknown else "_build"

        def build(rule: LateRule, /, **values: Any) -> tuple[str, str]:
            compiled = super()._compile_builder(append_unknown).__get__(rule, None)
            setattr(rule, name, compiled)
            return compiled(**values)  # type: ignore[no-any-return]

        return build
