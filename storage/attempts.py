"""How often somebody tried to come in: counted before the try, in one transaction.

Accounts and addresses are kept as hashes: a wrong e-mail address is sometimes a password.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from ipaddress import IPv6Address, ip_address
from math import ceil

from msgspec import Struct
from sqlite_utils import Database

from storage.credentials import token_hash
from storage.db import one, write_tx

WINDOW = timedelta(hours=1)
MOST = {
    "account": 20,
    "address": 20,
    "code": 10,
    "account_full": 1,
    "address_full": 1,
    "key_refused": 1,
    "key_unknown": 1,
    "key_slowed": 1,
}
"""Kind of try -> how many of them one account, address, person or key has within the hour.

Programs knock thousands of times: of a key that is not let in the first time is told, and of an
account or address that had its tries the first refusal.
"""


class Try(Struct, frozen=True):
    """Something that is counted: the kind, and whose it is."""

    kind: str
    who: str

    @property
    def hashed(self) -> str:
        """What the table has of whose it is."""
        return token_hash(f"{self.kind}:{self.who}")


class Counted(Struct, frozen=True):
    """Whether a try may go on. ``wait`` is the seconds until one may; 0 when it may now.
    ``full``: what had its number."""

    wait: int
    ids: tuple[int, ...] = ()
    full: tuple[Try, ...] = ()


def for_account(email: str) -> Try:
    """A try for an account, whether it exists or not."""
    return Try("account", email.strip().casefold())


def for_address(address: str) -> Try:
    """A try from an address. A home has a whole /64 of IPv6 (RFC 6177), so that counts as one."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return Try("address", address)
    if isinstance(parsed, IPv6Address):
        return Try("address", parsed.exploded[:19])
    return Try("address", str(parsed))


def for_code(person_id: int) -> Try:
    """A try with a code of the authenticator app."""
    return Try("code", str(person_id))


def count(db: Database, tries: Sequence[Try], at: datetime) -> Counted:
    """Count a try everywhere it belongs, unless one of these had its number within the hour.

    Counting comes first, so that tries at the same moment are not judged by the same number.
    """
    since, moment = _stored(at - WINDOW), _stored(at)
    with write_tx(db):
        db.execute("DELETE FROM attempts WHERE at < ?", (since,))
        waits = [_wait(db, one_try, since, at) for one_try in tries]
        if any(waits):
            full = tuple(done for done, wait in zip(tries, waits, strict=True) if wait)
            return Counted(max(waits), full=full)
        ids = [
            db.execute(
                "INSERT INTO attempts (kind, who, at) VALUES (?, ?, ?)",
                (one_try.kind, one_try.hashed, moment),
            ).lastrowid
            for one_try in tries
        ]
    return Counted(0, tuple(int(row or 0) for row in ids))


def first_of_its_hour(db: Database, one_try: Try, at: datetime) -> bool:
    """Whether nothing like it was counted within the hour; then it is counted, once.

    Whoever comes again only reads.
    """
    if _wait(db, one_try, _stored(at - WINDOW), at):
        return False
    return not count(db, [one_try], at).wait


def first_refusals(db: Database, counted: Counted, at: datetime) -> bool:
    """Whether something that had its number was not told of within the hour; now it is."""
    told = [Try(f"{done.kind}_full", done.who) for done in counted.full]
    first = [first_of_its_hour(db, one_try, at) for one_try in told]
    return any(first)


def give_back(db: Database, counted: Counted) -> None:
    """The try was right: it does not count."""
    with write_tx(db):
        for row in counted.ids:
            db.execute("DELETE FROM attempts WHERE id = ?", (row,))


def _wait(db: Database, one_try: Try, since: str, at: datetime) -> int:
    """Seconds until the oldest of the tries that fill the hour is an hour old; 0 when they do
    not fill it."""
    row = one(
        db,
        "SELECT at FROM attempts WHERE kind = ? AND who = ? AND at >= ?"
        " ORDER BY at DESC LIMIT 1 OFFSET ?",
        one_try.kind,
        one_try.hashed,
        since,
        MOST[one_try.kind] - 1,
    )
    if row is None:
        return 0
    free_at = datetime.fromisoformat(str(row["at"])) + WINDOW
    # A clock that was set back must not shut anybody out for longer than the window.
    return min(max(1, ceil((free_at - at).total_seconds())), int(WINDOW.total_seconds()))


def _stored(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
