"""What a decision goes by, and what it says when the answer is no."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from calling.guards.phones import Phone
from calling.guards.words import SECTIONS
from flows.said import Said, said
from storage.rules import Rules, Tally


@dataclass(frozen=True)
class Refusal:
    """Why a phone is not rung: the rule's code, a sentence, and the section that changes it.

    ``section`` is a key of ``SECTIONS``, or "" for what nobody can change. ``status`` is the
    HTTP status that says it: 429 where waiting helps, else 400.
    """

    code: str
    sentence: Said
    section: str
    status: int = 400

    @property
    def where(self) -> str:
        """A sentence for programs: where a person can change it."""
        if not self.section:
            return ""
        return said("This is set under Rules, “{section}”.", section=SECTIONS[self.section])


@dataclass(frozen=True, kw_only=True)
class Facts:
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
