"""Sentences can be said in another language, with the same values in them."""

from __future__ import annotations

import pytest

from calling.words import sentence
from flows.said import Whole, in_words_of, said
from flows.words import SENTENCES
from flows.words import sentence as problem

CATALOGUE = {
    "Ring {number} again.": "Наберіть {number} ще раз.",
    "{name} is {state}.": "{name}: {state}.",
    "Busy": "Зайнято",
    "The service says: {words}": "Сервіс каже: {words}",
    "The line was busy.": "Лінія була зайнята.",
    SENTENCES["empty"]: "Тут порожньо.",
}


def translated(text):
    return in_words_of(text, lambda template: CATALOGUE.get(template, template))


CASES = [
    (said("Ring {number} again.", number="+380"), "Наберіть +380 ще раз."),
    (said("{name} is {state}.", name="Busy", state=Whole("Busy")), "Busy: Зайнято."),
    (said("{name} is {state}.", name="A", state=said("Busy")), "A: Зайнято."),
    ("Busy", "Зайнято"),
    ("A name {that} nobody translated", "A name {that} nobody translated"),
    ("", ""),
    (sentence("status", {"words": "The line was busy."}), "Сервіс каже: Лінія була зайнята."),
    (sentence("status", {}), "Сервіс каже: …"),
    (problem("empty", {}), "Тут порожньо."),
]


@pytest.mark.parametrize(("text", "other"), CASES)
def test_a_sentence_is_said_in_another_language(text, other):
    assert translated(text) == other


def test_in_english_it_is_an_ordinary_text():
    text = said("Ring {number} again.", number="+380")
    assert text == "Ring +380 again." and isinstance(text, str)
