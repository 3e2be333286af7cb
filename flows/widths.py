"""How wide texts are, and how they are cut where there is no room: on the map, in a summary."""

from __future__ import annotations

import unicodedata


def one_line(text: str) -> str:
    """The text without line breaks and doubled spaces; a text that has none stays itself."""
    line = " ".join(text.split())
    return text if line == text else line


def width(text: str) -> int:
    """How wide a text is, in ordinary characters: Chinese ones count twice, accents nothing."""
    return len(text) if text.isascii() else sum(map(_width, text))


def _width(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def clip(text: str, most: int) -> str:
    """The text on one line, cut with "…" when it is wider than ``most``."""
    text = one_line(text)
    if width(text) <= most:
        return text
    kept, used = "", 0
    for character in text:
        used += _width(character)
        if used > most - 1:
            break
        kept += character
    return kept.rstrip() + "…"


def wrap(text: str, most: int, lines: int) -> tuple[str, ...]:
    """The text on at most ``lines`` lines of ``most`` character widths, the last one clipped."""
    words = one_line(text).split(" ")
    done: list[str] = []
    while words and len(done) < lines - 1:
        line = words.pop(0)
        while words and width(line) + 1 + width(words[0]) <= most:
            line += f" {words.pop(0)}"
        done.append(clip(line, most))
    return (*done, clip(" ".join(words), most)) if words else tuple(done)
