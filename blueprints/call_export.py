"""The calls of a filter as a file: CSV for spreadsheets, or a JSON object a line.

Sent while it is read, a few hundred calls at a time: a million calls need no more memory than
a few hundred.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Response, abort, stream_with_context
from flask_babel import lazy_gettext as _l
from msgspec import Struct, field

from blueprints import db, person
from blueprints.auth import sign_in_first
from blueprints.call_filters import ORIGINS
from blueprints.call_list import Line, asked_for, lines_of
from blueprints.languages import say
from blueprints.noting import note
from blueprints.sheets import csv_lines
from storage import call_list, connections

blueprint = Blueprint("call_export", __name__, url_prefix="/calls")
blueprint.before_request(sign_in_first)


class Told(Struct):
    """Words that many lines share, looked up once: connections, origins, sentences."""

    connections: dict[int | None, str]
    origins: dict[str, str]
    said: dict[str, str] = field(default_factory=dict)

    def say(self, text: str) -> str:
        """A sentence of the domain in the page's language."""
        if text not in self.said:
            if len(self.said) > MOST_SENTENCES:
                self.said.clear()
            self.said[text] = say(text)
        return self.said[text]


MOST_SENTENCES = 1000
"""Sentences that are kept while a file is written."""

COLUMNS: dict[str, tuple[Any, Callable[[Line, Told], object]]] = {
    "id": (_l("Call"), lambda line, _told: line.call.id),
    "number": (_l("Number"), lambda line, _told: line.call.to_number),
    "flow": (_l("Call flow"), lambda line, _told: line.call.flow_name),
    "flow_version": (_l("Version"), lambda line, _told: line.call.flow_revision),
    "status": (_l("Status"), lambda line, told: told.say(line.status)),
    "pressed": (_l("Pressed"), lambda line, _told: line.pressed),
    "problem": (_l("Problem"), lambda line, told: told.say(line.call.problem)),
    "service": (_l("Service"), lambda line, _told: line.service),
    "connection": (
        _l("Connection"),
        lambda line, told: told.connections.get(line.call.connection_id, ""),
    ),
    "origin": (_l("Where from"), lambda line, told: told.origins[line.call.origin]),
    "sender": (_l("Sender"), lambda line, _told: line.call.sender),
    "placed_at": (_l("Placed at (UTC)"), lambda line, _told: line.call.created_at),
    "over_at": (_l("Over at (UTC)"), lambda line, _told: line.call.finished_at),
    "message_id": (
        _l("The service’s number of the call"),
        lambda line, _told: line.call.message_id,
    ),
}
"""Name in JSON -> heading in CSV, and what stands there."""

CODES: dict[str, Callable[[Line], object]] = {
    "status": lambda line: line.call.status,
    "pressed": lambda line: ", ".join(line.inputs),
    "service": lambda line: line.call.service,
    "origin": lambda line: line.call.origin,
}
"""Columns that programs get as fixed words instead of as a person's."""


def _as_csv(rows: Iterable[tuple[Line, Told]]) -> Iterator[str]:
    header = [str(heading) for heading, _cell in COLUMNS.values()]
    return csv_lines(header, ([cell(*row) for _heading, cell in COLUMNS.values()] for row in rows))


def _as_json(rows: Iterable[tuple[Line, Told]]) -> Iterator[str]:
    for line, told in rows:
        values = {name: cell(line, told) for name, (_heading, cell) in COLUMNS.items()}
        values |= {name: code(line) for name, code in CODES.items()}
        yield json.dumps(values, ensure_ascii=False) + "\n"


FORMATS = {
    "csv": (_as_csv, "text/csv; charset=utf-8"),
    "jsonl": (_as_json, "application/x-ndjson; charset=utf-8"),
}
"""End of the file's name -> who writes it, its type."""


@blueprint.get("/export.<ending>")
def download(ending: str) -> Response:
    """The calls that the list's filters show, newest first."""
    write, content_type = FORMATS.get(ending) or abort(404)
    note("calls_exported", ending)
    name = f"calls-{datetime.now(UTC):%Y-%m-%d}.{ending}"
    headers = {"Content-Disposition": f"attachment; filename={name}"}
    return Response(
        stream_with_context(_bytes(write(_rows()))), content_type=content_type, headers=headers
    )


def _rows() -> Iterator[tuple[Line, Told]]:
    workspace, found = person().workspace_id, asked_for()
    names: dict[int | None, str] = {c.id: c.name for c in connections.list_all(db(), workspace)}
    told = Told(names, {origin: str(words) for origin, words in ORIGINS.items()})
    for some in call_list.every(db(), workspace, found.filters):
        for line in lines_of(some):
            yield line, told


AT_ONCE = 64_000
"""Characters that are sent together: a million tiny pieces would take longer to send."""


def _bytes(pieces: Iterator[str]) -> Iterator[bytes]:
    held, size = [], 0
    for piece in pieces:
        held.append(piece)
        size += len(piece)
        if size >= AT_ONCE:
            yield "".join(held).encode()
            held, size = [], 0
    yield "".join(held).encode()
