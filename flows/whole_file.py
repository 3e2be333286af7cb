"""The Press One file: a whole call flow as JSON, names and texts and all, and back.

The services' formats have no place for what a menu is called and says; this one has. It is
``{"press_one": 1, "flow": {…}}``, the flow as ``flows.document`` has it. Reading trusts nothing:
the shape, every id and every value that a form or the reader would have judged.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from pydantic import ValidationError

from flows.document import (
    TRIGGERS,
    WRONG,
    AnyAction,
    Connect,
    Flow,
    Frozen,
    GoTo,
    JsonObject,
    Menu,
    Repeat,
    SaveAnswer,
    Webhook,
)
from flows.findings import Finding, has_error
from flows.json_text import Path, Unreadable, pointer, texts_of
from flows.problems import Place, Problem
from flows.targets.speechcall import MAX_MENUS
from flows.values import (
    MAX_DEPTH,
    check_body,
    check_characters,
    check_depth,
    check_headers,
    check_line,
    check_number,
    check_prose,
    check_recording,
    check_url,
    check_value,
    check_wait_ms,
    depth_of,
)

MARK = "press_one"
"""The name by which such a file is known; its value is the version."""

VERSION = 1

MAX_ID = 80
"""Characters of an id (ours: three times the longest that a starter has)."""

TEXTS = {
    "name": (120, check_line),
    "script": (20_000, check_prose),
    "sender": (200, check_line),
    "recipient": (200, check_line),
    "text": (4_000, check_prose),
}
"""What the forms ask for: how many characters, and which of them."""

DEEPEST = 7 + MAX_DEPTH
"""How deeply the file may be nested: down to a step's value, and the value on top."""

# Ids stand in addresses and in pages: letters, digits and a few signs are enough for all of ours.
_ID = re.compile(rf"[A-Za-z0-9*#_-]{{1,{MAX_ID}}}")


class _File(Frozen):
    """What the file says."""

    flow: Flow


def write(flow: Flow) -> bytes:
    """The file of a flow, readable by people, too."""
    body = {MARK: VERSION, "flow": flow.model_dump()}
    return (json.dumps(body, ensure_ascii=False, indent=1) + "\n").encode()


def is_whole(value: Any) -> bool:
    """Whether a JSON value means to be such a file."""
    return isinstance(value, dict) and MARK in value


def read(value: JsonObject) -> Flow:
    """The flow of a file. Raises Unreadable (422) with every problem."""
    version = value[MARK]
    if isinstance(version, bool) or not isinstance(version, int) or version < 1:
        raise _refused([_damaged((MARK,))])
    if version > VERSION:
        raise _refused([Problem("file_too_new", "error", pointer((MARK,)))])
    if depth_of(value, DEEPEST + 1) > DEEPEST:
        raise _refused([Problem("too_deep", "error", params={"most": MAX_DEPTH})])
    odd = [finding for text in texts_of(value) for finding in check_characters(text)]
    if odd:
        raise _refused([Problem(code, "error") for code in sorted({one.code for one in odd})])
    try:
        file = _File.model_validate({name: value[name] for name in value if name != MARK})
    except ValidationError as wrong:
        raise _refused([_of_pydantic(dict(error)) for error in wrong.errors()]) from None
    flow = file.flow
    # Pydantic reads true as 1 and "1" as 1; a file of ours says neither.
    if _text(file.model_dump(exclude_unset=True)["flow"]) != _text(value["flow"]):
        raise _refused([_damaged(("flow",))])
    problems = [*_document(flow), *_values(flow)]
    if problems:
        raise _refused(problems)
    return flow


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True)


def _refused(problems: Sequence[Problem]) -> Unreadable:
    once = {(problem.code, problem.path): problem for problem in problems}
    return Unreadable(422, list(once.values()))


def _of_pydantic(error: dict[str, Any]) -> Problem:
    path: Path = error["loc"]
    if error["type"] == "missing":
        field = str(path[-1])
        return Problem("missing", "error", pointer(path), {"field": field}, _place(path))
    return _damaged(path)


def _damaged(path: Path) -> Problem:
    return Problem("file_damaged", "error", pointer(path), place=_place(path))


def _place(path: Path) -> Place:
    """The menu, key and step that a path such as ("flow", "menus", 1, "keys", "1", 0) means."""
    if path[:2] != ("flow", "menus") or len(path) < 3 or not isinstance(path[2], int):
        return Place()
    key = str(path[4]) if path[3:4] == ("keys",) and len(path) > 4 else ""
    step = path[5] + 1 if len(path) > 5 and isinstance(path[5], int) else 0
    return Place(menu_number=path[2] + 1, trigger=key if key in TRIGGERS else "", step_number=step)


def _steps(menu: Menu) -> Iterator[tuple[Path, str, AnyAction]]:
    for trigger, actions in menu.keys.items():
        for position, action in enumerate(actions):
            yield ("keys", trigger, position), trigger, action


def _document(flow: Flow) -> Iterator[Problem]:
    """What holds between its parts: ids that are there once, links that lead somewhere."""
    if len(flow.menus) > MAX_MENUS:
        params = {"count": len(flow.menus), "most": MAX_MENUS}
        yield Problem("too_many_menus", "error", "/flow/menus", params)
    ids = Counter(menu.id for menu in flow.menus)
    ids += Counter(action.id for menu in flow.menus for _, _, action in _steps(menu))
    menus = {menu.id for menu in flow.menus}
    for number, menu in enumerate(flow.menus):
        path: Path = ("flow", "menus", number)
        if not _ID.fullmatch(menu.id) or ids[menu.id] > 1:
            yield _damaged((*path, "id"))
        for trigger in menu.keys.keys() - set(TRIGGERS):
            yield _damaged((*path, "keys", trigger))
        for where, trigger, action in _steps(menu):
            lost = isinstance(action, GoTo) and action.menu and action.menu not in menus
            misplaced = isinstance(action, Repeat) and trigger != WRONG
            odd_id = not _ID.fullmatch(action.id) or ids[action.id] > 1
            if lost or misplaced or odd_id:
                yield _damaged((*path, *where))


def _values(flow: Flow) -> Iterator[Problem]:
    """Every single value that a form or the reader would refuse."""
    yield from _texts(flow, ("flow",))
    for extra in (flow.message_extra, flow.envelope_extra):
        yield from _judged(check_depth(extra), ("flow",))
    for number, menu in enumerate(flow.menus):
        path: Path = ("flow", "menus", number)
        yield from _texts(menu, path)
        yield from _judged(check_depth(menu.extra), path)
        if menu.recording:
            yield from _judged(check_recording(menu.recording), (*path, "recording"))
        if menu.wait_ms is not None:
            yield from _judged(check_wait_ms(menu.wait_ms), (*path, "wait_ms"))
        for where, _, action in _steps(menu):
            yield from _judged(_of_step(action), (*path, *where))


def _texts(part: Flow | Menu, path: Path) -> Iterator[Problem]:
    for name, (most, check) in TEXTS.items():
        text: str = getattr(part, name, "")
        long = (Finding("too_long", {"most": most}),) if len(text) > most else ()
        for finding in (*long, *check(text)):
            at = pointer((*path, name))
            yield Problem(finding.code, "error", at, finding.params, _place(path))


def _of_step(action: AnyAction) -> Iterator[Finding]:
    yield from check_depth(action.extra)
    if isinstance(action, Webhook):
        yield from check_url(action.url)
        yield from check_headers(action.headers or {})
        yield from check_body(action.body) if action.body is not None else ()
    elif isinstance(action, Connect):
        yield from check_number(action.number)
    elif isinstance(action, SaveAnswer):
        yield from check_value(action.value)
        yield from check_line(action.name)


def _judged(findings: Any, path: Path) -> Iterator[Problem]:
    for finding in findings:
        if has_error((finding,)):
            yield Problem(finding.code, "error", pointer(path), finding.params, _place(path))
