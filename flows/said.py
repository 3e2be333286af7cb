"""Sentences that remember how they were made, so that a screen can say them in another language.

A ``Said`` is the English sentence, and can be used as any text; with it come the template and
the values that were filled in, which is all that a translator needs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
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


class Whole(str):
    """An English sentence without values, to be looked up as it stands."""


def said(template: str, /, **values: Any) -> Said:
    """The sentence of a template. Raises KeyError when the template wants another value."""
    return Said(template, values)


def joined(parts: Iterable[str], between: str = ", ") -> Said:
    """Several sentences or words in a row; each of them is said in the other language."""
    values = {f"part{number}": part for number, part in enumerate(parts)}
    return Said(between.join(f"{{{name}}}" for name in values), values)


def one_after_another(parts: Iterable[str]) -> str:
    """ "presses 1, then 2, then hangs up"; "" for nothing."""
    told = ""
    for part in parts:
        told = said("{earlier}, then {next}", earlier=told, next=part) if told else part
    return told


def in_words_of(text: str, gettext: Callable[[str], str]) -> str:
    """A sentence in the language of ``gettext``; values that are sentences themselves too.

    A text that remembers nothing is looked up whole: what is in no catalogue stays as it is.
    """
    if not isinstance(text, Said):
        return gettext(text) if text else text
    return gettext(text.template).format_map(_Values(text.values, gettext))


class _Values(dict[str, Any]):
    """The values of a sentence, said in the other language when they are sentences."""

    def __init__(self, values: Mapping[str, Any], gettext: Callable[[str], str]) -> None:
        super().__init__()
        self._values, self._gettext = values, gettext

    def __missing__(self, name: str) -> Any:
        value = self._values[name]
        is_sentence = isinstance(value, Said | Whole)
        return in_words_of(value, self._gettext) if is_sentence else value
