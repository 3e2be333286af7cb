"""What the Voice gateway answers to a text that must not be spoken."""

from __future__ import annotations

import json

import pytest

from storage import call_list, moderation
from storage.moderation import CATEGORIES, OwnWord, Rules
from tests.gateway.conftest import example
from tests.gateway.test_voice import TTS, post
from tests.providers.stand_in import answering, standing_in

FLAGGED = example("voice_errors.json")["moderation"]
INSULT = {**TTS, "text": "Ти повний ідіот."}
TEXTS = {
    "TOXICITY": "Ти повний ідіот.",
    "PROFANITY": "What the fuck is this?",
    "THREAT": "Ще те убия.",
    "SEXUALLY_EXPLICIT": "Free porn, call now.",
    "SPAM": "Скажіть номер картки та три цифри на звороті.",
}


def test_it_is_word_for_word_the_documents_error_and_no_phone_rings(client, db, key):
    reply = post(client, key, INSULT)
    assert reply.status_code == FLAGGED["status"]
    assert reply.get_data(as_text=True) == json.dumps(FLAGGED["body"], ensure_ascii=False)
    assert call_list.list_page(db, 1) == []


@pytest.mark.parametrize("category", CATEGORIES)
def test_the_category_stands_in_brackets(client, key, category):
    reply = post(client, key, {**TTS, "text": TEXTS[category]})
    wanted = FLAGGED["body"]["error"].replace("TOXICITY", category)
    assert (reply.status_code, reply.get_json()) == (400, {"error": wanted})


def test_the_text_beside_a_recording_is_judged_too(client, key):
    audio = {"audioUrl": "https://cdn.example.com/a.mp3"}
    assert post(client, key, {**INSULT, **audio}).status_code == 400


def test_every_workspace_has_its_own_rules(client, db, key, foreign_key):
    own = (OwnWord("delivery", "SPAM"),)
    moderation.save(db, 1, Rules(categories=frozenset(), own_words=own))
    assert post(client, key, INSULT).status_code == 200
    assert post(client, foreign_key, INSULT).status_code == 400
    delivery = {**TTS, "text": "Your delivery is here."}
    assert "(SPAM)" in post(client, key, delivery).get_json()["error"]
    assert post(client, foreign_key, delivery).status_code == 200


def test_a_silent_classifier_stops_the_call_only_where_it_must_answer(client, db, key):
    with standing_in(answering(500, b"")) as server:
        for fail_open, status in ((True, 200), (False, 500)):
            moderation.save(db, 1, Rules(classifier_url=server.url, fail_open=fail_open))
            reply = post(client, key, TTS)
            assert reply.status_code == status
    assert reply.get_json()["error"] == example("voice_errors.json")["backend"]["body"]["error"]
    assert "moderation" in reply.get_json()["details"]
