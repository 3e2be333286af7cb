"""From bytes to JSON values, strictly, and JSON pointers into them.

Python's parser is more generous than JSON and forgets what it overwrote. Here duplicate keys,
numbers that are not finite or far too long, other encodings than UTF-8 and bottomless nesting
are refused, each with its path. Every walk is iterative: no document can exhaust the stack.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from flows.problems import Problem

MAX_BYTES = 1 << 20
"""1 MB: a larger document is not looked at."""

MAX_DIGITS = 4_300
"""Python's own limit for whole numbers, held to here for every number."""

MAX_PROBLEMS = 500
"""So many problems are listed; what follows is summed up in one more."""

MAX_SEGMENT = 200
"""Characters of a key that a path shows, so that paths stay short however long a key is."""

Path = tuple[str | int, ...]


class Unreadable(Exception):
    """A document that cannot be read. ``status``: 400 no JSON, 413 too large, 422 wrong."""

    def __init__(self, status: int, problems: Sequence[Problem]) -> None:
        super().__init__(problems[0].code if problems else "unreadable")
        self.status = status
        self.problems = tuple(problems)


def too_large() -> Unreadable:
    """The refusal of a document that is larger than ``MAX_BYTES``."""
    return Unreadable(413, [Problem("too_large", "error", params={"most": "1 MB"})])


class _Twice(dict[str, Any]):
    """An object that names a key more than once; ``pairs`` has everything it said."""

    pairs: list[tuple[str, Any]]


class _Odd(NamedTuple):
    """Stands where a number was that cannot be a value."""

    code: str


class Trail(NamedTuple):
    """A place in a document as a chain, so that walking costs no copies."""

    parent: Trail | None
    key: str | int


def pointer(path: Path) -> str:
    """The path as a JSON pointer (RFC 6901); "/" for the whole document."""
    return "/" + "/".join(_segment(key) for key in path)


def _segment(key: str | int) -> str:
    text = str(key)
    if len(text) > MAX_SEGMENT:
        text = text[:MAX_SEGMENT] + "…"
    text = "".join("\ufffd" if "\ud800" <= c <= "\udfff" else c for c in text)
    return text.replace("~", "~0").replace("/", "~1")


def path_of(trail: Trail | None) -> Path:
    """The keys of a trail, from the root on."""
    keys = []
    while trail is not None:
        keys.append(trail.key)
        trail = trail.parent
    return tuple(reversed(keys))


def walk(value: Any, most_depth: int | None = None) -> Iterator[tuple[Trail | None, Any]]:
    """Every value with its trail, in document order; not below ``most_depth`` if given."""
    yield None, value
    levels: list[tuple[Trail | None, Iterator[tuple[str | int, Any]]]] = [(None, _below(value))]
    while levels:
        parent, rest = levels[-1]
        for key, child in rest:
            trail = Trail(parent, key)
            yield trail, child
            if isinstance(child, (dict, list)) and len(levels) != most_depth:
                levels.append((trail, _below(child)))
                break
        else:
            levels.pop()


def _below(value: Any) -> Iterator[tuple[str | int, Any]]:
    if isinstance(value, _Twice):
        return iter(value.pairs)
    if isinstance(value, dict):
        return iter(value.items())
    return enumerate(value) if isinstance(value, list) else iter(())


def texts_of(value: Any) -> Iterator[str]:
    """Every text in a value, the keys of its objects too; in no particular order, but fast."""
    waiting = [value]
    while waiting:
        here = waiting.pop()
        if isinstance(here, str):
            yield here
        elif isinstance(here, dict):
            yield from here
            waiting.extend(here.values())
        elif isinstance(here, list):
            waiting.extend(here)


def parse(content: bytes) -> Any:
    """The JSON value in these bytes. Raises Unreadable with status 400 or 413."""
    if len(content) > MAX_BYTES:
        raise too_large()
    text = _decoded(content)
    if not text.strip():
        raise Unreadable(400, [Problem("empty", "error")])
    parser = _Parser()
    try:
        value = parser.decode(text)
    except RecursionError:
        raise Unreadable(400, [Problem("too_deep", "error")]) from None
    except json.JSONDecodeError as error:
        params = {"line": error.lineno, "column": error.colno}
        raise Unreadable(400, [Problem("json_syntax", "error", params=params)]) from error
    if parser.met_oddity:
        raise Unreadable(400, list(_oddities(value)))
    return value


def _decoded(content: bytes) -> str:
    # A document in UTF-16 without a mark is valid UTF-8 full of NULs: ask for its kind first.
    if content and json.detect_encoding(content) not in ("utf-8", "utf-8-sig"):
        raise Unreadable(400, [Problem("not_utf8", "error")])
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        params = {"byte": error.start + 1}
        raise Unreadable(400, [Problem("not_utf8", "error", params=params)]) from error


class _Parser:
    """Python's decoder with hooks that leave a mark instead of raising half-way."""

    def __init__(self) -> None:
        self.met_oddity = False
        self.decode = json.JSONDecoder(
            object_pairs_hook=self._object,
            parse_int=self._integer,
            parse_float=self._float,
            parse_constant=lambda _name: self._odd("non_finite_number"),
        ).decode

    def _odd(self, code: str) -> _Odd:
        self.met_oddity = True
        return _Odd(code)

    def _object(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        value = dict(pairs)
        if len(value) == len(pairs):
            return value
        self.met_oddity = True
        twice = _Twice(value)
        twice.pairs = pairs
        return twice

    def _integer(self, text: str) -> int | _Odd:
        try:
            return self._odd("number_too_long") if len(text) > MAX_DIGITS else int(text)
        except ValueError:  # PYTHONINTMAXSTRDIGITS can set Python's limit lower than ours.
            return self._odd("number_too_long")

    def _float(self, text: str) -> float | _Odd:
        if len(text) > MAX_DIGITS:
            return self._odd("number_too_long")
        value = float(text)
        return value if math.isfinite(value) else self._odd("non_finite_number")


def _oddities(value: Any) -> Iterator[Problem]:
    """What the hooks marked, each with its path; at most ``MAX_PROBLEMS``, then a summary."""
    count = 0
    for trail, here in walk(value):
        found = _oddities_here(trail, here)
        yield from found[: MAX_PROBLEMS - count]
        count += len(found)
        if count > MAX_PROBLEMS:
            yield Problem("more_problems", "error", params={"most": MAX_PROBLEMS})
            return


def _oddities_here(trail: Trail | None, here: Any) -> list[Problem]:
    if isinstance(here, _Odd):
        return [Problem(here.code, "error", pointer(path_of(trail)))]
    if isinstance(here, _Twice):
        counts = Counter(key for key, _ in here.pairs)
        twice = [key for key, count in counts.items() if count > 1][: MAX_PROBLEMS + 1]
        path = path_of(trail)
        return [
            Problem("duplicate_key", "error", pointer((*path, key)), {"key": _segment(key)})
            for key in twice
        ]
    return []
