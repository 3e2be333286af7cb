"""Finding words in call flows: what can be found, how case is left aside, where a match stands.

A text matches when it holds every word that was typed, in any order, as a part of words too.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from msgspec import Struct

from flows.document import Flow, Menu

LONGEST_TYPED = 200
"""Characters of a search that are read."""

MOST_WORDS = 8
"""Words of a search that are read."""

BEFORE, SHOWN = 36, 150
"""Characters of an excerpt before its first match, and in all."""


class Text(Struct, frozen=True):
    """Something that can be found. ``kind`` is "flow", "menu", "script", "recording", "address",
    "answer" or "number"; menu, trigger and step say where it stands ("" where they do not apply).
    """

    kind: str
    text: str
    menu: str = ""
    trigger: str = ""
    step: str = ""


class Found(Struct, frozen=True):
    """A text that matches; ``excerpt`` is its pieces, each with whether it is the match."""

    place: Text
    excerpt: tuple[tuple[str, bool], ...]


_OF_STEP: dict[str, tuple[str, Callable[[Any], str]]] = {
    "webhook": ("address", lambda step: str(step.url)),
    "save_answer": ("answer", lambda step: str(step.name)),
    "connect": ("number", lambda step: str(step.number)),
}
"""Kind of a step -> what of it can be found, and how it is read."""


def texts_of_menu(menu: Menu) -> Iterator[Text]:
    """Everything of a menu that can be found, in the order of the editor."""
    for kind, text in (("menu", menu.name), ("script", menu.script), ("recording", menu.recording)):
        if text:
            yield Text(kind, text, menu.id)
    for trigger, _position, action in menu.all_actions():
        if action.kind in _OF_STEP:
            kind, read = _OF_STEP[action.kind]
            yield Text(kind, read(action), menu.id, trigger, action.id)


def words_of_menu(menu: Menu) -> str:
    """All of it without case, for a store that looks for menus quickly."""
    return "\n".join(folded(found.text) for found in texts_of_menu(menu))


def folded(text: str) -> str:
    """A text without case, in every script; composed and decomposed letters are the same."""
    return unicodedata.normalize("NFC", text).casefold()


def words(typed: str) -> tuple[str, ...]:
    """What was typed as words without case; empty for nothing to look for."""
    found = dict.fromkeys(folded(typed[:LONGEST_TYPED]).split())
    return tuple(found)[:MOST_WORDS]


def find(flow: Flow, wanted: Sequence[str], most: int) -> tuple[tuple[Found, ...], int]:
    """What in a flow holds all these words (of ``words``), in the editor's order: the first
    ``most`` of them, and how many more there are.
    """
    places = [Text("flow", flow.name)]
    for menu in flow.menus:
        places.extend(texts_of_menu(menu))
    holding = [place for place in places if _holds(place, wanted)]
    shown = tuple(Found(place, excerpt(place.text, wanted)) for place in holding[:most])
    return shown, len(holding) - len(shown)


def _holds(place: Text, wanted: Sequence[str]) -> bool:
    plain = folded(place.text)
    return bool(wanted) and all(word in plain for word in wanted)


def excerpt(text: str, wanted: Sequence[str]) -> tuple[tuple[str, bool], ...]:
    """The part of a text around its first match, in pieces: (characters, whether they match)."""
    shown = " ".join(unicodedata.normalize("NFC", text).split())
    marked = _marked(shown, wanted)
    first = marked.index(True) if True in marked else 0
    start = max(0, first - BEFORE)
    end = min(len(shown), start + SHOWN)
    pieces = [
        (shown[found.start() + start : found.end() + start], found[0][0] == "x")
        for found in re.finditer("x+|-+", "".join("x" if m else "-" for m in marked[start:end]))
    ]
    opening = [("…", False)] if start else []
    closing = [("…", False)] if end < len(shown) else []
    return (*opening, *pieces, *closing)


def _marked(shown: str, wanted: Sequence[str]) -> list[bool]:
    """For each character whether it belongs to a match; folding may make letters longer."""
    plain, origins = "", []
    for place, char in enumerate(shown):
        plain += char.casefold()
        origins += [place] * len(char.casefold())
    marked = [False] * len(shown)
    for word in wanted:
        at = plain.find(word)
        while at >= 0:
            for place in origins[at : at + len(word)]:
                marked[place] = True
            at = plain.find(word, at + len(word))
    return marked
