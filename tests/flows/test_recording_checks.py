"""What is known of recordings becomes checks, each with its sentence and its place."""

from __future__ import annotations

import pytest

from flows import words
from flows.checks import check
from flows.document import PRACTICE_RECORDING, WRONG, Flow, HangUp, Menu
from flows.fixes import apply
from flows.rules.recordings import CODES, ERRORS, Recording, text_mark

URL = "https://audio.example.com/hello.mp3"
GOOD = Recording(sound=True, content_type="audio/mpeg", size=30_000, seconds=6.0, loudness=-18.0)


def flow_playing(*recordings: str) -> Flow:
    menus = tuple(
        Menu(id=f"m{number}", script="Press 1.", recording=recording,
             keys={"1": (HangUp(id=f"h{number}"),), WRONG: (HangUp(id=f"w{number}"),)})
        for number, recording in enumerate(recordings)
    )  # fmt: skip
    return Flow(name="test", sender="Bazar", recipient="+380936670003", menus=menus)


CASES = [
    ("draft_recording", Recording(draft=True), ()),
    ("draft_recording", Recording(draft=True, spoken=text_mark(" Press  1.\n")), ()),
    ("draft_outdated", Recording(draft=True, spoken=text_mark("Press 2.")), ()),
    ("recording_gone", Recording(gone=True), ("Use a practice name for now",)),
    ("recording_moved", Recording(present_url="https://new.example/r.mp3"),
     ("Use its present address",)),
    ("recording_unreachable", Recording(fault="Nobody answers at this web address."),
     ("Use a practice name for now",)),
    ("recording_not_sound", Recording(sound=False), ("Use a practice name for now",)),
    ("recording_type", Recording(sound=True, content_type="text/html"), ()),
    ("recording_large", Recording(size=10 * 1024 * 1024 + 1), ()),
    ("recording_long", Recording(seconds=121), ()),
    ("recording_quiet", Recording(loudness=-40.0), ()),
    ("recording_loud", Recording(loudness=-5.0), ()),
]  # fmt: skip
"""(code, what is known, the labels of its repairs)"""


@pytest.mark.parametrize(("code", "known", "labels"), CASES)
def test_it_is_said_once_at_the_recording(code, known, labels):
    found = [
        problem
        for problem in check(flow_playing(URL), recordings={URL: known})
        if problem.code in CODES
    ]
    assert [problem.code for problem in found] == [code]
    assert found[0].path == "/messages/0/menu/0/introUrl"
    assert (found[0].place.menu_number, found[0].place.field) == (1, "recording")
    assert found[0].message.endswith(".") and "…" not in found[0].message
    assert tuple(fix.label for fix in found[0].fixes) == labels
    assert (found[0].severity == "error") == (code in ERRORS)


def test_every_code_has_a_case_and_a_sentence():
    assert {code for code, *_ in CASES} == CODES
    assert set(words.SENTENCES) >= CODES


def test_a_good_recording_and_an_unknown_one_are_no_problem():
    assert check(flow_playing(URL), recordings={URL: GOOD}) == check(flow_playing(URL)) == ()


def test_only_a_deleted_recording_stops_sending():
    for code, known, _ in CASES:
        problems = check(flow_playing(URL), recordings={URL: known})
        severities = {problem.severity for problem in problems}
        assert ("error" in severities) == (code == "recording_gone")


@pytest.mark.parametrize(
    ("known", "played"),
    [
        (Recording(present_url="https://new.example/r.mp3"), "https://new.example/r.mp3"),
        (Recording(gone=True), PRACTICE_RECORDING),
    ],
)
def test_the_repair_changes_every_menu_that_plays_it_and_no_other(known, played):
    flow = flow_playing(URL, "ivr_7", URL)
    problem = next(p for p in check(flow, recordings={URL: known}) if p.code in CODES)
    repaired = apply(flow, problem.fixes[0], lambda: "new")
    assert [menu.recording for menu in repaired.menus] == [played, "ivr_7", played]


def test_our_own_recording_at_a_private_address_is_no_fault_of_the_flow():
    url = "http://127.0.0.1:5000/r/0123456789abcdef0123456789abcdef.mp3"
    assert [problem.code for problem in check(flow_playing(url))] == ["private_url"]
    assert check(flow_playing(url), recordings={url: Recording(ours=True)}) == ()
