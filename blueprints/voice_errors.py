"""The Voice gateway's errors: what went wrong, as the document says it or as the service does.

``VOICE_GATEWAY_ERRORS=seed``: the SESPCL document, byte for byte. ``live``: the bodies of the
service's newer public source (version 1.9, 2026-07), for programs written against those.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal

JsonObject = dict[str, Any]
Kind = Literal["invalid", "flagged", "unauthorized", "backend", "http"]

UNAUTHORIZED = "Unauthorized. Invalid or missing API Key."
BACKEND = "Failed to initiate call via backend service."


class VoiceError(Exception):
    """Something to be refused. ``text``: the sentence, or the category of a flagged text.

    ``details``: what the backend said. ``status``: HTTP's, or the backend's own.
    """

    def __init__(
        self,
        kind: Kind,
        text: str = "",
        status: int = 500,
        details: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(text)
        self.kind = kind
        self.text = text
        self.status = status
        self.details = dict(details or {})


def _seed_backend(error: VoiceError) -> tuple[int, JsonObject]:
    return 500, {"error": BACKEND, "details": error.details}


def _seed_http(error: VoiceError) -> tuple[int, JsonObject]:
    return error.status, {"error": error.text, **error.details}


def _live_backend(error: VoiceError) -> tuple[int, JsonObject]:
    body = {"error": "Call initiation failed", "details": BACKEND, "statusCode": error.status}
    return error.status, body


def _unauthorized(_error: VoiceError) -> tuple[int, JsonObject]:
    return 401, {"error": UNAUTHORIZED}


Writer = Callable[[VoiceError], tuple[int, JsonObject]]

WRITERS: dict[str, dict[Kind, Writer]] = {
    "seed": {
        "invalid": lambda e: (400, {"error": e.text}),
        "flagged": lambda e: (
            400,
            {"error": f"Message flagged as inappropriate content ({e.text})."},
        ),
        "unauthorized": _unauthorized,
        "backend": _seed_backend,
        "http": _seed_http,
    },
    "live": {
        "invalid": lambda e: (400, {"error": "Validation failed", "details": e.text}),
        "flagged": lambda e: (
            400,
            {
                "error": "Content validation failed",
                "details": f"Message flagged as inappropriate ({e.text}).",
            },
        ),
        "unauthorized": _unauthorized,
        "backend": _live_backend,
        "http": _seed_http,
    },
}
"""Setting -> kind of error -> (status, body)."""


def written(error: VoiceError, style: str) -> tuple[int, JsonObject]:
    """Status and body of an error. ``style``: "seed" or "live"."""
    return WRITERS[style][error.kind](error)
