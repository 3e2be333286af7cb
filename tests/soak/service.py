"""A service that takes calls and goes wrong as told: SpeechCall, the Voice API and Infobip at once.

What goes wrong is the first part of the path, so each connection of a test has its own fault.
"""

from __future__ import annotations

import json
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from tests.providers.stand_in import answering, read_request, resetting

PENDING = {"groupId": 1, "groupName": "PENDING", "id": 26, "name": "PENDING_ACCEPTED"}
ANSWERED = {"groupId": 3, "groupName": "DELIVERED", "id": 5, "name": "DELIVERED_TO_HANDSET"}
PLACING = ("/bat/messagelist", "/call/tts", "/tts/3/advanced")
HOLD_S = 60.0
"""Seconds that an answer is held back: longer than anybody waits."""


def holding(connection: socket.socket) -> None:
    """Says nothing until the other side hangs up."""
    connection.settimeout(HOLD_S)
    connection.recv(1)


def dripping(connection: socket.socket) -> None:
    """One byte a second."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n")
    for _ in range(int(HOLD_S)):
        time.sleep(1)
        connection.sendall(b"x")


@dataclass(frozen=True)
class Fault:
    """How a request to place a call goes wrong (None: it does not), and whether it was taken."""

    goes: Callable[[socket.socket], None] | None
    taken: bool


FAULTS = {
    "fine": Fault(None, True),
    "time-out before accepting": Fault(holding, False),
    "time-out after accepting": Fault(holding, True),
    "reset after accepting": Fault(resetting, True),
    "429": Fault(answering(429, b"{}", "Retry-After: 5"), False),
    "500": Fault(answering(500, b"{}"), False),
    "HTML": Fault(answering(200, b"<html>Hello</html>"), True),
    "10 MB": Fault(answering(200, b"x" * 10_000_000), True),
    "one byte a second": Fault(dripping, True),
}
"""Name -> fault; the first is none."""


def path_of(name: str) -> str:
    """A fault's name as a part of an address."""
    return name.replace(" ", "-").lower()


@dataclass
class Service:
    """What was asked of it. ``placed``: our name of a call -> how often it was asked for."""

    url: str = ""
    allowed: str = ""
    placed: Counter[str] = field(default_factory=Counter)
    taken: set[str] = field(default_factory=set)
    questions: Counter[str] = field(default_factory=Counter)
    hold_questions: threading.Event = field(default_factory=threading.Event)
    hold_placing: threading.Event = field(default_factory=threading.Event)
    delay_s: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, connection: socket.socket, request: bytes) -> None:
        """One request."""
        head, _, body = request.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value for name, value in (one.split(": ", 1) for one in lines)}
        method, path, _ = first.split(" ")
        _, fault, rest = path.split("/", 2)
        if method == "POST" and f"/{rest}" in PLACING:
            self._place(connection, fault, rest, headers["x-request-id"], json.loads(body))
        else:
            self._tell(connection, f"/{rest}")

    def _place(
        self, connection: socket.socket, fault: str, rest: str, name: str, body: Any
    ) -> None:
        wrong = next(f for key, f in FAULTS.items() if path_of(key) == fault)
        with self._lock:
            self.placed[name] += 1
            if wrong.taken:
                self.taken.add(name)
        time.sleep(self.delay_s)
        if self.hold_placing.is_set():
            holding(connection)
        elif wrong.goes is not None:
            wrong.goes(connection)
        else:
            answering(200, json.dumps(_accepted(rest, name)).encode())(connection)

    def _tell(self, connection: socket.socket, path: str) -> None:
        name = path.replace("?bulkId=", "/").rpartition("/")[2]
        with self._lock:
            self.questions[name] += 1
            known = name in self.taken
        if self.hold_questions.is_set():
            return holding(connection)
        result = {"bulkId": name, "messageId": name, "status": ANSWERED}
        body: dict[str, Any] = {"results": [result] if known else []}
        if path.startswith("/bat/message/"):
            body = {"messageId": name, "deliverystatus": "delivered"}
        answering(200, json.dumps(body).encode())(connection)


def _accepted(rest: str, name: str) -> dict[str, Any]:
    message = {"messageId": name, "status": PENDING}
    return {
        "bat/messagelist": {"messages": [{"messageId": name, "status": "accepted"}]},
        "call/tts": {"tracking": {"bulkId": name, "messages": [message]}},
        "tts/3/advanced": {"bulkId": name, "messages": [message]},
    }[rest]


@contextmanager
def service() -> Iterator[Service]:
    """The service for the time of a ``with`` block."""
    made = Service()
    listener = socket.create_server(("127.0.0.1", 0), backlog=512)
    made.allowed = f"127.0.0.1:{listener.getsockname()[1]}"
    made.url = f"http://{made.allowed}"

    def one(connection: socket.socket) -> None:
        with connection, suppress(OSError):
            connection.settimeout(HOLD_S)
            made.answer(connection, read_request(connection))

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=one, args=(connection,), daemon=True).start()

    taking = threading.Thread(target=serve)
    taking.start()
    try:
        yield made
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        taking.join(10)
        listener.close()
