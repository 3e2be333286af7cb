"""Sentences written down with what they remember, so that any reader can be told in their language.

A sentence is kept as ``{"said": template, "values": {…}}``; a plain text is kept as itself.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from flows.said import Country, Fitting, Said, Whole

_FIELD = re.compile(r"\{\w+\}")
_NAME = re.compile(r"\{(\w+)\}")


def kept(value: Any) -> Any:
    """What is written down, as JSON, for a value that may be a sentence or hold some."""
    if isinstance(value, Fitting):
        return {"ways": [kept(way) for way in value.ways], "most": value.most}
    if isinstance(value, Said):
        names = {*_NAME.findall(value.template), *_NAME.findall(value.one)}
        names |= {"number"} if value.one else set()
        values = {name: kept(value.values[name]) for name in sorted(names)}
        one = {"one": value.one} if value.one else {}
        return {"said": value.template, "values": values, **one}
    if isinstance(value, Country):
        return {"country": value.region, "name": str(value)}
    if isinstance(value, Whole):
        return {"said": _escaped(value), "values": {}}
    return value


def remembered(value: Any) -> Any:
    """The sentence that was kept; anything else, also what an older version kept, as it is."""
    if not isinstance(value, Mapping):
        return value
    match value:
        case {"ways": [_, *_] as ways, "most": int(most)}:
            return Fitting(most, *map(_text, ways))
        case {"country": str(region), "name": str(name)}:
            return Country(region, name)
        case {"said": str(template), "values": Mapping() as values}:
            return _said(template, values, str(value.get("one", "")))
    return value


def _text(value: Any) -> str:
    found = remembered(value)
    return found if isinstance(found, str) else str(found)


def _said(template: str, values: Mapping[str, Any], one: str) -> Any:
    if not (_is_plain(template) and _is_plain(one)):
        return template
    found = {name: remembered(part) for name, part in values.items()}
    try:
        return Said(template, found, one)
    except KeyError:
        return template


def _is_plain(template: str) -> bool:
    """Whether only names are filled in: a template may come from a backup that anybody wrote."""
    left = _FIELD.sub("", template).replace("{{", "").replace("}}", "")
    return "{" not in left and "}" not in left


def _escaped(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")


def kept_text(text: str) -> str:
    """The same for a column of text: a sentence as JSON, a plain text as itself."""
    found = kept(text)
    if found is text and text.startswith("{"):
        found = {"said": "{text}", "values": {"text": text}}
    return text if found is text else json.dumps(found, ensure_ascii=False)


def remembered_text(text: str) -> str:
    """The sentence of ``kept_text``; what an older version wrote reads as it stands."""
    if not text.startswith("{"):
        return text
    try:
        found = remembered(json.loads(text))
    except ValueError:
        return text
    return found if isinstance(found, str) else text
