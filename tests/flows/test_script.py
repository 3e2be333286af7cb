"""The script: what is read out, and what each key does, in plain lines."""

from __future__ import annotations

import pytest

from flows.document import (
    WRONG,
    Connect,
    Flow,
    GoTo,
    HangUp,
    Menu,
    Repeat,
    SaveAnswer,
    Webhook,
)
from flows.script import as_text, script

TELL = Webhook(id="w", url="https://api.example.com/k1")
END = HangUp(id="h")


def lines(*, only: str = "1", **keys: tuple) -> str:
    """The line of one key of the first of two menus."""
    menus = (Menu(id="a", keys={k.lstrip("k"): v for k, v in keys.items()}), Menu(id="b", name="B"))
    found = {key.trigger: key.line for key in script(Flow(name="f", menus=menus))[0].keys}
    return found[only]


@pytest.mark.parametrize(
    ("steps", "line"),
    [
        ((TELL, END), "1 – tells https://api.example.com/k1, then hangs up"),
        ((TELL,), "1 – tells https://api.example.com/k1, then the call ends"),
        ((GoTo(id="g", menu="a"),), "1 – says this again"),
        ((GoTo(id="g", menu="b"),), "1 – goes to 2 B"),
        ((GoTo(id="g", menu="gone"),), "1 – no menu, so the call ends"),
        ((END, TELL), "1 – hangs up"),
        ((Connect(id="c", number="+15055559999"),), "1 – connects the caller to +15055559999"),
        (
            (SaveAnswer(id="s", name="confirm", value=True), GoTo(id="g", menu="b")),
            "1 – saves the answer confirm: yes, then goes to 2 B",
        ),
        ((SaveAnswer(id="s", name="score", value=0), END), None),
    ],
)
def test_a_key_is_one_plain_line(steps, line):
    assert lines(k1=steps) == (line or "1 – saves the answer score: 0, then hangs up")


@pytest.mark.parametrize(
    ("steps", "line"),
    [
        ((Repeat(id="r", times=2), END), "says it again twice, then hangs up"),
        ((Repeat(id="r", times=1), GoTo(id="g", menu="b")), "says it again once, then goes to 2 B"),
        ((Repeat(id="r", times=5),), "says it again 5 times, then the call ends"),
        ((), "the call ends"),
    ],
)
def test_anything_else_or_silence_always_has_its_line(steps, line):
    given = lines(only=WRONG, k1=(END,), wrong=steps)
    assert given == f"anything else, or silence – {line}"


def test_prompts_are_numbered_in_the_order_of_the_menus():
    flow = Flow(
        name="f",
        menus=(
            Menu(id="x", name="Hello", script=" Press 1. ", recording="ivr_1", wait_ms=2_500),
            Menu(id="y", wait_ms=1_000),
            Menu(id="z", wait_ms=None),
        ),
    )
    first, second, third = script(flow)
    assert [p.number for p in (first, second, third)] == [1, 2, 3]
    assert (first.menu_id, first.name, first.text) == ("x", "Hello", "Press 1.")
    assert (first.recording, first.wait_seconds, first.wait) == ("ivr_1", 2.5, "2.5 seconds")
    assert (second.name, second.text, second.length, second.wait) == ("Menu 2", "", "", "1 second")
    assert third.wait == "10 seconds"


def test_a_prompt_says_about_how_long_it_is():
    flow = Flow(name="f", menus=(Menu(id="a", script="x" * 140),))
    assert script(flow)[0].length == "10 s"


def test_keys_stand_in_their_order_on_the_phone():
    keys = dict.fromkeys((WRONG, "#", "0", "*", "9", "1"), (END,))
    found = script(Flow(name="f", menus=(Menu(id="a", keys=keys),)))[0].keys
    assert [key.key for key in found] == ["1", "9", "*", "0", "#", "anything else, or silence"]


def test_an_announcement_says_that_there_is_no_key():
    flow = Flow(name="f", menus=(Menu(id="a", keys={"1": (), WRONG: (END,)}),))
    assert [key.line for key in script(flow)[0].keys] == [
        "no key to press: any key, or silence – hangs up"
    ]


def test_the_text_is_ready_to_print():
    flow = Flow(
        name="Delivery",
        sender="Bazar",
        menus=(
            Menu(
                id="a",
                name="Confirm\ndelivery",
                script="Hello.\nPress 1.",
                recording="ivr_1",
                keys={"1": (TELL, END), WRONG: (Repeat(id="r", times=2), END)},
            ),
            Menu(id="b"),
        ),
    )
    assert as_text(flow) == (
        "Delivery\n"
        "Call from Bazar, 2 prompts\n"
        "\n"
        "1. Confirm delivery (about 2 s)\n"
        "   Recording: ivr_1\n"
        "\n"
        "   Hello.\n"
        "   Press 1.\n"
        "\n"
        "   Then it waits 10 seconds for a key:\n"
        "   1 – tells https://api.example.com/k1, then hangs up\n"
        "   anything else, or silence – says it again twice, then hangs up\n"
        "\n"
        "2. Menu 2\n"
        "\n"
        "   (Nothing is written for this prompt yet.)\n"
        "\n"
        "   Then it waits 10 seconds for a key:\n"
        "   no key to press: any key, or silence – the call ends\n"
    )


def test_a_flow_without_menus_has_a_script_without_prompts():
    assert script(Flow(name="f")) == () and as_text(Flow(name="f")) == "f\n0 prompts\n"
