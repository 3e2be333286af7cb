"""The scripts of a call flow: each distinct text is judged once, inside and outside."""

from __future__ import annotations

import json

import pytest

from calling.moderation import CATEGORIES, OwnWord, Rules, scripts
from calling.moderation.language import hint
from calling.moderation.own import NotOwn, own_number, own_word
from calling.moderation.scripts import Judgement, judge_scripts
from calling.moderation.stages import STAGES
from calling.moderation.wording import ABOUT, FOUND_BY, NAMES
from flows.document import Flow, Menu
from flows.targets import infobip_ivr, voice_api
from providers.web import WebClient
from tests.providers.stand_in import answering, silent, standing_in

INSULT = "You are an idiot."
INNOCENT = "Welcome to Dick's Sporting Goods."


def flow(*texts, language="en"):
    menus = (Menu(id=f"m{n}", script=text) for n, text in enumerate(texts))
    return Flow(name="Spoken", language=language, menus=tuple(menus))


def judged(spoken, server=None, **rules):
    if server is not None:
        rules["classifier_url"] = f"{server.url}/judge"
    return judge_scripts(spoken, Rules(**rules), WebClient(server.allowed if server else ()))


def test_every_menu_that_says_a_flagged_text_is_named():
    found = judged(flow(INNOCENT, INSULT, "", f" {INSULT}\n", INNOCENT))
    [flagged] = found.flagged
    assert (flagged.menus, flagged.verdict.found) == (("m1", "m3"), "idiot")
    assert found.stops and not found.unjudged


def test_innocent_scripts_and_no_scripts_stop_nothing():
    for spoken in (flow(INNOCENT), flow("", " "), flow()):
        assert judged(spoken) == Judgement()


def test_what_the_services_speak_is_among_what_is_judged():
    spoken = flow(INSULT)
    texts = set(scripts.scripts(spoken))
    assert voice_api.compile_flow(spoken).body["text"] in texts
    assert infobip_ivr.compile_flow(spoken).body["messages"][0]["text"] in texts


def test_the_outside_classifier_is_asked_once_about_each_text_that_nothing_else_stops():
    with standing_in(answering(200, b'{"category": "SPAM"}')) as server:
        found = judged(flow("One", "Two", "One", INSULT, " "), server)
        asked = [json.loads(body)["text"] for _line, _headers, body in server.requests()]
    assert asked == ["One", "Two"]
    assert [(f.verdict.stage, f.menus) for f in found.flagged] == [
        ("classifier", ("m0", "m2")), ("classifier", ("m1",)), ("profanity", ("m3",)),
    ]  # fmt: skip


@pytest.mark.parametrize(("fail_open", "stops"), [(True, False), (False, True)])
def test_a_classifier_that_is_out_of_order_is_asked_no_second_time(fail_open, stops):
    with standing_in(answering(500, b"")) as server:
        found = judged(flow("One", "Two"), server, fail_open=fail_open)
        assert server.connections == 1
    wanted = Judgement((), "The outside classifier answered 500.", stops)
    assert found == wanted


def test_many_texts_do_not_wait_for_ever(monkeypatch):
    monkeypatch.setattr(scripts, "LONGEST_S", -1)
    with standing_in(silent) as server:
        found = judged(flow("One"), server, fail_open=False)
        assert server.connections == 0
    assert found.stops and "too long" in found.unjudged


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [("uk", "Так", "uk"), ("bg-BG", "Да", "bg"), ("en-GB", "Yes", "en"), ("en", "Так", ""),
     ("uk", "Yes", ""), ("pl", "Tak", ""), ("", "Yes", "")],
)  # fmt: skip
def test_the_flows_language_is_a_hint_where_the_letters_agree(language, text, expected):
    assert hint(language, text) == expected


def test_the_flows_language_decides_about_a_word_that_is_innocent_elsewhere():
    assert judged(flow("Кур!", language="bg")).stops
    assert not judged(flow("Кур!", language="uk")).stops


def test_every_category_and_stage_has_words():
    assert NAMES.keys() == ABOUT.keys() == set(CATEGORIES)
    assert FOUND_BY.keys() == {*STAGES, "classifier"}


@pytest.mark.parametrize(
    ("typed", "message"),
    [("casino*", "Our CASINOS are open"), ("Free   money", "free money!"), ("e-mail", "an E-mail"),
     ("Ёлка", "Елка"), ("Café", "the cafe"), ("п’ять", "П'ять"), ("c4", "C4"), ("100", "100")],
)  # fmt: skip
def test_an_own_word_is_found_however_it_was_typed(typed, message):
    word = own_word(typed, "SPAM", ())
    found = judged(flow(message), own_words=(word,), categories=frozenset())
    assert found.flagged[0].verdict.stage == "own"


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "Type words"), ("*", "Type words"), ("ca*sino", "Type words"), ("a|b", "Type words"),
        ("what?", "Type words"), ("..", "Type words"), ("@be", "Type words"),
        ("<link>", "Type words"),
        ("ab*", "at least 3 letters"), ("free a*", "at least 3 letters"), ("x", "One letter"),
        ("FREE  Money", "on the list already"), ("kазино", "cannot be found"),
    ],
)  # fmt: skip
def test_an_own_word_that_could_not_work_is_explained(typed, sentence):
    with pytest.raises(NotOwn) as problem:
        own_word(typed, "SPAM", (OwnWord("free money"),))
    assert sentence in problem.value.sentence


def test_the_lists_have_an_end():
    full = tuple(OwnWord(f"word{n}") for n in range(500))
    with pytest.raises(NotOwn) as problem:
        own_word("another", "SPAM", full)
    assert "it holds 500" in problem.value.sentence


@pytest.mark.parametrize("typed", ["+380 44 123 45 67", "044 123-45-67", "(044) 1234567"])
def test_an_own_number_is_found_in_every_spelling(typed):
    number = own_number(typed, ())
    found = judged(flow("Call 0441234567 now"), own_numbers=(number,))
    assert found.flagged[0].verdict.stage == "own"


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [("", "not a phone number"), ("12345", "not a phone number"), ("call me", "not a phone number"),
     ("1" * 16, "not a phone number"), ("٠٤٤١٢٣٤٥٦٧", "not a phone number"),
     ("+38 044 111 22 33", "on the list already")],
)  # fmt: skip
def test_an_own_number_that_could_not_work_is_explained(typed, sentence):
    with pytest.raises(NotOwn) as problem:
        own_number(typed, ("+380441112233",))
    assert sentence in problem.value.sentence
