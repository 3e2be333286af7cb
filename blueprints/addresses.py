"""Addresses of our own places: put together once, since they hardly ever change."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from flask import request, url_for


def address(endpoint: str, **values: Any) -> str:
    """``url_for``, remembered. A page of the editor has some hundred addresses."""
    try:
        return _known(request.script_root, endpoint, tuple(values.items()))
    except TypeError:  # a list among the values
        return url_for(endpoint, **values)


@lru_cache(maxsize=10_000)
def _known(_root: str, endpoint: str, values: tuple[tuple[str, Any], ...]) -> str:
    return url_for(endpoint, **dict(values))
