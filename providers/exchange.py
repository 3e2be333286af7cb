"""What the services share: JSON over the guarded client, and the reading of what comes back.

Whatever a service answers (NaN, half a surrogate, a million brackets, a web page) becomes an
object, or None; it never becomes an exception, and never carries our secret back into storage.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from msgspec import Struct

from flows.json_text import Unreadable, parse
from flows.said import Whole, said
from flows.values import check_depth
from providers.base import ConnectionCheck, Credentials, Refused, StatusUnavailable, Unclear
from providers.web import NotSent, Reply, SentButUnclear, WebClient, WebError

MAX_ID = 200
"""Characters of the longest id that we keep."""

MAX_WORDS = 300
"""Characters of a service's own sentence that we repeat."""

MAX_WAIT_S = 86_400
"""The longest wait, in seconds, that we believe a service asks for."""

MIN_HIDDEN = 8
"""A secret shorter than this is not blotted out of replies: it would hit ordinary words."""

JsonObject = dict[str, Any]


class Exchange(Struct, frozen=True):
    """One account's way to its service: where it is, how it signs in, what it is called."""

    label: str
    web: WebClient
    credentials: Credentials
    headers: Mapping[str, str]
    auth: tuple[str, str] | None = None

    def post(self, path: str, content: bytes, call_ref: str) -> Reply:
        """One POST of JSON below the base URL. Raises ``WebError``."""
        headers = {
            **self.headers,
            "Content-Type": "application/json",
            "Accept": "application/json",
            "X-Request-Id": header_text(call_ref),
        }
        reply = self.web.post(self._url(path), content=content, headers=headers, auth=self.auth)
        return self._without_secret(reply)

    def get(self, path: str) -> Reply:
        """One GET below the base URL. Raises ``WebError``."""
        headers = {**self.headers, "Accept": "application/json"}
        return self._without_secret(self.web.get(self._url(path), headers=headers, auth=self.auth))

    def refused(self, reply: Reply, reason: str) -> Refused:
        """A clear no, with the time the service asks us to wait."""
        return Refused(reason, reply, retry_after_s(reply))

    def not_accepted(self, reply: Reply, its_words: str) -> Refused | Unclear:
        """What a reply other than 2xx means for a call that was asked for.

        A 4xx says that nothing was placed, except 408: somebody on the way lost patience.
        Everything else, a 500 with a documented body included, can follow a call that was
        placed: the cause may be an answer that got lost between the service and its own backend.
        """
        if 400 <= reply.status < 500 and reply.status != 408:
            return self.refused(reply, its_words or self.status_words(reply.status))
        return Unclear(its_words or self.status_words(reply.status), reply)

    def unavailable(self, reply: Reply, its_words: str = "") -> StatusUnavailable:
        """A status that was not given."""
        words = its_words or self.status_words(reply.status)
        return StatusUnavailable(words, reply, retry_after_s(reply))

    def check(self, path: str, key_words: str, forbidden: str = "") -> ConnectionCheck:
        """Ask for something that cannot exist: an answer about it means that we were let in.

        ``forbidden`` is the sentence for a key that is known, but may not do this (403).
        """
        try:
            reply = self.get(path)
        except WebError as error:
            return ConnectionCheck(
                "unreachable", _why("{name} was not reached. {reason}", self.label, error)
            )
        if reply.status == 403 and forbidden:
            return ConnectionCheck("wrong_key", forbidden)
        if reply.status in (401, 403):
            return ConnectionCheck(
                "wrong_key", said("{name} does not know {key}.", name=self.label, key=key_words)
            )
        if read_object(reply) is None:
            words = said(
                "Something answers at this address, but it does not speak like {name}.",
                name=self.label,
            )
            return ConnectionCheck("unreachable", words)
        if reply.status in (200, 400, 404, 422):
            return ConnectionCheck(
                "right_key", said("{name} knows {key}.", name=self.label, key=key_words)
            )
        return ConnectionCheck("unreachable", self.status_words(reply.status))

    def status_words(self, status: int) -> str:
        """A plain sentence for an HTTP status that came without words of its own."""
        return said(_STATUS_WORDS.get(status, _STATUS_WORDS[status // 100]), name=self.label)

    def _url(self, path: str) -> str:
        return self.credentials.base_url.rstrip("/") + path

    def _without_secret(self, reply: Reply) -> Reply:
        content = reply.content
        for form in self._secret_forms():
            content = content.replace(form, b"***")
        return reply if content == reply.content else replace(reply, content=content)

    def _secret_forms(self) -> tuple[bytes, ...]:
        secret = self.credentials.secret
        if len(secret) < MIN_HIDDEN:
            return ()
        pair = base64.b64encode(f"{self.credentials.username}:{secret}".encode())
        return (secret.encode(), json.dumps(secret)[1:-1].encode(), pair)


_STATUS_WORDS = {
    2: "{name} answered with something that is not an answer to a call.",
    3: "{name} sent us on to another address. Check the web address of this connection.",
    4: "{name} did not accept the request.",
    5: "{name} had a fault of its own.",
    401: "{name} does not know this key. Check the connection's key.",
    402: "{name} says that the account has no money left.",
    403: "{name} does not allow this key to do that. Ask {name} about your account.",
    404: "{name} does not know this address. Check the web address of this connection.",
    408: "{name} says that the request took too long.",
    413: "{name} says that the call flow is too large.",
    429: "{name} takes no more calls for now. Wait a little, then try again.",
}
"""HTTP status, or its first digit -> sentence."""


def failed(label: str, error: WebError) -> Refused | Unclear:
    """What an exchange without a reply means for a call that was asked for."""
    words = _why("{name}: {reason}", label, error)
    return Unclear(words) if isinstance(error, SentButUnclear) else Refused(words)


def no_status(label: str, error: WebError) -> StatusUnavailable:
    """What an exchange without a reply means for a status that was asked for."""
    if isinstance(error, NotSent):
        return StatusUnavailable(_why("{name} was not reached. {reason}", label, error))
    return StatusUnavailable(_why("{name} did not answer properly. {reason}", label, error))


def _why(template: str, label: str, error: WebError) -> str:
    return said(template, name=label, reason=Whole(error.reason))


def read_object(reply: Reply) -> JsonObject | None:
    """The reply's JSON object, or None: not JSON, not an object, ambiguous, NaN, too deep."""
    return read_bytes(reply.content)


def read_bytes(content: bytes) -> JsonObject | None:
    """The JSON object of these bytes, or None, as ``read_object`` has it."""
    try:
        value = parse(content)
        if not isinstance(value, dict) or check_depth(value):
            return None
        # Half a surrogate pair is readable as JSON but cannot be written anywhere.
        json.dumps(value, ensure_ascii=False).encode()
    except (Unreadable, UnicodeEncodeError):
        return None
    return value


def objects(value: object) -> list[JsonObject]:
    """The objects of a list; anything that is not a list of objects is an empty one."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def member(value: object, name: str) -> object:
    """A field of an object, its name in any letter case; None when there is no such thing."""
    if not isinstance(value, dict):
        return None
    if name in value:
        return value[name]
    return next((v for key, v in value.items() if key.lower() == name.lower()), None)


def identifier(value: object) -> str:
    """An id as text; "" for anything that cannot be one. Some services number their messages."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str) or not 0 < len(value) <= MAX_ID:
        return ""
    return value if value.isprintable() and value.strip(".") else ""


def in_path(value: str) -> str:
    """An id as one part of a URL's path."""
    return quote(value, safe="")


def sentence(value: object) -> str:
    """A service's own words, cut and cleaned for people; "" when there are none."""
    if not isinstance(value, str):
        return ""
    words = " ".join("".join(c if c.isprintable() else " " for c in value).split())
    return words if len(words) <= MAX_WORDS else words[: MAX_WORDS - 1] + "…"


def quoted(label: str, words: str) -> str:
    """A service's own words, marked as its own; "" when there are none."""
    return said("{name} says: {words}", name=label, words=words) if words else ""


def retry_after_s(reply: Reply) -> float | None:
    """Seconds to wait, where the service names a number (RFC 9110, 10.2.3); dates are ignored."""
    wait = reply.headers.get("retry-after", "").strip()
    return float(min(int(wait), MAX_WAIT_S)) if re.fullmatch(r"[0-9]{1,9}", wait) else None


def header_text(value: str) -> str:
    """Our name of a call as a header or an id can carry it: printable ASCII, cut."""
    return "".join(c if c.isascii() and c.isprintable() else "-" for c in value)[:MAX_ID]
