"""Which signals of ``words/spam.txt`` together make a message spam or a scam.

One signal alone is ordinary: banks speak of cards, shops of prizes, couriers of call-back
numbers. A rule names the signals that must come together, and how near to each other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct

from calling.moderation.lexicon import Hit
from flows.said import said

WHOLE_TEXT = 10_000
"""A reach in sentences that no message has."""

Found = Mapping[str, Sequence[Hit]]


class Rule(Struct, frozen=True):
    """``needs``: the signals; the first is what the message is about and what is quoted.

    ``reach``: how many sentences each other signal may be away from it. ``negatable``: a first
    signal in a sentence that says "never ask" or "do not tell" does not count. ``unless``: a
    signal that makes the whole message innocent of this rule.
    """

    words: str
    needs: tuple[str, ...]
    reach: int = WHOLE_TEXT
    negatable: bool = False
    unless: str = ""

    def hit(self, found: Found) -> Hit | None:
        """Where the rule holds, or None."""
        if found.get(self.unless):
            return None
        forbidden = {hit.sentence for hit in found.get("never", ())} if self.negatable else set()
        for first in found.get(self.needs[0], ()):
            if first.sentence in forbidden:
                continue
            others = [self._near(found, name, first, forbidden) for name in self.needs[1:]]
            if all(others):
                return first
        return None

    def _near(self, found: Found, name: str, first: Hit, forbidden: set[int]) -> bool:
        return any(
            abs(hit.sentence - first.sentence) <= self.reach
            and hit.sentence not in forbidden
            and not (first.start <= hit.start and hit.end <= first.end)
            for hit in found.get(name, ())
        )


RULES: tuple[Rule, ...] = (
    Rule(
        said("It asks for the secrets of a bank card or account."), ("card_secret", "ask"), 1, True
    ),
    Rule(
        said("It asks for a code that only its receiver may know."),
        ("one_time", "read_out"),
        0,
        True,
    ),
    Rule(
        said("It poses as a bank that wants a code only its receiver may know."),
        ("one_time", "ask", "authority"),
        1,
        True,
        "in_app",
    ),
    Rule(said("It asks to verify an account by a link or a call."), ("verify", "act"), 1, True),
    Rule(
        said("It asks to verify an account under pressure."),
        ("verify_data", "alarm", "act"),
        2,
        True,
    ),
    Rule(
        said("It threatens to close an account unless a link is used."),
        ("alarm", "verify"),
        2,
        True,
    ),
    Rule(
        said("It asks to be paid with gift cards."), ("gift_card", "gift_code", "read_out"), 1, True
    ),
    Rule(said("It asks to be paid with gift cards."), ("gift_card", "pay", "coercion"), 2, True),
    Rule(said("It asks a prize's winner to pay."), ("prize", "fee"), 2),
    Rule(
        said("It asks a prize's winner to call, press a key or open a link."), ("prize", "act"), 2
    ),
    Rule(said("It asks a prize's winner for card details."), ("prize", "card_secret"), 2),
    Rule(
        said("It asks to move money to a “safe” account."), ("safe_account", "move_money"), 1, True
    ),
    Rule(
        said("It poses as an authority and demands money."),
        ("authority", "coercion", "pay"),
        2,
        True,
    ),
    Rule(
        said("It poses as an authority to be called."), ("coercion", "authority", "press_agent"), 2
    ),
    Rule(said("It poses as an authority collecting money."), ("hand_over", "authority"), 2, True),
    Rule(
        said("It says that a relative in trouble needs money."),
        ("relative", "trouble", "need_money"),
    ),
    Rule(said("It promises easy money."), ("easy_money", "pull"), 1),
    Rule(said("It wants to control the listener's computer."), ("remote", "support"), 1, True),
    Rule(said("It asks for a parcel's fee by a link."), ("parcel", "parcel_fee", "ask", "act"), 2),
    Rule(said("It is the well-known warranty call."), ("warranty", "act"), 2),
)


def spam(found: Found) -> tuple[Rule, Hit] | None:
    """The first rule that holds, and where."""
    return next(((rule, hit) for rule in RULES if (hit := rule.hit(found))), None)
