"""Help: the words, the keyboard, and the links that lead there."""

import re

import pytest

from blueprints import glossary, shortcuts
from tests.test_rooms import ROOT

LINKED = re.compile(r"""\b(?:word|what)\(["']([\w-]+)["']""")


def test_every_word_has_a_place_of_its_own_and_a_plain_sentence(owner):
    owner.get("/help/words")
    ids = re.findall(r'<div id="([\w-]+)" tabindex', owner.text)
    assert sorted(ids) == sorted(glossary.BY_ID)
    assert len(ids) == len(glossary.WORDS) >= 25
    for word in glossary.WORDS:
        assert str(word.means).endswith("."), word.id
        assert 20 < len(str(word.means)) < 220, word.id


def test_every_link_to_a_word_leads_to_one():
    linked = {name for path in (ROOT / "templates").rglob("*.html")
              for name in LINKED.findall(path.read_text())}  # fmt: skip
    assert linked - glossary.BY_ID.keys() == set()
    assert {"call-flow", "menu", "practice-network", "checks", "wrong"} <= linked


@pytest.mark.parametrize("path", ["/", "/calls", "/answers", "/recordings", "/settings",
                                  "/account", "/import", "/help"])  # fmt: skip
def test_help_is_one_press_away(owner, path):
    owner.get(path)
    assert 'href="/help"' in owner.text
    assert 'data-keys="/help/keys"' in owner.text


def test_the_page_of_keys_lists_every_shortcut(owner):
    owner.get("/help/keys")
    for place in shortcuts.PLACES:
        assert f"<h2>{place.name}</h2>" in owner.text
        for shortcut in place.shortcuts:
            assert str(shortcut.does) in owner.text
    for key in ("Ctrl", "Z", "←", "?", "Esc"):
        assert f"<kbd>{key}</kbd>" in owner.text


def test_words_come_in_the_order_of_the_language(owner):
    owner.get("/help/words")
    names = re.findall(r"<dt>(.*?)</dt>", owner.text)
    assert names == sorted(names, key=str.casefold)


def test_a_viewer_is_helped_too(viewer):
    for path in ("/help", "/help/words", "/help/keys"):
        assert viewer.get(path).status_code == 200
    viewer.get("/help")
    assert "/start" not in viewer.text
