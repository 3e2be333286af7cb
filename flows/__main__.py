"""``python -m flows``: check a document, play it, or print its JSON Schema.

The same reader, call and sentences as on the screens. Exit codes: 0 accepted, 1 refused,
2 wrong use of the command.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from flows.call import INPUTS, replay
from flows.document import Flow
from flows.findings import shown
from flows.json_text import MAX_BYTES
from flows.problems import Problem
from flows.reading import Imported, Unreadable, read, read_whole
from flows.schema import speechcall_schema

ACCEPTED, REFUSED, WRONG_USE = 0, 1, 2


FILE_HELP = "a SpeechCall document, or a file that Press One wrote; - reads the input"


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command and returns its exit code."""
    # Sentences use typographic quotes, documents any letter: no terminal setting may fail on them.
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    options = _parser().parse_args(arguments)
    try:
        result: int = options.run(options)
    except OSError as error:
        print(f"{options.file} cannot be opened: {error.strerror}.", file=sys.stderr)
        return WRONG_USE
    return result


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m flows", description="Call flows on paper.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    check = commands.add_parser("check", help="say what is wrong with a document")
    check.add_argument("--json", action="store_true", help="answer in JSON")
    check.add_argument("file", metavar="FILE", help=FILE_HELP)
    check.set_defaults(run=_check)
    play = commands.add_parser("play", help="play a call and print what happens")
    play.add_argument("file", metavar="FILE", help=FILE_HELP)
    play.add_argument("--keys", default="", help="for example 1,2,silence")
    play.add_argument("--menu", type=int, default=1, help="start at this menu, counted from 1")
    play.add_argument("--message", type=int, default=1, help="of this message, counted from 1")
    play.set_defaults(run=_play)
    schema = commands.add_parser("schema", help="print the JSON Schema of SpeechCall documents")
    schema.set_defaults(run=_schema)
    return parser


def _content(file: str) -> bytes:
    """The file's bytes; of one that is too large, just enough to know it. Raises OSError."""
    if file == "-":
        return sys.stdin.buffer.read(MAX_BYTES + 1)
    with Path(file).open("rb") as opened:
        return opened.read(MAX_BYTES + 1)


def _read(file: str) -> Imported:
    """What the file says. Raises OSError and Unreadable."""
    content = _content(file)
    return read_whole(content) or read(content)


def _check(options: argparse.Namespace) -> int:
    try:
        problems = _read(options.file).warnings
        verdict = "accept_warn" if problems else "accept"
    except Unreadable as unreadable:
        problems, verdict = unreadable.problems, "reject"
    if options.json:
        print(json.dumps({"verdict": verdict, "problems": [_as_json(p) for p in problems]}))
    else:
        _print_problems(problems)
        print(VERDICTS[verdict])
    return REFUSED if verdict == "reject" else ACCEPTED


VERDICTS = {
    "accept": "This document can be used.",
    "accept_warn": "This document can be used, but look at the warnings.",
    "reject": "This document cannot be used.",
}


def _as_json(problem: Problem) -> dict[str, str]:
    return {
        "code": problem.code,
        "path": problem.path,
        "severity": problem.severity,
        "message": problem.message,
    }


def _print_problems(problems: Iterable[Problem], to_errors: bool = False) -> None:
    for problem in problems:
        where = "" if problem.path == "/" else f" ({shown_path(problem.path)})"
        line = f"{problem.severity.capitalize()}: {problem.located_message}{where}"
        print(line, file=sys.stderr if to_errors else sys.stdout)


def shown_path(path: str) -> str:
    """A path that cannot disturb a terminal."""
    return "/".join(shown(part) for part in path.split("/"))


def _play(options: argparse.Namespace) -> int:
    try:
        flows = _read(options.file).document.flows
    except Unreadable as unreadable:
        _print_problems(unreadable.problems, to_errors=True)
        return REFUSED
    keys = [key.strip() for key in options.keys.split(",") if key.strip()]
    wrong = _wrong_use(options, flows, keys)
    if wrong:
        print(wrong, file=sys.stderr)
        return WRONG_USE
    call = replay(flows[options.message - 1], keys, options.menu - 1)
    for line in call.in_words():
        print(line)
    return ACCEPTED


def _wrong_use(options: argparse.Namespace, flows: Sequence[Flow], keys: Iterable[str]) -> str:
    unknown = [key for key in keys if key not in INPUTS]
    if unknown:
        return f"{shown(unknown[0])} is no key: use 0 to 9, *, #, silence or hangup."
    if not 1 <= options.message <= len(flows):
        return f"There is no message {options.message}: count from 1 to {len(flows)}."
    count = len(flows[options.message - 1].menus)
    if not 1 <= options.menu <= count:
        return f"There is no menu {options.menu}: count from 1 to {count}."
    return ""


def _schema(_options: argparse.Namespace) -> int:
    print(json.dumps(speechcall_schema(), indent=2))
    return ACCEPTED


if __name__ == "__main__":
    sys.exit(main())
