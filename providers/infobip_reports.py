"""Infobip's reports and logs: lists of items, of which none may be lost.

A report is handed out once. So every item becomes a ``Report``, readable or not, and where
there are several, all of them travel in ``raw`` with the one that was asked for.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from providers.base import StatusReport
from providers.exchange import identifier, member, objects, read_object
from providers.infobip_codes import read_status
from providers.web import Reply


@dataclass(frozen=True)
class Report:
    """One item: about which message ("" where it does not say), and what; ``raw`` is in it."""

    message_id: str
    status: StatusReport


@dataclass(frozen=True)
class Reports:
    """What was handed out, in its order, and the reply it came in."""

    items: tuple[Report, ...]
    reply: Reply


def read_reports(reply: Reply) -> Reports | None:
    """The items of a reply; None when it is no list of items."""
    body = read_object(reply)
    results = member(body, "results")
    if not isinstance(results, list) or len(objects(results)) != len(results):
        return None
    items = (Report(identifier(member(r, "messageId")), _status(r)) for r in objects(results))
    return Reports(tuple(items), reply)


def chosen(reports: Reports, message_id: str) -> StatusReport | None:
    """How this message stands: its last final report, else its last one.

    A single report counts whatever it names. None when all of several are about others.
    """
    mine = [item.status for item in reports.items if item.message_id == message_id]
    if not mine and len(reports.items) == 1:
        mine = [reports.items[0].status]
    if not mine:
        return None
    best = next((status for status in reversed(mine) if status.final), mine[-1])
    if len(reports.items) == 1:
        return best
    return replace(best, raw={"results": [item.status.raw for item in reports.items]})


def _status(result: dict[str, object]) -> StatusReport:
    words = "The service says something that we do not know."
    return read_status(result) or StatusReport("", "unknown", final=False, words=words, raw=result)
