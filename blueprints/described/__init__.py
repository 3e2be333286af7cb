"""What programs may ask of this installation, as OpenAPI 3.1 (spec.openapis.org/oas/v3.1.1).

Nothing is kept twice: forms come from the readers' own tables and limits, errors from the tables
that the doors answer from. ``tests/gateway/test_openapi.py`` asks the running app whether it does
what stands here.
"""

from __future__ import annotations

from functools import cache

from blueprints.described import answers, files, speechcall, voice
from blueprints.described.parts import JsonObject

API_VERSION = "1"
"""Grows when a program that was written against this description would have to be changed."""

ABOUT = """\
Press One answers programs as SpeechCall and the Voice API do, below its own address; takes the
answers and reports that services bring; and hands out recordings. Every key belongs to one
workspace and has a route: the practice phone network, or a real service. Addresses below
`/api/v1` and `/bat` that are not described here answer 404, and other methods 405, in the form
of that gateway's other errors."""

PARTS = (voice, speechcall, answers, files)


@cache
def described(base_url: str, voice_errors: str) -> JsonObject:
    """The whole description. ``voice_errors`` is the setting VOICE_GATEWAY_ERRORS."""
    paths: JsonObject = {}
    for part in PARTS:
        paths |= part.paths(voice_errors)
    return {
        "openapi": "3.1.1",
        "info": {
            "title": "Press One",
            "version": API_VERSION,
            "summary": "Phone menus: the doors for programs",
            "description": ABOUT,
        },
        "servers": [{"url": base_url}],
        "tags": [tag for part in PARTS for tag in part.TAGS],
        "paths": paths,
        "webhooks": answers.webhooks(),
        "components": {
            "schemas": {**voice.schemas(), **speechcall.schemas()},
            "securitySchemes": {
                name: scheme for part in PARTS for name, scheme in part.SECURITY.items()
            },
        },
    }
