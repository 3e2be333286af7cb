"""Sending a mail over SMTP, where an operator has set that up."""

from __future__ import annotations

import smtplib
import ssl
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

from msgspec import Struct

TIMEOUT_S = 10
"""Seconds that each step with the mail server may take."""

HERE = frozenset({"localhost", "127.0.0.1", "::1"})
"""A mail server on this machine: nobody listens in between."""


class NotMailed(Exception):
    """The mail server did not take the mail."""


class MailServer(Struct, frozen=True):
    """Where mails go out: ``smtp://user:password@host:port`` or ``smtps://…``.

    ``smtp`` turns to TLS; links that let people in leave this machine no other way.
    """

    url: str
    sender: str

    def send(self, to: str, subject: str, text: str) -> None:
        """Send one mail. Raises NotMailed; whether the mail arrives nobody can tell."""
        mail = EmailMessage()
        try:
            mail["From"], mail["To"], mail["Subject"] = self.sender, to, subject
            mail.set_content(text)
            with self._connected() as server:
                server.send_message(mail)
        except (OSError, ValueError, smtplib.SMTPException) as problem:
            raise NotMailed(str(problem)) from problem

    def _connected(self) -> smtplib.SMTP:
        parts = urlsplit(self.url)
        host, encrypted = parts.hostname or "", parts.scheme == "smtps"
        context = ssl.create_default_context()
        server: smtplib.SMTP = (
            smtplib.SMTP_SSL(host, parts.port or 465, timeout=TIMEOUT_S, context=context)
            if encrypted
            else smtplib.SMTP(host, parts.port or 587, timeout=TIMEOUT_S)
        )
        server.ehlo()
        if not encrypted and server.has_extn("starttls"):
            server.starttls(context=context)
            encrypted = True
        if not encrypted and (parts.username or host not in HERE):
            server.close()
            raise NotMailed("The mail server offers no encryption for the password or the links.")
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
        return server
