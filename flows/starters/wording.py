"""What a language module of this package holds: every word of every starter."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Said(NamedTuple):
    """One menu: its name, and its script with ``{company}`` where the company is named."""

    name: str
    script: str


class Wording(NamedTuple):
    """One starter in one language.

    ``menus`` are by menu id; ``answers`` and ``values`` name what is saved, by the words that
    ``flows.starters.shapes`` uses for them.
    """

    name: str
    what_for: str
    menus: Mapping[str, Said]
    answers: Mapping[str, str] = {}
    values: Mapping[str, str] = {}


class Language(NamedTuple):
    """One language: how a company without a name is written, and the starters by their keys."""

    company: str
    starters: Mapping[str, Wording]
