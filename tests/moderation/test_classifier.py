"""The outside classifier, asked over real sockets."""

from __future__ import annotations

import json
import time

import pytest

from calling.moderation import Answer, Rules, Unjudged, Verdict, ask_classifier, judge
from providers.web import WebClient
from tests.providers.stand_in import answering, dripping, resetting, silent, standing_in


def ask(server):
    return ask_classifier(WebClient(server.allowed), f"{server.url}/judge", "Привіт")


@pytest.mark.parametrize(
    ("body", "category"),
    [(b'{"category": "SPAM"}', "SPAM"), (b'{"category": ""}', ""), (b'{"category": null}', "")],
)
def test_its_opinion_is_taken(body, category):
    with standing_in(answering(200, body)) as server:
        answer = ask(server)
    assert answer == Answer(category)
    [(line, headers, sent)] = server.requests()
    assert (line, headers["content-type"]) == ("POST /judge HTTP/1.1", "application/json")
    assert json.loads(sent) == {"text": "Привіт"}


FAULTS = {
    "an error": answering(500, b"{}"),
    "a redirect": answering(302, b"", "Location: http://elsewhere.example/"),
    "a page": answering(200, b"<html>"),
    "a list": answering(200, b"[1]"),
    "deep nesting": answering(200, b"[" * 60_000),
    "no category": answering(200, b"{}"),
    "an unknown category": answering(200, b'{"category": "RUDE"}'),
    "a category of another kind": answering(200, b'{"category": ["SPAM"]}'),
    "a hang-up": resetting,
    "silence": silent,
    "one byte after the other": dripping(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n"),
}


@pytest.mark.parametrize("behave", FAULTS.values(), ids=FAULTS)
def test_every_fault_is_an_answer_with_a_problem(behave):
    with standing_in(behave) as server:
        started = time.monotonic()
        answer = ask(server)
        took = time.monotonic() - started
    assert answer.category == "" and answer.problem
    assert took < 10
    assert server.connections <= 1


def test_a_private_address_is_not_asked():
    answer = ask_classifier(WebClient(), "http://127.0.0.1:1/judge", "x")
    assert answer.problem and not answer.category


def judged(server, text="Hello", **rules):
    rules = Rules(classifier_url=f"{server.url}/judge", **rules)
    return judge(text, rules, WebClient(server.allowed))


def test_without_an_opinion_the_setting_decides():
    with standing_in(answering(500, b"{}")) as server:
        assert judged(server, fail_open=True) == Verdict()
        with pytest.raises(Unjudged):
            judged(server, fail_open=False)


def test_it_is_not_asked_about_what_is_flagged_already_or_says_nothing():
    with standing_in(answering(200, b'{"category": "SPAM"}')) as server:
        assert judged(server, "You idiot").stage == "profanity"
        assert judged(server, " ") == Verdict()
        assert server.requests() == []
        assert judged(server).category == "SPAM"
        assert judged(server, categories=frozenset({"THREAT"})) == Verdict()


def test_without_one_nothing_leaves():
    with standing_in(answering(200, b'{"category": "SPAM"}')) as server:
        assert judge("Hello", Rules(), WebClient(server.allowed)) == Verdict()
        assert server.requests() == []
