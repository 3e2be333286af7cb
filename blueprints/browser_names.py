"""What a browser calls itself, in words that its owner knows."""

from __future__ import annotations

from flask_babel import gettext as _

BROWSERS = (
    ("Edg", "Edge"), ("OPR/", "Opera"), ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"), ("FxiOS/", "Firefox"), ("CriOS/", "Chrome"), ("Chrome/", "Chrome"),
    ("Version/", "Safari"), ("curl/", "curl"), ("python-requests/", "a Python program"),
)  # fmt: skip
"""Part of the name -> the browser; most name several others too, so the order matters."""

SYSTEMS = (
    ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"),
    ("Mac OS X", "Mac"), ("CrOS", "Chromebook"), ("Linux", "Linux"),
)  # fmt: skip
"""Part of the name -> what it runs on."""


def browser_name(told: str) -> str:
    """“Firefox, Linux”, or that nobody knows."""
    found = [_first(BROWSERS, told), _first(SYSTEMS, told)]
    return ", ".join(name for name in found if name) or _("An unknown browser")


def _first(table: tuple[tuple[str, str], ...], told: str) -> str:
    return next((name for part, name in table if part in told), "")
