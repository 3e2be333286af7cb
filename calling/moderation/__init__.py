"""Whether a message may be spoken to people: moderation in stages, as the Voice API document asks.

``moderate`` is pure: the same text and rules always give the same verdict. ``ask_classifier``
is the only part that leaves the house, and only where a workspace configured it.
"""

from __future__ import annotations

from msgspec import Struct

from calling.moderation.classifier import Answer, ask_classifier
from calling.moderation.language import language_of
from calling.moderation.normalise import see
from calling.moderation.stages import STAGES, View, lexicon
from flows.said import said
from providers.web import WebClient
from storage.moderation import CATEGORIES, OwnWord, Rules

__all__ = [
    "CATEGORIES",
    "Answer",
    "OwnWord",
    "Rules",
    "Unjudged",
    "Verdict",
    "ask_classifier",
    "judge",
    "moderate",
    "outside",
]

QUOTE_CHARS = 80
"""How much of the original a verdict quotes."""


class Verdict(Struct, frozen=True):
    """What moderation says of a text; it is false when the text may be spoken.

    ``category``: one of CATEGORIES, or "". ``stage``: a key of ``stages.STAGES``, or
    "classifier". ``found``: the place, as the author wrote it. ``words``: one sentence for
    the author.
    """

    category: str = ""
    stage: str = ""
    found: str = ""
    words: str = ""

    def __bool__(self) -> bool:
        return bool(self.category)


class Unjudged(Exception):
    """The outside classifier gave no answer. ``reason`` says why, in one sentence."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def judge(text: str, rules: Rules, web: WebClient, language_hint: str = "") -> Verdict:
    """``moderate``, and then the outside classifier where one is configured.

    Raises Unjudged, with a sentence, when it gives no answer and ``fail_open`` is off.
    """
    verdict = moderate(text, rules, language_hint)
    if verdict:
        return verdict
    try:
        return outside(text, rules, web)
    except Unjudged:
        if rules.fail_open:
            return Verdict()
        raise


def outside(text: str, rules: Rules, web: WebClient) -> Verdict:
    """The outside classifier's opinion alone, where one is configured and there is a text.

    Raises Unjudged when it gives no answer, whatever ``fail_open`` says.
    """
    if not rules.classifier_url or not text.strip():
        return Verdict()
    answer = ask_classifier(web, rules.classifier_url, text)
    if answer.problem:
        raise Unjudged(answer.problem)
    if answer.category not in rules.categories:
        return Verdict()
    words = said("The outside classifier does not allow this message. Change its words.")
    return Verdict(answer.category, "classifier", text.strip()[:QUOTE_CHARS], words)


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
            words = said("{why} Change or remove: “{found}”.", why=finding.words, found=found)
            return Verdict(finding.category, name, found, words)
    return Verdict()
