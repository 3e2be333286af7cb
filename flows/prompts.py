"""Which keys a script tells the caller to press, in English, Ukrainian and Bulgarian.

The script is read left to right. A telling word ("press", "натисніть", "натиснете") opens a list
of keys ("2 or star"); in the same sentence, and at the start of the next, a key followed by what
it is for ("2 to cancel") counts as well. Every other number is a time, an amount or an address.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from flows.document import KEYS
from flows.prompt_words import (
    AFTER_KEY,
    BEFORE_NUMBERS,
    BY,
    CHOOSE,
    DASHES,
    FILLERS,
    JOINS,
    KEY_WORDS,
    MEASURE_STEMS,
    MEASURE_WORDS,
    NOT,
    ON_PHONE,
    PLEASE,
    PRESS,
    PRESSING,
    PURPOSES,
    RANGE_STARTS,
    RATE,
    SENTENCE_ENDS,
    THROUGH,
    WHEN,
)

_TOKEN = re.compile(r"[^\W\d_]+(?:['’ʼ`][^\W\d_]+)*|\d+|\n|\S")
_APOSTROPHES = str.maketrans({"’": "'", "ʼ": "'", "`": "'"})
_QUOTES = frozenset("\"'“”„«»‘’()[]<>")


class _Token(NamedTuple):
    text: str
    start: int
    end: int
    glued: bool
    """Whether a letter, digit or sign touches it, as in "1st", "*9", "9:30" or "+1"."""


class _Key(NamedTuple):
    key: str
    start: int
    end: int


def announced_keys(script: str) -> dict[str, tuple[int, int]]:
    """Key -> (start, end) of the place in the script that first tells to press it.

    Positions count characters; a range ("from 1 to 5") gives each of its keys its whole place.
    """
    return {key: (start, end) for key, start, end in _announced(script)}


@lru_cache(maxsize=1024)
def _announced(script: str) -> tuple[_Key, ...]:
    """Each key once, in the order of the phone. Kept, because flows are checked again and again."""
    found: dict[str, _Key] = {}
    for key in _Reader(_tokens(script)).announced():
        found.setdefault(key.key, key)
    return tuple(found[key] for key in KEYS if key in found)


def _tokens(script: str) -> list[_Token]:
    tokens: list[_Token] = []
    for match in _TOKEN.finditer(script):
        text = match[0].lower().translate(_APOSTROPHES)
        # A list of keys below each other: a new line joins as a comma does.
        broken = text == "\n" and bool(tokens) and tokens[-1].text in PRESS | CHOOSE
        if text not in _QUOTES and not broken:
            glued = _is_glued(script, *match.span())
            tokens.append(_Token("," if text == "\n" else text, *match.span(), glued))
    return tokens


def _is_glued(script: str, start: int, end: int) -> bool:
    before, after = script[start - 1 : start], script[end : end + 1]
    beyond = script[end + 1 : end + 2]
    if script[start] in "*#":
        return before.isalnum() or after.isalnum() or after in ("*", "#")
    return (
        before.isalnum()
        or after.isalnum()
        or before in ("*", "+", "$", "€", "£", "₴", "№")
        or (after in (".", ":") and beyond.isdigit())
        or (before in (".", ":") and script[start - 2 : start - 1].isdigit())
    )


class _Reader:
    """One pass over the tokens; ``_at`` is the next to be read."""

    def __init__(self, tokens: list[_Token]) -> None:
        self._tokens = tokens
        self._at = 0
        self._told = False
        self._purpose_first = False

    def announced(self) -> Iterator[_Key]:
        """Every announced key, in order."""
        clause = earlier = 0
        while self._at < len(self._tokens):
            place, word = self._at, self._word()
            found = self._after_telling() or self._after_rating()
            if found:
                self._told = True
                opening = earlier if clause == place else clause
                self._purpose_first = opening < place and self._word(opening) in PURPOSES
            elif self._told and self._opens_clause(place):
                found = self._clause_keys()
            if found:
                yield from found
                continue
            if word in SENTENCE_ENDS or word in (",", ";"):
                earlier, clause = clause, place + 1
            if word in SENTENCE_ENDS:
                # "Press 1 for sales. 2 for support." goes on; any other sentence does not.
                self._told = self._told and self._number_at(place + 1) is not None
            self._at = max(self._at, place + 1)

    def _word(self, place: int | None = None) -> str:
        place = self._at if place is None else place
        return self._tokens[place].text if 0 <= place < len(self._tokens) else "."

    def _after_telling(self) -> list[_Key]:
        """The keys behind a telling word, if one stands here."""
        word, before = self._word(), self._word(self._at - 1)
        telling = word in PRESS or word in CHOOSE
        if word in PRESSING:
            telling = before in BY or word in BY
        if not telling or before in NOT:
            return []
        place = self._skip_fillers(self._at + 1)
        return self._range(place) or self._list(place, choosing=word in CHOOSE)

    def _after_rating(self) -> list[_Key]:
        """The range that a word such as "rate" asks for, anywhere later in its sentence."""
        if self._word() not in RATE or self._word(self._at - 1) in NOT:
            return []
        for place in range(self._at + 1, len(self._tokens)):
            if self._word(place) in SENTENCE_ENDS:
                return []
            found = self._range(place)
            if found:
                return found
        return []

    def _skip_fillers(self, place: int) -> int:
        """The next place that is more than filler; a comma is filler only beside "please"."""
        polite = False
        while not self._ends_fillers(place, polite):
            polite = polite or self._word(place) in PLEASE
            place += 1
        return place

    def _ends_fillers(self, place: int, polite: bool) -> bool:
        word = self._word(place)
        if word == ",":
            return not (polite or self._word(place + 1) in PLEASE)
        if word == "#":
            return not self._tokens[place].glued
        return word not in FILLERS and word not in PLEASE and word != ":" and word not in DASHES

    def _range(self, place: int) -> list[_Key]:
        """The keys of "from 1 to 5" or "1 to 5" that begins here; moves on behind it."""
        opening = RANGE_STARTS.get(self._word(place))
        start = place if opening is None else place + 1
        first, last = self._number_at(start), self._number_at(start + 2)
        middle = self._word(start + 1)
        if first is None or last is None or middle not in (opening or THROUGH):
            return []
        if not (first.key.isdigit() and last.key.isdigit()) or first.key >= last.key:
            return []
        if self._is_measure(start + 3):
            return []
        self._at = start + 3
        span = (self._tokens[place].start, last.end)
        return [_Key(str(n), *span) for n in range(int(first.key), int(last.key) + 1)]

    def _list(self, place: int, choosing: bool = False) -> list[_Key]:
        """The keys of "1, 2 or the star key" that begins here; moves on behind it."""
        first = self._number_at(place)
        if first is None or self._is_measure(place + 1):
            return []
        spelled = self._word(place).isalpha() and first.key.isdigit()
        plain = self._word(place - 1) not in ("the", "number", "key", "digit")
        if spelled and plain and self._word(place + 1) in ("key", "button"):
            return []
        if choosing and spelled and not self._may_follow(place + 1):
            return []
        keys = [first]
        place = self._skip_own(place + 1)
        while True:
            following = self._skip_joins(place)
            item = self._number_at(following) if following > place else None
            if item is None or self._is_measure(following + 1):
                break
            behind = self._skip_own(following + 1)
            if not self._may_follow(behind):
                break
            keys.append(item)
            place = behind
        self._at = place
        return keys

    def _skip_joins(self, place: int) -> int:
        """Behind a comma, a joining word, or both, and the fillers of the next key."""
        start = place
        if self._word(place) == ",":
            place += 1
        if self._word(place) in JOINS:
            place += 1
        return self._skip_fillers(place) if place > start else start

    def _skip_own(self, place: int) -> int:
        """Behind the words that belong to a key: "key", "on your phone"."""
        while self._word(place) in AFTER_KEY:
            place += 1
        return place

    def _may_follow(self, place: int) -> bool:
        """Whether this word can stand behind a key of a list."""
        word = self._word(place)
        return (
            word in PURPOSES
            or word in JOINS
            or word in DASHES
            or word in SENTENCE_ENDS
            or word in ON_PHONE
            or word in WHEN
            or word in PLEASE
            or word in (",", ";", ":", "then", "now")
        )

    def _opens_clause(self, place: int) -> bool:
        """Whether a key without a telling word could begin here."""
        before = self._word(place - 1)
        joined = before in JOINS or before in (",", ";", "а", *SENTENCE_ENDS)
        if not joined:
            return self._purpose_first and self._closes_clause(place)
        # "1 or 2 for you" counts people; "1 for room 1, 2 for room 2" begins anew.
        counted = before in JOINS and place >= 2
        return not (counted and self._number_or_amount(place - 2))

    def _number_or_amount(self, place: int) -> bool:
        return self._word(place).isdigit() or self._word(place) in KEY_WORDS

    def _closes_clause(self, place: int) -> bool:
        """Whether "for support 2" ends here, where "for sales press 1" came before it."""
        begin = place
        while begin > 0 and self._word(begin - 1) not in (",", ";", *SENTENCE_ENDS):
            begin -= 1
        if self._word(begin) in (*JOINS, "а"):
            begin += 1
        if self._word(begin) not in PURPOSES or self._word(place - 1) in BEFORE_NUMBERS:
            return False
        return begin + 1 < place and self._word(place + 1) in (",", ";", *SENTENCE_ENDS)

    def _clause_keys(self) -> list[_Key]:
        """The keys of "2 or 3 to cancel", which needs its purpose to be a list of keys."""
        place = self._at
        if self._number_at(place) is None or self._range_of_anything(place):
            return []
        closing = self._purpose_first and self._closes_clause(place)
        keys = self._list(place)
        behind = self._at + 1 if self._word() == "," else self._at
        word = self._word(behind)
        says_why = word in PURPOSES or word in DASHES or word == ":"
        if keys and (closing or (says_why and not self._begins_range(behind))):
            return keys
        self._at = place
        return []

    def _begins_range(self, place: int) -> bool:
        """Whether "9 to 5" goes on here; "2 for 10 euros" and "2 for 10:30" say what 2 is for."""
        if not self._word(place + 1).isdigit():
            return False
        amount = self._tokens[place + 1].glued or self._is_measure(place + 2)
        return self._word(place) in THROUGH or not amount

    def _range_of_anything(self, place: int) -> bool:
        return self._word(place + 1) in THROUGH and self._word(place + 2).isdigit()

    def _number_at(self, place: int) -> _Key | None:
        """The key written here: a single digit, a word for one, or a sign; not "12" or "1st"."""
        if not 0 <= place < len(self._tokens):
            return None
        text, start, end, glued = self._tokens[place]
        key = text if text in KEYS else KEY_WORDS.get(text)
        if key is None or glued:
            return None
        return _Key(key, start, end)

    def _is_measure(self, place: int) -> bool:
        """Whether the word here makes the number before it an amount or part of a longer one."""
        word = self._word(place)
        if self._word(place - 1) in KEY_WORDS and KEY_WORDS[self._word(place - 1)] in "*#":
            return False
        if word.isdigit() or (word in DASHES and self._word(place + 1).isdigit()):
            return not (word in DASHES and self._number_at(place + 1))
        return word in MEASURE_WORDS or (
            word not in AFTER_KEY and word.startswith(MEASURE_STEMS) and word not in PURPOSES
        )
