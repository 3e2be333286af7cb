"""What anybody may fetch: recordings, this description, the schema, and how the app is."""

from __future__ import annotations

from blueprints.described.parts import (
    JsonObject,
    door,
    in_path,
    json_answer,
    like,
    other_answer,
    samples,
)
from blueprints.health import BEHIND, OLD_SQLITE, UNREADABLE
from calling.recordings.addresses import FILE_NAME
from calling.recordings.kinds import CONTENT_TYPES

TAG = "Files and health"
TAGS = [{"name": TAG, "description": "Open to whoever knows the address."}]
SECURITY: JsonObject = {
    "metricsToken": {
        "type": "http", "scheme": "bearer",
        "description": "`METRICS_TOKEN`. This machine itself needs none.",
    }
}  # fmt: skip

PAGE = "text/html"
SCHEMA_TYPE = "application/schema+json"
"""What the schema is served as."""


def paths(_style: str) -> JsonObject:
    """Every address that is only read."""
    return {
        "/r/{fileName}": {"get": _recording()},
        "/openapi.json": {"get": _published("description", "This description", "application/json")},
        "/schema/speechcall.json": {
            "get": _published("speechcallSchema", "What SpeechCall documents may say", SCHEMA_TYPE)
        },
        "/healthz": {
            "get": door("alive", "Whether the process answers",
                        {200: _plain("It does.", {"status": "ok"})}, tag=TAG)
        },
        "/readyz": {"get": _ready()},
        "/metrics": {"get": _metrics()},
    }  # fmt: skip


def _recording() -> JsonObject:
    kinds = tuple(CONTENT_TYPES.values())
    ranges = {"Content-Range": {"schema": {"type": "string"}}}
    asked = {
        "name": "Range", "in": "header", "required": False, "schema": {"type": "string"},
        "description": "The part that is wanted: `bytes=0-1023`.",
    }  # fmt: skip
    name = in_path("fileName", "Its secret name and its kind.", pattern=f"^{FILE_NAME.pattern}$")
    return door(
        "recording", "A recording", {
            200: other_answer("The sound.", *kinds),
            206: other_answer("The part of it that was asked for.", *kinds, headers=ranges),
            304: other_answer("It has not changed (`If-None-Match`)."),
            404: other_answer("There is none, in a page.", PAGE),
            416: other_answer("The sound has no such part, in a page.", PAGE),
            500: other_answer("Something broke here, in a page.", PAGE),
            503: other_answer("The database is busy, in a page.", PAGE),
        }, tag=TAG, parameters=[name, asked],
    )  # fmt: skip


def _published(name: str, summary: str, media: str) -> JsonObject:
    etag = {"ETag": {"schema": {"type": "string"}}}
    return door(
        name, summary, {
            200: {**json_answer("It.", {"type": "object"}, media=media), "headers": etag},
            304: other_answer("It has not changed (`If-None-Match`).", headers=etag),
        }, tag=TAG,
    )  # fmt: skip


def _ready() -> JsonObject:
    ready = like({"status": "ok", "sqlite": "3.51.3"})
    ready["properties"]["advice"] = {"type": "string", "examples": [OLD_SQLITE]}
    behind = like({"status": BEHIND})
    behind["properties"]["pending"] = {"type": "array", "items": {"type": "string"}}
    answers: dict[int | str, JsonObject] = {
        200: {**json_answer("It can.", ready), "headers": {}},
        503: {**json_answer("It cannot, and why.", behind, {"status": UNREADABLE}), "headers": {}},
    }
    return door("ready", "Whether it can work", answers, tag=TAG)


def _metrics() -> JsonObject:
    found = door(
        "metrics", "Figures for Prometheus", {
            200: other_answer("The figures.", "text/plain"),
            404: other_answer("Without the token, from another machine: a page.", PAGE),
            500: other_answer("Something broke here, in a page.", PAGE),
            503: other_answer("The database is busy, in a page.", PAGE),
        }, tag=TAG, security=("metricsToken",),
    )  # fmt: skip
    return {**found, "security": [*found["security"], {}]}


def _plain(about: str, body: JsonObject) -> JsonObject:
    return {**samples(about, body), "headers": {}}
