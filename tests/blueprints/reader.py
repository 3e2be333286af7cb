"""A browser without JavaScript over real HTTP: it presses only buttons that are on the page."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin

import requests

LINES = frozenset({"p", "li", "h1", "h2", "dt", "dd", "td", "tr", "section", "label", "div"})


@dataclass
class Form:
    """A form as it stands on a page: where it leads, its fields, its buttons' names and words."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)
    disabled: set[str] = field(default_factory=set)
    buttons: list[tuple[str, dict[str, str]]] = field(default_factory=list)


class Page(HTMLParser):
    """Collects the forms, the links and the words of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.links: dict[str, str] = {}
        self.words: list[str] = []
        self._form: Form | None = None
        self._text: tuple[str, dict[str, Any], list[str]] | None = None
        self._select = ""
        self._hidden = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        at = {name: value or "" for name, value in attrs}
        if tag in LINES:
            self.words.append("\n")
        if tag in ("script", "style"):
            self._hidden = tag
        elif tag == "form":
            self._form = Form(at.get("action", ""), at.get("method", "get"))
            self.forms.append(self._form)
        elif tag in ("button", "a", "textarea"):
            self._text = (tag, at, [])
        elif tag == "select":
            self._select = at["name"]
        elif self._form and tag == "option" and (self._select not in self._form.fields
                                                 or "selected" in at):  # fmt: skip
            self._form.fields[self._select] = at.get("value", "")
        elif self._form and tag == "input":
            self._input(self._form, at)

    @staticmethod
    def _input(form: Form, at: dict[str, str]) -> None:
        chosen = at.get("type") not in ("radio", "checkbox") or "checked" in at
        if chosen and "disabled" not in at and at.get("type") != "file":
            form.fields[at.get("name", "")] = at.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == self._hidden:
            self._hidden = ""
        if tag == "form":
            self._form = None
        if self._text is None or tag != self._text[0]:
            return
        tag, at, said = self._text
        self._text, words = None, " ".join("".join(said).split())
        if tag == "a":
            self.links[words] = at.get("href", "")
        elif self._form and tag == "textarea":
            self._form.fields[at["name"]] = "".join(said).removeprefix("\r\n")
        elif self._form and "disabled" not in at:
            own = {at["name"]: at.get("value", "")} if "name" in at else {}
            self._form.buttons.append((words, own))

    def handle_data(self, data: str) -> None:
        if self._text is not None:
            self._text[2].append(data)
        if not self._hidden:
            self.words.append(data)


class PageReader:
    """Opens pages and presses what it finds on them."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.session = requests.Session()
        self.reply: Any = None
        self.page: Page

    @property
    def status(self) -> int:
        """The page's HTTP status."""
        return int(self.reply.status_code)

    @property
    def path(self) -> str:
        """Where the page is, without the server."""
        return str(self.reply.url).removeprefix(self.url)

    @property
    def words(self) -> str:
        """What a person reads on the page, a block a line."""
        lines = "".join(self.page.words).split("\n")
        return "\n".join(line for line in (" ".join(one.split()) for one in lines) if line)

    @property
    def buttons(self) -> list[str]:
        """The words on every button that can be pressed."""
        return [words for form in self.page.forms for words, _ in form.buttons]

    def open(self, path: str) -> PageReader:
        """Go to an address."""
        return self._seen(self.session.get(urljoin(self.url, path), timeout=10))

    def follow(self, words: str) -> PageReader:
        """Follow a link by its words."""
        return self.open(self.page.links[words])

    def form(self, button: str) -> tuple[Form, dict[str, str]]:
        """The form of a button, and what the button itself adds. Raises LookupError."""
        for form in self.page.forms:
            for words, own in form.buttons:
                if button in words:
                    return form, own
        raise LookupError(f"There is no button “{button}” among {self.buttons}.")

    def press(self, button: str, **typed: str) -> PageReader:
        """Press a button after typing into fields that its form has."""
        form, own = self.form(button)
        missing = typed.keys() - form.fields.keys()
        assert not missing, f"The form has no {missing}."
        values = {**form.fields, **typed, **own}
        address = urljoin(self.reply.url, form.action)
        if form.method == "post":
            return self._seen(self.session.post(address, data=values, timeout=10))
        # A form that asks takes the place of whatever the address asked before.
        address = address.partition("?")[0]
        return self._seen(self.session.get(address, params=values, timeout=10))

    def _seen(self, reply: Any) -> PageReader:
        self.reply, self.page = reply, Page(reply.text)
        return self
