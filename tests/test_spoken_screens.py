"""Every screen in another language: what is ours goes through the translator.

The screens are opened with a catalogue in which every sentence stands in ⟦…⟧, its values outside.
What is visible outside of them may only be words of the sample, and names that stay as they are.
"""

from __future__ import annotations

import ast
import io
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
import requests
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo

from storage.db import open_db
from tools import translations
from tools.screens import open_house

ROOT = Path(__file__).parent.parent
VALUE = re.compile(r"(%\(\w+\)[sd]|(?<!\{)\{\w+[^{}]*\}(?!\})|<[^>]*>|&\w+;|%%)")
SPOKEN = re.compile(r"⟦[^⟦⟧]*⟧")
WORD = re.compile(r"[A-Za-z]{2,}")
CUT_WORD = re.compile(r"\w+…")
ADDRESS = re.compile(r"\S*(://|@)\S*|\S+_\S+|/\S+|\.\w+")

SEEN = {"title", "aria-label", "aria-description", "placeholder", "alt", "label"}
UNSEEN = {"script", "style", "code", "pre", "kbd", "textarea"}

STAYS = {
    "Press", "One", "SpeechCall", "Infobip", "Voice", "API", "JSON", "UTC", "LUFS", "wav", "Hz",
    "Chrome", "Linux", "English", "curl", "POST", "messages", "Name", "UA", "BG", "Elsewhere",
    "Mira", "Practice",
}  # fmt: skip
"""Products, formats, units, languages in their own words, and names that people can change."""

SAMPLE = ("demo.py", "demo_calls.py", "demo_flow.py", "demo_plans.py")


def in_brackets(text):
    parts = VALUE.split(text)
    return "".join(p if VALUE.fullmatch(p) or not p.strip() else f"⟦{p}⟧" for p in parts)


def catalogue(folder):
    """A catalogue of Ukrainian in which every sentence is known, in brackets."""
    found = Catalog("uk")
    for message in translations.collect():
        if isinstance(message.id, tuple):
            one, many = map(in_brackets, message.id)
            found.add(message.id, (one, many, many), context=message.context)
        elif message.id:
            found.add(message.id, in_brackets(message.id), context=message.context)
    path = folder / "uk" / "LC_MESSAGES"
    path.mkdir(parents=True)
    buffer = io.BytesIO()
    write_mo(buffer, found)
    (path / "messages.mo").write_bytes(buffer.getvalue())
    return folder


class Page(HTMLParser):
    """Collects what is seen of a page, or heard by whoever has it read aloud."""

    def __init__(self):
        super().__init__()
        self.found, self.inside = [], []

    def handle_starttag(self, tag, attrs):
        if tag in UNSEEN:
            self.inside.append(tag)
        for name, value in attrs:
            button = name == "value" and tag == "input" and dict(attrs).get("type") == "submit"
            if name in SEEN or button:
                self.found.append(value or "")

    def handle_endtag(self, tag):
        if self.inside and self.inside[-1] == tag:
            self.inside.pop()

    def handle_data(self, data):
        if not self.inside:
            self.found.append(data)


def unspoken(html, known):
    """The texts of a page that have a word which is neither spoken nor known."""
    page = Page()
    page.feed(html)
    page.close()
    return [
        text.strip()
        for text in page.found
        if set(WORD.findall(ADDRESS.sub("", CUT_WORD.sub("", SPOKEN.sub(" ", text))))) - known
    ]


def words_of_the_sample(house):
    """What the people of the sample wrote: their flows, and the texts of ``tools.demo``."""
    found = set(STAYS)
    for name in SAMPLE:
        tree = ast.parse((ROOT / "tools" / name).read_text())
        ours = {
            id(part)
            for node in ast.walk(tree)
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "said"
            for part in ast.walk(node)
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found |= set() if id(node) in ours else set(WORD.findall(node.value))
    db = open_db(house.data / "press-one.sqlite3")
    try:
        for (body,) in db.execute(
            "SELECT body FROM menu_versions UNION SELECT head FROM flow_revisions"
        ):
            found |= set(WORD.findall(body))
    finally:
        db.close()
    return found


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """The sample, served to people who all speak the language in brackets."""
    folder = tmp_path_factory.mktemp("spoken")
    translated = str(catalogue(folder / "translations"))
    with open_house(folder / "data", BABEL_TRANSLATION_DIRECTORIES=translated) as served:
        db = open_db(served.data / "press-one.sqlite3")
        db.execute("UPDATE people SET language = 'uk'")
        db.conn.commit()
        db.close()
        yield served


CUT = {"library-search", "compare"}
"""Screens that show single words of what was typed, or JSON."""


def test_every_screen_speaks_the_language_of_its_reader(house):
    known, wrong = words_of_the_sample(house), {}
    visitors = {who: requests.Session() for who in {screen.who for screen in house.screens}}
    for who, visitor in visitors.items():
        visitor.headers["Accept-Language"] = "uk"
        for cookie in house.cookies(who):
            visitor.cookies.set(cookie["name"], cookie["value"])
    for screen in house.screens:
        if screen.name not in CUT:
            html = visitors[screen.who].get(house.url + screen.path, timeout=20).text
            assert "⟦" in html, screen
            for text in unspoken(html, known):
                wrong.setdefault(text, screen.name)
    assert wrong == {}


FORGOTTEN = [
    ("<p>⟦Calls⟧ are ringing</p>", ["⟦Calls⟧ are ringing"]),
    ("<p title='Hang up'>⟦Calls⟧</p>", ["Hang up"]),
    ("<input type=submit value=Save>", ["Save"]),
    ("<p>⟦Calls to ⟧Olena⟦.⟧ <code>get it</code></p>", []),
]


@pytest.mark.parametrize(("html", "found"), FORGOTTEN)
def test_what_nobody_translates_is_found(html, found):
    assert unspoken(html, {"Olena"}) == found
