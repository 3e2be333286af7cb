"""What people type to find calls, as a query of ``call_search``: numbers in any spelling, words.

A number is found by how it begins or ends, from three digits on; longer ones are compared in
full. A word is found whole; a word that stands in no call is taken as the beginning of words.
"""

from __future__ import annotations

import re
import unicodedata

from msgspec import Struct
from sqlite_utils import Database

from storage.db import one, rows
from storage.migrations.call_search import NUMBER_PARTS

LONGEST_TYPED = 200
"""Characters of a search that are read; nobody remembers more of a call."""

MOST_PIECES = 12
"""Words and numbers of a search that are read."""

MOST_WORDS_OF_A_BEGINNING = 12
"""How many words the beginning of a word may stand for."""

SHORTEST_BEGINNING = 2
"""Letters a beginning needs: one letter is the beginning of everything."""

FULL_NUMBER = 7
"""Digits that make groups of digits ("667 00 03") one number."""

ABROAD = 2
"""Zeros before a country code ("00380…")."""

_SPELLED = re.compile(r"(?:\+[\s(]*)?\d(?:[\s().\-/‐-―\u00a0]*\d)+")


class Search(Struct, frozen=True):
    """A query of ``call_search`` (``match``), and numbers to compare in full."""

    match: tuple[str, ...] = ()
    numbers: tuple[tuple[str, ...], ...] = ()

    @property
    def rare(self) -> bool:
        """A number in full has few calls, in every workspace together too."""
        return bool(self.numbers)


def read(db: Database, scope: str, typed: str, home_code: str = "") -> Search:
    """What was typed, as a query. ``scope`` is the word of the workspace.

    ``home_code`` is the country code ("380") of numbers that are typed with a zero in front.
    """
    text = _plain_digits(unicodedata.normalize("NFC", typed[:LONGEST_TYPED]))
    numbers, words = _taken_apart(text)
    match, full = [], []
    for spelled in numbers[:MOST_PIECES]:
        readings = _readings(spelled, home_code)
        match.append(" OR ".join(word for digits in readings for word in _number(digits)))
        if any(len(digits) > NUMBER_PARTS[-1] for digits in readings):
            full.append(readings)
    for word in words[: MOST_PIECES - len(match)]:
        match.append(" OR ".join(_word(db, scope, word)))
    return Search(tuple(f"({part})" for part in match), tuple(full))


def merge(db: Database) -> None:
    """Inside the caller's transaction: nothing of calls that are gone stays in the index.

    FTS5 keeps deleted words until its parts are merged (https://sqlite.org/fts5.html, "The
    'optimize' Command"). About 1 s for a million calls.
    """
    db.execute("INSERT INTO call_search(call_search) VALUES ('optimize')")


def _plain_digits(text: str) -> str:
    """Digits of every script, full-width ones too, as 0 to 9."""
    return "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in text)


def _taken_apart(text: str) -> tuple[list[str], list[str]]:
    numbers: list[str] = []

    def take(found: re.Match[str]) -> str:
        digits = re.sub(r"\D", "", found[0])
        if digits != found[0] and len(digits) < FULL_NUMBER and not found[0].startswith("+"):
            return found[0]
        numbers.append(digits)
        return " "

    rest = _SPELLED.sub(take, text)
    return numbers, list(dict.fromkeys(_words(rest)))


def _words(text: str) -> list[str]:
    """Letters and digits as the tokenizer of FTS5 sees them; its Unicode is an old one."""
    kind = unicodedata.ucd_3_2_0.category
    return "".join(c if kind(c)[0] in "LN" else " " for c in text).lower().split()


def _readings(digits: str, home_code: str) -> tuple[str, ...]:
    """As typed, and ``00380…`` or ``093…`` without the zeros that only a dialled number has."""
    bare = digits.lstrip("0")
    zeros = len(digits) - len(bare)
    if zeros == ABROAD and len(bare) >= FULL_NUMBER - ABROAD:
        return digits, bare
    if zeros == 1 and len(bare) >= SHORTEST_BEGINNING:
        return (digits, bare, home_code + bare) if home_code else (digits, bare)
    return (digits,)


def _number(digits: str) -> list[str]:
    words = [f'"{digits}"']
    if len(digits) >= NUMBER_PARTS[0]:
        longest = NUMBER_PARTS[-1]
        words += [f'"_h{digits[:longest]}"', f'"_t{digits[-longest:]}"']
    return words


def _word(db: Database, scope: str, word: str) -> list[str]:
    if word.isascii() and word.isdigit():
        return _number(word)
    whole = f'"{word}"'
    found = one(
        db,
        "SELECT rowid FROM call_search WHERE call_search MATCH ? LIMIT 1",
        f'"{scope}" AND {whole}',
    )
    return [whole] if found else [whole, *_beginning_with(db, word)]


def _beginning_with(db: Database, word: str) -> list[str]:
    if len(word) < SHORTEST_BEGINNING:
        return []
    found = rows(
        db,
        "SELECT term FROM call_words WHERE term >= ?1 AND term < ?1 || char(0x10FFFF) LIMIT ?2",
        word,
        MOST_WORDS_OF_A_BEGINNING,
    )
    return [f'"{row["term"]}"' for row in found]
