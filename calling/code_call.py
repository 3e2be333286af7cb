"""The call that tells somebody a code: what it says, and which services can say it."""

from __future__ import annotations

from functools import lru_cache

from flows import checks
from flows.document import Flow, HangUp, Menu
from providers import SERVICES

WORDS = {
    "en": "This is Press One. Your code is: {code}. Once more: {code}. Goodbye.",
    "uk": "Це Press One. Ваш код: {code}. Ще раз: {code}. До побачення.",
    "bg": "Тук е Press One. Вашият код е: {code}. Още веднъж: {code}. Довиждане.",
}
"""Language -> what the phone says."""

AFTER_MS = 1_000
"""The call ends so long after the code was said, in milliseconds."""


def code_flow(code: str, language: str, sender: str = "") -> Flow:
    """A call flow that says the code twice, digit by digit, and hangs up."""
    spoken = language if language in WORDS else "en"
    said = WORDS[spoken].format(code=", ".join(code))
    menu = Menu(
        id="code", script=said, wait_ms=AFTER_MS, keys={"wrong": (HangUp(id="end"),)}
    )  # fmt: skip
    return Flow(name="Your own number", sender=sender, language=spoken, menus=(menu,))


@lru_cache
def can_speak(service: str) -> bool:
    """Whether a service speaks a text; SpeechCall plays recordings only."""
    found = checks.check(code_flow("0000", "en"), target=SERVICES[service].target)
    return not any(problem.severity == "error" for problem in found)
