"""The JSON inside a pasted ``curl`` command. The command is only read, never run.

Words are split as bash splits them (Bash Reference Manual, "Quoting"), with the few escapes of
``$'…'`` that copied commands use. A command copied for Windows' cmd loses its carets first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from flows.json_text import MAX_BYTES, Unreadable
from flows.problems import Problem

# curl's manual page: the options that carry a body. With "raw" an @ is an ordinary letter.
_FROM_FILE = ("-d", "--data", "--data-ascii", "--data-binary", "--json")
_DATA = (*_FROM_FILE, "--data-raw")

_PIECE = re.compile(
    r"""(?P<ansi>\$'(?:[^'\\]|\\.)*')"""
    r"""|(?P<single>'[^']*')"""
    r"""|(?P<double>"(?:[^"\\]|\\.)*")"""
    r"""|(?P<joined>\\\r?\n)"""
    r"""|(?P<escaped>\\.)"""
    r"""|(?P<space>\s+)"""
    r"""|(?P<plain>[^\s'"\\$]+|\$)""",
    re.DOTALL,
)
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{1,4})|x([0-9A-Fa-f]{1,2})|(.))", re.DOTALL)
_IN_DOUBLE = re.compile(r'\\([\\"$`\n])')
_NAMED = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}
_CARET = re.compile(r"\^(\r?\n|.)", re.DOTALL)
_FOR_WINDOWS = re.compile(r"\^\r?\n|\^\"")


def looks_like_curl(text: str) -> bool:
    """Whether this is a curl command rather than JSON."""
    return re.match(r"\s*(?:\$\s+)?curl(?:\.exe)?\s", text) is not None


def body_of(command: str) -> str:
    """The body a curl command would send.

    Raises Unreadable (400) when the command breaks off, reads its body from a file, or has none.
    """
    if len(command) > MAX_BYTES:
        raise _unreadable("too_large", 413, most="1 MB")
    if _FOR_WINDOWS.search(command):
        command = _CARET.sub(_without_caret, command)
    bodies = list(_bodies(list(_words(command))))
    if not bodies:
        raise _unreadable("curl_without_body")
    return "&".join(bodies)


def _unreadable(code: str, status: int = 400, **params: object) -> Unreadable:
    return Unreadable(status, [Problem(code, "error", params=params)])


def _without_caret(match: re.Match[str]) -> str:
    return " " if "\n" in match[1] else match[1]


def _words(command: str) -> Iterator[str]:
    word: list[str] = []
    started = False
    position = 0
    while position < len(command):
        piece = _PIECE.match(command, position)
        if piece is None:
            raise _unreadable("curl_broken_off")
        position = piece.end()
        if piece.lastgroup == "space":
            if started:
                yield "".join(word)
            word, started = [], False
        elif piece.lastgroup != "joined":
            word.append(_meaning(piece))
            started = True
    if started:
        yield "".join(word)


def _meaning(piece: re.Match[str]) -> str:
    text = piece[0]
    match piece.lastgroup:
        case "ansi":
            halves = _ESCAPE.sub(_ansi, text[2:-1]).encode("utf-16", "surrogatepass")
            return halves.decode("utf-16", "replace")
        case "single":
            return text[1:-1]
        case "double":
            return _IN_DOUBLE.sub(lambda match: match[1].strip("\n"), text[1:-1])
        case "escaped":
            return text[1:]
        case _:
            return text


def _ansi(match: re.Match[str]) -> str:
    code = match[1] or match[2]
    return chr(int(code, 16)) if code else _NAMED.get(match[3], match[3])


def _bodies(words: list[str]) -> Iterator[str]:
    rest = iter(words)
    for word in rest:
        if word in _DATA:
            option, value = word, next(rest, None)
        elif word.startswith("-d") and len(word) > 2:
            option, value = "-d", word[2:]
        elif word.startswith("--") and word.partition("=")[0] in _DATA:
            option, _, value = word.partition("=")
        else:
            continue
        if value is None:
            raise _unreadable("curl_broken_off")
        if option in _FROM_FILE and value.startswith("@"):
            raise _unreadable("curl_file")
        yield value
