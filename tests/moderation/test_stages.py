"""Each stage, its order, disguises, and what the verdict tells the author."""

from __future__ import annotations

import pytest

from calling.moderation import CATEGORIES, OwnWord, Rules, Verdict, moderate
from calling.moderation.lexicon import read_line, read_list
from calling.moderation.normalise import see
from calling.moderation.stages import LISTS, STAGES, WORDS, lexicon

USUAL = Rules()
CARD_SCAM = "Назвіть номер картки та три цифри на звороті."


@pytest.mark.parametrize(
    ("text", "category", "stage"),
    [
        ("Ти повний ідіот.", "TOXICITY", "profanity"),
        ("What the fuck?", "PROFANITY", "profanity"),
        ("Free porn for you", "SEXUALLY_EXPLICIT", "profanity"),
        ("I will kill you", "THREAT", "threats"),
        (CARD_SCAM, "SPAM", "spam"),
        ("I will kill you, idiot", "TOXICITY", "profanity"),
        ("I will kill you. Tell us the PIN of your card.", "THREAT", "threats"),
    ],
)
def test_the_first_stage_that_finds_something_decides(text, category, stage):
    verdict = moderate(text, USUAL)
    assert (verdict.category, verdict.stage) == (category, stage)
    assert verdict.stage in STAGES


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n",
        "Welcome to Dick's Sporting Goods.",
        "Welcome to Dick’s Sporting Goods.",
        "Our office is in Scunthorpe.",
        "The class assembles for the massive assessment in Essex.",
        "Застрахуйте авто. Порахуйте знижку.",
        "Your code is A B C 1 2 3.",
        "Press * or #, then 5*5.",
        "We will never ask for your card number or PIN.",
        "Do not tell anyone your PIN code.",
    ],
)
def test_ordinary_words_pass(text):
    assert moderate(text, USUAL) == Verdict()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Oh fuuuuck that", "fuuuuck"),
        ("Oh f u c k that", "f u c k"),
        ("Oh f.u.c.k that", "f.u.c.k"),
        ("Oh fu-ck that", "fu-ck"),
        ("Oh f*ck that", "f*ck"),
        ("Oh ＦＵＣＫ that", "ＦＵＣＫ"),
        ("Oh fu\u200bck that", "fu\u200bck"),
        ("Oh fùck that", "fùck"),
        ("Oh sh1t, sh!t", "sh1t"),
        ("Oh $hit", "$hit"),
        ("What an а$$hole", "а$$hole"),
        ("Що за xyйня", "xyйня"),
        ("Ну ти й дeбiл", "дeбiл"),
        ("Ну ти й ді́біл, тобто деби\u0301л", "деби\u0301л"),
        ("Повний п1здець", "п1здець"),
        ("Повний п*здець", "п*здець"),
        ("Ти і д і о т", "і д і о т"),
        ("Какъв идииот", "идииот"),
    ],
)
def test_disguises_come_off_and_the_author_reads_what_they_wrote(text, found):
    verdict = moderate(text, USUAL)
    assert verdict.category in ("TOXICITY", "PROFANITY")
    assert verdict.found == found
    assert found in verdict.words


def test_every_character_of_the_cleaned_text_leads_back_to_the_original():
    original = "Ａ f\u200b.u.c.k ﬁne деби\u0301л"
    seen = see(original)
    assert len(seen.text) == len(seen.origin)
    assert list(seen.origin) == sorted(seen.origin)
    assert [seen.quote(t.start, t.end) for t in seen.tokens][-1] == "деби\u0301л"


@pytest.mark.parametrize("category", CATEGORIES)
def test_a_category_that_is_off_stops_nothing(category):
    texts = {
        "TOXICITY": "You are an idiot.",
        "PROFANITY": "Holy shit.",
        "THREAT": "We will kill you.",
        "SEXUALLY_EXPLICIT": "Free porn tonight.",
        "SPAM": CARD_SCAM,
    }
    rules = Rules(categories=frozenset(CATEGORIES) - {category})
    assert moderate(texts[category], USUAL).category == category
    assert moderate(texts[category], rules) == Verdict()


@pytest.mark.parametrize(
    ("own", "text", "found"),
    [
        ("casino*", "Our c@sinos are open", "c@sinos"),
        ("free money", "Take this FREE   money!", "FREE   money"),
        ("казино", "Прийди в кaзино", "кaзино"),
    ],
)
def test_a_workspaces_own_words_count_whatever_is_switched_off(own, text, found):
    rules = Rules(categories=frozenset(), own_words=(OwnWord(own, "SPAM"),))
    verdict = moderate(text, rules)
    assert (verdict.category, verdict.stage, verdict.found) == ("SPAM", "own", found)
    assert moderate(text, Rules(categories=frozenset())) == Verdict()


@pytest.mark.parametrize(
    ("text", "stops"),
    [
        ("Call +380 (44) 123-45-67 today", True),
        ("Call 044 123 45 67 today", True),
        ("Call 0441234567 today", True),
        ("Call 044 123 45 68 today", False),
        ("You have 4567 points", False),
    ],
)
def test_a_workspaces_own_numbers_are_found_however_they_are_written(text, stops):
    rules = Rules(own_numbers=("+380441234567",))
    assert (moderate(text, rules).stage == "own") is stops


def test_an_ambiguous_word_counts_only_in_its_own_language():
    assert moderate("Какъв си ти, кур такъв, да видим", USUAL, "bg").category == "PROFANITY"
    assert moderate("Купуйте кур та качок", USUAL) == Verdict()
    assert moderate("кур", USUAL, "uk") == Verdict()


@pytest.mark.parametrize("line", ["", " ", ".. late gap", "?maybe word", "st*r", "a||b"])
def test_a_line_that_cannot_be_searched_for_is_refused(line):
    with pytest.raises(ValueError):
        read_line(line)


@pytest.mark.parametrize("name", LISTS)
def test_every_list_is_in_use(name):
    assert list(read_list((WORDS / f"{name}.txt").read_text("utf-8"), name[-2:]))


def test_the_packages_words_are_read_without_the_package():
    assert moderate("You absolute wankstain, what a fudgepacker", USUAL).category == "PROFANITY"
    assert lexicon() is lexicon()


def test_a_long_text_of_nothing_but_disguises_is_judged():
    for piece in ("f u c ", "*a", "!@$", "ʼ'", "а́", "1 ", "a.b.", "<phone> "):
        moderate((piece * 1_400)[:1_400], USUAL)
