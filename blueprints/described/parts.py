"""The pieces every description of a door is put together from."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from blueprints.errors import FOREIGN_HOST
from blueprints.gateway import REQUEST_ID

JsonObject = dict[str, Any]

TYPES: Mapping[type, str] = {
    bool: "boolean", int: "integer", float: "number", str: "string", type(None): "null",
}  # fmt: skip
"""Python's type -> JSON Schema's; truth values first, because they are numbers to Python."""

REQUEST_NAME: JsonObject = {
    REQUEST_ID: {
        "description": "The name of this request: the one it came with, or a new one.",
        "schema": {"type": "string"},
    }
}
RETRY_AFTER: JsonObject = {
    "Retry-After": {
        "description": "Whole seconds to wait, where they are known.",
        "schema": {"type": "string", "pattern": "^[0-9]+$"},
    }
}


def like(sample: Any) -> JsonObject:
    """The schema of values that have the sample's form; every name in it is always there."""
    if isinstance(sample, Mapping):
        properties = {name: like(value) for name, value in sample.items()}
        return {"type": "object", "required": list(sample), "properties": properties}
    if isinstance(sample, list):
        return {"type": "array", "items": like(sample[0])} if sample else {"type": "array"}
    return {"type": next(name for kind, name in TYPES.items() if isinstance(sample, kind))}


def ref(name: str) -> JsonObject:
    """A schema of ``components``."""
    return {"$ref": f"#/components/schemas/{name}"}


def json_answer(
    about: str,
    schema: JsonObject,
    *examples: JsonObject,
    headers: Mapping[str, Any] | None = None,
    media: str = "application/json",
) -> JsonObject:
    """An answer in JSON; ``examples`` are whole bodies."""
    named = {str(number): {"value": body} for number, body in enumerate(examples, 1)}
    content = {"schema": schema, **({"examples": named} if named else {})}
    return _answer(about, {media: content}, {**REQUEST_NAME, **(headers or {})})


def samples(
    about: str, *bodies: JsonObject, headers: Mapping[str, Any] | None = None
) -> JsonObject:
    """An answer in JSON whose forms are those of these bodies."""
    forms: list[JsonObject] = []
    for body in bodies:
        if like(body) not in forms:
            forms.append(like(body))
    schema = forms[0] if len(forms) == 1 else {"anyOf": forms}
    return json_answer(about, schema, *bodies, headers=headers)


def other_answer(about: str, *media: str, headers: Mapping[str, Any] | None = None) -> JsonObject:
    """An answer that is no JSON, of one of these media types; none: without a body."""
    return _answer(about, {kind: {"schema": {"type": "string"}} for kind in media}, headers or {})


def door(
    name: str,
    summary: str,
    answers: Mapping[int | str, JsonObject],
    *,
    tag: str,
    security: Sequence[str] = (),
    parameters: Sequence[JsonObject] = (),
    body: JsonObject | None = None,
) -> JsonObject:
    """One operation. Asked under a foreign name, every door answers 400 in plain text.

    ``security``: any one of these is enough; none: open to everybody.
    """
    all_answers = {str(status): answer for status, answer in answers.items()}
    foreign = other_answer(f"Asked under a name that is not this one: {_FOREIGN}", "text/plain")
    all_answers["400"] = _either(all_answers.get("400"), foreign)
    return {
        "operationId": name,
        "summary": summary,
        "tags": [tag],
        "security": [{scheme: []} for scheme in security],
        **({"parameters": list(parameters)} if parameters else {}),
        **({"requestBody": body} if body else {}),
        "responses": dict(sorted(all_answers.items())),
    }


def json_body(schema: JsonObject, example: JsonObject) -> JsonObject:
    """What a request brings."""
    content = {"schema": schema, "examples": {"1": {"value": example}}}
    return {"required": True, "content": {"application/json": content}}


def in_path(name: str, about: str, **schema: Any) -> JsonObject:
    """A part of an address."""
    wanted = {"type": "string", "minLength": 1, **schema}
    return {"name": name, "in": "path", "required": True, "description": about, "schema": wanted}


def moved(schema: JsonObject, name: str) -> JsonObject:
    """A schema and its definitions, as schemas of ``components`` under this name."""
    text = json.dumps(schema).replace('"#/$defs/', f'"#/components/schemas/{name}.')
    whole = json.loads(text)
    whole.pop("$schema", None)
    inside = whole.pop("$defs", {})
    return {name: whole, **{f"{name}.{key}": value for key, value in inside.items()}}


_FOREIGN = FOREIGN_HOST.strip()


def _answer(about: str, content: JsonObject, headers: Mapping[str, Any]) -> JsonObject:
    return {
        "description": about,
        **({"headers": dict(headers)} if headers else {}),
        **({"content": content} if content else {}),
    }


def _either(one: JsonObject | None, other: JsonObject) -> JsonObject:
    if one is None:
        return other
    return {
        **one,
        "description": f"{one['description']} {other['description']}",
        "content": {**one["content"], **other["content"]},
    }
