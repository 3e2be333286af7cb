"""The one guarded HTTP client: every byte that leaves this program for the web leaves here.

It promises, for one request: no connection to a private address unless the operator allowed
that host by name, never one to a cloud's metadata service; the address that was checked is the
address that is connected to; no redirect is followed; nothing of the surroundings (proxies,
``.netrc``) takes part; one time limit holds for everything together; at most 64 kB come back,
or what the caller of ``fetch`` asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from flows.said import said
from flows.values import check_url, has_error
from providers.line import Line, NotSent, Resolver, SentButUnclear, WebError, system_resolver

__all__ = ["NotSent", "Reply", "SentButUnclear", "WebClient", "WebError"]

MAX_REPLY_BYTES = 64 * 1024
"""How much of a reply, headers and body together, is read; more than that is an error."""

DEFAULT_TIMEOUT_S = 10.0
"""Seconds for everything: the look-up, the connection, sending, and the whole reply."""


@dataclass(frozen=True)
class Reply:
    """What came back. Header names are in lower case; ``duration_ms`` covers everything."""

    status: int
    headers: Mapping[str, str]
    content: bytes = field(repr=False)
    duration_ms: float


class WebClient:
    """Sends single requests. Holds no connection and no cookie; safe to share among threads.

    ``allowed_hosts``: "name", "name:port" or "ip:port" that may be private (IPv6 in brackets
    before a port); the *spelled* host must match, so a foreign name that leads there stays out.
    ``ca_file``: the certificates to trust instead of the built-in ones (PEM). ``timeout_s``
    holds for everything together, where a request does not bring a limit of its own.
    """

    def __init__(
        self,
        allowed_hosts: frozenset[str] = frozenset(),
        *,
        resolver: Resolver = system_resolver,
        ca_file: str | None = None,
        timeout_s: float = DEFAULT_TIMEOUT_S,
    ) -> None:
        self._allowed = frozenset(name.strip().lower() for name in allowed_hosts)
        self._resolver = resolver
        self._verify: bool | str = ca_file or True
        self._timeout_s = timeout_s

    def post(
        self,
        url: str,
        *,
        content: bytes,
        headers: Mapping[str, str] | None = None,
        timeout_s: float | None = None,
        auth: tuple[str, str] | None = None,
    ) -> Reply:
        """One POST. ``auth``: user name and password (Basic). Raises NotSent, SentButUnclear."""
        return self._request("POST", url, content, headers, timeout_s, auth)

    def get(
        self,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        timeout_s: float | None = None,
        auth: tuple[str, str] | None = None,
    ) -> Reply:
        """One GET. ``auth``: user name and password (Basic). Raises NotSent, SentButUnclear."""
        return self._request("GET", url, None, headers, timeout_s, auth)

    def fetch(self, url: str, *, most_bytes: int, timeout_s: float | None = None) -> Reply:
        """One GET of a file: of a longer reply the first ``most_bytes`` are returned.

        Raises NotSent, SentButUnclear.
        """
        return self._request("GET", url, None, None, timeout_s, None, most_bytes)

    def _request(
        self,
        method: str,
        url: str,
        content: bytes | None,
        headers: Mapping[str, str] | None,
        timeout_s: float | None,
        auth: tuple[str, str] | None,
        cut_at: int | None = None,
    ) -> Reply:
        # Loaded for the first request that leaves, so that the first page does not wait for it.
        from providers.sending import send

        _refuse_bad_spelling(url)
        line = Line(self._allowed, self._resolver, timeout_s or self._timeout_s)
        return send(line, method, url, content, headers or {}, auth, self._verify, cut_at)


def _refuse_bad_spelling(url: str) -> None:
    if has_error(check_url(url)):
        raise NotSent(said("This web address is not written correctly."))
