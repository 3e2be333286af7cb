"""The scripts of a call flow, judged before a phone rings: each distinct text once.

A menu's script is what the Voice API and Infobip speak for it, and what its recording says
elsewhere. SpeechCall's own ``text`` is spoken by nobody and is not judged.
"""

from __future__ import annotations

import time
from collections.abc import Mapping

from msgspec import Struct

from calling.moderation import Rules, Unjudged, Verdict, moderate, outside
from calling.moderation.language import hint
from flows.document import Flow
from flows.said import said
from providers.web import WebClient

LONGEST_S = 10.0
"""Seconds after which the outside classifier is not asked about one more text."""


class Flagged(Struct, frozen=True):
    """A text that may not be spoken, and the ids of the menus that say it."""

    verdict: Verdict
    menus: tuple[str, ...]


class Judgement(Struct, frozen=True):
    """What moderation says of several texts.

    ``unjudged``: why the outside classifier gave no opinion of some, in one sentence; "" when it
    was not needed or gave it. ``stops``: whether the rules keep them from being spoken.
    """

    flagged: tuple[Flagged, ...] = ()
    unjudged: str = ""
    stops: bool = False


def judge_scripts(flow: Flow, rules: Rules, web: WebClient) -> Judgement:
    """Every script of a flow. Never asked inside a transaction: the web may take its time."""
    return judge_texts(scripts(flow), rules, web, flow.language)


def scripts(flow: Flow) -> dict[str, tuple[str, ...]]:
    """Each distinct script -> the ids of the menus that say it, in the flow's order."""
    found: dict[str, tuple[str, ...]] = {}
    for menu in flow.menus:
        text = menu.script.strip()
        if text:
            found[text] = (*found.get(text, ()), menu.id)
    return found


def judge_texts(
    texts: Mapping[str, tuple[str, ...]], rules: Rules, web: WebClient, language: str = ""
) -> Judgement:
    """Texts and who says them; the outside classifier is given up once it gives no answer.

    ``language``: the flow's ("uk", "en-GB"), or "" to go by each text.
    """
    verdicts = {text: moderate(text, rules, hint(language, text)) for text in texts}
    unjudged = ""
    deadline = time.monotonic() + LONGEST_S
    for text in [text for text, verdict in verdicts.items() if not verdict]:
        try:
            if time.monotonic() > deadline:
                raise Unjudged(said("The outside classifier takes too long for so many texts."))
            verdicts[text] = outside(text, rules, web)
        except Unjudged as problem:
            unjudged = problem.reason
            break
    flagged = tuple(Flagged(verdict, texts[text]) for text, verdict in verdicts.items() if verdict)
    return Judgement(flagged, unjudged, bool(flagged or (unjudged and not rules.fail_open)))
