"""Infobip's compiler: a voice message or a scenario that means what the flow means, or why not."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows import call
from flows.checks import check
from flows.document import (
    KEYS,
    Action,
    Connect,
    Flow,
    GoTo,
    HangUp,
    Menu,
    Repeat,
    SaveAnswer,
    Webhook,
)
from flows.targets import TARGETS
from flows.targets.base import CannotCompile, Compiled
from flows.targets.infobip_ivr import LAUNCH_PATH, PATH, compile_flow, requests
from flows.targets.speechcall import Inbox
from flows.trail import Connected, Heard, Saved, Told
from tests.flows.generated_flows import flows
from tests.flows.scenario_player import Player

INBOX = Inbox("https://press.example.com/inbox/t0k3n", {"X-Secret": "s3cret"})
END = (HangUp(id="end"),)
SENDER, TO = "+15053761293", "+15053753840"


def a_menu(menu_id: str = "m1", **fields: Any) -> Menu:
    return Menu(
        **{"id": menu_id, "script": f"This is {menu_id}.", "keys": {"wrong": END}, **fields}
    )


def a_flow(*menus: Menu, **fields: Any) -> Flow:
    return Flow(**{"name": "Order", "sender": SENDER, "recipient": TO, "menus": menus, **fields})


def compiled(flow: Flow) -> Compiled:
    result = compile_flow(flow, inbox=INBOX)
    assert isinstance(result, Compiled), result
    return result


def script_of(flow: Flow) -> list[Any]:
    return compiled(flow).body["scenario"]["script"]  # type: ignore[no-any-return]


def menu_in(flow: Flow, number: int = 1) -> list[Any]:
    (loop,) = [a for a in script_of(flow) if isinstance(a, dict) and "case" in a]
    return loop["case"][str(number)]  # type: ignore[no-any-return]


def reasons(flow: Flow, **kwargs: Any) -> list[tuple[str, str]]:
    result = compile_flow(flow, **kwargs)
    assert isinstance(result, CannotCompile)
    return [(reason.code, reason.path) for reason in result.reasons]


def words(flow: Flow, **kwargs: Any) -> str:
    result = compile_flow(flow, **kwargs)
    assert isinstance(result, CannotCompile)
    return " ".join(reason.message for reason in result.reasons)


TWO = a_flow(
    a_menu(keys={"1": (GoTo(id="g", menu="m2"),), "wrong": END}),
    a_menu("m2", recording="https://cdn.example.com/two.mp3", script=""),
)


def test_a_flow_of_two_menus_is_one_scenario_and_its_launch() -> None:
    result = compiled(TWO)
    assert (result.target, result.path) == ("infobip", PATH)
    scenario, launch = requests(result)
    assert (scenario.path, launch.path) == ("/voice/ivr/1/scenarios", "/voice/ivr/1/messages")
    assert set(scenario.body) == {"name", "description", "script"}
    assert scenario.body["name"] == "Order"
    (message,) = launch.body["messages"]
    assert message["from"] == "15053761293"
    assert message["destinations"] == [{"to": "15053753840"}]
    assert launch.path == LAUNCH_PATH


def test_one_loop_plays_every_menu_and_is_left_after_a_hundred() -> None:
    loop, _, again, end = script_of(TWO)[3:]
    assert (loop["switch"], loop["actionId"]) == ("menu", 1)
    assert list(loop["case"]) == ["1", "2", "__default"]
    assert again == {"goTo": 1, "options": {"goToLimit": 99}}
    assert end == "hangup"


def test_a_menu_is_heard_waits_for_one_key_and_branches() -> None:
    said, wait, keys = menu_in(TWO)
    assert said == {"say": "This is m1.", "options": {"language": "en"}}
    assert wait == {"collectInto": "pressed", "options": {"maxInputLength": 1, "timeout": 10}}
    assert keys["switch"] == "pressed"
    assert keys["case"]["__default"] == ["hangup"]
    assert menu_in(TWO, 2)[0] == {"playFromUrl": "https://cdn.example.com/two.mp3"}


def test_a_web_address_is_told_in_the_shape_of_the_document() -> None:
    step = Webhook(id="w", url="https://h.example.com/a", body={"ok": True}, headers={"X-A": "1"})
    told, end = menu_in(a_flow(a_menu(keys={"1": (step,), "wrong": END})))[2]["case"]["1"]
    assert told["request"] == "https://h.example.com/a"
    assert told["options"]["method"] == "POST"
    assert told["options"]["headers"] == {"Content-Type": "application/json", "X-A": "1"}
    assert json.loads(told["options"]["body"]) == {
        "from": SENDER,
        "to": "${to}",
        "mid": "${mid}",
        "action": {"ok": True},
    }
    assert end == "hangup"


@pytest.mark.parametrize(
    ("wait_ms", "seconds", "note"),
    [
        (None, 10, ""),
        (10_000, 10, ""),
        (1, 1, "whole seconds and waits 1."),
        (2_500, 3, "whole seconds and waits 3."),
        (30_000, 30, ""),
        (30_001, 30, "waits 30 seconds at most."),
        (600_000, 30, "waits 30 seconds at most."),
    ],
)
def test_the_wait_is_in_whole_seconds_up_to_thirty(
    wait_ms: int | None, seconds: int, note: str
) -> None:
    flow = a_flow(a_menu(wait_ms=wait_ms), a_menu("m2"))
    assert menu_in(flow)[1]["options"]["timeout"] == seconds
    said = [line for line in compiled(flow).notes if "Infobip" in line]
    assert [line.endswith(note) for line in said] == ([True] if note else [])


def test_a_recording_kept_elsewhere_is_replaced_by_the_script_with_a_note() -> None:
    flow = a_flow(a_menu(recording="ivr_1", name="Main"), a_menu("m2"))
    assert menu_in(flow)[0]["say"] == "This is m1."
    assert "“Main”: the recording “ivr_1” is kept at SpeechCall; the script is spoken." in (
        compiled(flow).notes
    )


@pytest.mark.parametrize(
    ("flow", "code", "path", "said"),
    [
        (a_flow(), "no_menu", "/messages/0/menu", "add a menu"),
        (a_flow(a_menu(script="")), "not_for_target", "/messages/0/menu/0", "nothing to hear"),
        (
            a_flow(a_menu(), a_menu("m2", script=" ", recording="ivr_1")),
            "not_for_target",
            "/messages/0/menu/1/introUrl",
            "cannot play “ivr_1”",
        ),
        (
            a_flow(a_menu(recording="https://user:pw@cdn.example.com/a.mp3")),
            "url_userinfo",
            "/messages/0/menu/0/introUrl",
            "",
        ),
        (a_flow(a_menu(script="x" * 1401)), "too_long", "/messages/0/menu/0", "1400"),
        (a_flow(a_menu(), sender="BazarCOM"), "not_for_target", "/messages/0/from", "BazarCOM"),
        (
            a_flow(a_menu(script="It costs ${price}")),
            "not_for_target",
            "/messages/0/menu/0",
            "one of its own words",
        ),
        (
            a_flow(a_menu(keys={"2": (Connect(id="c", number="x"),)})),
            "bad_number",
            "/messages/0/menu/0/dtmfActions/d2/0/number",
            "",
        ),
        (
            a_flow(a_menu(keys={"2": (Connect(id="c", number=""),)})),
            "empty",
            "/messages/0/menu/0/dtmfActions/d2/0/number",
            "",
        ),
        (
            a_flow(a_menu(keys={"wrong": (Repeat(id="r", times=1), GoTo(id="g", menu="x"))})),
            "missing_target",
            "/messages/0/menu/0/dtmfActions/wrong/1/menu",
            "",
        ),
    ],
)
def test_what_infobip_cannot_carry_is_said_in_words(
    flow: Flow, code: str, path: str, said: str
) -> None:
    assert reasons(flow) == [(code, path)]
    assert said in words(flow)


@pytest.mark.parametrize(
    "step",
    [
        Webhook(id="w", url="https://h.example.com/${x}"),
        Webhook(id="w", url="https://h.example.com/", headers={"X-A": "${x}"}),
        Webhook(id="w", url="https://h.example.com/", body={"deep": [{"a": "${x}"}]}),
        SaveAnswer(id="w", name="score", value="${x}"),
    ],
)
def test_a_step_that_infobip_would_change_is_refused(step: Any) -> None:
    flow = a_flow(a_menu(keys={"1": (step,), "wrong": END}))
    assert reasons(flow, inbox=INBOX) == [("not_for_target", "/messages/0/menu/0/dtmfActions/d1/0")]


def test_an_answer_needs_a_place_to_go() -> None:
    flow = a_flow(a_menu(keys={"1": (SaveAnswer(id="s", name="score"),), "wrong": END}))
    assert "web address of its own" in words(flow)
    told = menu_in(flow)[2]["case"]["1"][0]
    assert told["request"] == INBOX.url
    assert told["options"]["headers"]["X-Secret"] == "s3cret"
    answer = {"answer": "score", "value": True, "step": "s"}
    assert json.loads(told["options"]["body"])["action"] == answer


@pytest.mark.parametrize(
    ("keys", "transfer"),
    [
        ({}, None),
        ({"wrong": END, "5": ()}, None),
        ({"wrong": (), "1": (Connect(id="c", number="+15055559999"), *END)}, "1"),
        ({"*": (Connect(id="c", number="15055559999"),), "wrong": END}, "*"),
    ],
)
def test_one_menu_that_only_speaks_is_a_voice_message(
    keys: dict[str, tuple[Any, ...]], transfer: str | None
) -> None:
    result = compiled(a_flow(a_menu(keys=keys, wait_ms=7_000)))
    assert result.path == "/tts/3/advanced"
    assert requests(result) == (result,)
    (message,) = result.body["messages"]
    if transfer:
        to = {"transferTo": "15055559999", "if": "dtmf", "equals": transfer}
        assert message.pop("callTransfers") == [to]
        assert (message.pop("maxDtmf"), message.pop("dtmfTimeout")) == (1, 7)
    assert message == {
        "from": "15053761293",
        "destinations": [{"to": "15053753840"}],
        "text": "This is m1.",
        "language": "en",
    }


def test_a_voice_message_plays_a_recording_that_has_a_web_address() -> None:
    flow = a_flow(a_menu(recording="https://cdn.example.com/a.mp3"), sender="", language="uk")
    (message,) = compiled(flow).body["messages"]
    assert message == {
        "destinations": [{"to": "15053753840"}],
        "audioFileUrl": "https://cdn.example.com/a.mp3",
    }


@pytest.mark.parametrize(
    "keys",
    [
        {"1": END},
        {"wrong": (Repeat(id="r", times=1), *END)},
        {"wrong": (Connect(id="c", number="+15055559999"),)},
        {"1": (Connect(id="c", number="+15055559999"),), "2": (Connect(id="d", number="+4420"),)},
        {"1": (Webhook(id="w", url="https://h.example.com/"), Connect(id="c", number="+4420"))},
    ],
)
def test_one_menu_that_does_more_is_a_scenario(keys: dict[str, tuple[Any, ...]]) -> None:
    assert compiled(a_flow(a_menu(keys=keys))).path == PATH


def test_a_given_recipient_replaces_the_written_one() -> None:
    for flow in (TWO, a_flow(a_menu())):
        result = TARGETS["infobip"](flow, "+380936670003", None)
        assert isinstance(result, Compiled)
        assert '"to": "380936670003"' in result.text


def sound(flow: Flow) -> Flow:
    """The same tangle of keys, with values that can be sent."""
    ids = [menu.id for menu in flow.menus]

    def mended(action: Action) -> Action:
        if isinstance(action, GoTo) and action.menu not in ids:
            return action.model_copy(update={"menu": ids[0]})
        if isinstance(action, Connect):
            return action.model_copy(update={"number": "+15055559999"})
        return action

    menus = [
        menu.model_copy(
            update={
                "script": f"This is {menu.id}.",
                "keys": {key: tuple(map(mended, steps)) for key, steps in menu.keys.items()},
            }
        )
        for menu in flow.menus
    ]
    return flow.model_copy(update={"sender": SENDER, "menus": tuple(menus)})


def lived_in(played: call.Call) -> list[tuple[Any, ...]]:
    """What the caller and the web addresses notice of a call."""
    found: list[tuple[Any, ...]] = []
    for event in played.trail:
        match event:
            case Heard():
                found.append(("heard", f"This is {event.menu_id}."))
            case Connected():
                found.append(("connected", event.number.removeprefix("+")))
            case Told():
                found.append(told(event.url, dict(event.headers), event.body or {}))
            case Saved():
                answer = {"answer": event.name, "value": event.value, "step": event.step_id}
                found.append(told(INBOX.url, INBOX.headers, answer))
    return found


def told(url: str, headers: dict[str, str], action: dict[str, Any]) -> tuple[Any, ...]:
    body = {"from": SENDER, "to": "15053753840", "mid": "call-7", "action": action}
    return ("told", url, {"Content-Type": "application/json", **headers}, body)


PRESSES = st.one_of(
    st.lists(st.sampled_from([*KEYS, call.SILENCE]), max_size=12),
    st.sampled_from([*KEYS, call.SILENCE]).map(lambda key: [key] * 120),
    st.lists(st.sampled_from(["1", call.SILENCE, "*"]), min_size=105, max_size=110),
)


@given(flows(keys=("1", "2", "*")).map(sound), PRESSES, st.booleans())
@settings(max_examples=600, deadline=None)
def test_the_scenario_means_what_the_flow_means(
    flow: Flow, presses: list[str], forgets: bool
) -> None:
    result = compile_flow(flow, inbox=INBOX)
    if not flow.menus:
        assert isinstance(result, CannotCompile)
        return
    assert isinstance(result, Compiled)
    expected = call.replay(flow, presses)
    if result.path != PATH:
        assert len(lived_in(expected)) <= 2 and expected.played == 1
        return
    player = Player({"to": "15053753840", "mid": "call-7"}, iter(presses), forgets)
    how = player.play(json.loads(result.text)["scenario"]["script"])
    assert player.lived == lived_in(expected)
    assert (how == "waiting") == (expected.state == "waiting")


def test_a_caller_who_never_stops_is_cut_where_the_flow_cuts() -> None:
    again = a_flow(a_menu(keys={"1": (GoTo(id="g", menu="m1"),), "wrong": END}))
    player = Player({"to": "1", "mid": "1"}, iter(["1"] * 200), forgets=True)
    assert player.play(script_of(again)) == "over"
    assert len(player.lived) == call.replay(again, ["1"] * 200).played == call.MOST_MENUS


def test_a_repeat_starts_anew_with_every_entry() -> None:
    wrong = (Repeat(id="r", times=2), *END)
    flow = a_flow(
        a_menu(keys={"1": (GoTo(id="a", menu="m2"),), "wrong": wrong}),
        a_menu("m2", keys={"1": (GoTo(id="b", menu="m1"),), "wrong": wrong}),
    )
    presses = ["silence", "silence", "1", "silence", "silence", "1", "silence", "5", "silence"]
    player = Player({"to": "1", "mid": "1"}, iter(presses), forgets=False)
    assert player.play(script_of(flow)) == "over"
    assert player.lived == lived_in(call.replay(flow, presses))
    assert len(player.lived) == 9


@given(flows())
@settings(max_examples=150, deadline=None)
def test_any_flow_can_be_checked_for_infobip(flow: Flow) -> None:
    problems = check(flow, target="infobip", inbox=INBOX)
    severities = [problem.severity for problem in problems]
    assert severities == sorted(severities)
    said = [(p.code, p.path, p.place, str(p.params)) for p in problems]
    assert len(said) == len(set(said))
    if not any(problem.severity == "error" for problem in problems):
        assert isinstance(compile_flow(flow, inbox=INBOX), Compiled)
    for problem in problems:
        assert problem.located_message


def test_nothing_stops_a_sound_flow_for_infobip() -> None:
    steps = (
        Webhook(id="w", url="https://h.example.com/"),
        SaveAnswer(id="s", name="score"),
        Connect(id="c", number="+15055559999"),
    )
    flow = a_flow(
        a_menu(keys={"1": steps, "2": (GoTo(id="g", menu="m2"),), "wrong": END}), a_menu("m2")
    )
    problems = check(flow, target="infobip", inbox=INBOX)
    assert [p for p in problems if p.severity == "error"] == []
