"""May this number be rung? Asked before every call, answered inside the call's own transaction.

``decide`` is the decision, pure over ``Facts``; ``check`` asks it for a page or a gateway;
``gate`` is the last word of ``storage.calls.add``: the counts are read and the call is written in
one transaction, so fifty presses at once never get past a cap.

What is real and what is practice. A call over a practice connection, and one that a program asks
of the practice network, costs nothing and rings nobody. Countries, kinds of numbers, the
do-not-call list, hours, caps, spending and *Call me first* therefore leave it alone, and it is
never counted: the first ten minutes are for trying things. Two rules hold there too. *Pause
everything* means everything, so that nobody has to wonder. And emergency, premium and satellite
numbers are refused, because what is practised today rings tomorrow. The phones that callers can
be connected to are judged like the phone itself, except for hours and caps: that is the
workspace's own call centre, and it is rung only when somebody asks for it.

*Call me first* asks whether this state of the flow was answered on its caller's own verified
number over a real connection. A number that only the practice phone verified counts as long as
the workspace has no connection that could speak a code (SpeechCall plays recordings only).
"""

from __future__ import annotations

from calling.guards.asking import Ask, NotAllowed, check, facts_of, gate
from calling.guards.decision import decide
from calling.guards.facts import Facts, Refusal, price_of, times_there
from calling.guards.phones import Phone, phone, transfers_of
from calling.guards.words import SECTIONS, clock_text, price_text

__all__ = [
    "SECTIONS",
    "Ask",
    "Facts",
    "NotAllowed",
    "Phone",
    "Refusal",
    "check",
    "clock_text",
    "decide",
    "facts_of",
    "gate",
    "phone",
    "price_of",
    "price_text",
    "times_there",
    "transfers_of",
]
