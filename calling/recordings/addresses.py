"""The public addresses of our own recordings."""

from __future__ import annotations

import re

from storage.recordings import Recording

# 128 bits as 32 hexadecimal digits: guessing one is hopeless.
FILE_NAME = re.compile(r"([0-9a-f]{32})\.(mp3|wav|ogg|m4a)")
_OWN = re.compile(rf"https?://[^?#]+/r/{FILE_NAME.pattern}", re.IGNORECASE)


def url_of(base_url: str, recording: Recording) -> str:
    """Where a recording is for the world. ``base_url`` is this app's, without a slash."""
    return f"{base_url}/r/{recording.file_name}"


def token_in(url: str) -> str:
    """The token of an address that has the form of ours, wherever it leads; "" for any other."""
    found = _OWN.fullmatch(url)
    return found[1] if found else ""


def is_web(recording: str) -> bool:
    """Whether a menu names its recording by a web address."""
    return recording.lower().startswith(("http://", "https://"))
