"""The word lists beside this file: how they are written, and where a text has what they name.

A list is plain text. ``[NAME]`` opens a section. A line is one thing to find, word by word:
``stem*`` is every word that begins so, ``a|b`` is either, ``..`` is up to four words between,
``?word`` may be there or not, ``@name`` stands for the words of a line ``@name = a|b``;
``<link>``, ``<phone>`` and ``<number>`` are addresses and numbers. What a line finds stays within
one clause. ``! line`` is innocent: what it touches was not found. ``~ line`` counts
only in a text of the list's own language. ``#`` begins a remark.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from msgspec import Struct

from calling.moderation.normalise import Seen, Token

INNOCENT = "innocent"
GAP_WORDS = 4
"""How many words ``..`` may stand for."""

_MASKED_SECTIONS = ("TOXICITY", "SEXUALLY_EXPLICIT", "PROFANITY")
_LEAST_SHOWN = 2


class Item(Struct, frozen=True):
    """One place of a line: the words and the beginnings of words that fit it."""

    exact: frozenset[str] = frozenset()
    stems: tuple[str, ...] = ()
    gap: bool = False
    optional: bool = False

    def fits(self, token: Token) -> bool:
        """Whether the token may stand here."""
        # A loop, not any(): this is asked about a hundred times for every text.
        for form in token.forms:
            if form in self.exact or (self.stems and form.startswith(self.stems)):
                return True
        return False


class Entry(Struct, frozen=True):
    """One line of a list. ``language``: the only language it counts in, or ""."""

    section: str
    items: tuple[Item, ...]
    language: str = ""


class Hit(Struct, frozen=True):
    """Where something was found. ``start`` and ``end`` are places in the original text."""

    start: int
    end: int
    sentence: int


@dataclass(frozen=True)
class Lexicon:
    """Lines by the first letters of what they look for."""

    index: Mapping[str, tuple[Entry, ...]]
    masked: tuple[tuple[str, str, bool], ...] = field(repr=False)

    def find(self, seen: Seen, language: str) -> dict[str, list[Hit]]:
        """Section -> everything of it that the text has, in the text's order."""
        found: dict[str, list[Hit]] = defaultdict(list)
        for tokens in (seen.tokens, *((compound,) for compound in seen.compounds)):
            for section, hit in self._hits(tokens, language):
                found[section].append(hit)
        for token in seen.tokens:
            section = self._under_mask(token)
            if section:
                found[section].append(Hit(token.start, token.end, token.sentence))
        innocent = found.pop(INNOCENT, [])
        return {
            section: kept
            for section, hits in found.items()
            if (kept := [hit for hit in hits if not _touches(hit, innocent)])
        }

    def _hits(self, tokens: Sequence[Token], language: str) -> Iterator[tuple[str, Hit]]:
        for at, token in enumerate(tokens):
            for entry in self._candidates(token):
                if entry.language and language and entry.language != language:
                    continue
                if not entry.items[0].fits(token):
                    continue
                end = _match(entry.items, tokens, at, token.clause)
                if end > at:
                    yield entry.section, Hit(token.start, tokens[end - 1].end, token.sentence)

    def _candidates(self, token: Token) -> list[Entry]:
        keys = {form[:size] for form in token.forms for size in (1, 2)}
        found: dict[int, Entry] = {}
        for key in keys:
            found.update((id(entry), entry) for entry in self.index.get(key, ()))
        return list(found.values())

    def _under_mask(self, token: Token) -> str:
        """The section of a bad word that a word with stars in it (``f**k``) can only be."""
        word = token.forms[0]
        if "*" not in word or sum(char.isalpha() for char in word) < _LEAST_SHOWN:
            return ""
        pattern = [re.escape(char) if char != "*" else r"\w" for char in word]
        whole = re.compile("".join(pattern))
        for section, bad, stem in self.masked:
            begin = re.compile("".join(pattern[: len(bad)])) if stem else whole
            if (stem and len(pattern) >= len(bad) and begin.fullmatch(bad)) or (
                not stem and whole.fullmatch(bad)
            ):
                return section
        return ""


def build(entries: Iterable[Entry]) -> Lexicon:
    """A lexicon of these lines."""
    index: dict[str, list[Entry]] = defaultdict(list)
    masked: list[tuple[str, str, bool]] = []
    for entry in entries:
        first = entry.items[0]
        for key in sorted({word[:2] for word in (*first.exact, *first.stems)}):
            index[key].append(entry)
        if len(entry.items) == 1 and entry.section in _MASKED_SECTIONS:
            masked += [(entry.section, word, False) for word in sorted(first.exact)]
            masked += [(entry.section, word, True) for word in first.stems]
    return Lexicon({key: tuple(lines) for key, lines in index.items()}, tuple(masked))


def read_list(text: str, language: str) -> Iterator[Entry]:
    """The lines of one list. Raises ValueError for a line that says nothing."""
    section = ""
    names: dict[str, str] = {}
    for raw in text.splitlines():
        line = raw.partition("#")[0].strip()
        if not line:
            continue
        if line.startswith("["):
            section = line.strip("[]")
        elif line.startswith("@") and " = " in line:
            name, _, words = line.partition(" = ")
            names[name] = expand(words, names)
        elif line.startswith("!"):
            yield Entry(INNOCENT, read_line(expand(line[1:], names)))
        else:
            own = line.startswith("~")
            items = read_line(expand(line.lstrip("~ "), names))
            yield Entry(section, items, language if own else "")


def expand(line: str, names: Mapping[str, str]) -> str:
    """The line with its ``@names`` replaced. Raises KeyError for a name that was not given."""
    return re.sub(r"@\w+", lambda name: names[name.group()], line)


def read_line(line: str) -> tuple[Item, ...]:
    """A line as places to fill. Raises ValueError when it is empty or begins with a gap."""
    items = tuple(_item(word) for word in line.split())
    if not items or items[0].gap or items[0].optional:
        raise ValueError(f"A line must begin with a word to find: {line!r}")
    return items


def _item(word: str) -> Item:
    if word == "..":
        return Item(gap=True)
    choices = word.lstrip("?").split("|")
    if not all(choices) or any("*" in choice[:-1] for choice in choices):
        raise ValueError(f"A star stands at the end of a word, and no word is empty: {word!r}")
    return Item(
        exact=frozenset(choice for choice in choices if not choice.endswith("*")),
        stems=tuple(choice[:-1] for choice in choices if choice.endswith("*")),
        optional=word.startswith("?"),
    )


def _match(items: tuple[Item, ...], tokens: Sequence[Token], at: int, clause: int) -> int:
    """Where the line ends when it begins at ``at``; -1 when it does not."""
    if not items:
        return at
    item, rest = items[0], items[1:]
    if item.gap:
        for skipped in range(GAP_WORDS + 1):
            end = _match(rest, tokens, at + skipped, clause)
            if end >= 0:
                return end
        return -1
    if at < len(tokens) and tokens[at].clause == clause and item.fits(tokens[at]):
        end = _match(rest, tokens, at + 1, clause)
        if end >= 0:
            return end
    return _match(rest, tokens, at, clause) if item.optional else -1


def _touches(hit: Hit, spans: Iterable[Hit]) -> bool:
    return any(span.start < hit.end and hit.start < span.end for span in spans)
