"""The authenticator app of a person (RFC 6238), and recovery codes for when it is lost.

The app's secret is encrypted for its row; recovery codes are kept as hashes. A code works once.
"""

from __future__ import annotations

import base64
import os
from datetime import datetime
from hmac import compare_digest

import pyotp
from sqlite_utils import Database

from storage import sessions
from storage.credentials import CannotDecrypt, SecretBox, token_hash
from storage.db import now, one, rows, write_tx
from storage.people import Person

STEP_S = 30
"""Seconds that a code is shown (RFC 6238, section 5.2)."""

DRIFT = 1
"""Codes before and after the present one that are taken, for clocks that go wrong (the same)."""

RECOVERY_CODES = 10
_RECOVERY_BYTES = 10


def is_on(db: Database, person: Person) -> bool:
    """Whether signing in asks for a code."""
    return (
        one(
            db,
            "SELECT 1 AS yes FROM second_factors WHERE person_id = ? AND workspace_id = ?"
            " AND confirmed_at IS NOT NULL",
            person.id,
            person.workspace_id,
        )
        is not None
    )


def begin(db: Database, box: SecretBox, person: Person) -> None:
    """Make a fresh secret for an app that is to be set up; nothing while one is on.

    A secret that nobody confirmed may have been read by somebody else: it is dropped.
    """
    with write_tx(db):
        if is_on(db, person):
            return
        secret = box.seal(pyotp.random_base32(), _context(person))
        db.execute(
            "INSERT OR REPLACE INTO second_factors (person_id, workspace_id, secret)"
            " VALUES (?, ?, ?)",
            (person.id, person.workspace_id, secret),
        )


def being_set_up(db: Database, box: SecretBox, person: Person) -> str | None:
    """The secret of the app that is being set up, in base32; None when none is that the key
    opens."""
    row = None if is_on(db, person) else _row(db, person)
    return _opened(box, row[0], person) if row else None


def can_be_checked(db: Database, box: SecretBox, person: Person) -> bool:
    """Whether the key opens the app's secret; not after a restore with another key."""
    row = _row(db, person)
    return row is not None and _opened(box, row[0], person) is not None


def confirm(
    db: Database, box: SecretBox, person: Person, code: str, at: datetime, keep: str = ""
) -> tuple[str, ...]:
    """Turn the app on when its code is right. The recovery codes, for the only time; else ().

    Every session but the one of the token ``keep`` ends: none of them was asked for a code.
    """
    with write_tx(db):
        if is_on(db, person) or not _take(db, box, person, code, at):
            return ()
        db.execute(
            "UPDATE second_factors SET confirmed_at = ? WHERE person_id = ?", (now(), person.id)
        )
        sessions.end_all(db, person.workspace_id, person.id, but=keep)
        return new_recovery_codes(db, person)


def check(db: Database, box: SecretBox, person: Person, code: str, at: datetime) -> bool:
    """Whether the code is right and was not used before; from now on it was."""
    with write_tx(db):
        return is_on(db, person) and _take(db, box, person, code, at)


def use_recovery_code(db: Database, person: Person, code: str) -> bool:
    """Whether this is one of the person's recovery codes that was not used; now it was."""
    with write_tx(db):
        cursor = db.execute(
            "UPDATE recovery_codes SET used_at = ? WHERE person_id = ? AND workspace_id = ?"
            " AND code_hash = ? AND used_at IS NULL",
            (now(), person.id, person.workspace_id, _recovery_hash(code)),
        )
    return bool(cursor.rowcount)


def new_recovery_codes(db: Database, person: Person) -> tuple[str, ...]:
    """Ten fresh codes, shown once; earlier ones stop working."""
    codes = tuple(_recovery_code() for _ in range(RECOVERY_CODES))
    with write_tx(db):
        _forget_codes(db, person)
        for code in codes:
            db.execute(
                "INSERT INTO recovery_codes (workspace_id, person_id, code_hash) VALUES (?, ?, ?)",
                (person.workspace_id, person.id, _recovery_hash(code)),
            )
    return codes


def codes_left(db: Database, person: Person) -> int:
    """How many recovery codes were not used."""
    found = rows(
        db,
        "SELECT 1 FROM recovery_codes WHERE person_id = ? AND workspace_id = ? AND used_at IS NULL",
        person.id,
        person.workspace_id,
    )
    return len(found)


def turn_off(db: Database, person: Person) -> None:
    """Sign in with the password alone again."""
    with write_tx(db):
        _forget_codes(db, person)
        db.execute(
            "DELETE FROM second_factors WHERE person_id = ? AND workspace_id = ?",
            (person.id, person.workspace_id),
        )


def _forget_codes(db: Database, person: Person) -> None:
    db.execute(
        "DELETE FROM recovery_codes WHERE person_id = ? AND workspace_id = ?",
        (person.id, person.workspace_id),
    )


def _row(db: Database, person: Person) -> tuple[bytes, int] | None:
    """(sealed secret, the step of the last code that was used)."""
    row = one(
        db,
        "SELECT secret, last_step FROM second_factors WHERE person_id = ? AND workspace_id = ?",
        person.id,
        person.workspace_id,
    )
    return (row["secret"], int(row["last_step"])) if row else None


def _opened(box: SecretBox, sealed: bytes, person: Person) -> str | None:
    """The secret in base32; None when it was sealed with another key."""
    try:
        return box.open(sealed, _context(person))
    except CannotDecrypt:
        return None


def _take(db: Database, box: SecretBox, person: Person, code: str, at: datetime) -> bool:
    """Inside a transaction: use a code up. A step is taken once, and none before it any more."""
    row = _row(db, person)
    secret = _opened(box, row[0], person) if row else None
    if row is None or secret is None:
        return False
    app, present = pyotp.TOTP(secret), int(at.timestamp()) // STEP_S
    for step in range(present - DRIFT, present + DRIFT + 1):
        if step > row[1] and compare_digest(app.at(step * STEP_S).encode(), code.encode()):
            db.execute(
                "UPDATE second_factors SET last_step = ? WHERE person_id = ?", (step, person.id)
            )
            return True
    return False


def _recovery_code() -> str:
    """80 random bits, in groups that can be read aloud."""
    text = base64.b32encode(os.urandom(_RECOVERY_BYTES)).decode().lower()
    return "-".join(text[start : start + 4] for start in range(0, len(text), 4))


def _recovery_hash(code: str) -> str:
    """80 random bits need no slow hash; how they were typed does not matter."""
    return token_hash("".join(character for character in code.casefold() if character.isalnum()))


def _context(person: Person) -> str:
    return f"second_factors:{person.id}"
