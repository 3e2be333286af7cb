"""The Voice API's request: what can be written as one, what cannot, and reading one back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from flows import reading
from flows.document import (
    AnyAction,
    Connect,
    Flow,
    GoTo,
    HangUp,
    Menu,
    Repeat,
    SaveAnswer,
    Webhook,
)
from flows.targets.base import CannotCompile, Compiled
from flows.targets.voice_api import CANNOT, MISSING, check_request, compile_flow, read_request

FIXTURES = Path(__file__).parents[1] / "data" / "fixtures"

REMINDER = "Hello, this is a friendly reminder of your appointment tomorrow at 10 AM."
SUPPORT = "Hello. You have an important message from our support team. Press 1 to connect now."
HANG_UP = (HangUp(id="end"),)


def fixture(name: str) -> dict[str, Any]:
    return json.loads((FIXTURES / f"{name}.json").read_text())


def flow_of(*menus: Menu, sender: str = "+15053761293") -> Flow:
    return Flow(name="Reminder", sender=sender, recipient="+15053753840", menus=menus)


def menu_of(script: str = "Hello", **more: Any) -> Menu:
    return Menu(id="a", script=script, **more)


def keys_of(**keys: AnyAction) -> dict[str, tuple[AnyAction, ...]]:
    return {name.removeprefix("k"): (action,) for name, action in keys.items()}


def body_of(flow: Flow) -> dict[str, Any]:
    compiled = compile_flow(flow)
    assert isinstance(compiled, Compiled), compiled
    return compiled.body


def reasons_of(flow: Flow) -> list[tuple[str, str, str]]:
    """(code, path, control) of every reason."""
    refused = compile_flow(flow)
    assert isinstance(refused, CannotCompile), refused
    return [(problem.code, problem.path, problem.place.field) for problem in refused.reasons]


def test_the_documents_first_example_comes_out_as_it_stands_there() -> None:
    flow = flow_of(menu_of(REMINDER, keys={"wrong": HANG_UP}))
    assert body_of(flow) == fixture("voice_tts_request")


def test_the_documents_second_example_comes_out_as_it_stands_there() -> None:
    connect = Connect(id="c", number="+15055559999")
    flow = flow_of(menu_of(SUPPORT, keys={"1": (connect,), "wrong": HANG_UP}))
    compiled = compile_flow(flow)
    assert isinstance(compiled, Compiled)
    assert json.loads(compiled.content) == fixture("voice_transfer_request")
    assert list(compiled.body) == list(fixture("voice_transfer_request"))
    assert (compiled.target, compiled.path) == ("voice_api", "/call/tts")


@pytest.mark.parametrize("name", ["voice_tts_request", "voice_transfer_request"])
def test_a_request_read_and_written_back_is_the_same(name: str) -> None:
    assert body_of(read_request(fixture(name))) == fixture(name)


def test_a_request_becomes_one_menu_whose_other_keys_hang_up() -> None:
    flow = read_request(fixture("voice_transfer_request"))
    (menu,) = flow.menus
    assert (menu.script, menu.recording, menu.wait_ms) == (SUPPORT, "", None)
    assert {key: [a.kind for a in actions] for key, actions in menu.keys.items()} == {
        "1": ["connect"],
        "wrong": ["hangup"],
    }
    assert menu.id == reading.menu_id(0)
    assert [a.id for _, _, a in menu.all_actions()] == [
        reading.step_id(0, "1", 0),
        reading.step_id(0, "wrong", 0),
    ]


def test_a_number_given_for_one_call_replaces_the_flows_own() -> None:
    compiled = compile_flow(flow_of(menu_of()), "+15055550001")
    assert isinstance(compiled, Compiled)
    assert compiled.body["to"] == "+15055550001"


def test_an_empty_sender_is_left_out() -> None:
    assert "from" not in body_of(flow_of(menu_of(), sender=""))


def test_a_recording_with_a_web_address_wins_over_the_script() -> None:
    flow = flow_of(menu_of("Hello", recording="https://example.com/a.mp3"))
    compiled = compile_flow(flow)
    assert isinstance(compiled, Compiled)
    assert compiled.body["audioUrl"] == "https://example.com/a.mp3"
    assert "text" not in compiled.body
    assert "script is not sent" in compiled.notes[0]


def test_a_recording_kept_at_speechcall_leaves_the_script_to_be_spoken() -> None:
    compiled = compile_flow(flow_of(menu_of("Hello", recording="ivr_651854")))
    assert isinstance(compiled, Compiled)
    assert compiled.body["text"] == "Hello"
    assert "ivr_651854" in compiled.notes[0]


def test_the_hash_key_connects_with_a_warning() -> None:
    compiled = compile_flow(flow_of(menu_of(keys={"#": (Connect(id="c", number="+15055559999"),)})))
    assert isinstance(compiled, Compiled)
    assert compiled.body["dtmfTransferDigit"] == "#"
    assert "another key is safer" in compiled.notes[0]


@pytest.mark.parametrize(
    "keys",
    [
        {},
        {"1": HANG_UP, "2": HANG_UP, "wrong": HANG_UP},
        {"1": ()},
        {"1": (*HANG_UP, Webhook(id="w", url="https://example.com/"))},
        {"1": (Connect(id="c", number="+15055559999"), HangUp(id="h"))},
    ],
)
def test_steps_that_change_nothing_stand_in_nobodys_way(keys: dict[str, Any]) -> None:
    assert body_of(flow_of(menu_of(keys=keys)))["text"] == "Hello"


FIRST = "/messages/0/menu/0"


@pytest.mark.parametrize(
    ("flow", "expected"),
    [
        (flow_of(), [("no_menu", "/messages/0/menu", "")]),
        (
            flow_of(menu_of(), Menu(id="b"), Menu(id="c")),
            [("not_for_target", "/messages/0/menu/1", "")],
        ),
        (
            flow_of(menu_of(), sender="BazarCOM"),
            [("not_for_target", "/messages/0/from", "sender")],
        ),
        (flow_of(menu_of("")), [("not_for_target", FIRST, "script")]),
        (flow_of(menu_of("  \n")), [("not_for_target", FIRST, "script")]),
        (
            flow_of(menu_of("", recording="ivr_651854")),
            [("not_for_target", f"{FIRST}/introUrl", "recording")],
        ),
        (
            flow_of(menu_of(recording="https://me:secret@example.com/a.mp3")),
            [("url_userinfo", f"{FIRST}/introUrl", "recording")],
        ),
        (flow_of(menu_of("x" * 1401)), [("too_long", FIRST, "script")]),
        (flow_of(menu_of("a\0b")), [("nul_char", FIRST, "script")]),
        (
            flow_of(menu_of(keys=keys_of(k1=Connect(id="c", number="")))),
            [("empty", f"{FIRST}/dtmfActions/d1/0/number", "number")],
        ),
        (
            flow_of(menu_of(keys=keys_of(k1=Connect(id="c", number="+38093XXXXXXX")))),
            [("bad_number", f"{FIRST}/dtmfActions/d1/0/number", "number")],
        ),
        (
            flow_of(menu_of(keys=keys_of(wrong=Connect(id="c", number="+15055559999")))),
            [("not_for_target", f"{FIRST}/dtmfActions/wrong/0", "")],
        ),
        (
            flow_of(
                menu_of(
                    keys=keys_of(
                        k1=Connect(id="c", number="+15055559999"),
                        k2=Connect(id="d", number="+15055559998"),
                    )
                )
            ),
            [("not_for_target", f"{FIRST}/dtmfActions/d2/0", "")],
        ),
    ],
)
def test_what_cannot_be_sent_is_named_with_its_place(flow: Flow, expected: list[Any]) -> None:
    assert reasons_of(flow) == expected


UNSUPPORTED = [
    Webhook(id="w", url="https://example.com/"),
    SaveAnswer(id="w", name="answer"),
    GoTo(id="w", menu="a"),
    Repeat(id="w", times=2),
]


@pytest.mark.parametrize("action", UNSUPPORTED, ids=lambda action: action.kind)
def test_a_step_the_service_does_not_have_is_refused_in_plain_words(action: AnyAction) -> None:
    refused = compile_flow(flow_of(menu_of(keys={"wrong": (action, HangUp(id="h"))})))
    assert isinstance(refused, CannotCompile)
    (problem,) = refused.reasons
    assert problem.path == f"{FIRST}/dtmfActions/wrong/0"
    assert (problem.place.step_id, problem.place.trigger) == ("w", "wrong")
    assert problem.message == CANNOT[action.kind]
    assert problem.located_message.startswith("Menu 1, anything else, or silence, step 1: ")


def test_every_kind_of_step_is_either_written_or_refused() -> None:
    assert {a.kind for a in UNSUPPORTED} == set(CANNOT)


def test_all_reasons_come_at_once() -> None:
    keys = keys_of(k1=Webhook(id="w", url="https://example.com/"), k2=GoTo(id="g", menu="b"))
    flow = flow_of(menu_of("", keys=keys), Menu(id="b"), sender="Shop")
    assert len(reasons_of(flow)) == 5


def test_too_many_menus_are_said_with_their_number() -> None:
    refused = compile_flow(flow_of(menu_of(), Menu(id="b"), Menu(id="c")))
    assert isinstance(refused, CannotCompile)
    assert refused.reasons[0].message == (
        "The Voice API plays one menu; this flow has 3. SpeechCall and Infobip can play them all."
    )


GOOD = {"to": "+15053753840", "text": "Hello"}


@pytest.mark.parametrize(
    "body",
    [
        GOOD,
        {"to": "15053753840", "audioUrl": "https://example.com/a.mp3"},
        {**GOOD, "audioUrl": "http://localhost/a.mp3"},
        {**GOOD, "from": None, "audioUrl": None, "transferToNumber": None},
        {**GOOD, "from": "", "unknown": [1, {"a": 2}]},
        {**GOOD, "text": "x" * 1400},
        {**GOOD, "transferToNumber": "15055559999", "dtmfTransferDigit": "#"},
        fixture("voice_tts_request"),
        fixture("voice_transfer_request"),
    ],
)
def test_a_good_request_has_no_problem_and_can_be_read(body: dict[str, Any]) -> None:
    assert check_request(body) is None
    assert isinstance(compile_flow(read_request(body)), Compiled)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"to": "+15053753840"},
        {"text": "Hello"},
        {"to": "", "text": "Hello"},
        {"to": None, "text": "Hello"},
        {"to": "+15053753840", "text": "", "audioUrl": ""},
    ],
)
def test_missing_fields_are_answered_with_the_documents_own_sentence(body: dict[str, Any]) -> None:
    problem = check_request(body)
    assert problem is not None
    assert problem.message == fixture("voice_errors")["missing_fields"]["body"]["error"] == MISSING


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ([], ""),
        ("text", ""),
        (None, ""),
        (7, ""),
        ({**GOOD, "to": 15053753840}, "to"),
        ({**GOOD, "to": ["+15053753840"]}, "to"),
        ({**GOOD, "text": {"a": 1}}, "text"),
        ({**GOOD, "from": True}, "from"),
        ({**GOOD, "to": "+05053753840"}, "to"),
        ({**GOOD, "to": "+1 505 375 3840"}, "to"),
        ({**GOOD, "to": "+15053753840\n"}, "to"),
        ({**GOOD, "to": "+1505375384012345"}, "to"),
        ({**GOOD, "to": "+١٥٠٥٣٧٥٣٨٤٠"}, "to"),
        ({**GOOD, "from": "BazarCOM"}, "from"),
        ({**GOOD, "text": "x" * 1401}, "text"),
        ({**GOOD, "text": "a\0b"}, "text"),
        ({**GOOD, "text": "a\ud800b"}, "text"),
        ({**GOOD, "audioUrl": "ftp://example.com/a.mp3"}, "audioUrl"),
        ({**GOOD, "audioUrl": "https://me:pw@example.com/a.mp3"}, "audioUrl"),
        ({**GOOD, "transferToNumber": "+15055559999"}, "transferToNumber"),
        ({**GOOD, "dtmfTransferDigit": "1"}, "transferToNumber"),
        (
            {**GOOD, "transferToNumber": "+15055559999", "dtmfTransferDigit": "12"},
            "dtmfTransferDigit",
        ),
        (
            {**GOOD, "transferToNumber": "+15055559999", "dtmfTransferDigit": "A"},
            "dtmfTransferDigit",
        ),
        ({**GOOD, "transferToNumber": "112a", "dtmfTransferDigit": "1"}, "transferToNumber"),
    ],
)
def test_a_bad_value_is_named_with_its_field(body: object, field: str) -> None:
    problem = check_request(body)
    assert problem is not None
    assert problem.field == field
    assert problem.message.endswith(".")
    assert field in problem.message


def test_only_a_draft_may_have_a_placeholder_for_its_number() -> None:
    body = {"to": "+380XXXXXXXXX", "text": "Hello"}
    assert check_request(body, draft=True) is None
    assert check_request(body) is not None
    assert check_request({**body, "to": "XX-YY"}, draft=True) is not None
