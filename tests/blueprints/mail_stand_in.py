"""A mail server on loopback that keeps what it is sent."""

from __future__ import annotations

import socketserver
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread


class _Talk(socketserver.StreamRequestHandler):
    """The few words of RFC 5321 that a client needs to leave a mail."""

    def handle(self) -> None:
        """Say yes to everything but a recipient called refused@…"""
        self._say("220 stand-in")
        while line := self.rfile.readline().decode().rstrip("\r\n"):
            word = line.upper().split(" ")[0]
            if word == "RCPT" and "refused@" in line:
                self._say("550 nobody of that name")
            elif word == "DATA":
                self._say("354 go on")
                mail = []
                while (text := self.rfile.readline().decode().rstrip("\r\n")) != ".":
                    mail.append(text)
                self.server.mails.append("\n".join(mail))
                self._say("250 kept")
            elif word == "QUIT":
                self._say("221 bye")
                return
            else:
                self._say("250 fine")

    def _say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


@contextmanager
def mail_server(host: str = "127.0.0.1") -> Iterator[tuple[str, list[str]]]:
    """(its smtp:// address, the mails it was given)."""
    with socketserver.ThreadingTCPServer((host, 0), _Talk) as server:
        server.daemon_threads = True
        server.mails = []
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"smtp://{host}:{server.server_address[1]}", server.mails
        server.shutdown()
