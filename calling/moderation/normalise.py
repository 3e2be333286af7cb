"""A message as its listener hears it: disguises taken off, every character traced to its origin.

Undone are: compatibility forms (NFKC), invisible characters and accents, letters borrowed from
another alphabet (Unicode's confusables for Latin and Cyrillic), digits and signs standing for
letters, letters spelled one by one, and letters repeated.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from itertools import pairwise

from msgspec import Struct

APOSTROPHES = "’ʼ‘`´ʹ′＇"
LINK = re.compile(
    r"https?://\S+|www\.\S+|[^\s@]+@[^\s@]+\.\w{2,}"
    r"|(?<![\w@.])(?:[\w-]+\.)+(?!\d)[^\W\d_]{2,24}(?:/\S*)?(?![\w@])"
)
"""A web or mail address, with or without its ``https://``."""

NUMBER = re.compile(r"(?<!\w)\+?\d(?:[\d\s().-]*\d)?(?!\w)")
"""Digits with what people write between them."""

PHONE_DIGITS = 7
"""From so many digits on a number is taken for one that can be rung."""

_TO_CYRILLIC = str.maketrans("abcehikmoptxyӏ", "авсенікмортхуі")
_TO_LATIN = str.maketrans("авсенікмортхуѕјԁԛѡӏ", "abcehikmoptxysjdqwl")
_LEET_LATIN = str.maketrans("0134578@$!|€+", "oieastbasiiet")
_LEET_CYRILLIC = str.maketrans("01346@!", "оізчбаі")
_LOOKALIKE_ALPHABETS = str.maketrans("αβεικνορτυχɑɡıſ", "abeikvoptuxagis")
_WORDISH = re.compile(r"[\w@$!|€+*']+")
_SPELLED = re.compile(r"(?<![\w'])[^\W\d_](?:([^\w\s]? ?|_)[^\W\d_])(?:\1[^\W\d_])+(?![\w'])")
_ORDINARY = re.compile(r"[^\W\d_]{1,2}\d+|\d+[^\W\d_]{1,3}|\d+")
_SIGN_AS_LETTER = re.compile(r"[@$€](?=[^\W\d_]|[@$])|(?<=[^\W\d_])(?:[@$€|+]|!(?=[^\W\d_]))")
_DIGIT_AS_LETTER = re.compile(r"\d")
_WORD = re.compile(r"[^\W_](?:[\w'*]*[^\W_])?")
_BREAK = re.compile(r"[.!?;:,…—–\n\"“”«»„()]")
_END = re.compile(r"[.!?…\n]")
_LONG_RUN = re.compile(r"([^\W\d_])\1{2,}")
_ODD_PAIR = re.compile(r"([uiуиіеaа])\1")


class Token(Struct, frozen=True):
    """One word, number or address. ``start`` and ``end`` are places in the original text.

    ``forms``: what it may be read as; addresses are ``<link>``, numbers ``<phone>`` or
    ``<number>`` beside their digits. ``clause`` and ``sentence`` count up through the text.
    """

    forms: tuple[str, ...]
    start: int
    end: int
    clause: int
    sentence: int


class Seen(Struct, frozen=True):
    """A text without its disguises. ``origin[i]``: where character ``i`` stood in the original."""

    original: str
    text: str
    origin: tuple[int, ...]
    tokens: tuple[Token, ...]
    compounds: tuple[Token, ...]

    def quote(self, start: int, end: int) -> str:
        """What the original says between two places of the original."""
        return self.original[start:end].strip()


def see(original: str) -> Seen:
    """The text as its listener hears it."""
    chars, origin = _clean(original)
    chars, origin = _unspell(chars, origin)
    text = _fold(chars)
    tokens = _tokens(original, text, origin)
    return Seen(original, text, origin, tokens, _compounds(tokens, original))


def letters(text: str) -> str:
    """A text in the letters that ``see`` gives to words, but for signs that stand for letters."""
    return _clean(text)[0]


def _clean(original: str) -> tuple[str, tuple[int, ...]]:
    """Lower case, one form per character, nothing invisible; ё is е, as in print."""
    chars: list[str] = []
    origin: list[int] = []
    at = 0
    while at < len(original):
        after = at + 1
        while after < len(original) and unicodedata.combining(original[after]):
            after += 1
        kept = _cleaned(original[at:after])
        chars.append(kept)
        origin.extend([at] * len(kept))
        at = after
    return "".join(chars), tuple(origin)


@lru_cache(maxsize=4096)
def _cleaned(letter: str) -> str:
    """A character with the marks that stand on it, in one plain form; "" for what is not seen."""
    return "".join(map(_plain, unicodedata.normalize("NFKC", letter).lower()))


def _plain(char: str) -> str:
    category = unicodedata.category(char)
    if category in ("Cf", "Mn", "Me"):
        return ""
    if char in APOSTROPHES:
        return "'"
    if category == "Zs":
        return " "
    if char in "ёѐ":
        return "е"
    if char == "ѝ":
        return "и"
    base = unicodedata.normalize("NFD", char)[0]
    return (base if base.isascii() else char).translate(_LOOKALIKE_ALPHABETS)


def _unspell(text: str, origin: tuple[int, ...]) -> tuple[str, tuple[int, ...]]:
    """Three and more letters with the same thing between them are one word."""
    keep = bytearray(b"\x01") * len(text)
    for run in _SPELLED.finditer(text):
        for at in range(run.start(), run.end()):
            keep[at] = text[at].isalpha()
    kept = [at for at in range(len(text)) if keep[at]]
    return "".join(text[at] for at in kept), tuple(origin[at] for at in kept)


def _fold(text: str) -> str:
    """Letters of the other alphabet, and signs and digits for letters; the length stays."""
    pieces = []
    at = 0
    for link in LINK.finditer(text):
        pieces += [_WORDISH.sub(_fold_word, text[at : link.start()]), link.group()]
        at = link.end()
    return "".join([*pieces, _WORDISH.sub(_fold_word, text[at:])])


def _fold_word(match: re.Match[str]) -> str:
    word = match.group()
    latin = sum("a" <= char <= "z" for char in word)
    cyrillic = sum("Ѐ" <= char <= "ӿ" for char in word)
    if not latin + cyrillic or (word.isascii() and word.isalpha()):
        return word
    if latin and cyrillic:
        as_cyrillic = word.translate(_TO_CYRILLIC)
        rest_latin = any("a" <= char <= "z" for char in as_cyrillic)
        word = as_cyrillic if not rest_latin else word.translate(_TO_LATIN)
        cyrillic = 0 if rest_latin else latin + cyrillic
    leet = _LEET_CYRILLIC if cyrillic else _LEET_LATIN
    word = _SIGN_AS_LETTER.sub(lambda sign: _letter(sign.group(), leet), word)
    if _ORDINARY.fullmatch(word):
        return word
    return _DIGIT_AS_LETTER.sub(lambda digit: _letter(digit.group(), leet), word)


def _letter(sign: str, table: dict[int, int]) -> str:
    return sign.translate(table)


def _tokens(original: str, text: str, origin: tuple[int, ...]) -> tuple[Token, ...]:
    found: list[tuple[int, int, tuple[str, ...]]] = []
    taken = bytearray(len(text))
    for pattern, reading in ((LINK, _link_forms), (NUMBER, _number_forms), (_WORD, _word_forms)):
        for match in pattern.finditer(text):
            if not any(taken[match.start() : match.end()]):
                taken[match.start() : match.end()] = b"\x01" * len(match.group())
                found.append((match.start(), match.end(), reading(match.group())))
    found.sort()
    tokens: list[Token] = []
    clause = sentence = behind = 0
    for start, end, forms in found:
        between = text[behind:start]
        clause += bool(_BREAK.search(between))
        sentence += bool(_END.search(between))
        first, last = origin[start], origin[end - 1] + 1
        if last - first >= 2 * (end - start) - 1 and end - start > 3:
            forms += tuple(forms[0][cut:] for cut in range(1, len(forms[0]) - 2))
        tokens.append(Token(forms, first, last, clause, sentence))
        behind = end
    return tuple(tokens)


def _link_forms(_: str) -> tuple[str, ...]:
    return ("<link>",)


def _number_forms(number: str) -> tuple[str, ...]:
    digits = "".join(char for char in number if char.isdigit())
    return ("<phone>" if len(digits) >= PHONE_DIGITS else "<number>", digits)


def _word_forms(word: str) -> tuple[str, ...]:
    forms = [word]
    if "'" in word:
        forms += [word.replace("'", ""), *([word[:-2]] if word.endswith("'s") else [])]
    for form in tuple(forms):
        if _LONG_RUN.search(form):
            forms += [_LONG_RUN.sub(r"\1", form), _LONG_RUN.sub(r"\1\1", form)]
        elif _ODD_PAIR.search(form):
            forms.append(_ODD_PAIR.sub(r"\1", form))
    return tuple(dict.fromkeys(forms))


def _compounds(tokens: tuple[Token, ...], original: str) -> tuple[Token, ...]:
    """Short pieces held together by a hyphen, dot, line or star, read as one word."""
    found = []
    for one, two in pairwise(tokens):
        held = original[one.end : two.start]
        if held in ("-", ".", "_", "*", "·", "~") and max(len(one.forms[0]), len(two.forms[0])) < 5:
            joined = one.forms[0] + two.forms[0]
            found.append(Token((joined,), one.start, two.end, one.clause, one.sentence))
    return tuple(found)
