"""Web addresses: which spellings are refused, and which are accepted with a warning.

Refused is every spelling that two programs could read as two different places (WHATWG URL
Standard, sections "host parsing" and "ends in a number"; RFC 3986, section 3.2). A private place
is only a warning: the SpeechCall document's own example contains some.
"""

from __future__ import annotations

import re
import unicodedata
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from typing import NamedTuple

import idna

from flows.addresses import is_private_host
from flows.findings import Finding, shown

MAX_URL = 8_000
"""Characters."""

MAX_PORT = 65_535

_REFUSED_ASCII = re.compile(r"[\x00-\x20\x7f\\]")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_AUTHORITY = re.compile(r"//([^/?#]*)")
_BRACKETED = re.compile(r"\[([0-9A-Fa-f:.]+)\](?::(.*))?", re.DOTALL)
_PORT = re.compile(r"[0-9]{1,5}")
_NAME = re.compile(r"[a-z0-9._-]+")
_NUMBER_LABEL = re.compile(r"[0-9]+|0[xX][0-9A-Fa-f]*")

# Control, format (bidi among them), surrogate, and every kind of space.
_REFUSED_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Zs", "Zl", "Zp"})


class _Refused(Exception):
    """Carries the code of the first thing that is wrong with a URL."""


class _Parts(NamedTuple):
    host: str
    international: bool


def _check_characters(url: str) -> None:
    hidden = not url.isascii() and any(unicodedata.category(c) in _REFUSED_CATEGORIES for c in url)
    if hidden or _REFUSED_ASCII.search(url):
        raise _Refused("url_characters")


def _authority(url: str) -> str:
    scheme = _SCHEME.match(url)
    if scheme is None or scheme[1].lower() not in ("http", "https"):
        raise _Refused("url_scheme")
    found = _AUTHORITY.match(url, scheme.end())
    if found is None:
        raise _Refused("url_host_form")
    authority = found[1]
    if "%" in authority.rpartition("@")[2]:
        raise _Refused("url_characters")
    if "@" in authority:
        raise _Refused("url_userinfo")
    return authority


def _check_port(port: str | None) -> None:
    if port is not None and not (_PORT.fullmatch(port) and 1 <= int(port) <= MAX_PORT):
        raise _Refused("url_port")


def _ascii_name(name: str) -> str:
    """The name as it is looked up (IDNA 2008), lower case; what UTS 46 would change is refused."""
    name = name.lower()
    try:
        if not name.isascii():
            # Full-width letters, ideographic full stops: looked up as something else.
            if idna.uts46_remap(name) != name:
                raise _Refused("url_host_form")
            return idna.encode(name, std3_rules=True).decode()
        if any(label.startswith("xn--") for label in name.split(".")):
            idna.decode(name)
    except (idna.IDNAError, UnicodeError) as error:
        raise _Refused("url_host_form") from error
    return name


def _check_name(name: str) -> None:
    labels = name.removesuffix(".").split(".")
    if not _NAME.fullmatch(name) or len(name) > 254:
        raise _Refused("url_host_form")
    if not all(1 <= len(label) <= 63 for label in labels):
        raise _Refused("url_host_form")
    if _NUMBER_LABEL.fullmatch(labels[-1]):
        try:
            IPv4Address(name)
        except AddressValueError as error:
            raise _Refused("url_host_form") from error


def _parts(url: str) -> _Parts:
    """Raises _Refused."""
    _check_characters(url)
    authority = _authority(url)
    if authority.startswith("["):
        bracketed = _BRACKETED.fullmatch(authority)
        if bracketed is None:
            raise _Refused("url_host_form")
        try:
            IPv6Address(bracketed[1])
        except AddressValueError as error:
            raise _Refused("url_host_form") from error
        _check_port(bracketed[2])
        return _Parts(f"[{bracketed[1].lower()}]", international=False)
    name, colon, port = authority.partition(":")
    ascii_name = _ascii_name(name)
    _check_name(ascii_name)
    _check_port(port if colon else None)
    international = any(label.startswith("xn--") for label in ascii_name.split("."))
    return _Parts(ascii_name, international)


def check_url(url: str) -> tuple[Finding, ...]:
    """What is wrong with a web address: at most one error, or any number of warnings.

    Errors: empty, too_long, url_characters, url_scheme, url_userinfo, url_host_form, url_port.
    Warnings: private_url, idn_host.
    """
    if not url:
        return (Finding("empty"),)
    if len(url) > MAX_URL:
        return (Finding("too_long", {"most": MAX_URL}),)
    try:
        parts = _parts(url)
    except _Refused as refused:
        return (Finding(str(refused), {"value": shown(url)}),)
    found = []
    if is_private_host(parts.host):
        found.append(Finding("private_url", {"host": parts.host}))
    if parts.international:
        found.append(Finding("idn_host", {"host": parts.host}))
    return tuple(found)


def ascii_host(url: str) -> str:
    """The host as it is looked up and should be shown ("xn--pple-43d.com"); "" if refused."""
    try:
        return _parts(url).host
    except _Refused:
        return ""
