"""Two versions' JSON side by side: which lines differ, secrets covered."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator
from typing import Literal

from flask_babel import gettext as _
from flask_babel import ngettext
from msgspec import Struct

from blueprints.flow_tools import compiled, with_usual_sender
from blueprints.json_view import cover_secrets
from flows import whole_file
from flows.targets.base import CannotCompile
from providers import SERVICES
from storage.flows import StoredFlow

CONTEXT = 3
"""Equal lines that stay visible before and after a difference."""

Kind = Literal["same", "differs", "skipped"]


class Line(Struct, frozen=True):
    """A line of both, side by side; "" where one has nothing. A skipped one says how many."""

    kind: Kind
    before: str
    after: str


class Comparison(Struct, frozen=True):
    """The lines, and what they are of when a version has no JSON for the service."""

    lines: tuple[Line, ...]
    lacking: tuple[str, ...]


def compare(first: StoredFlow, second: StoredFlow, target: str) -> Comparison:
    """Both versions as the target would be sent them; before that is possible, as their files."""
    made = [compiled(with_usual_sender(stored.flow, target), target) for stored in (first, second)]
    lacking = tuple(
        _(
            "%(service)s cannot carry version %(number)s yet, so these are the Press One files"
            " of both.",
            service=SERVICES[target].label,
            number=stored.revision,
        )
        for stored, one in zip((first, second), made, strict=True)
        if isinstance(one, CannotCompile)
    )
    bodies = [one.body for one in made if not isinstance(one, CannotCompile)]
    if lacking:
        bodies = [json.loads(whole_file.write(stored.flow)) for stored in (first, second)]
    texts = [
        json.dumps(cover_secrets(body), ensure_ascii=False, indent=2).splitlines()
        for body in bodies
    ]
    return Comparison(tuple(_lines(*texts)), lacking[:1])


def _lines(before: list[str], after: list[str]) -> Iterator[Line]:
    # Ignoring lines that stand everywhere (such as "},") keeps large documents fast.
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=True)
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag == "equal":
            yield from _same(before[i1:i2], at_start=i1 == 0, at_end=i2 == len(before))
            continue
        for place in range(max(i2 - i1, j2 - j1)):
            yield Line("differs", _at(before[i1:i2], place), _at(after[j1:j2], place))


def _same(lines: list[str], *, at_start: bool, at_end: bool) -> Iterator[Line]:
    """Equal lines, all but those near a difference left out."""
    head, tail = (0 if at_start else CONTEXT), (0 if at_end else CONTEXT)
    hidden = len(lines) - head - tail
    if hidden < CONTEXT:
        head, hidden = len(lines), 0
    yield from (Line("same", line, line) for line in lines[:head])
    if hidden:
        words = ngettext("%(num)s line is the same", "%(num)s lines are the same", hidden)
        yield Line("skipped", words, words)
        yield from (Line("same", line, line) for line in lines[len(lines) - tail :])


def _at(lines: list[str], place: int) -> str:
    return lines[place] if place < len(lines) else ""
