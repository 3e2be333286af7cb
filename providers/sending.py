"""How one request leaves and its reply comes, with requests and urllib3 on a guarded ``Line``.

Loaded when the first request leaves (``providers.web``): loading both libraries takes a
twentieth of the time until the first page.
"""

from __future__ import annotations

import base64
import http.client
import socket
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

import requests
import urllib3
from requests.adapters import HTTPAdapter

from flows.said import said
from providers.line import Line, NotSent, SentButUnclear, WebError
from providers.web import MAX_REPLY_BYTES, Reply

USER_AGENT = "Press One"


def send(
    line: Line,
    method: str,
    url: str,
    content: bytes | None,
    headers: Mapping[str, str],
    auth: tuple[str, str] | None,
    verify: bool | str,
    cut_at: int | None = None,
) -> Reply:
    """One request and its reply.

    ``auth``: user name and password (Basic). ``verify``: whether to, or the certificates to trust
    (a path). ``cut_at``: bytes of the reply that are enough; without it a long reply is an error.
    Raises NotSent, SentButUnclear.
    """
    try:
        with (
            line,
            _session(line) as session,
            session.request(
                method,
                url,
                data=content,
                headers=_headers(headers, auth),
                timeout=line.limit_s,
                allow_redirects=False,
                stream=True,
                verify=verify,
            ) as response,
        ):
            return Reply(
                status=response.status_code,
                headers=MappingProxyType({k.lower(): v for k, v in response.headers.items()}),
                content=_read(response, line, cut_at),
                duration_ms=line.elapsed_ms(),
            )
    except _FAULTS as fault:
        raise _error(line, fault) from None


_FAULTS = (
    requests.RequestException,
    urllib3.exceptions.HTTPError,
    http.client.HTTPException,
    OSError,
    ValueError,
)
"""What the libraries raise; ValueError covers headers and hosts that cannot be encoded."""


class _Guarded:
    """Mixed into urllib3's connections: they connect through a ``Line`` and tell it of sending."""

    line: Line
    host: str
    port: int
    sock: socket.socket | None

    def _new_conn(self) -> socket.socket:
        return self.line.connect(self.host, self.port)

    def send(self, data: Any) -> None:
        if self.sock is None:
            self.connect()  # type: ignore[attr-defined]  # urllib3's, beside us in the class
        self.line.sent = True
        super().send(data)  # type: ignore[misc]  # urllib3's, after us in the class


class _Adapter(HTTPAdapter):
    """Gives every connection of one request its line. Never retries."""

    def __init__(self, line: Line) -> None:
        self._line = line
        super().__init__(pool_connections=1, pool_maxsize=1, max_retries=0)

    def get_connection_with_tls_context(self, *args: Any, **kwargs: Any) -> Any:
        pool: Any = super().get_connection_with_tls_context(*args, **kwargs)
        bases = (_Guarded, type(pool).ConnectionCls)
        pool.ConnectionCls = type("GuardedConnection", bases, {"line": self._line})
        return pool


class _Session(requests.Session):
    """Does not even look at where a redirect leads: looking would read its whole body."""

    def get_redirect_target(self, resp: requests.Response) -> str | None:
        return None


def _session(line: Line) -> requests.Session:
    session = _Session()
    session.trust_env = False
    session.adapters.clear()
    for scheme in ("http://", "https://"):
        session.mount(scheme, _Adapter(line))
    # Compressed replies are not asked for and not unpacked: a few kB can hide gigabytes.
    session.headers.clear()
    session.headers.update(
        {"User-Agent": USER_AGENT, "Accept": "*/*", "Accept-Encoding": "identity"}
    )
    return session


def _headers(headers: Mapping[str, str], auth: tuple[str, str] | None) -> dict[str, str | bytes]:
    # RFC 7617 leaves the encoding open; UTF-8 is what servers expect today.
    ready: dict[str, str | bytes] = {k: v.encode() for k, v in headers.items()}
    if auth is not None:
        ready["Authorization"] = b"Basic " + base64.b64encode(":".join(auth).encode())
    return ready


def _read(response: requests.Response, line: Line, cut_at: int | None) -> bytes:
    room = MAX_REPLY_BYTES - _size(response.headers.items()) if cut_at is None else cut_at - 1
    content = b""
    while room - len(content) >= 0:
        piece = response.raw.read(room - len(content) + 1, decode_content=False)
        if not piece:
            break
        content += piece
    if line.late:
        raise SentButUnclear(said("The answer did not come in time."))
    if len(content) > room and cut_at is None:
        raise SentButUnclear(said("The answer was far too long to be read."))
    return content


def _size(headers: Iterable[tuple[str, str]]) -> int:
    return sum(len(name) + len(value) + 4 for name, value in headers)


def _error(line: Line, fault: Exception) -> WebError:
    """What a library's exception means for people."""
    if line.late or line.is_over():
        if line.sent:
            return SentButUnclear(said("The answer did not come in time."))
        return NotSent(said("The connection did not come about in time."))
    if line.sent:
        return SentButUnclear(said("The connection broke before the whole answer came."))
    if isinstance(fault, requests.exceptions.SSLError):
        return NotSent(
            said("The secure connection could not be made: the certificate is not good.")
        )
    if isinstance(fault, ValueError):
        return NotSent(
            said("This web address, or a header sent with it, is not written correctly.")
        )
    return NotSent(said("The connection broke before anything was sent."))
