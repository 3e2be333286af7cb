"""Visible text that stands outside ``_()``: ``python -m tools.untranslated`` lists it.

A template is read as jinja2 reads it, its expressions are reduced to the texts they may print,
and the outcome is read as HTML: what a person would see there, or hear from a screen reader,
must come through ``_()`` or ``ngettext()``. Forms and flashed sentences of the blueprints too.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

from jinja2 import Environment, nodes

ROOT = Path(__file__).parent.parent

SEEN_ATTRIBUTES = ("title", "aria-label", "placeholder", "alt")
UNSEEN = {"script", "style", "code", "pre", "kbd"}
"""Elements whose text is no sentence: what machines read, and keys."""

TRANSLATED = {"_", "gettext", "ngettext", "pgettext"}

ALLOWED = {
    "Press One", "Press One – Press One", "JSON", "s", "UTC", "anna@example.com",
    "Voice API", "SpeechCall", "Infobip", "disabled", "X-Name",
}  # fmt: skip
"""Names of products and formats, and what stands for a value in every language."""

_ALLOWED_FORMS = re.compile(r'https?://\S*|[A-Z]{2,5}|curl -X .*|\{".*')
_LETTER = re.compile(r"[^\W\d_]")
_SENTENCE = re.compile(r"[A-Z][a-z]|…")


class _Seen(HTMLParser):
    """Collects (line, text) of all that is visible in a page."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[tuple[int, str]] = []
        self._inside: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in UNSEEN:
            self._inside.append(tag)
        for name, value in attrs:
            name = name.strip("\0")
            if name in SEEN_ATTRIBUTES:
                self._add(value or "")

    def handle_endtag(self, tag: str) -> None:
        if self._inside and self._inside[-1] == tag:
            self._inside.pop()

    def handle_data(self, data: str) -> None:
        if not self._inside:
            self._add(data)

    def _add(self, text: str) -> None:
        line = self.getpos()[0]
        for part in re.split(r"\n|\0", text):
            if is_sentence(part.strip()):
                self.found.append((line + text[: text.index(part)].count("\n"), part.strip()))


def is_sentence(text: str) -> bool:
    """Whether somebody would have to translate this."""
    parts = (part.strip(" ·,.…()“”‘’?!-–—+*#×▶▾✕") for part in text.split(" · "))
    return any(
        _LETTER.search(part) and part not in ALLOWED and not _ALLOWED_FORMS.fullmatch(part)
        for part in parts
    )


class _Page:
    """A template as HTML, in which every expression is what it may print."""

    def __init__(self) -> None:
        self.text = ""
        self.hidden: list[tuple[int, str]] = []
        """Sentences that stand in an expression without being printed there."""

    def visit(self, node: nodes.Node) -> None:
        if isinstance(node, nodes.Output):
            for part in node.nodes:
                self._print(part)
            return
        if isinstance(node, nodes.Expr):
            self._look_into(node)
            return
        for child in node.iter_child_nodes():
            self.visit(child)
            if isinstance(node, nodes.If):
                self.text += " \0 "

    def _print(self, node: nodes.Node) -> None:
        self.text += "\n" * (node.lineno - 1 - self.text.count("\n"))
        if isinstance(node, nodes.TemplateData):
            self.text += node.data
            return
        self.text += " \0 ".join(("", *printed(node), ""))
        self._look_into(node)

    def _look_into(self, node: nodes.Node) -> None:
        for call in _calls(node):
            for text in _arguments(call):
                self.hidden.append((call.lineno, text))


def printed(node: nodes.Node) -> Iterator[str]:
    """The texts that an expression may print as they stand."""
    if isinstance(node, nodes.Const):
        if isinstance(node.value, str):
            yield node.value
    elif isinstance(node, nodes.CondExpr):
        yield from printed(node.expr1)
        if node.expr2 is not None:
            yield from printed(node.expr2)
    elif isinstance(node, nodes.And):
        yield from printed(node.right)
    elif isinstance(node, nodes.Or | nodes.Add):
        yield from printed(node.left)
        yield from printed(node.right)
    elif isinstance(node, nodes.Concat):
        for part in node.nodes:
            yield from printed(part)


def _calls(node: nodes.Node) -> Iterator[nodes.Node]:
    """The calls, lists and groups in an expression; what ``_()`` is given is translated."""
    if isinstance(node, nodes.Call) and getattr(node.node, "name", "") in TRANSLATED:
        for pair in node.kwargs:
            yield from _calls(pair.value)
        return
    if isinstance(node, nodes.Call | nodes.Tuple | nodes.List | nodes.Dict):
        yield node
    for child in node.iter_child_nodes():
        yield from _calls(child)


def _arguments(call: nodes.Node) -> Iterator[str]:
    if isinstance(call, nodes.Call):
        named = {pair.key: pair.value for pair in call.kwargs}
        for name, value in named.items():
            if name in SEEN_ATTRIBUTES:
                yield from filter(is_sentence, printed(value))
        parts: list[nodes.Node] = list(call.args)
    elif isinstance(call, nodes.Dict):
        for pair in call.items:
            key = pair.key
            if isinstance(key, nodes.Const) and key.value in SEEN_ATTRIBUTES:
                yield from filter(is_sentence, printed(pair.value))
        parts = [pair.value for pair in call.items]
    else:
        parts = list(call.iter_child_nodes())
    for part in parts:
        for text in printed(part):
            if _SENTENCE.match(text) and is_sentence(text):
                yield text


def in_template(source: str) -> list[tuple[int, str]]:
    """(line, text) for everything visible in a template that has no translation."""
    environment = Environment(extensions=["jinja2.ext.i18n"], autoescape=True)
    page = _Page()
    page.visit(environment.parse(source))
    seen = _Seen()
    seen.feed(page.text)
    seen.close()
    return sorted({*seen.found, *page.hidden})


def in_python(source: str) -> list[tuple[int, str]]:
    """(line, text) for labels, descriptions and flashed sentences that have no translation."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            found += [(part.lineno, text) for part in _told(node) for text in _plain(part)]
    return sorted(set(found))


def _told(call: ast.Call) -> Iterator[ast.expr]:
    function = call.func
    name = function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")
    by_name = {keyword.arg: keyword.value for keyword in call.keywords}
    if name in ("flash", "ValidationError", "StopValidation") or name.endswith("Field"):
        yield from call.args[:1]
    for told in ("description", "message", "label"):
        if told in by_name and (name.endswith("Field") or name[:1].isupper()):
            yield by_name[told]


def _plain(value: ast.expr) -> Iterator[str]:
    """The sentences that an expression gives as they stand."""
    if isinstance(value, ast.Constant) and isinstance(value.value, str):
        if is_sentence(value.value):
            yield value.value
    elif isinstance(value, ast.JoinedStr):
        yield from (text for part in value.values for text in _plain(part))
    elif isinstance(value, ast.IfExp):
        yield from (*_plain(value.body), *_plain(value.orelse))
    elif isinstance(value, ast.BinOp):
        yield from (*_plain(value.left), *_plain(value.right))


def everything() -> Iterator[str]:
    """ "file:line: text" for all of the screens, in the order of their files."""
    for path in sorted((ROOT / "templates").rglob("*.html")):
        yield from _located(path, in_template(path.read_text()))
    for path in sorted((ROOT / "blueprints").rglob("*.py")):
        yield from _located(path, in_python(path.read_text()))


def _located(path: Path, found: list[tuple[int, str]]) -> Iterator[str]:
    yield from (f"{path.relative_to(ROOT)}:{line}: {text}" for line, text in found)


def main() -> int:
    """List what is not translatable; 1 when there is something."""
    found = list(everything())
    print("\n".join(found) or "Every sentence of the screens can be translated.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
