"""The words of the product, each in one or two plain sentences. Screens link to them by id."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from msgspec import Struct


class Word(Struct, frozen=True):
    """A word of the screens; ``id`` is its place on the page of words, in every language."""

    id: str
    name: Any
    means: Any


WORDS = (
    Word("call-flow", _l("Call flow"),
         _l("What happens when somebody picks up: what they hear, and what each key does. You can"
            " have as many as you like.")),
    Word("menu", _l("Menu"),
         _l("One thing the caller hears, and what each key does after it. A call flow is made of"
            " menus that lead to each other.")),
    Word("caller", _l("Caller"),
         _l("The person on the phone, whoever of you rang: here, mostly somebody you call.")),
    Word("script", _l("Script"),
         _l("The words of a menu, as text. Some services read it aloud; for others it is what a"
            " recording says.")),
    Word("key", _l("Key"),
         _l("One of the twelve keys of a phone: 0 to 9, star and hash. Each can be given steps."
            " A key for programs, under Settings, is something else: a password for a program.")),
    Word("step", _l("Step"),
         _l("One thing that happens when a key is pressed, such as saving an answer or going to"
            " another menu. Steps run from top to bottom.")),
    Word("wrong", _l("Anything else, or silence"),
         _l("What happens when the caller presses a key without steps, or presses nothing in"
            " time. Without it the call would simply end.")),
    Word("repeat", _l("Say it again"),
         _l("The menu is heard once more, as often as you say; after that the next step runs.")),
    Word("answer", _l("Answer"),
         _l("What a caller said by pressing a key, kept by the step “Save the answer”. Answers are"
            " counted for each question.")),
    Word("web-address-told", _l("Tell a web address"),
         _l("While the call goes on, another program is told over the web what the caller"
            " chose. The caller hears nothing of it.")),
    Word("connect", _l("Connect to a number"),
         _l("The caller is put through to a person at another number. Not every service can do"
            " that.")),
    Word("recording", _l("Recording"),
         _l("A sound file that is played to the caller: uploaded, recorded here, or drafted by a"
            " computer voice.")),
    Word("draft-voice", _l("Draft voice"),
         _l("A computer voice that reads a script, so that you can listen before anybody records"
            " it.")),
    Word("checks", _l("Checks"),
         _l("Everything that could go wrong for a caller, found while you build. What must be"
            " mended stops sending; what is worth a look does not.")),
    Word("practice-network", _l("Practice network"),
         _l("A phone network inside Press One. Its phones ring on this screen only, cost nothing"
            " and behave as real ones do.")),
    Word("phone", _l("Phone"),
         _l("The phone beside your menus plays what you are building, unsaved words included."
            " Nobody is rung.")),
    Word("test-call", _l("Test call"),
         _l("One call of a call flow to one number: on the practice network, or for real over a"
            " service.")),
    Word("kept-call", _l("Call kept as a test"),
         _l("A way through the call that is walked again after every change. You are told when it"
            " goes another way.")),
    Word("connection", _l("Connection"),
         _l("How Press One signs in at a service that rings real phones. Two practice connections"
            " are there from the start.")),
    Word("service", _l("Service"),
         _l("The company that rings the phones. Press One speaks the formats of SpeechCall and of"
            " the Voice API.")),
    Word("speechcall", "SpeechCall",
         _l("A service of SMSBAT. It plays recordings, follows the keys and tells web addresses;"
            " it cannot connect a caller to a number.")),
    Word("voice-api", "Voice API",
         _l("A service of SESPCL. It reads one text aloud and can connect the caller to a number"
            " when one key is pressed.")),
    Word("sender", _l("Sender"),
         _l("Who is calling, as the phone shows it: a number or a name that your service gave"
            " you.")),
    Word("json", "JSON",
         _l("The way programs write a call flow down. You need it only to hand it to a program,"
            " or to bring in what you have.")),
    Word("map", _l("Map"),
         _l("Your call flow as a drawing: a box for each menu, a line for each way.")),
    Word("version", _l("Version"),
         _l("Each change makes a new version of a call flow. History lists them all, and any can"
            " be brought back.")),
    Word("rules", _l("Rules"),
         _l("Whom calls may ring, when, how often and for how much. What a rule forbids is not"
            " rung, and the screen says which rule it was.")),
    Word("do-not-call", _l("Do-not-call list"),
         _l("Numbers that are never rung from here, whoever asks.")),
    Word("moderation", _l("Moderation"),
         _l("What may not be spoken to people: insults, threats, scams, and words of your own.")),
    Word("workspace", _l("Workspace"),
         _l("Your company or team with everything in it: call flows, calls, answers, people.")),
    Word("owner", _l("Owner, editor, viewer"),
         _l("An owner may do everything. An editor builds and rings. A viewer looks, and changes"
            " nothing.")),
)  # fmt: skip
"""Every word that the screens use in a sense of their own."""

BY_ID = {word.id: word for word in WORDS}


def in_order() -> list[Word]:
    """All words as the page's language puts them in order."""
    return sorted(WORDS, key=lambda word: str(word.name).casefold())
