"""``python -m flows``: the same sentences and calls, on paper."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from flows import whole_file
from flows.schema import speechcall_schema
from flows.starters import starter
from tests.data.hostile.expand import CASES, expand

FIXTURES = Path(__file__).parent.parent / "data" / "fixtures"
TWO_MENUS = str(FIXTURES / "speechcall_two_menus.json")


def run(*arguments, stdin=b""):
    command = [sys.executable, "-m", "flows", *arguments]
    done = subprocess.run(command, input=stdin, capture_output=True, timeout=60)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


@pytest.mark.parametrize("case_id", ["H001", "H002", "H013", "H019", "H023", "H024", "H130"])
def test_check_answers_in_json_with_verdict_and_exit_code(case_id, tmp_path):
    case = CASES[case_id]
    file = tmp_path / "document.json"
    file.write_bytes(expand(case["document"]))
    code, out, err = run("check", "--json", str(file))
    answer, expected = json.loads(out), case["expect"]
    assert answer["verdict"] == expected["verdict"]
    assert code == (1 if expected["verdict"] == "reject" else 0)
    assert err == ""
    if "code" in expected:
        assert expected["code"] in [problem["code"] for problem in answer["problems"]]
    for problem in answer["problems"]:
        assert set(problem) == {"code", "path", "severity", "message"}


def test_check_says_it_in_words_with_its_place():
    code, out, _ = run("check", TWO_MENUS)
    assert code == 0
    assert "Warning: Menu 1, key 1, step 1: Nobody outside can reach" in out
    assert out.endswith("This document can be used, but look at the warnings.\n")


def test_check_reads_its_input_too():
    assert run("check", "-", stdin=b"[]")[:2] == (
        1,
        "Error: The document must be a group of named values, beginning with {.\n"
        "This document cannot be used.\n",
    )


def test_check_and_play_read_the_files_that_press_one_writes(tmp_path):
    file = tmp_path / "survey.json"
    sound = whole_file.write(starter("survey", "en", "Bazar"))
    file.write_bytes(sound)
    assert run("check", str(file)) == (0, "This document can be used.\n", "")
    code, out, _ = run("play", str(file), "--keys", "1")
    assert code == 0
    assert "Pressed 1" in out
    code, out, _ = run(
        "check", "--json", "-", stdin=sound.replace(b'"press_one": 1', b'"press_one": 2')
    )
    assert (code, [one["code"] for one in json.loads(out)["problems"]]) == (1, ["file_too_new"])
    assert run("check", "-", stdin=sound[:-9])[0] == 1


def test_play_prints_what_happens():
    assert run("play", TWO_MENUS, "--keys", "7,2")[:2] == (
        0,
        "Heard Menu 1.\n"
        "Pressed 7, which this menu does not know.\n"
        "Went to Menu 2.\n"
        "Heard Menu 2.\n"
        "Pressed 2.\n"
        "Told http://localhost/1\n"
        "The steps ran out, so the call ended.\n",
    )


def test_play_starts_at_any_menu():
    code, out, _ = run("play", TWO_MENUS, "--menu", "2", "--keys", "silence")
    assert code == 0
    assert out.startswith("Heard Menu 2.\n")


WRONG_USE = {
    "a file that is not there": ("check", "nowhere.json"),
    "a key that is none": ("play", TWO_MENUS, "--keys", "11"),
    "a menu that is none": ("play", TWO_MENUS, "--menu", "0"),
    "a message that is none": ("play", TWO_MENUS, "--message", "2"),
    "no command": (),
}


@pytest.mark.parametrize("arguments", WRONG_USE.values(), ids=WRONG_USE)
def test_wrong_use_says_so_without_a_traceback(arguments):
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert err and "Traceback" not in err


def test_a_refused_document_is_not_played():
    code, out, err = run("play", "-", stdin=b"{}")
    assert (code, out) == (1, "")
    assert "missing" in err


def test_schema_prints_the_schema():
    code, out, _ = run("schema")
    assert code == 0
    assert json.loads(out) == speechcall_schema()
