"""Reading SpeechCall documents from outside: bytes in, flows out, or every problem at once.

The import screen, the SpeechCall gateway and ``python -m flows check`` all read here; hostile
input stops here. What is not known is kept and written back. ``flows.json_text`` owns the step
from bytes to JSON, ``flows.values`` the single values, ``flows.shape`` the document.
"""

from __future__ import annotations

import re

from msgspec import Struct
from msgspec.structs import replace

from flows import whole_file
from flows.curl import body_of, looks_like_curl
from flows.document import Flow, JsonObject
from flows.folding import Folded, fold
from flows.found import Found
from flows.json_text import MAX_BYTES, Unreadable, parse, pointer
from flows.own_inbox import IsOurs, recognise
from flows.places import menu_id, step_id
from flows.problems import Problem
from flows.shape import check_all_characters, read_envelope
from flows.targets import voice_api
from flows.targets.base import CannotCompile
from flows.targets.speechcall import compile_flow

__all__ = [
    "MAX_BYTES",
    "Document",
    "Imported",
    "Unreadable",
    "document_to_json",
    "menu_id",
    "read",
    "read_pasted",
    "read_whole",
    "step_id",
    "with_own_answers",
]

# An escape is the only way NUL or half a character gets into a parsed document.
_SUSPICIOUS = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])")


class Document(Struct, frozen=True):
    """What was read: one Flow for each message, all with the same envelope."""

    flows: tuple[Flow, ...]


class Imported(Struct, frozen=True):
    """An accepted document and what people should know about it.

    ``whole``: it was a Press One file, whose flow has a name of its own.
    """

    document: Document
    warnings: tuple[Problem, ...] = ()
    whole: bool = False


def read(content: bytes, name: str = "Imported call flow") -> Imported:
    """The flows of a SpeechCall document; several messages are numbered after ``name``.

    Raises Unreadable: status 400 (no JSON), 413 (over 1 MB) or 422 (wrong), with every problem.
    """
    value = parse(content)
    found = Found()
    if _SUSPICIOUS.search(content):
        check_all_characters(value, found)
    flows = read_envelope(value, name, found)
    problems = found.problems()
    if found.has_error:
        raise Unreadable(422, problems)
    folded = tuple(fold(flow) for flow in flows)
    return Imported(
        Document(tuple(one.flow for one in folded)),
        tuple(_after_folding(problem, folded) for problem in problems),
    )


def read_whole(content: bytes) -> Imported | None:
    """The flow of a Press One file; None when the document is something else.

    Raises Unreadable as ``read`` does.
    """
    value = parse(content)
    return _whole(value) if whole_file.is_whole(value) else None


def _whole(value: JsonObject) -> Imported:
    return Imported(Document((whole_file.read(value),)), whole=True)


def read_pasted(text: str, name: str = "Imported call flow") -> Imported:
    """What a person brought: a Press One file, a SpeechCall document, a Voice API request, or a
    curl command.

    Nothing is ever run. Raises Unreadable as ``read`` does.
    """
    if looks_like_curl(text):
        text = body_of(text)
    content = text.encode("utf-8", "surrogatepass")
    value = parse(content)
    if whole_file.is_whole(value):
        return _whole(value)
    if isinstance(value, dict) and "messages" not in value and "to" in value:
        return _read_voice_request(value, name)
    return read(content, name)


def _read_voice_request(value: JsonObject, name: str) -> Imported:
    wrong = voice_api.check_request(value, draft=True)
    if wrong is not None:
        path = pointer((wrong.field,)) if wrong.field else "/"
        problem = Problem("not_a_request", "error", path, {"reason": wrong.message})
        raise Unreadable(422, [problem])
    return Imported(Document((voice_api.read_request(value, name),)))


def with_own_answers(imported: Imported, is_ours: IsOurs) -> Imported:
    """The same with every telling of our own inbox as "Save the answer", and no warning of it."""
    found = [recognise(flow, is_ours) for flow in imported.document.flows]

    def said(problem: Problem) -> bool:
        parts = problem.path.split("/")
        number = int(parts[2]) if len(parts) > 2 and parts[2].isdigit() else 0
        return problem.place.step_id not in found[number].steps

    flows = tuple(one.flow for one in found)
    return replace(
        imported, document=Document(flows), warnings=tuple(filter(said, imported.warnings))
    )


def document_to_json(document: Document) -> JsonObject:
    """The document as SpeechCall JSON; for an unchanged import JSON-equal to what came in.

    Raises ValueError for an edited flow that SpeechCall cannot carry.
    """
    body: JsonObject = {"messages": []}
    for flow in document.flows:
        compiled = compile_flow(flow)
        if isinstance(compiled, CannotCompile):
            raise ValueError(compiled.reasons[0].located_message)
        body = {**compiled.body, "messages": body["messages"] + compiled.body["messages"]}
    return body


def _after_folding(problem: Problem, folded: tuple[Folded, ...]) -> Problem:
    """A warning about a copy belongs to the menu it is a copy of; its path stays."""
    parts = problem.path.split("/")
    if not problem.place.menu_id or not parts[2].isdigit():
        return problem
    one = folded[int(parts[2])]
    original = one.originals.get(problem.place.menu_id)
    if original is None:
        return problem
    place = problem.place
    menu = one.flow.menu(original)
    actions = menu.actions(place.trigger) if menu is not None else ()
    if place.step_id and not any(a.id == place.step_id for a in actions):
        same_place = actions[place.step_number - 1 : place.step_number]
        place = replace(place, step_id=same_place[0].id if same_place else "")
    number = (one.flow.index_of(original) or 0) + 1
    return replace(problem, place=replace(place, menu_id=original, menu_number=number))
