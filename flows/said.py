"""Sentences that remember how they were made, so that a screen can say them in another language.

A ``Said`` is the English sentence, and can be used as any text; with it come the template and
the values that were filled in, which is all that a translator needs. ``flows.said_kept`` writes
them down.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from flows.widths import clip, width


class Said(str):
    """An English sentence with its ``template`` ("Ring {number} again.") and its ``values``.

    ``one`` is the template for one of something, "" where nothing is counted; then the value
    ``number`` says how many there are.
    """

    __slots__ = ("one", "template", "values")

    template: str
    values: Mapping[str, Any]
    one: str

    def __new__(cls, template: str, values: Mapping[str, Any], one: str = "") -> Said:
        used = one if one and values["number"] == 1 else template
        text = super().__new__(cls, used.format_map(values))
        text.template, text.values, text.one = template, values, one
        return text


class Whole(str):
    """An English sentence without values, to be looked up as it stands."""

    __slots__ = ()


class Country(str):
    """The English name of the country with the ISO 3166 code ``region``."""

    __slots__ = ("region",)

    region: str

    def __new__(cls, region: str, name: str) -> Country:
        text = super().__new__(cls, name)
        text.region = region
        return text


class Fitting(str):
    """The first of several ``ways`` to say the same that is at most ``most`` characters wide.

    The last one is cut where none is. In another language it is chosen, and cut, again.
    """

    __slots__ = ("most", "ways")

    ways: tuple[str, ...]
    most: int

    def __new__(cls, most: int, *ways: str) -> Fitting:
        text = super().__new__(cls, _fitting(most, ways))
        text.ways, text.most = ways, most
        return text


def _fitting(most: int, ways: Iterable[str]) -> str:
    last = ""
    for last in ways:
        if width(last) <= most:
            return last
    return clip(last, most)


class Tongue(NamedTuple):
    """A language: what it calls a sentence, so many of something, and a country."""

    one: Callable[[str], str]
    counted: Callable[[str, str, int], str]
    country: Callable[[Country], str]


def said(template: str, /, **values: Any) -> Said:
    """The sentence of a template. Raises KeyError when the template wants another value."""
    return Said(template, values)


def counted(one: str, many: str, number: float, /, **values: Any) -> Said:
    """The sentence for one of something or for many; ``{number}`` is how many.

    A part of one ("2.5 seconds") is said as many are.
    """
    return Said(many, {"number": number, **values}, one)


def shortened(text: str, most: int) -> str:
    """``clip`` for our own sentences: in another language they are cut where its words end."""
    return text if width(text) <= most else Fitting(most, text)


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


def in_words_of(text: str, tongue: Tongue) -> str:
    """A sentence in another language; values that are sentences themselves too.

    A text that remembers nothing is looked up whole: what is in no catalogue stays as it is.
    """
    if isinstance(text, Fitting):
        return _fitting(text.most, (ours_in_words_of(way, tongue) for way in text.ways))
    if isinstance(text, Country):
        return tongue.country(text)
    if not isinstance(text, Said):
        return tongue.one(text) if text else text
    return _template(text, tongue).format_map(_Values(text.values, tongue))


def _template(text: Said, tongue: Tongue) -> str:
    if not text.one:
        return tongue.one(text.template)
    number = text.values["number"]
    whole = int(number) if number == int(number) else FRACTION
    return tongue.counted(text.one, text.template, whole)


FRACTION = 2
"""What a part of one is counted as: Ukrainian "2,5 секунди", as after two."""


def ours_in_words_of(value: Any, tongue: Tongue) -> Any:
    """A sentence of ours in another language; what a person typed stays as it was written."""
    if isinstance(value, Said | Whole | Country | Fitting):
        return in_words_of(value, tongue)
    return value


class _Values(dict[str, Any]):
    """The values of a sentence, said in the other language when they are sentences."""

    def __init__(self, values: Mapping[str, Any], tongue: Tongue) -> None:
        super().__init__()
        self._values, self._tongue = values, tongue

    def __missing__(self, name: str) -> Any:
        return ours_in_words_of(self._values[name], self._tongue)
