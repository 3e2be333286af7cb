"""Recordings for the world: whoever knows an address gets the sound, and nothing but the sound.

Services fetch from here without signing in. Browsers are told to take it for sound whatever it
holds, and to run nothing of it.
"""

from __future__ import annotations

from flask import Blueprint, abort, send_file
from flask.typing import ResponseReturnValue

from blueprints import db, settings
from calling.recordings.addresses import FILE_NAME
from calling.recordings.kinds import CONTENT_TYPES
from storage import recordings

blueprint = Blueprint("media", __name__, url_prefix="/r")

DAY_S = 86_400
"""Seconds for which a recording may be kept by whoever fetched it; its address never gets
another sound, but it can be deleted."""

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
}


@blueprint.get("/<file_name>")
def recording(file_name: str) -> ResponseReturnValue:
    """A recording, or the part of it that is asked for."""
    asked = FILE_NAME.fullmatch(file_name)
    found = recordings.of_token(db(), asked[1]) if asked else None
    if asked is None or found is None or found.kind != asked[2]:
        abort(404)
    try:
        reply = send_file(
            recordings.file_of(settings().data, found).absolute(),
            mimetype=CONTENT_TYPES[found.kind],
            etag=found.hash,
            max_age=DAY_S,
        )
    except FileNotFoundError:
        abort(404)
    reply.headers.update(HEADERS)
    return reply
