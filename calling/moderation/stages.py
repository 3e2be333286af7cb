"""The stages of moderation after normalising, in their order: what each looks for, in one table."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable, Mapping, Sequence
from functools import cache, lru_cache
from itertools import chain
from pathlib import Path

from msgspec import Struct

from calling.moderation.lexicon import Entry, Hit, Item, Lexicon, build, read_line, read_list
from calling.moderation.normalise import PHONE_DIGITS, Seen, letters
from calling.moderation.spam import spam
from flows.said import said
from storage.moderation import OwnWord, Rules

WORDS = Path(__file__).parent / "words"
LISTS = ("en", "uk", "bg", "ru", "threats_en", "threats_uk", "threats_bg", "threats_ru", "spam")
"""The files of ``words/``; the two letters at the end name the language of their ``~`` lines."""

STATISTICAL_LIMIT = 0.9
"""From this probability on, alt-profanity-check's word is taken."""

Found = Mapping[str, Sequence[Hit]]


class Finding(Struct, frozen=True):
    """What a stage found: its category, where in the original, and why in one sentence."""

    category: str
    start: int
    end: int
    words: str


class View(Struct, frozen=True):
    """What every stage is given: the text, what the lists found in it, and the rules."""

    seen: Seen
    found: Found
    rules: Rules


def own(view: View) -> Finding | None:
    """The workspace's own words and numbers; they count whatever categories are on."""
    if view.rules.own_words:
        hits = _own_lexicon(view.rules.own_words).find(view.seen, "")
        for category, found in hits.items():
            words = said("The workspace does not allow these words.")
            return Finding(category, found[0].start, found[0].end, words)
    for token in view.seen.tokens:
        if token.forms[0] == "<phone>" and _is_own(token.forms[1], view.rules.own_numbers):
            words = said("The workspace does not allow this phone number.")
            return Finding("SPAM", token.start, token.end, words)
    return None


LISTED = {
    "TOXICITY": said("It insults people."),
    "SEXUALLY_EXPLICIT": said("It speaks of sex in an explicit way."),
    "PROFANITY": said("It has a swear word."),
    "THREAT": said("It threatens people."),
}
"""Category -> what is wrong with a message that the lists find in it."""


def profanity(view: View) -> Finding | None:
    """Insults first, then explicit words, then swear words."""
    listed = _listed(view, "TOXICITY", "SEXUALLY_EXPLICIT", "PROFANITY")
    return listed or (_statistical(view.seen) if view.rules.statistics else None)


def threats(view: View) -> Finding | None:
    """What somebody says they will do to somebody."""
    return _listed(view, "THREAT")


def scams(view: View) -> Finding | None:
    """Signals that together make spam or a scam."""
    if "SPAM" not in view.rules.categories:
        return None
    held = spam(view.found)
    return Finding("SPAM", held[1].start, held[1].end, held[0].words) if held else None


STAGES: Mapping[str, Callable[[View], Finding | None]] = {
    "own": own,
    "profanity": profanity,
    "threats": threats,
    "spam": scams,
}
"""Stage -> what it finds, in the order they are asked."""


@cache
def lexicon() -> Lexicon:
    """Every list of ``words/`` and the package's; read at the first message."""
    ours = (
        read_list((WORDS / f"{name}.txt").read_text(encoding="utf-8"), name[-2:]) for name in LISTS
    )
    return build((*chain.from_iterable(ours), *_package_entries()))


def _package_entries() -> list[Entry]:
    """The words of better-profanity, as swear words of one or more parts.

    Only its list is used: importing the package takes 55 ms, and its own search 0.4 s for
    1 400 characters, because it compares every word with every entry.
    """
    spec = importlib.util.find_spec("better_profanity")
    if spec is None or not spec.submodule_search_locations:
        return []
    path = Path(spec.submodule_search_locations[0]) / "profanity_wordlist.txt"
    innocent = (WORDS / "package_innocent.txt").read_text(encoding="utf-8")
    left_out = {word for line in innocent.splitlines() if line[:1] != "#" for word in line.split()}
    return [
        Entry("PROFANITY", tuple(Item(exact=frozenset({part})) for part in parts))
        for word in path.read_text(encoding="utf-8").splitlines()
        if (parts := word.lower().replace("-", " ").split())
        and word.lower() not in left_out
        and all(part.isalpha() for part in parts)
        and (len(parts) > 1 or len(parts[0]) > 2)
    ]


def _listed(view: View, *categories: str) -> Finding | None:
    for category in categories:
        if category in view.rules.categories and view.found.get(category):
            first = min(view.found[category], key=lambda hit: (hit.start, -hit.end))
            return Finding(category, first.start, first.end, LISTED[category])
    return None


@lru_cache(maxsize=64)
def _own_lexicon(words: tuple[OwnWord, ...]) -> Lexicon:
    return build(Entry(word.category, read_line(letters(word.text))) for word in words)


def _is_own(digits: str, numbers: tuple[str, ...]) -> bool:
    for number in numbers:
        wanted = "".join(char for char in number if char.isdigit()).lstrip("0")
        if len(wanted) >= PHONE_DIGITS and (
            digits.endswith(wanted) or wanted.endswith(digits.lstrip("0"))
        ):
            return True
    return False


def statistics_installed() -> bool:
    """Whether alt-profanity-check, an optional package, is here to be asked."""
    return importlib.util.find_spec("profanity_check") is not None


def _statistical(seen: Seen) -> Finding | None:
    """alt-profanity-check's opinion (English), where it is installed."""
    if not statistics_installed():
        return None
    chance = importlib.import_module("profanity_check").predict_prob([seen.text])[0]
    if chance < STATISTICAL_LIMIT:
        return None
    return Finding("TOXICITY", 0, len(seen.original), said("It reads like abuse."))
