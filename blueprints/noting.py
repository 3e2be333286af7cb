"""What people do is noted: in the audit log, together with the deed, and in the server's log."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from blueprints import db, person
from storage import audit
from storage.audit import Who
from storage.db import write_tx

LOG = logging.getLogger("press_one.audit")


@contextmanager
def noted(what: str, about: str = "", detail: str = "", who: Who | None = None) -> Iterator[None]:
    """What happens inside is done and noted together, or not at all, as who is signed in."""
    doer = who or audit.by(person())
    with write_tx(db()):
        yield
        audit.record(db(), doer, what, about, detail)
    _say(doer, what, about, detail)


def note(what: str, about: str = "", detail: str = "", who: Who | None = None) -> None:
    """Note something that changes nothing in the database, or that somebody else did."""
    doer = who or audit.by(person())
    audit.record(db(), doer, what, about, detail)
    _say(doer, what, about, detail)


def number_hint(number: str) -> str:
    """A phone number as the log has it: enough to recognise, too little to ring. A caller whose
    data is deleted must not live on in a log that can only grow."""
    return f"{number[:4]}…{number[-3:]}"


def _say(who: Who, what: str, about: str, detail: str) -> None:
    facts = {
        name: text[: audit.MOST_TEXT]
        for name, text in {"by": who.name, "about": about, "detail": detail}.items()
    }
    told = " ".join(f"{name}={text!r}" for name, text in facts.items() if text)
    LOG.info("%s %s", what, told, extra={"event": what, **facts})
