"""A company's name as a sender that phone networks can show: short, and in Latin letters."""

from __future__ import annotations

import re
import unicodedata

MOST = 11
"""Characters of a sender's name that phone networks take (GSM 03.40, alphanumeric address)."""

# Ukraine, Cabinet of Ministers 55 of 2010; what only Bulgarian or Russian has stands after it.
_LETTERS = {
    "а": "a", "б": "b", "в": "v", "г": "h", "ґ": "g", "д": "d", "е": "e", "є": "ie", "ж": "zh",
    "з": "z", "и": "y", "і": "i", "ї": "i", "й": "i", "к": "k", "л": "l", "м": "m", "н": "n",
    "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u", "ф": "f", "х": "kh", "ц": "ts",
    "ч": "ch", "ш": "sh", "щ": "shch", "ь": "", "ю": "iu", "я": "ia", "ъ": "a", "ы": "y",
    "э": "e", "ё": "e", "’": "", "'": "",
}  # fmt: skip
_BULGARIAN = {"г": "g", "и": "i", "й": "y", "х": "h", "щ": "sht", "ю": "yu", "я": "ya"}
"""The letters that Bulgarian writes otherwise (Transliteration Act of 2009)."""

_FORMS = frozenset({
    "тов", "тзов", "ооо", "фоп", "пп", "пат", "ат", "зат", "оод", "еоод", "ад", "ет",
    "llc", "ltd", "inc", "gmbh",
})  # fmt: skip
"""Forms of companies, lower case: they say nothing to somebody who is rung."""


def sender_name(company: str) -> str:
    """The name as a sender, or "" where nothing sensible is left of it.

    Whole words as far as they fit; a first word that is too long is cut.
    """
    words = [word for word in re.findall(r"[\w&.’'-]+", company) if word.casefold() not in _FORMS]
    bulgarian = not re.search("[іїєґ]", company.casefold()) and re.search(
        "ъ|щ[аеи]", company.casefold()
    )
    latin = [_latin(word, _BULGARIAN if bulgarian else {}) for word in words]
    if not all(latin) or not any(letter.isalpha() for word in latin for letter in word):
        return ""
    name = latin[0][:MOST].rstrip("-.&")
    for word in latin[1:]:
        longer = f"{name} {word}"
        if len(longer) > MOST:
            break
        name = longer
    return name.rstrip(" &.'’-")


def _latin(word: str, special: dict[str, str]) -> str:
    """The word in ASCII, "" when some letter has no Latin form here; its capitals stay."""
    written = []
    for letter in word:
        small = letter.casefold()
        found = special.get(small, _LETTERS.get(small))
        if found is None:
            plain = unicodedata.normalize("NFKD", letter)
            found = "".join(c for c in plain if not unicodedata.combining(c))
            if not found.isascii():
                return ""
        elif letter != small:
            found = found.upper() if word.isupper() else found.capitalize()
        written.append(found)
    return "".join(written)
