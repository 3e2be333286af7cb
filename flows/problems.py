"""Problem: one thing that is wrong with a document, where, and in words.

A code and its parameters are the fact; the sentence is made from ``flows.words`` so that it
exists once, and can be said in another language.
"""

from __future__ import annotations

import hashlib
from functools import cached_property
from typing import Any, Literal

from msgspec import Struct, field

from flows import words
from flows.document import TRIGGERS
from flows.said import Whole, joined, said

_ORDER = {trigger: number for number, trigger in enumerate(("", *TRIGGERS))}

Severity = Literal["error", "warning"]


class Place(Struct, frozen=True):
    """Where a problem is: ids for the editor, 1-based numbers for people.

    ``trigger`` is one of ``flows.document.TRIGGERS``; ``field`` names the control that holds
    the value ("url", "recording", "sender"…).
    """

    menu_id: str = ""
    menu_number: int = 0
    trigger: str = ""
    step_id: str = ""
    step_number: int = 0
    field: str = ""

    def in_words(self, menu: str = "") -> str:
        """For example "Menu 2, key 3, step 1"; "" for the whole document.

        ``menu`` is what its menu is called instead of "Menu 2".
        """
        parts: list[str] = []
        if not self.menu_number and self.field in words.FIELD_NAMES:
            parts.append(said("Settings, {field}", field=Whole(words.FIELD_NAMES[self.field])))
        if self.menu_number:
            parts.append(menu or said("Menu {number}", number=self.menu_number))
        if self.trigger:
            parts.append(words.trigger_name(self.trigger))
        if self.step_number:
            parts.append(said("step {number}", number=self.step_number))
        return joined(parts) if parts else ""


class Fix(Struct, frozen=True):
    """A mechanical repair: ``edit`` names a function of ``flows.fixes``, ``label`` its button."""

    edit: str
    label: str
    params: dict[str, Any] = field(default_factory=dict)


class Problem(Struct, frozen=True, dict=True):
    """One finding. ``path`` is a JSON pointer into the SpeechCall form ("/" is the whole)."""

    code: str
    severity: Severity
    path: str = "/"
    params: dict[str, Any] = field(default_factory=dict)
    place: Place = Place()
    fixes: tuple[Fix, ...] = ()

    def __hash__(self) -> int:
        # Without what cannot be hashed; two problems with one code at one place are rare.
        return hash((self.code, self.path))

    @cached_property
    def message(self) -> str:
        """One plain sentence, without its place."""
        return words.sentence(self.code, self.params, self.place.field)

    @cached_property
    def mark(self) -> str:
        """A short name for it by ids, so that it stays the same wherever its menu stands."""
        at = self.place
        facts = (self.code, at.menu_id, at.trigger, at.step_id, at.field, self.params)
        return hashlib.blake2s(repr(facts).encode(), digest_size=6).hexdigest()

    @cached_property
    def rank(self) -> tuple[bool, int, int, int]:
        """What problems are sorted by: errors first, then their order in the document."""
        place = self.place
        is_error = self.severity == "error"
        return not is_error, place.menu_number, _ORDER[place.trigger], place.step_number

    @property
    def located_message(self) -> str:
        """The sentence with its place before it: "Menu 2, key 3, step 1: …"."""
        place = self.place.in_words()
        return joined([place, self.message], ": ") if place else self.message


class Problems(tuple[Problem, ...]):
    """The problems of a flow, errors first, then in the order of the document."""

    @cached_property
    def errors(self) -> int:
        """How many of them are errors."""
        return sum(problem.severity == "error" for problem in self)

    @cached_property
    def worst(self) -> dict[str, Severity]:
        """The severity of the worst problem of each menu that has one, by its id."""
        return {problem.place.menu_id: problem.severity for problem in reversed(self)}

    @cached_property
    def troubles(self) -> frozenset[tuple[str, Severity]]:
        """The same, to remember something by."""
        return frozenset(self.worst.items())
