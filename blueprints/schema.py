"""The JSON Schema of the SpeechCall documents that can be read here, open to everybody."""

from __future__ import annotations

import json
from functools import cache

from flask import Blueprint, Response

from flows.schema import speechcall_schema

blueprint = Blueprint("schema", __name__)


@cache
def _text() -> str:
    return json.dumps(speechcall_schema(), ensure_ascii=False, indent=2)


@blueprint.get("/schema/speechcall.json")
def speechcall() -> Response:
    """Draft 2020-12."""
    return Response(_text(), mimetype="application/schema+json")
