"""What a workspace adds to moderation itself: words and numbers as people type them, made sure of.

Each is proved before it is kept: a message that has it is found by it.
"""

from __future__ import annotations

import re

from calling.moderation import OwnWord, Rules, moderate
from calling.moderation.normalise import PHONE_DIGITS, letters
from flows.said import said

MOST_WORDS, MOST_NUMBERS = 500, 100
"""How many a workspace may add."""

MOST_CHARACTERS = 100
"""Of one word, phrase or number."""

MOST_DIGITS = 15
"""Of a phone number (ITU-T E.164, 6.1)."""

LEAST_STEM = 3
"""Letters before a star; fewer begin too many innocent words."""

_PHRASE = re.compile(r"(?:[^\W_][^\W_']*(?:'[^\W_']+)*\*? )+")
_NUMBER = re.compile(r"\+?[\d\s().-]+", re.ASCII)


class NotOwn(Exception):
    """Why this cannot be added. ``sentence`` says what to do."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def own_word(typed: str, category: str, present: tuple[OwnWord, ...]) -> OwnWord:
    """A word or phrase (``stem*`` for every ending) to add to those that are there.

    Raises NotOwn.
    """
    text = " ".join(typed.replace("-", " ").split())
    plain = letters(text)
    if not _PHRASE.fullmatch(f"{plain} "):
        raise NotOwn(
            said("Type words of letters and digits. A star may stand at the end of a word.")
        )
    if any(part.endswith("*") and len(part) <= LEAST_STEM for part in plain.split()):
        raise NotOwn(said("Give at least {number} letters before the star.", number=LEAST_STEM))
    if len(plain) < 2:
        raise NotOwn(said("One letter alone stops too much. Type a whole word."))
    if plain in {letters(word.text) for word in present}:
        raise NotOwn(said("This is on the list already."))
    _room_for_one(len(present), MOST_WORDS)
    word = OwnWord(text, category)
    _prove(text.replace("*", ""), Rules(categories=frozenset(), own_words=(word,)))
    return word


def own_number(typed: str, present: tuple[str, ...]) -> str:
    """A phone number, in any spelling, to add to those that are there. Raises NotOwn."""
    text = " ".join(typed.split())
    digits = _digits(text)
    if not _NUMBER.fullmatch(text) or not PHONE_DIGITS <= len(digits) <= MOST_DIGITS:
        raise NotOwn(said("This is not a phone number. Type it like +380 44 123 45 67."))
    if digits in {_digits(number) for number in present}:
        raise NotOwn(said("This is on the list already."))
    _room_for_one(len(present), MOST_NUMBERS)
    _prove(text, Rules(categories=frozenset(), own_numbers=(text,)))
    return text


def _digits(number: str) -> str:
    return "".join(char for char in number if char.isdigit()).lstrip("0")


def _room_for_one(there: int, most: int) -> None:
    if there >= most:
        raise NotOwn(said("The list is full: it holds {most}. Remove something first.", most=most))


def _prove(message: str, rules: Rules) -> None:
    """Raises NotOwn unless the rules find what they forbid."""
    if not moderate(message, rules):
        raise NotOwn(said("This cannot be found in a message. Write it another way."))
