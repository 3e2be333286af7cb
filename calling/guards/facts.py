"""What a decision goes by, and what it says when the answer is no."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct, field

from calling.guards.phones import Phone
from calling.guards.words import SECTIONS, price_text
from flows.said import Said, said
from storage.rules import Rules, Tally


class Refusal(Struct, frozen=True):
    """Why a phone is not rung: the rule's code, a sentence, and the section that changes it.

    ``section`` is a key of ``SECTIONS``, or "" for what nobody can change. ``status`` is the
    HTTP status that says it: 429 where waiting helps, else 400.
    """

    code: str
    sentence: Said
    section: str
    status: int = 400

    @property
    def page_status(self) -> int:
        """The same for a page, whose form was understood: 429, or else 422."""
        return 422 if self.status == 400 else self.status

    @property
    def section_title(self) -> str:
        """The title of the section that changes it; "" for what nobody can change."""
        return SECTIONS.get(self.section, "")

    @property
    def whole(self) -> Said:
        """For programs: the sentence, and where a person can change what stands behind it."""
        if not self.section:
            return self.sentence
        return said(
            "{why} This is set under Rules, “{section}”.",
            why=self.sentence,
            section=self.section_title,
        )


class Facts(Struct, frozen=True, kw_only=True):
    """All that a decision goes by. ``at`` is UTC; ``practice``: nothing real would ring.

    ``listed``: numbers among this phone and its transfers that are on the do-not-call list.
    ``unheard``: the flow changed since somebody heard it on their own phone; ``own_number`` is
    that of the person who asks ("": none).
    """

    rules: Rules
    home_region: str
    at: datetime
    phone: Phone
    transfers: tuple[Phone, ...] = ()
    practice: bool = False
    tally: Tally = field(default_factory=Tally)
    listed: frozenset[str] = frozenset()
    unheard: bool = False
    own_number: str = ""

    @property
    def all_phones(self) -> tuple[Phone, ...]:
        """The phone itself and those it may be connected to."""
        return (self.phone, *self.transfers)

    @property
    def price(self) -> int | None:
        """What this call costs, in ``storage.rules.UNITS``; None when no price was set."""
        return self.rules.prices.get(self.phone.country)


def times_there(facts: Facts) -> str:
    """What time it is where the phone is: "14:05", "09:05 – 19:05", or "" when nobody knows."""
    times = [f"{time:%H:%M}" for time in facts.phone.local_times(facts.at)]
    return " – ".join(dict.fromkeys([times[0], times[-1]])) if times else ""


def price_of(facts: Facts) -> str:
    """What the call costs at most ("0.05 EUR"); "" when nobody set a price."""
    return "" if facts.price is None else price_text(facts.price, facts.rules.currency)
