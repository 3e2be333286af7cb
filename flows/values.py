"""One validator for each kind of value a person or a document can write.

The reader, the editor's forms and the checks all ask here, so a value is judged the same
everywhere. Each returns findings: codes with parameters; none means that the value is fine.
Web addresses are judged in ``flows.urls``, phone numbers in ``flows.numbers``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from flows.findings import Finding, has_error, shown
from flows.json_text import texts_of
from flows.numbers import check_number, is_placeholder
from flows.urls import MAX_URL, ascii_host, check_url

__all__ = [
    "ascii_host",
    "check_body",
    "check_characters",
    "check_header",
    "check_headers",
    "check_line",
    "check_number",
    "check_prose",
    "check_recording",
    "check_sender",
    "check_text",
    "check_url",
    "check_value",
    "check_wait_ms",
    "depth_of",
    "has_error",
    "is_placeholder",
]

MAX_DEPTH = 32
"""How deeply lists and objects may stand in each other inside one value; a body counts as 1."""

MAX_HEADERS = 64
MAX_HEADER_NAME = 256
MAX_SENDER = 200
MAX_RECORDING_NAME = 200
"""Characters (ours)."""

MAX_WAIT_MS = 600_000
"""Milliseconds: ten minutes."""

LONG_TEXT = 1_400
"""Characters: the most the Voice API speaks; above that a text is called long."""

# Unicode Standard Annex 9: embeddings, overrides, isolates and marks.
BIDI_CONTROLS = frozenset(
    "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)

FORBIDDEN_HEADERS = frozenset(
    {"host", "content-length", "content-type", "transfer-encoding", "connection"}
)
"""Headers that belong to the request itself, lower case."""

# RFC 9110, sections 5.1 and 5.5: a token; visible Latin-1 with inner spaces and tabs.
_HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_HEADER_VALUE = re.compile(
    r"(?:[\x21-\x7e\xa0-\xff](?:[\x20-\x7e\xa0-\xff\t]*[\x21-\x7e\xa0-\xff])?)?"
)
_SURROGATE = re.compile("[\ud800-\udfff]")
_RECORDING_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_WEB = re.compile(r"https?:", re.IGNORECASE)


def check_characters(text: str) -> tuple[Finding, ...]:
    """Characters no text may hold: NUL (nul_char) and half a character (lone_surrogate)."""
    found = []
    if "\0" in text:
        found.append(Finding("nul_char"))
    if _SURROGATE.search(text):
        found.append(Finding("lone_surrogate"))
    return tuple(found)


def check_line(text: str) -> tuple[Finding, ...]:
    """A text on one line, such as a name. Errors: control_char and those of every text."""
    return check_characters(text) or _check_controls(text, "")


def check_prose(text: str) -> tuple[Finding, ...]:
    """A text of several lines. Errors: control_char and those of every text."""
    return check_characters(text) or _check_controls(text, "\t\r\n")


def _check_controls(text: str, allowed: str) -> tuple[Finding, ...]:
    # Unicode's category Cc is exactly these; it never changes (Unicode Standard, 4.5).
    hidden = any((c < " " or "\x7f" <= c <= "\x9f") and c not in allowed for c in text)
    return (Finding("control_char"),) if hidden else ()


def _check_bidi(text: str) -> tuple[Finding, ...]:
    return () if BIDI_CONTROLS.isdisjoint(text) else (Finding("bidi_control"),)


def check_text(text: str) -> tuple[Finding, ...]:
    """A text people hear or read. Error: empty. Warnings: bidi_control, long_text."""
    if not text:
        return (Finding("empty"),)
    long = (Finding("long_text", {"most": LONG_TEXT}),) if len(text) > LONG_TEXT else ()
    return (*_check_bidi(text), *long)


def check_sender(sender: str) -> tuple[Finding, ...]:
    """Who rings: a name or a number. Errors: empty, too_long. Warning: bidi_control."""
    if not sender.strip():
        return (Finding("empty"),)
    if len(sender) > MAX_SENDER:
        return (Finding("too_long", {"most": MAX_SENDER}),)
    return _check_bidi(sender)


def check_recording(value: str) -> tuple[Finding, ...]:
    """A recording's web address or identifier (SpeechCall's ``introUrl``).

    Errors: empty, intro_invalid, too_long, and those of ``check_url``, whose warnings apply too.
    """
    if not value.strip():
        return (Finding("empty"),)
    if _WEB.match(value):
        return check_url(value)
    if len(value) > MAX_RECORDING_NAME:
        return (Finding("too_long", {"most": MAX_RECORDING_NAME}),)
    if not _RECORDING_NAME.fullmatch(value):
        return (Finding("intro_invalid", {"value": shown(value)}),)
    return ()


def check_wait_ms(value: object) -> tuple[Finding, ...]:
    """A wait in milliseconds. Errors: wrong_type (also for true and 10.0), out_of_range."""
    if isinstance(value, bool) or not isinstance(value, int):
        return (Finding("wrong_type", {"wanted": "a whole number"}),)
    if not 1 <= value <= MAX_WAIT_MS:
        return (Finding("out_of_range", {"least": 1, "most": MAX_WAIT_MS}),)
    return ()


def check_header(name: str, value: object) -> tuple[Finding, ...]:
    """One header. Errors: header_name, header_forbidden, wrong_type, header_value, too_long."""
    found = []
    if not _HEADER_NAME.fullmatch(name):
        found.append(Finding("header_name", {"name": shown(name)}))
    elif name.lower() in FORBIDDEN_HEADERS:
        found.append(Finding("header_forbidden", {"name": name}))
    elif len(name) > MAX_HEADER_NAME:
        found.append(Finding("too_long", {"most": MAX_HEADER_NAME}))
    if not isinstance(value, str):
        found.append(Finding("wrong_type", {"wanted": "a text"}))
    elif not _HEADER_VALUE.fullmatch(value):
        found.append(Finding("header_value", {"name": shown(name)}))
    elif len(value) > MAX_URL:
        found.append(Finding("too_long", {"most": MAX_URL}))
    return tuple(found)


def check_headers(headers: Mapping[str, object]) -> tuple[Finding, ...]:
    """All headers of a webhook: too_many_headers, and what ``check_header`` finds.

    A name written twice in different letter case is a header_name error: programs differ in
    which of the two they send.
    """
    found = []
    if len(headers) > MAX_HEADERS:
        found.append(Finding("too_many_headers", {"most": MAX_HEADERS, "count": len(headers)}))
    seen: set[str] = set()
    for name, value in list(headers.items())[:MAX_HEADERS]:
        found.extend(check_header(name, value))
        if name.lower() in seen:
            found.append(Finding("header_name", {"name": shown(name)}))
        seen.add(name.lower())
    return tuple(found)


def _children(value: object) -> Iterator[Any]:
    if isinstance(value, dict):
        yield from value.values()
    elif isinstance(value, list):
        yield from value


def depth_of(value: object, stop: int = MAX_DEPTH + 1) -> int:
    """How deeply lists and objects stand in each other: 0 for a plain value; at most ``stop``."""
    depth = 0
    level = [value] if isinstance(value, (dict, list)) else []
    while level and depth < stop:
        depth += 1
        level = [c for v in level for c in _children(v) if isinstance(c, (dict, list))]
    return depth


def check_depth(value: object) -> tuple[Finding, ...]:
    """Error: too_deep."""
    return (Finding("too_deep", {"most": MAX_DEPTH}),) if depth_of(value) > MAX_DEPTH else ()


def check_value(value: object) -> tuple[Finding, ...]:
    """One value of a body. Errors: too_deep and those of every text in it."""
    texts = (finding for text in texts_of(value) for finding in check_characters(text))
    return (*check_depth([value]), *texts)


def check_body(body: object) -> tuple[Finding, ...]:
    """A webhook's body, opaque but for its form. Errors: wrong_type, too_deep."""
    if not isinstance(body, dict):
        return (Finding("wrong_type", {"wanted": "an object"}),)
    return check_depth(body)
