"""Two texts with an arrow between them, clipped so that what changed is seen."""

from __future__ import annotations

from flows.said import Said, joined, said
from flows.widths import clip, one_line

LONGEST_TEXT = 60
"""Characters that are shown of a text, on each side of the arrow."""

_BEFORE_CHANGE = 16
"""Characters of a long text that are shown before the place where it changed."""


def change(before: str, after: str) -> str:
    """What people wrote, before and after: "“Hello” → nothing"."""
    was, now = one_line(before), one_line(after)
    if was == now:
        return said("only the spaces changed")
    return joined(map(_quoted, _around(was, now)), " → ")


def _quoted(text: str) -> str:
    return said("“{text}”", text=text) if text else said("nothing")


def arrow(before: str, after: str) -> str:
    """Our own words, before and after: "Go to Another day → Hang up"."""
    return joined(_around(before, after), " → ")


def _around(before: str, after: str) -> tuple[str, str]:
    if max(len(before), len(after)) <= LONGEST_TEXT:
        return before, after
    alike = 0
    while alike < min(len(before), len(after)) and before[alike] == after[alike]:
        alike += 1
    start = max(0, alike - _BEFORE_CHANGE)
    word = before.rfind(" ", 0, start + 1) + 1 if start else 0
    if alike - word <= LONGEST_TEXT // 2:
        start = word
    dots = "…" if start else ""
    most = LONGEST_TEXT - len(dots)
    return dots + clip(before[start:], most), dots + clip(after[start:], most)


def is_address(*recordings: str) -> bool:
    """Whether one of two recordings is a web address."""
    return any(recording.startswith(("http://", "https://")) for recording in recordings)


def played(was: str, now: str, label: str) -> Said:
    """How what a menu plays was changed: a web address says nothing to people."""
    if not was:
        return said("{menu} plays a recording now", menu=label)
    if not now:
        return said("{menu} plays no recording any more", menu=label)
    return said("{menu} plays another recording", menu=label)
