"""One request's connection: the guard at its door, its clock, and whether a byte has left.

Every address a name leads to is checked, and the connection goes to the address that was
checked: a name that answers differently the next time gains nothing.
"""

from __future__ import annotations

import ipaddress
import queue
import socket
import threading
import time
from collections.abc import Callable, Sequence

from flows.addresses import is_metadata_address, is_public_address
from flows.said import said

Resolver = Callable[[str, int], Sequence[str]]
"""(host, port) -> IP addresses as text. May raise OSError; may block."""


class WebError(Exception):
    """A request that brought no reply. ``reason`` is a plain sentence for people.

    ``sent`` says whether a byte of the request may have left. The reason never contains the
    address that a name led to: it would tell strangers about the network we stand in.
    """

    sent: bool

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class NotSent(WebError):
    """No byte of the request left: blocked, not found, refused, or not connected in time."""

    sent = False


class SentButUnclear(WebError):
    """The request may have arrived: time-out, reset, cut off or too large after sending."""

    sent = True


def system_resolver(host: str, port: int) -> Sequence[str]:
    """The operating system's look-up."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(info[4][0]) for info in found))


CLOCKS_DIFFER_S = 0.01
"""A socket's time-out is rounded to milliseconds."""


class Line:
    """One request's connection: the guard at its door, its clock, and whether bytes left."""

    def __init__(self, allowed: frozenset[str], resolver: Resolver, timeout_s: float) -> None:
        self._allowed = allowed
        self._resolver = resolver
        self._started = time.monotonic()
        self.limit_s = timeout_s
        self._deadline = self._started + timeout_s
        self._lock = threading.Lock()
        self._handles: list[socket.socket] = []
        self._timer = threading.Timer(timeout_s, self._cut)
        self._timer.daemon = True
        self.sent = False
        self.late = False

    def __enter__(self) -> Line:
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        with self._lock:
            for handle in self._handles:
                handle.close()
            self._handles.clear()

    def elapsed_ms(self) -> float:
        """Milliseconds since the request began."""
        return (time.monotonic() - self._started) * 1000

    def connect(self, host: str, port: int) -> socket.socket:
        """A socket to an address of this host that was checked; there is no second look-up.

        Raises NotSent when any address of the host is out of bounds, or none answers.
        """
        addresses = self._look_up(host, port)
        may_be_private = self._is_allowed(host, port)
        for address in addresses:
            if is_metadata_address(address) or not (may_be_private or is_public_address(address)):
                raise NotSent(
                    said("This web address leads to a private place, so nothing was sent.")
                )
        for position, address in enumerate(addresses):
            share = self._remaining() / (len(addresses) - position)
            try:
                return self._open(address, port, share)
            except OSError:
                continue
        self._remaining()
        raise NotSent(said("Nobody answers at this web address."))

    def _is_allowed(self, host: str, port: int) -> bool:
        name = host.strip("[]").rstrip(".").lower()
        with_port = f"[{name}]:{port}" if ":" in name else f"{name}:{port}"
        return name in self._allowed or with_port in self._allowed

    def _look_up(self, host: str, port: int) -> Sequence[str]:
        literal = _literal(host)
        if literal:
            return [literal]
        answers: queue.Queue[Sequence[str] | None] = queue.Queue()

        def ask() -> None:
            try:
                answers.put(self._resolver(host, port))
            except (OSError, ValueError):
                answers.put(None)

        threading.Thread(target=ask, daemon=True).start()
        try:
            found = answers.get(timeout=self._remaining())
        except queue.Empty:
            raise NotSent(said("The name in this web address was not found in time.")) from None
        if not found:
            raise NotSent(said("The name in this web address is not known."))
        return found

    def _open(self, address: str, port: int, limit_s: float) -> socket.socket:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        connection = socket.socket(family, socket.SOCK_STREAM)
        try:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection.settimeout(limit_s)
            connection.connect((address, port))
            # A second handle: TLS takes the first one over, and this one still reaches the
            # same connection when time is up.
            with self._lock:
                connection.settimeout(self._remaining())
                self._handles.append(connection.dup())
        except BaseException:
            connection.close()
            raise
        return connection

    def is_over(self) -> bool:
        """Whether the time is up. A socket's own time-out may come before ``late`` is set."""
        return time.monotonic() >= self._deadline - CLOCKS_DIFFER_S

    def _remaining(self) -> float:
        left = self._deadline - time.monotonic()
        if left <= 0 or self.late:
            raise NotSent(said("The connection did not come about in time."))
        return left

    def _cut(self) -> None:
        with self._lock:
            self.late = True
            for handle in self._handles:
                try:
                    handle.shutdown(socket.SHUT_RDWR)
                except OSError:
                    continue


def _literal(host: str) -> str:
    try:
        return str(ipaddress.ip_address(host.strip("[]")))
    except ValueError:
        return ""
