"""Infobip's reports and logs: lists of items, of which none may be lost.

A report is handed out once. So every item becomes a ``Report``, readable or not, and where
there are several, all of them travel in ``raw`` with the one that was asked for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from providers.base import Report, StatusReport
from providers.exchange import identifier, member, objects, read_bytes, read_object
from providers.infobip_codes import read_status
from providers.web import Reply


class Reports(Struct, frozen=True):
    """What was handed out, in its order, and the reply it came in."""

    items: tuple[Report, ...]
    reply: Reply


def read_reports(reply: Reply) -> Reports | None:
    """The items of a reply; None when it is no list of items."""
    items = _items(read_object(reply))
    return None if items is None else Reports(items, reply)


def read_told(content: bytes) -> tuple[Report, ...] | None:
    """The items of a report that Infobip sent to our ``notifyUrl``; None when there is no list."""
    return _items(read_bytes(content))


def per_message(reports: Reports, message_ids: Sequence[str]) -> Mapping[str, StatusReport]:
    """How each of these messages stands; one that nothing is said about is left out.

    A single report counts for a single message, whatever it names.
    """
    if len(message_ids) == 1:
        status = chosen(reports, message_ids[0])
        return {message_ids[0]: status} if status else {}
    named = {item.message_id for item in reports.items}
    found = {wanted: chosen(reports, wanted) for wanted in message_ids if wanted in named}
    return {message_id: status for message_id, status in found.items() if status}


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


def _items(body: object) -> tuple[Report, ...] | None:
    results = member(body, "results")
    if not isinstance(results, list) or len(objects(results)) != len(results):
        return None
    return tuple(
        Report(
            identifier(member(result, "bulkId")),
            identifier(member(result, "messageId")),
            _status(result),
        )
        for result in objects(results)
    )


def _status(result: dict[str, object]) -> StatusReport:
    words = "The service says something that we do not know."
    return read_status(result) or StatusReport("", "unknown", final=False, words=words, raw=result)
