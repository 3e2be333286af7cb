"""Whether a message may be spoken to people: moderation in stages, as the Voice API document asks.

``moderate`` is pure: the same text and rules always give the same verdict. ``ask_classifier``
is the only part that leaves the house, and only where a workspace configured it.
"""

from __future__ import annotations

from dataclasses import dataclass

from calling.moderation.classifier import Answer, ask_classifier
from calling.moderation.language import language_of
from calling.moderation.normalise import see
from calling.moderation.stages import STAGES, View, lexicon
from storage.moderation import CATEGORIES, OwnWord, Rules

__all__ = [
    "CATEGORIES",
    "Answer",
    "OwnWord",
    "Rules",
    "Verdict",
    "ask_classifier",
    "moderate",
]

QUOTE_CHARS = 80
"""How much of the original a verdict quotes."""


@dataclass(frozen=True)
class Verdict:
    """What moderation says of a text; it is false when the text may be spoken.

    ``category``: one of CATEGORIES, or "". ``stage``: a key of ``stages.STAGES``. ``found``:
    the place, as the author wrote it. ``words``: one sentence for the author.
    """

    category: str = ""
    stage: str = ""
    found: str = ""
    words: str = ""

    def __bool__(self) -> bool:
        return bool(self.category)


def moderate(text: str, rules: Rules, language_hint: str = "") -> Verdict:
    """The verdict of the first stage that finds something; ``Verdict()`` when none does.

    ``language_hint``: "en", "uk", "bg" or "ru" where it is known; "" to go by the text.
    """
    seen = see(text)
    language = language_hint or language_of(seen.text)
    view = View(seen, lexicon().find(seen, language), rules)
    for name, stage in STAGES.items():
        finding = stage(view)
        if finding is not None:
            found = seen.quote(finding.start, finding.end)[:QUOTE_CHARS]
            words = f"{finding.words} Change or remove: “{found}”."
            return Verdict(finding.category, name, found, words)
    return Verdict()
