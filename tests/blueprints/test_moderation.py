"""What may be spoken: the Moderation screen, and the test call that obeys it and says so."""

from __future__ import annotations

import html
import json
import re
from contextlib import ExitStack

import pytest

from app import create_app
from flows.document import Flow, HangUp, Menu
from storage import connections, moderation
from storage.moderation import CATEGORIES, OwnWord, Rules
from tests.blueprints.conftest import EDITOR, VIEWER, token
from tests.blueprints.ringing import practice
from tests.helpers import let_ring, save_flow, sign_in
from tests.providers.stand_in import answering, resetting, standing_in

SCREEN = "/settings/moderation"
NUMBER = "+380501234567"
INSULT = "You are an idiot."
FAIL = [(True, "let messages through"), (False, "stop messages")]


@pytest.fixture(autouse=True)
def nothing_changed(house):
    """Every test begins with the usual rules, no call, and numbers that may be rung."""
    for table in ("moderation_rules", "calling_rules", "practice_calls", "call_events", "calls"):
        house.db.execute(f"DELETE FROM {table}")
    house.db.conn.commit()
    let_ring(house.db)
    house.owner.get(SCREEN)


def shown(browser):
    """The page as people read it."""
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", browser.text)))


def change(house, section, expect=200, **fields):
    house.owner.get(SCREEN)
    house.owner.post(f"{SCREEN}/{section}", **fields)
    assert house.owner.page.status_code == expect, shown(house.owner)
    return moderation.get(house.db, 1)


# The screen.


def test_the_screen_shows_what_stands_in_the_rules(house):
    own = (OwnWord("казино*", "SPAM"),)
    moderation.save(house.db, 1, Rules(frozenset({"SPAM"}), own, ("+380 44 111 22 33",)))
    house.owner.get(SCREEN)
    said = shown(house.owner)
    assert "казино* Spam and scams" in said and "+380 44 111 22 33" in said
    assert re.findall(r'checked[^>]*value="(\w+)"', house.owner.text) == ["SPAM", "1"]
    assert not re.search('TOXICITY(?!<|")', said.replace("TOXICITY , PROFANITY", ""))


def test_the_rules_lead_to_it(house):
    house.owner.get("/settings/rules")
    assert f'href="{SCREEN}"' in house.owner.text


def test_categories_are_chosen_also_none(house):
    kept = change(house, "categories", categories=["SPAM", "THREAT"])
    assert kept.categories == {"SPAM", "THREAT"}
    assert change(house, "categories").categories == frozenset()
    change(house, "categories", 422, categories=["RUDENESS"])
    assert moderation.get(house.db, 1).categories == frozenset()


def test_words_are_added_and_removed(house):
    change(house, "words/add", word=" Free  money ", category="SPAM")
    kept = change(house, "words/add", word="казино*", category="TOXICITY")
    assert kept.own_words == (OwnWord("Free money", "SPAM"), OwnWord("казино*"))
    assert "“казино*” stops a message from now on." in shown(house.owner)
    kept = change(house, "words/remove", text="Free money")
    assert kept.own_words == (OwnWord("казино*"),)
    assert change(house, "words/remove", text="never there") == kept


@pytest.mark.parametrize(
    ("word", "category", "sentence"),
    [
        ("", "SPAM", "Type a word or a phrase."),
        ("st*r", "SPAM", "Type words of letters and digits."),
        ("ab*", "SPAM", "Give at least 3 letters before the star."),
        ("x" * 101, "SPAM", "use at most 100 characters"),
        ("casino", "RUDE", "Not a valid choice"),
    ],
)
def test_a_word_that_cannot_be_kept_is_explained_and_stays_typed(house, word, category, sentence):
    assert change(house, "words/add", 422, word=word, category=category) == Rules()
    assert sentence in shown(house.owner)
    assert not word or f'value="{word}"' in house.owner.text


def test_numbers_are_added_and_removed(house):
    kept = change(house, "numbers/add", own_number="044 111-22-33")
    assert kept.own_numbers == ("044 111-22-33",)
    change(house, "numbers/add", 422, own_number="+380 44 111 22 33 4444")
    assert "This is not a phone number." in shown(house.owner)
    assert 'value="+380 44 111 22 33 4444"' in house.owner.text
    change(house, "numbers/add", 422, own_number="441112233")
    assert "This is on the list already." in shown(house.owner)
    assert change(house, "numbers/remove", text="044 111-22-33") == Rules()


def test_an_outside_classifier_is_named_and_what_its_silence_means(house):
    address = "https://judge.example.com/"
    kept = change(house, "outside", classifier_url=address, fail_open="0")
    assert (kept.classifier_url, kept.fail_open) == (address, False)
    kept = change(house, "outside", classifier_url="", fail_open="1")
    assert kept == Rules()


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"classifier_url": "judge.example.com"}, "https://"),
        ({"classifier_url": "https://u:p@judge.example.com/"}, "password"),
        ({"classifier_url": "http://10.0.0.1/judge"}, "10.0.0.1"),
        ({"fail_open": "maybe"}, "Not a valid choice"),
    ],
)
def test_a_classifier_that_cannot_be_asked_is_explained(house, fields, sentence):
    good = {"classifier_url": "https://judge.example.com/", "fail_open": "1"}
    assert change(house, "outside", 422, **{**good, **fields}) == Rules()
    assert sentence in shown(house.owner)
    assert {**good, **fields}["classifier_url"] in html.unescape(house.owner.text)


def test_statistics_are_offered_only_where_the_package_is(house, monkeypatch):
    assert 'name="statistics"' not in house.owner.text
    monkeypatch.setattr("blueprints.moderation.statistics_installed", lambda: True)
    house.owner.get(SCREEN)
    assert 'name="statistics"' in house.owner.text
    assert change(house, "statistics", statistics="y").statistics
    assert not change(house, "statistics").statistics


NOTED = [
    ("categories", {"categories": ["SPAM"]}, "categories", ""),
    ("words/add", {"word": "noted*", "category": "SPAM"}, "words", "noted*"),
    ("numbers/add", {"own_number": "+380441234567"}, "numbers", "+380…567"),
    ("outside", {"classifier_url": "https://judge.example.com/?key=s3", "fail_open": "0"},
     "outside", "judge.example.com fail_open=False"),
    ("statistics", {"statistics": "y"}, "statistics", ""),
]  # fmt: skip


@pytest.mark.parametrize(("route", "fields", "section", "detail"), NOTED)
def test_every_change_is_noted_without_secrets(house, route, fields, section, detail):
    change(house, route, **fields)
    row = next(house.db.query("SELECT what, about, detail FROM audit ORDER BY id DESC LIMIT 1"))
    assert list(row.values()) == ["rules_changed", f"moderation: {section}", detail]


def test_a_change_that_is_refused_is_not_noted(house):
    before = next(house.db.query("SELECT count(*) AS n FROM audit"))
    change(house, "words/add", 422, word="ab*", category="SPAM")
    assert next(house.db.query("SELECT count(*) AS n FROM audit")) == before


@pytest.mark.parametrize(
    ("sentence", "outcome", "found_by"),
    [
        (INSULT, "It would be stopped: Insults and hatred. It insults people. Change or remove:"
                 " “idiot”.", "Found by the word lists."),
        ("Скажіть номер картки та три цифри на звороті.", "stopped: Spam and scams.",
         "Found by the signs of spam and scams."),
        ("Our c@sinos are open", "stopped: Spam and scams. The workspace does not allow these"
         " words. Change or remove: “c@sinos”.", "Found by your own words and numbers."),
        ("Welcome to Dick's Sporting Goods.", "It may be spoken.", ""),
    ],
)  # fmt: skip
def test_a_sentence_is_tried_and_nothing_is_kept(house, sentence, outcome, found_by):
    rules = Rules(own_words=(OwnWord("casino*", "SPAM"),))
    moderation.save(house.db, 1, rules)
    assert change(house, "try", sentence=sentence) == rules
    assert outcome in shown(house.owner) and found_by in shown(house.owner)
    assert sentence in html.unescape(house.owner.text)


@pytest.mark.parametrize("sentence", ["", " ", "x" * 1_401])
def test_a_sentence_that_cannot_be_tried_is_explained(house, sentence):
    change(house, "try", 422, sentence=sentence)
    assert 'id="sentence-error"' in house.owner.text


def test_a_sentence_is_shown_as_it_is(house):
    change(house, "try", sentence="<b>idiot</b>")
    assert "<b>idiot</b>" not in house.owner.text


def test_viewers_read_and_change_and_try_nothing(house):
    viewer = house.somebody(VIEWER)
    viewer.get(SCREEN)
    assert "An owner of the workspace can change this." in shown(viewer)
    assert not re.search(r"<button>(Save|Add|Try it)", viewer.text)
    good = {"csrf_token": token(viewer), "sentence": INSULT}
    assert viewer.client.post(f"{SCREEN}/try", data=good).status_code == 403


def test_editors_try_sentences_and_change_nothing(house):
    editor = house.somebody(EDITOR)
    editor.get(SCREEN)
    editor.post(f"{SCREEN}/try", sentence=INSULT)
    assert "It would be stopped: Insults and hatred." in shown(editor)
    for section in ("categories", "words/add", "words/remove", "numbers/add", "numbers/remove",
                    "outside", "statistics"):  # fmt: skip
        form = {"csrf_token": token(editor), "word": "x1", "category": "SPAM", "fail_open": "1"}
        assert editor.client.post(f"{SCREEN}/{section}", data=form).status_code == 403, section
    assert moderation.get(house.db, 1) == Rules()


# The test call.


def spoken_flow(*texts):
    keys = {"1": (HangUp(id="h"),), "wrong": (HangUp(id="w"),)}
    menus = tuple(
        Menu(id=f"m{n}", name=f"Part {n}", script=text, recording="ivr_1", keys={
            key: tuple(step.model_copy(update={"id": f"{step.id}{n}"}) for step in steps)
            for key, steps in keys.items()
        })
        for n, text in enumerate(texts)
    )  # fmt: skip
    return Flow(name="Spoken", sender="Bazar", menus=menus)


@pytest.fixture(scope="module")
def real(house):
    """A connection that nothing is ever sent over: no consumer runs here."""
    return connections.save(
        house.db, house.app.config["SECRET_BOX"], 1, service="speechcall", name="Real",
        base_url="https://restapi.smsbat.com", new_secret="s",
    )  # fmt: skip


@pytest.fixture
def asking(house):
    """The same house, with an outside classifier on loopback that it may reach."""

    def ask(behave, fail_open=False):
        server = stack.enter_context(standing_in(behave))
        moderation.save(house.db, 1, Rules(classifier_url=server.url, fail_open=fail_open))
        app = create_app(data=house.data, allowed_hosts=server.allowed, TESTING=True)
        return server, sign_in(app)

    with ExitStack() as stack:
        yield ask


def confirm(browser, flow_id, connection, number=NUMBER):
    number = number.replace("+", "%2B")
    return browser.get(f"/flows/{flow_id}/call/confirm?connection={connection}&number={number}")


def place(browser, flow_id, connection, number=NUMBER, nonce="n"):
    browser.get(f"/flows/{flow_id}/call")
    return browser.post(f"/flows/{flow_id}/call/place", connection=str(connection), number=number,
                        nonce=nonce)  # fmt: skip


def placed(house):
    return next(house.db.query("SELECT count(*) AS n FROM calls"))["n"]


def test_a_flagged_script_stops_a_real_call_and_leads_to_its_menus(house, real):
    flow_id = save_flow(house.db, spoken_flow("Hello.", INSULT, "Bye.", INSULT))
    for ask in (confirm, place):
        assert ask(house.owner, flow_id, real).status_code == 422
        said = shown(house.owner)
        assert "These words may not be spoken" in said and "Nothing rings." in said
        assert said.count("It insults people. Change or remove: “idiot”.") == 1
        for menu in ("m1", "m3"):
            assert f'href="/flows/{flow_id}?menu={menu}#script">Part {menu[1]}</a>' in (
                house.owner.text
            )
        assert f'href="{SCREEN}"' in house.owner.text
        assert "Ring this number" not in said
    assert placed(house) == 0
    house.owner.get(f"/flows/{flow_id}?menu=m1")
    assert INSULT in html.unescape(house.owner.text)


def test_a_practice_call_is_only_warned(house):
    flow_id = save_flow(house.db, spoken_flow(INSULT))
    connection = practice(house.db, "speechcall")
    assert confirm(house.owner, flow_id, connection, "+15055550100").status_code == 200
    said = shown(house.owner)
    assert "A real call would be stopped" in said and "“idiot”" in said
    assert "Ring this number" in said
    assert place(house.owner, flow_id, connection, "+15055550100").status_code == 200
    assert placed(house) == 1


def test_innocent_scripts_are_not_spoken_of(house, real):
    flow_id = save_flow(house.db, spoken_flow("Welcome to Dick's Sporting Goods.", ""))
    assert confirm(house.owner, flow_id, real).status_code == 200
    assert 'id="words"' not in house.owner.text
    assert place(house.owner, flow_id, real).status_code == 200, shown(house.owner)
    assert placed(house) == 1


def test_the_workspaces_own_rules_decide(house, real):
    flow_id = save_flow(house.db, spoken_flow("Visit the casino"))
    assert confirm(house.owner, flow_id, real).status_code == 200
    change(house, "words/add", word="casino*", category="SPAM")
    assert confirm(house.owner, flow_id, real).status_code == 422
    assert place(house.owner, flow_id, real).status_code == 422
    change(house, "words/remove", text="casino*")
    assert place(house.owner, flow_id, real).status_code == 200, shown(house.owner)


def test_words_and_rules_are_both_said(house, real):
    let_ring(house.db, paused=True)
    flow_id = save_flow(house.db, spoken_flow(INSULT))
    assert confirm(house.owner, flow_id, real).status_code == 422
    assert "“idiot”" in shown(house.owner) and "All calls are paused." in shown(house.owner)


def test_a_second_press_shows_the_call_of_the_first_whatever_the_rules_say_by_then(house, real):
    flow_id = save_flow(house.db, spoken_flow("Visit the casino"))
    place(house.owner, flow_id, real)
    first = house.owner.page.request.path
    moderation.save(house.db, 1, Rules(own_words=(OwnWord("casino"),)))
    assert place(house.owner, flow_id, real).status_code == 200, shown(house.owner)
    assert house.owner.page.request.path == first
    other = "+380671234567"
    assert place(house.owner, flow_id, real, other, "another").status_code == 422
    assert placed(house) == 1


@pytest.mark.parametrize("behave", [answering(500, b""), resetting], ids=["error", "hang-up"])
def test_a_classifier_without_an_answer_stops_a_call_where_it_must_answer(
    house, real, asking, behave
):
    flow_id = save_flow(house.db, spoken_flow("Hello.", "Bye."))
    server, owner = asking(behave, fail_open=False)
    for ask in (confirm, place):
        assert ask(owner, flow_id, real).status_code == 422
        assert "nobody can tell whether these scripts may be spoken" in shown(owner)
        assert "Ring this number" not in shown(owner)
    assert placed(house) == 0
    assert server.connections == 2
    connection = practice(house.db, "speechcall")
    assert confirm(owner, flow_id, connection, "+15055550100").status_code == 200
    assert "A real call would be stopped" in shown(owner)


def test_where_its_silence_lets_calls_through_that_is_said(house, real, asking):
    flow_id = save_flow(house.db, spoken_flow("Hello."))
    _server, owner = asking(answering(500, b""), fail_open=True)
    assert confirm(owner, flow_id, real).status_code == 200, shown(owner)
    assert "answered 500. This workspace lets calls through then." in shown(owner)
    assert place(owner, flow_id, real).status_code == 200, shown(owner)
    assert placed(house) == 1


def test_its_opinion_stops_a_call_and_each_text_is_asked_about_once(house, real, asking):
    flow_id = save_flow(house.db, spoken_flow("Hello.", "Bye.", "Hello."))
    server, owner = asking(answering(200, b'{"category": "SPAM"}'))
    assert confirm(owner, flow_id, real).status_code == 422
    assert "The outside classifier does not allow this message." in shown(owner)
    asked = [json.loads(body)["text"] for _line, _headers, body in server.requests()]
    assert asked == ["Hello.", "Bye."]


def test_nothing_is_locked_while_it_is_asked(house, real, asking):
    flow_id = save_flow(house.db, spoken_flow("Hello."))
    locked = []

    def behave(connection):
        house.db.conn.execute("PRAGMA busy_timeout=0")
        house.db.conn.execute("BEGIN IMMEDIATE")
        house.db.conn.rollback()
        house.db.conn.execute("PRAGMA busy_timeout=5000")
        locked.append(False)
        answering(200, b'{"category": ""}')(connection)

    _server, owner = asking(behave)
    assert place(owner, flow_id, real).status_code == 200, shown(owner)
    assert locked == [False]


@pytest.mark.parametrize(("fail_open", "sentence"), FAIL)
def test_trying_a_sentence_says_that_nobody_answered(house, asking, fail_open, sentence):
    _server, owner = asking(answering(500, b""), fail_open)
    owner.get(SCREEN)
    owner.post(f"{SCREEN}/try", sentence="Hello.")
    assert f"You chose to {sentence} then." in shown(owner)
    assert ("It may be spoken." in shown(owner)) is fail_open


def test_people_read_words_where_programs_read_names(house):
    for category in CATEGORIES:
        assert f">{category}<" not in house.owner.text.replace(f"<code>{category}</code>", "")
