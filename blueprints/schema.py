"""What programs may read about this installation, open to everybody: its description, its schema.

Both change only with a new version or another setting, so they are kept by whoever fetched them
and asked about again with their ETag.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from flask import Blueprint, Response, request

from blueprints import settings
from blueprints.described import described
from blueprints.described.files import SCHEMA_TYPE
from flows.schema import speechcall_schema

blueprint = Blueprint("schema", __name__)

KEPT_S = 300
"""Seconds for which nobody needs to ask again."""


@blueprint.get("/schema/speechcall.json")
def speechcall() -> Response:
    """The JSON Schema (draft 2020-12) of the SpeechCall documents that can be read here."""
    return _published(_schema(), SCHEMA_TYPE)


@blueprint.get("/openapi.json")
def openapi() -> Response:
    """Every door for programs, as OpenAPI 3.1."""
    found = settings()
    return _published(_description(found.base_url, found.voice_gateway_errors), "application/json")


@cache
def _schema() -> str:
    return _text(speechcall_schema())


@cache
def _description(base_url: str, voice_errors: str) -> str:
    return _text(described(base_url, voice_errors))


def _text(value: Mapping[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)


def _published(text: str, media: str) -> Response:
    reply = Response(text, mimetype=media)
    reply.cache_control.public = True
    reply.cache_control.max_age = KEPT_S
    reply.add_etag()
    return reply.make_conditional(request)
