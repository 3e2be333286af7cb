"""SpeechCall's compiler: the exact body, or every reason why it cannot be written."""

import json
from pathlib import Path

import pytest

from flows import call
from flows.document import Connect, Flow, GoTo, HangUp, Menu, Repeat, SaveAnswer, Webhook
from flows.reading import read
from flows.targets.base import CannotCompile, Compiled
from flows.targets.speechcall import Inbox, compile_flow

FIXTURES = Path(__file__).parent.parent / "data" / "fixtures"
HANG_UP = HangUp(id="h")


def a_menu(menu_id="m1", **fields):
    return Menu(**{"id": menu_id, "recording": f"ivr_{menu_id}", "wait_ms": None, **fields})


def a_flow(*menus, **fields):
    return Flow(name="Order", sender="Shop", recipient="+380936670003", menus=menus, **fields)


def compiled(flow, *args, **kwargs):
    result = compile_flow(flow, *args, **kwargs)
    assert isinstance(result, Compiled)
    return result


def menus_of(flow, **kwargs):
    return compiled(flow, **kwargs).body["messages"][0]["menu"]


def reasons(flow, **kwargs):
    result = compile_flow(flow, **kwargs)
    assert isinstance(result, CannotCompile)
    return [(reason.code, reason.path) for reason in result.reasons]


def test_the_documents_own_example_can_be_built():
    def tell(step_id, option, confirm, headers=None):
        url = f"https://api.example.com/callback/option{option}"
        return Webhook(id=step_id, url=url, body={"confirm": confirm}, headers=headers)

    menu = Menu(
        id="a",
        name="Not sent",
        script="Not sent either",
        recording="ivr_651854",
        wait_ms=10_000,
        keys={
            "wrong": (HangUp(id="1"),),
            "2": (tell("2", 2, False), HangUp(id="3")),
            "1": (tell("4", 1, True, {"X-Custom-Header": "value"}), HangUp(id="5")),
        },
    )
    flow = Flow(name="x", sender="BazarCOM", recipient="+380936670003", menus=(menu,))
    result = compiled(flow)
    example = (FIXTURES / "speechcall_one_menu.json").read_text()
    assert result.text == json.dumps(json.loads(example), indent=2, ensure_ascii=False)
    assert (result.target, result.path) == ("speechcall", "/bat/messagelist")


def test_a_given_recipient_replaces_the_written_one():
    message = compiled(a_flow(a_menu()), "+15055550001").body["messages"][0]
    assert message["to"] == "+15055550001"


def test_links_become_indexes_in_the_form_they_had():
    keys = {"1": (GoTo(id="a", menu="m2"),), "2": (GoTo(id="b", menu="m1", form="integer"),)}
    first, _ = menus_of(a_flow(a_menu(keys=keys), a_menu("m2")))
    assert first["dtmfActions"] == {
        "d1": [{"action": "gotoMenu", "menu": "1"}],
        "d2": [{"action": "gotoMenu", "menu": 0}],
    }


def test_a_moved_menu_is_still_the_one_a_link_leads_to():
    last = a_menu("m9", keys={"1": (GoTo(id="a", menu="m1"),)})
    assert menus_of(a_flow(last, a_menu()))[0]["dtmfActions"]["d1"][0]["menu"] == "1"


def test_unknown_fields_are_written_back_at_every_level():
    step = HangUp(id="h", extra={"s": 1})
    flow = a_flow(
        a_menu(keys={"1": (step,)}, extra={"m": 2}), message_extra={"c": 3}, envelope_extra={"e": 4}
    )
    body = compiled(flow).body
    message = body["messages"][0]
    assert (body["e"], message["c"], message["menu"][0]["m"]) == (4, 3, 2)
    assert message["menu"][0]["dtmfActions"]["d1"] == [{"action": "hangup", "s": 1}]


def test_an_answer_is_told_to_our_own_inbox():
    step = SaveAnswer(id="s1", name="confirm", value=True)
    inbox = Inbox("https://press.example/in/t", {"X-Press-Secret": "s"})
    (menu,) = menus_of(a_flow(a_menu(keys={"1": (step,)})), inbox=inbox)
    assert menu["dtmfActions"]["d1"] == [
        {
            "action": "webhook",
            "url": "https://press.example/in/t",
            "body": {"answer": "confirm", "value": True, "step": "s1"},
            "headers": {"X-Press-Secret": "s"},
        }
    ]


STEP = "/messages/0/menu/0/dtmfActions/d1/0"
CANNOT = {
    "no menus": (a_flow(), "no_menu", "/messages/0/menu"),
    "no recording": (
        a_flow(a_menu(recording="")),
        "missing_recording",
        "/messages/0/menu/0/introUrl",
    ),
    "a menu that is gone": (
        a_flow(a_menu(keys={"1": (GoTo(id="a", menu="gone"),)})),
        "missing_target",
        STEP,
    ),
    "no menu chosen": (
        a_flow(a_menu(keys={"1": (GoTo(id="a", menu=""),)})),
        "missing_target",
        STEP,
    ),
    "a transfer": (
        a_flow(a_menu(keys={"1": (Connect(id="a", number="+15055559999"),)})),
        "not_for_target",
        STEP,
    ),
    "an answer without an inbox": (
        a_flow(a_menu(keys={"1": (SaveAnswer(id="a", name="x"),)})),
        "not_for_target",
        STEP,
    ),
    "too many menus": (
        a_flow(*(a_menu(f"m{n}") for n in range(201))),
        "too_many_menus",
        "/messages/0/menu",
    ),
    "too many copies": (
        a_flow(*(a_menu(f"m{n}", keys={"wrong": (Repeat(id="r", times=20),)}) for n in range(10))),
        "too_many_menus",
        "/messages/0/menu",
    ),
}


@pytest.mark.parametrize(("flow", "code", "path"), CANNOT.values(), ids=CANNOT)
def test_it_says_what_it_cannot_carry(flow, code, path):
    assert reasons(flow) == [(code, path)]


def test_a_reason_names_its_place_and_speaks_plainly():
    keys = {"1": (HANG_UP, Connect(id="c", number="+15055559999"))}
    (reason,) = compile_flow(a_flow(a_menu(), a_menu("m2", keys=keys))).reasons
    assert reason.place.step_id == "c"
    assert reason.located_message == (
        "Menu 2, key 1, step 2: SpeechCall cannot connect the caller to a number; "
        "the Voice API and Infobip can."
    )


def test_every_reason_is_given_at_once_and_only_once_for_a_menu_with_copies():
    keys = {"1": (Connect(id="c", number="+1"),), "wrong": (Repeat(id="r", times=3),)}
    assert [code for code, _ in reasons(a_flow(a_menu(keys=keys, recording="")))] == [
        "missing_recording",
        "not_for_target",
    ]


def repeating(menu_id="m1", times=2, name=""):
    wrong = (Webhook(id=menu_id + "w", url="https://a.example/"), Repeat(id="r", times=times))
    keys = {"1": (GoTo(id=menu_id + "g", menu=menu_id),), "wrong": (*wrong, HANG_UP)}
    return a_menu(menu_id, name=name, keys=keys)


def test_said_again_becomes_copies_at_the_end_of_the_list():
    told = {"action": "webhook", "url": "https://a.example/"}
    menus = menus_of(a_flow(repeating(), a_menu("m2"), repeating("m3", times=1)))
    assert [m["introUrl"] for m in menus] == [
        "ivr_m1", "ivr_m2", "ivr_m3", "ivr_m1", "ivr_m1", "ivr_m3"
    ]  # fmt: skip
    assert [m["dtmfActions"].get("wrong") for m in menus] == [
        [told, {"action": "gotoMenu", "menu": "3"}],
        None,
        [told, {"action": "gotoMenu", "menu": "5"}],
        [told, {"action": "gotoMenu", "menu": "4"}],
        [told, {"action": "hangup"}],
        [told, {"action": "hangup"}],
    ]
    assert {m["dtmfActions"]["d1"][0]["menu"] for m in menus[3:5]} == {"0"}


def test_a_note_explains_the_copies():
    notes = compiled(a_flow(repeating(name="Confirm delivery"))).notes
    assert notes == (
        "“Confirm delivery” is sent 3 times because SpeechCall cannot count how often a menu "
        "was said.",
    )
    several = compiled(a_flow(repeating(), repeating("m2", times=1), a_menu("m3"))).notes
    assert several == (
        "2 menus are sent several times because SpeechCall cannot count how often a menu was said.",
    )


ONE_REPEAT = a_flow(repeating())
TWO_REPEATS = a_flow(repeating(), a_menu("m2"), repeating("m3", times=1))
ON_A_KEY = a_flow(a_menu(keys={"1": (Repeat(id="r", times=2), HANG_UP), "wrong": (HANG_UP,)}))
TWICE = a_flow(
    a_menu(
        keys={
            "wrong": (
                Repeat(id="r", times=1),
                Webhook(id="w", url="https://a.example/"),
                Repeat(id="q", times=3),
                HANG_UP,
            )
        }
    )
)


@pytest.mark.parametrize("flow", [ONE_REPEAT, TWO_REPEATS, ON_A_KEY, TWICE])
def test_the_copies_play_just_like_the_flow(flow):
    played = read(compiled(flow).content).document.flows[0]
    for inputs in (["silence"] * 6, ["7", "1", "silence", "1", "1", "9", "9", "9"], ["1"] * 5):
        expected, got = call.replay(flow, inputs), call.replay(played, inputs)
        assert heard(got) == heard(expected)
        assert got.state == expected.state


def heard(played):
    """What the caller hears and which addresses are told, by name."""
    words = []
    for event in played.trail:
        if isinstance(event, call.Heard):
            words.append(played.flow.menu(event.menu_id).recording)
        if isinstance(event, call.Told):
            words.append(event.url)
    return words


@pytest.mark.parametrize("flow", [ONE_REPEAT, TWO_REPEATS])
def test_reading_the_copies_gives_back_the_step(flow):
    read_back = read(compiled(flow).content).document.flows[0]
    times = [[a.times for _, _, a in m.all_actions() if a.kind == "repeat"] for m in flow.menus]
    assert times == [
        [a.times for _, _, a in m.all_actions() if a.kind == "repeat"] for m in read_back.menus
    ]
    assert compiled(read_back).text == compiled(flow).text
