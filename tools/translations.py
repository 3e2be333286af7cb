"""The catalogues of the other languages: ``make translations``.

Collects every sentence (templates, ``_()`` in Python, ``said()`` and the tables of the domain),
brings ``translations/*/LC_MESSAGES/messages.po`` up to date, compiles them, and fails when a
sentence has no translation or a translation lost or invented a value.
"""

from __future__ import annotations

import importlib
import io
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "translations"
LANGUAGES = ("uk", "bg")
SEARCHED = ("templates", "blueprints", "flows", "calling", "providers", "storage", "settings.py")

METHODS = [("templates/**.html", "jinja2"), ("templates/**.txt", "jinja2"), ("**.py", "python")]
KEYWORDS = {
    "_": None, "_l": None, "gettext": None, "lazy_gettext": None, "said": None,
    "ngettext": (1, 2), "counted": (1, 2), "pgettext": ((1, "c"), 2),
}  # fmt: skip

TABLES = (
    "flows.words:SENTENCES",
    "flows.words:BY_FIELD",
    "flows.words:TRIGGER_NAMES",
    "flows.words:FIELD_NAMES",
    "flows.trail:END_WORDS",
    "flows.differences:HEARD",
    "calling.practice_scripts:PRACTICE_NUMBERS",
    "calling.words:STATES",
    "calling.words:OUTCOMES",
    "calling.words:EVENTS",
    "calling.words:SAVING",
    "providers.exchange:_STATUS_WORDS",
    "providers.speechcall:ERRORS",
    "providers.infobip_codes:STATUSES",
    "providers.infobip_codes:ERRORS",
    "providers.infobip_codes:GROUPS",
)
"""Where sentences stand in tables: the texts of these values, and their ``words``."""

_VALUE = re.compile(r"%\((\w+)\)[sd]|(?<!\{)\{(\w+)[^{}]*\}(?!\})")


def collect() -> Catalog:
    """Every sentence that a person may read, with where it stands."""
    catalogue = Catalog(project="Press One", charset="utf-8")
    options = {"**": {}, "templates/**.html": {"newstyle_gettext": "true", "trimmed": "true"}}
    for name, line, text, comments, context in extract_from_dir(
        ROOT, METHODS, options, KEYWORDS, directory_filter=_is_ours
    ):
        if name.split("/")[0] in SEARCHED:
            catalogue.add(text, None, [(name, line)], auto_comments=comments, context=context)
    for table in TABLES:
        for text in sorted(set(_texts(table))):
            catalogue.add(text, None, [(table.replace(":", "."), 1)])
    return catalogue


def _is_ours(folder: str | Path) -> bool:
    return not Path(folder).name.startswith((".", "tests", "benchmarks", "data", "static"))


def _texts(table: str) -> Iterator[str]:
    module, name = table.split(":")
    for value in _values(getattr(importlib.import_module(module), name)):
        yield from _said_by(value)


def _values(table: object) -> Iterator[object]:
    return iter(table.values() if isinstance(table, Mapping) else table)  # type: ignore[call-overload]


def _said_by(value: object) -> Iterator[str]:
    meaning = getattr(value, "meaning", value)
    words = getattr(meaning, "words", meaning)
    if isinstance(words, str) and re.search(r"[^\W\d_]", re.sub(r"\{\w*\}", "", words)):
        yield words
    elif isinstance(words, tuple):
        for part in words:
            yield from _said_by(part)


def update(language: str, found: Catalog) -> Catalog:
    """The language's catalogue with exactly the sentences that are said today."""
    path = FOLDER / language / "LC_MESSAGES" / "messages.po"
    path.parent.mkdir(parents=True, exist_ok=True)
    catalogue = read_po(path.open("rb"), locale=language) if path.exists() else Catalog(language)
    catalogue.update(found, no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    _replace(path, _written(catalogue, write_po, width=100, omit_header=False, sort_output=True))
    _replace(path.with_suffix(".mo"), _written(catalogue, write_mo))
    return catalogue


def _replace(path: Path, content: bytes) -> None:
    """Nobody ever reads half a file."""
    fresh = path.with_suffix(path.suffix + ".new")
    fresh.write_bytes(content)
    fresh.replace(path)


def _written(catalogue: Catalog, write: object, **options: object) -> bytes:
    buffer = io.BytesIO()
    write(buffer, catalogue, **options)  # type: ignore[operator]
    return buffer.getvalue()


def problems(catalogue: Catalog) -> Iterator[str]:
    """What is wrong with a catalogue, a line each."""
    for message in catalogue:
        if message.id:
            yield from (f"{problem}: {message.id!r}" for problem in _problems(message))


def _problems(message: Message) -> Iterator[str]:
    texts = message.string if isinstance(message.string, tuple) else (message.string,)
    if not all(texts):
        yield "no translation"
        return
    ids = message.id if isinstance(message.id, tuple) else (message.id,)
    wanted = set().union(*map(_names, ids))
    optional = {"num"}
    for text in texts:
        if _names(text) - optional != wanted - optional:
            yield "other values"


def _names(text: str) -> set[str]:
    return {first or second for first, second in _VALUE.findall(text)}


def main() -> int:
    """Bring the catalogues up to date; 1 when a sentence is missing or wrong in one of them."""
    found = collect()
    wrong = 0
    for language in LANGUAGES:
        catalogue = update(language, found)
        listed = list(problems(catalogue))
        wrong += len(listed)
        print(f"{language}: {len(catalogue)} sentences, {len(listed)} to mend")
        for line in listed[:20]:
            print("  " + line)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
