"""Which of the four languages a text is in, as far as its letters and small words tell."""

from __future__ import annotations

import re

_LETTERS = {"uk": "іїєґ", "bg": "ъ", "ru": "ыэ"}
_SMALL_WORDS = {
    "uk": frozenset(
        [
            "та",
            "що",
            "це",
            "як",
            "або",
            "вас",
            "вам",
            "ваш",
            "ваша",
            "ваше",
            "ваші",
            "для",
            "від",
            "щоб",
            "якщо",
            "до",
            "із",
            "зі",
        ]
    ),
    "bg": frozenset(
        [
            "да",
            "ще",
            "се",
            "си",
            "ви",
            "ги",
            "за",
            "от",
            "със",
            "сте",
            "са",
            "че",
            "ли",
            "или",
            "това",
            "вие",
            "как",
            "при",
            "тук",
            "към",
            "само",
        ]
    ),
    "ru": frozenset(
        [
            "и",
            "что",
            "это",
            "как",
            "или",
            "вас",
            "вам",
            "ваш",
            "ваша",
            "для",
            "от",
            "чтобы",
            "если",
            "до",
            "из",
            "со",
            "вы",
        ]
    ),
}
_LETTER_WEIGHT = 2
_WORD = re.compile(r"[^\W\d_]+")


_CYRILLIC = {"en": False, "uk": True, "bg": True, "ru": True}
"""Language that has lists -> whether it is written in Cyrillic."""


def hint(language: str, text: str) -> str:
    """``language`` ("uk", "en-GB") as a hint for a text; "" where its letters say otherwise.

    A call flow's language is often left as it was when the flow was made.
    """
    name = language.partition("-")[0].lower()
    return name if _CYRILLIC.get(name) is _has_cyrillic(text) else ""


def language_of(text: str) -> str:
    """ "en", "uk", "bg" or "ru" by what the text (in lower case) has most of; "" when unclear."""
    words = _WORD.findall(text)
    if not _has_cyrillic(text):
        return "en" if words else ""
    points = {
        language: _LETTER_WEIGHT * sum(text.count(letter) for letter in letters)
        + sum(word in _SMALL_WORDS[language] for word in words)
        for language, letters in _LETTERS.items()
    }
    best, second = sorted(points, key=lambda language: points[language], reverse=True)[:2]
    return best if points[best] > points[second] else ""


def _has_cyrillic(text: str) -> bool:
    return any("Ѐ" <= char <= "ӿ" for char in text)
