"""A server on loopback that does whatever a test wants, good or bad, and keeps what it got."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

Behaviour = Callable[[socket.socket], None]


class StandIn:
    """``behave`` is given each accepted connection; ``received`` holds every byte read by it."""

    def __init__(self, behave: Behaviour) -> None:
        self._behave = behave
        self.received: list[bytes] = []
        self.connections = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._threads = [threading.Thread(target=self._serve)]
        self._threads[0].start()

    @property
    def url(self) -> str:
        """The base URL."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def allowed(self) -> frozenset[str]:
        """What an operator would allow."""
        return frozenset({f"127.0.0.1:{self.port}"})

    def requests(self) -> list[tuple[str, dict[str, str], bytes]]:
        """(request line, headers in lower case, body) of everything that came."""
        found = []
        for data in self.received:
            head, _, body = data.partition(b"\r\n\r\n")
            first, *lines = head.decode("latin-1").split("\r\n")
            pairs = (line.split(": ", 1) for line in lines)
            found.append((first, {name.lower(): value for name, value in pairs}, body))
        return found

    def stop(self) -> None:
        """Stop, and wait for every thread."""
        self._listener.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(10)
        self._listener.close()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            connection.settimeout(5)
            thread = threading.Thread(target=self._one, args=(connection,))
            self._threads.append(thread)
            thread.start()

    def _one(self, connection: socket.socket) -> None:
        with connection, suppress(OSError):
            self.received.append(read_request(connection))
            self._behave(connection)


@contextmanager
def standing_in(behave: Behaviour) -> Iterator[StandIn]:
    """A stand-in for the time of a ``with`` block."""
    server = StandIn(behave)
    try:
        yield server
    finally:
        server.stop()


def read_request(connection: socket.socket) -> bytes:
    """One whole request, by its Content-Length."""
    data = b""
    while b"\r\n\r\n" not in data:
        piece = connection.recv(65536)
        if not piece:
            return data
        data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    length = 0
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            length = int(line.split(b":")[1])
    while len(body) < length:
        piece = connection.recv(65536)
        if not piece:
            break
        body += piece
    return head + b"\r\n\r\n" + body


def answering(status: int, body: bytes, *headers: str) -> Behaviour:
    """Answers every request with this."""
    lines = [f"HTTP/1.1 {status} Words", f"Content-Length: {len(body)}", *headers, "", ""]
    return saying("\r\n".join(lines).encode() + body)


def saying(data: bytes) -> Behaviour:
    """Sends exactly these bytes, then closes."""
    return lambda connection: connection.sendall(data)


def resetting(connection: socket.socket) -> None:
    """Hangs up rudely (RST instead of FIN)."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def dripping(head: bytes, pause_s: float = 0.2) -> Behaviour:
    """Sends a beginning, then one byte after the other for as long as anybody listens."""

    def drip(connection: socket.socket) -> None:
        connection.sendall(head)
        wait = threading.Event()
        for _ in range(60):
            wait.wait(pause_s)
            connection.sendall(b"x")

    return drip


def silent(connection: socket.socket) -> None:
    """Says nothing until the other side hangs up."""
    connection.recv(1)


class Routes:
    """A behaviour by the path of what was asked: "/tts/3/logs?x=1" is ``tts_3_logs``."""

    def __init__(self, behaviours: dict[str, Behaviour]) -> None:
        self.behaviours = behaviours
        self.server: StandIn | None = None

    def __call__(self, connection: socket.socket) -> None:
        assert self.server is not None
        path = self.server.received[-1].split(b" ", 2)[1].split(b"?")[0].decode()
        self.behaviours[path.strip("/").replace("/", "_")](connection)
