"""Sentences that remember how they were made, so that a screen can say them in another language.

A ``Said`` is the English sentence, and can be used as any text; with it come the template and
the values that were filled in, which is all that a translator needs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any


class Said(str):
    """An English sentence with its ``template`` ("Ring {number} again.") and its ``values``."""

    template: str
    values: Mapping[str, Any]

    def __new__(cls, template: str, values: Mapping[str, Any]) -> Said:
        text = super().__new__(cls, template.format_map(values))
        text.template = template
        text.values = values
        return text


def said(template: str, /, **values: Any) -> Said:
    """The sentence of a template. Raises KeyError when the template wants another value."""
    return Said(template, values)


def in_words_of(text: str, gettext: Callable[[str], str]) -> str:
    """A sentence in the language of ``gettext``; values that are sentences themselves too.

    A text that is no ``Said`` is looked up whole: what is not in the catalogue stays as it is.
    """
    if not text:
        return text
    if not isinstance(text, Said):
        return gettext(text)
    values = {
        name: in_words_of(value, gettext) if isinstance(value, Said) else value
        for name, value in text.values.items()
    }
    return gettext(text.template).format_map(values)
