"""The starters: complete, free of findings, and true to their own words, in every language."""

from __future__ import annotations

from itertools import pairwise

import pytest

from flows.call import SILENCE, replay
from flows.checks import check
from flows.document import KEYS, TRIGGERS, Flow, Menu
from flows.paths import prove
from flows.prompts import announced_keys
from flows.starters import LANGUAGES, starter, starters
from flows.starters.shapes import SHAPES, Save
from flows.targets import TARGETS
from flows.targets.base import Compiled
from flows.targets.speechcall import Inbox

INBOX = Inbox("https://press-one.example.com/inbox/1", {"X-Press-One": "secret"})
ALL = [(key, language) for key in SHAPES for language in LANGUAGES]
every_starter = pytest.mark.parametrize(("key", "language"), ALL)


def recorded(key: str, language: str, sender: str = "Shop") -> Flow:
    """A starter whose recordings are set."""
    flow = starter(key, language, sender)
    menus = tuple(menu.model_copy(update={"recording": "ivr_1"}) for menu in flow.menus)
    return flow.model_copy(update={"menus": menus})


def keys_of(menu: Menu) -> set[str]:
    return {key for key in KEYS if menu.actions(key)}


@every_starter
def test_a_starter_has_neither_errors_nor_warnings(key, language):
    problems = check(recorded(key, language), target=SHAPES[key].target, inbox=INBOX)
    assert [problem.located_message for problem in problems] == []


@every_starter
def test_only_the_recordings_are_missing_at_first(key, language):
    problems = check(starter(key, language, "Shop"), target=SHAPES[key].target, inbox=INBOX)
    wanted = {"missing_recording"} if SHAPES[key].target == "speechcall" else set()
    assert {problem.code for problem in problems} == wanted


@every_starter
def test_every_caller_of_a_starter_reaches_an_end(key, language):
    proof = prove(starter(key, language))
    assert proof.holds and proof.silence_ends and not proof.unreachable
    assert proof.sentence.startswith("Every caller reaches an end.")


@every_starter
def test_a_starter_announces_exactly_the_keys_it_has(key, language):
    for menu in starter(key, language, "Shop").menus:
        assert set(announced_keys(menu.script)) == keys_of(menu), menu.name


@every_starter
def test_a_starter_can_be_sent(key, language):
    compiled = TARGETS[SHAPES[key].target](recorded(key, language), None, INBOX)
    assert isinstance(compiled, Compiled)


@every_starter
def test_every_key_of_a_starter_leads_on_to_an_end(key, language):
    flow = starter(key, language)
    proof = prove(flow)
    for menu in flow.menus:
        before = proof.keys_to(menu.id)
        for given in [*sorted(keys_of(menu)), SILENCE]:
            call = replay(flow, [*before, given, *[SILENCE] * 6])
            assert call.state in ("ended", "connected")
            reasons = {getattr(event, "reason", "hung_up") for event in call.trail}
            assert reasons == {"hung_up"}, "no call ends without a step that ends it"


@every_starter
def test_a_starter_is_written_in_its_language(key, language):
    flow = starter(key, language)
    assert flow.language == language
    texts = [flow.name, *(menu.name for menu in flow.menus), *(m.script for m in flow.menus)]
    cyrillic = [any("а" <= letter <= "я" for letter in text.lower()) for text in texts]
    assert all(cyrillic) if language in ("uk", "bg") else not any(cyrillic)


@every_starter
def test_the_ids_of_a_starter_are_stable_and_its_own(key, language):
    flow = starter(key, language)
    steps = [action.id for menu in flow.menus for _, _, action in menu.all_actions()]
    assert len(set(steps)) == len(steps)
    english = starter(key, "en", "Other")
    assert [menu.id for menu in flow.menus] == [menu.id for menu in english.menus]
    assert steps == [action.id for menu in english.menus for _, _, action in menu.all_actions()]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_words_for_everything_that_the_starters_do(language):
    assert list(LANGUAGES[language].starters) == list(SHAPES)
    for key, wording in LANGUAGES[language].starters.items():
        menus = SHAPES[key].menus
        saves = [
            deed
            for keys in menus.values()
            for deeds in keys.values()
            for deed in deeds
            if isinstance(deed, Save)
        ]
        assert list(wording.menus) == list(menus)
        assert set(wording.answers) == {save.answer for save in saves}
        assert set(wording.values) == {s.value for s in saves if isinstance(s.value, str)}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_starter_says_what_it_is_for(language):
    found = starters(language)
    assert [one.key for one in found] == list(SHAPES)
    for one in found:
        assert one.name == one.flow.name and one.what_for.endswith(".")
        assert one.target == SHAPES[one.key].target
        assert one.flow == starter(one.key, language)


@every_starter
def test_the_sender_is_named_to_the_caller(key, language):
    assert "Сільпо" in starter(key, language, "  Сільпо ").menus[0].script
    assert "{" not in "".join(menu.script for menu in starter(key, language).menus)


@pytest.mark.parametrize("sender", ["", "  ", "+380443914272", "0443914272"])
def test_a_number_is_not_read_out_as_a_name(sender):
    for key, language in ALL:
        flow = starter(key, language, sender)
        assert flow.sender == sender.strip()
        assert LANGUAGES[language].company in flow.menus[0].script


@pytest.mark.parametrize(("key", "sender"), [("survey", "Shop"), ("transfer", "")])
def test_a_name_is_shown_to_callers_where_the_service_can(key, sender):
    assert starter(key, "en", "Shop").sender == sender


@pytest.mark.parametrize(("key", "language"), [("survey", "de"), ("nothing", "en")])
def test_there_is_no_starter_of_another_name_or_language(key, language):
    with pytest.raises(KeyError):
        starter(key, language)


def test_steps_stand_under_triggers_that_exist():
    for key, language in ALL:
        for menu in starter(key, language).menus:
            assert set(menu.keys) <= set(TRIGGERS)


def test_no_two_menus_of_a_starter_share_their_name():
    for key, language in ALL:
        names = sorted(menu.name for menu in starter(key, language).menus)
        assert all(one != other for one, other in pairwise(names))
