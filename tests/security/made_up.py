"""Requests that nobody would make: forms found on pages and changed, and bodies of any kind."""

from __future__ import annotations

import io
import json
from random import Random
from typing import Any

ROOT_BYTES = b'{"messages": [{"from": "Bazar", "to": "+380501234567", "text": "ivr"}]}'

WORDS = (
    "", " ", "0", "-1", "1", "00", "1.5", "1e400", "NaN", "9" * 30, "9" * 5000, "\x00", "a\x00b",
    "\u202eabc", "\u0660\u0661", "\U0001f4de", "\ufeff", "\uffff", "\r\n", "a\r\nB: c", "\t",
    "x" * 300, "x" * 9000, "<script>", "'\"><svg/onload=1>", "' OR 1=1 --", "%s%n{0}{x}%(x)s",
    "{{7*7}}", "../../etc/passwd", "..\\..\\x", "on", "y", "false", "null", "None", "[]", "{}",
    "2026-02-30", "2026-11-21", "0000-00-00", "9999-12-31", "25:61", "08:00", "-08:00",
    "+380501234567", "+15055550001", "+1505555000", "380", "++", "+" + "1" * 40, "UA", "ZZ",
    "anna@example.com", "@", "a@b", "a" * 300 + "@example.com", "owner", "viewer", "practice",
    "speechcall", "voice_api", "infobip", "webhook", "goto", "survey", "en", "uk", "csv", "json",
    "http://127.0.0.1/", "https://hooks.invalid/x", "http://[::1", "http://\u2460.invalid:99999/",
    "javascript:alert(1)", "//evil.invalid", "https://" + "a" * 9000, "m", "n", "s1", "s2",
    "wrong", "*", "#", "up", "down", "top", "1,2,silence", "silence", "a long password",
    '{"a": 1}', '{"a": NaN}', '{"a": 1, "a": 2}', "[" * 3000, '"\\ud800"', '{"x": "\\u0000"}',
)  # fmt: skip
"""Values of fields, of parts of addresses and of headers."""

NAMES = (
    "q", "page", "before", "after", "from", "to", "since", "until", "status", "state", "menu",
    "key", "tab", "kind", "revision", "flow_id", "person", "name", "number", "keys", "path",
    "close", "next", "language", "digits", "failed", "question", "value", "csrf_token", "nonce",
)  # fmt: skip
"""Names of fields, besides those found on pages."""

HEADERS = {
    "HX-Request": ("true", "x"), "HX-Target": ("editor", "\u00ff"), "Range": ("bytes=0-0",
    "bytes=9-1", "bytes=-", "x=1"), "If-None-Match": ('"x"', "*", 'W/"'), "If-Modified-Since":
    ("x", "Sat, 21 Nov 2026 00:00:00 GMT"), "Accept-Language": ("uk", "bg;q=2", "x" * 500, ";;"),
    "Accept": ("application/json", "*/*;q=x"), "X-Forwarded-For": ("1.2.3.4", "x, y"),
    "X-Forwarded-Proto": ("https",), "Host": ("evil.invalid", "a b"),
    "Origin": ("null", "http://evil.invalid", "http://localhost"), "Referer": ("//x", "\u00ff"),
    "Sec-Fetch-Site": ("cross-site", "same-origin", "none"), "Authorization": ("Basic", "Basic x",
    "Basic ////", "Basic OnNlY3JldA==", "Bearer x", "Digest a=b", "\u00ff"),
    "x-api-key": ("x", "\u00ff", "x" * 5000), "X-Request-Id": ("a b", "x" * 5000, "\u00e9"),
    "User-Agent": ("<script>", "x" * 3000, "\u00ff"), "Content-Type": ("", "x", "text/plain",
    "multipart/form-data", "multipart/form-data; boundary=", "application/json; charset=utf-99",
    "application/x-www-form-urlencoded; charset=x"), "Cookie": ("press_one=x", "press_one", "=;=",
    "press_one=.eJw"), "Content-Encoding": ("gzip",), "X-Secret": ("x",), "Expect": ("x",),
    "Idempotency-Key": ("x",), "X-CSRFToken": ("x",), "Transfer-Encoding": ("chunked", "x"),
}  # fmt: skip
"""Header -> odd values of it."""

FILES = (
    b"", b"\x00" * 100, b"ID3\x04\x00\x00\xff\xff\xff\xff<html>", b"RIFF\xff\xff\xff\xffWAVEfmt ",
    b"OggS" + b"\xff" * 60, b"number\n+380501234567\n=1+1\n", b"\xff\xfen\x00u\x00m\x00",
    b"\x1f\x8b\x08", ROOT_BYTES, b"a" * 200_000, "\ufeffnumber;note\n+38050;\x00".encode(),
)  # fmt: skip
"""What is uploaded."""

METHODS = ("GET", "POST", "HEAD", "OPTIONS", "PUT", "PATCH", "DELETE", "TRACE", "BREW", "PROPFIND")


class Imagination:
    """Everything random comes from here, so that a seed tells it all."""

    def __init__(self, seed: int, bodies: list[bytes]) -> None:
        self.random = Random(seed)
        self.forms: dict[str, list[dict[str, str]]] = {}
        self.bodies = [ROOT_BYTES, b"{}", b"[]", b"null", *bodies]

    def sometimes(self, one_in: int) -> bool:
        """True once in so many times."""
        return self.random.randrange(one_in) == 0

    def word(self) -> str:
        """A value; at times two of them, or any characters at all."""
        if self.sometimes(12):
            return "".join(chr(self.random.randrange(1, 0xD7FF)) for _ in range(9))
        if self.sometimes(12):
            return self.random.choice(WORDS) + self.random.choice(WORDS)
        return self.random.choice(WORDS)

    def method(self, allowed: set[str]) -> str:
        """Mostly one that the route knows."""
        return self.random.choice(METHODS if self.sometimes(8) else sorted(allowed))

    def part(self, known: Any) -> Any:
        """A part of an address: mostly a known one."""
        if not self.sometimes(4):
            return known
        word = self.word().replace("/", "") or "0"
        return self.random.randrange(2**63) if isinstance(known, int) else word

    def query(self) -> dict[str, str]:
        """What stands behind the question mark."""
        if not self.sometimes(3):
            return {}
        names = self.random.choices(NAMES, k=self.random.randrange(1, 4))
        return {name: self.word() for name in names}

    def headers(self) -> dict[str, str]:
        """None, or a few odd ones."""
        if not self.sometimes(4):
            return {}
        names = self.random.choices(sorted(HEADERS), k=self.random.randrange(1, 4))
        return {name: self.random.choice(HEADERS[name]) for name in names}

    def remember(self, path: str, fields: dict[str, str]) -> None:
        """A form that a page has; a few of each are kept."""
        known = self.forms.setdefault(path, [])
        known.append(fields)
        del known[:-3]

    def fields(self, path: str, token: str) -> dict[str, str]:
        """A form for this address, or any other one, with some of its values changed."""
        found = self.forms.get(path)
        if not found or self.sometimes(15):
            found = self.random.choice(list(self.forms.values()) or [[{}]])
        fields = {**self.random.choice(found), "csrf_token": token}
        changed = self.random.choice((0, 1, 1, 2, 4))
        for name in self.random.choices([*sorted(fields), *NAMES], k=changed):
            if name != "csrf_token" or self.sometimes(3):
                fields[name] = self.word()
            if self.sometimes(4):
                fields.pop(name, None)
        return fields

    def body(self, fields: dict[str, str]) -> dict[str, Any]:
        """A form, a form with files, a document, or bytes; as the test client takes them."""
        kind = self.random.choice(("form", "form", "form", "files", "json", "bytes"))
        if kind == "form":
            return {"data": fields}
        if kind == "files":
            names = ("file", "sound", "recording", "document", "list", "audio")
            name = self.random.choice(("a.mp3", "../../x.wav", "a.csv", "\u0444.ogg", "x" * 300))
            content = io.BytesIO(self.random.choice(FILES))
            return {"data": {**fields, self.random.choice(names): (content, name)}}
        content = self.random.choice(self.bodies)
        if self.sometimes(2):
            content = self._bent(content)
        kinds = ("application/json", "application/x-www-form-urlencoded", "multipart/form-data;"
                 " boundary=x", "text/plain")  # fmt: skip
        return {"data": content, "content_type": kinds[0] if kind == "json" else
                self.random.choice(kinds)}  # fmt: skip

    def _bent(self, content: bytes) -> bytes:
        """The same bytes with a piece cut out, doubled or replaced, or a value exchanged."""
        start = self.random.randrange(len(content) + 1)
        end = min(len(content), start + self.random.randrange(1, 20))
        other = self.random.choice(
            (b"", content[start:end] * 2, bytes([self.random.randrange(256)]),
             json.dumps(self.word()).encode(), b"\xff\xfe", b"1e999", b"null", b"\\ud800")
        )  # fmt: skip
        return content[:start] + other + content[end:]
