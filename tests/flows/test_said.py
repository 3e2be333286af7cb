"""Sentences can be said in another language, with the same values in them."""

from __future__ import annotations

import pytest

from calling.words import sentence
from flows.said import (
    Country,
    Fitting,
    Tongue,
    Whole,
    counted,
    in_words_of,
    joined,
    ours_in_words_of,
    said,
    shortened,
)
from flows.said_kept import kept, kept_text, remembered, remembered_text
from flows.words import SENTENCES
from flows.words import sentence as problem

CATALOGUE = {
    "Ring {number} again.": "Наберіть {number} ще раз.",
    "{name} is {state}.": "{name}: {state}.",
    "Busy": "Зайнято",
    "The service says: {words}": "Сервіс каже: {words}",
    "The line was busy.": "Лінія була зайнята.",
    SENTENCES["empty"]: "Тут порожньо.",
    "Hang up": "Покласти слухавку",
    "End": "Кінець",
    "Calls to {country} are not allowed.": "Дзвінки: {country} – не дозволено.",
}
COUNTED = {"{number} time": ("{number} раз", "{number} рази", "{number} разів")}


def of_so_many(one, many, number):
    """Ukrainian has three forms of a word that is counted."""
    few = number % 10 in (2, 3, 4) and number % 100 not in (12, 13, 14)
    form = 0 if number % 10 == 1 and number % 100 != 11 else 1 if few else 2
    return COUNTED[one][form]


UKRAINIAN = Tongue(
    lambda template: CATALOGUE.get(template, template),
    of_so_many,
    lambda country: {"UA": "Україна"}[country.region],
)


def translated(text):
    return in_words_of(text, UKRAINIAN)


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
    (counted("{number} time", "{number} times", 1), "1 раз"),
    (counted("{number} time", "{number} times", 3), "3 рази"),
    (counted("{number} time", "{number} times", 5), "5 разів"),
    (counted("{number} time", "{number} times", 2.5), "2.5 рази"),
    (Fitting(10, said("Hang up"), said("End")), "Кінець"),
    (Fitting(30, said("Hang up"), said("End")), "Покласти слухавку"),
    (shortened(joined([said("Hang up"), "now"], " "), 9), "Покласти…"),
    (
        said("Calls to {country} are not allowed.", country=Country("UA", "Ukraine")),
        "Дзвінки: Україна – не дозволено.",
    ),
]


@pytest.mark.parametrize(("text", "other"), CASES)
def test_a_sentence_is_said_in_another_language(text, other):
    assert translated(text) == other


def test_in_english_it_is_an_ordinary_text():
    text = said("Ring {number} again.", number="+380")
    assert text == "Ring +380 again." and isinstance(text, str)


ENGLISH = [
    (counted("{number} time", "{number} times", 1), "1 time"),
    (counted("{number} time", "{number} times", 0.5), "0.5 times"),
    (Fitting(7, said("Hang up now"), said("Hang up")), "Hang up"),
    (Fitting(4, said("Hang up now"), said("Hang up")), "Han…"),
    (shortened("Hang up", 7), "Hang up"),
]


@pytest.mark.parametrize(("text", "english"), ENGLISH)
def test_what_is_counted_or_cut_reads_well_in_english(text, english):
    assert text == english


WRITTEN = [text for text, _ in CASES] + ["{", '{"said": "{x.y}", "values": {}}', "[]"]


@pytest.mark.parametrize("text", WRITTEN)
def test_a_sentence_that_was_written_down_is_said_as_before(text):
    again = remembered_text(kept_text(text))
    assert again == text
    if text in [one for one, _ in CASES]:
        assert translated(again) == translated(text)


def test_sentences_inside_the_details_of_an_event_are_written_down_too():
    for value in (
        3,
        True,
        None,
        "as it is",
        {"said": 5},
        said("{a} and {b}", a=1, b=Whole("Busy")),
    ):
        assert remembered(kept(value)) == value


OTHERS = [
    "Added the menu “Day”",
    '{"said": "{x.__class__}", "values": {"x": "a"}}',
    '{"said": "{x}", "values": {}}',
    '{"said": "{", "values": {}}',
    "{not json",
]


@pytest.mark.parametrize("text", OTHERS)
def test_what_others_wrote_there_stays_a_plain_text(text):
    assert "class '" not in remembered_text(text)
    assert isinstance(remembered_text(text), str)


def test_a_name_that_somebody_typed_is_not_taken_for_a_sentence_of_ours():
    tongue = Tongue({"Welcome": "Вітаємо", "Menu {number}": "Меню {number}"}.get, None, None)
    assert ours_in_words_of("Welcome", tongue) == "Welcome"
    assert ours_in_words_of(said("Menu {number}", number=2), tongue) == "Меню 2"
