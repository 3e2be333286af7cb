"""The JSON beside the editor: exactly what would be sent, highlighted, secrets covered."""

from __future__ import annotations

import json
import re
import shlex
from typing import Any

from markupsafe import Markup, escape
from msgspec import Struct

from blueprints.flow_tools import compiled, with_usual_sender
from blueprints.secret_headers import covered
from flows.document import Flow
from flows.problems import Problem
from flows.targets import infobip_ivr
from flows.targets.base import CannotCompile, Compiled
from providers import SERVICES

_TOKEN = re.compile(
    r'(?P<string>"(?:\\.|[^"\\])*")(?P<colon>\s*:)?|(?P<number>-?\d[\d.eE+-]*)|(?P<word>true|false|null)'
)
_TAGS = {"key": "b", "string": "i", "number": "u", "word": "s"}
CURL_SIGN_IN = {
    "speechcall": '-u "username:password"',
    "voice_api": "-H 'x-api-key: YOUR_API_KEY'",
    "infobip": "-H 'Authorization: App YOUR_API_KEY'",
}
"""Target -> how a curl command signs in, as the services' documents write it."""

LONGEST_ARGUMENT = 100_000
"""Bytes that one argument of a command may have (Linux, execve(2): 128 kB); a pipe has no limit."""


class Preview(Struct, frozen=True):
    """What the JSON tab shows: the request, or the reasons why there is none."""

    service: str
    html: Markup
    reasons: tuple[Problem, ...]
    notes: tuple[str, ...]
    covered: bool
    size: int


def preview(flow: Flow, target: str) -> Preview:
    """The JSON tab of a flow."""
    made, service = compiled(with_usual_sender(flow, target), target), SERVICES[target].label
    if isinstance(made, CannotCompile):
        return Preview(service, Markup(), made.reasons, (), False, 0)
    body = cover_secrets(made.body)
    text = json.dumps(body, ensure_ascii=False, indent=2)
    return Preview(service, highlighted(text), (), made.notes, body != made.body, len(made.content))


def cover_secrets(value: Any) -> Any:
    """The same JSON with the values of secret-looking headers covered."""
    if isinstance(value, list):
        return [cover_secrets(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        name: covered(inner)
        if name == "headers" and isinstance(inner, dict)
        else inner
        if name == "body"
        else cover_secrets(inner)
        for name, inner in value.items()
    }


def highlighted(text: str) -> Markup:
    """JSON text with its names, texts, numbers and words marked."""
    parts: list[str] = []
    end = 0
    for match in _TOKEN.finditer(text):
        parts.append(str(escape(text[end : match.start()])))
        kind = "key" if match["colon"] else str(match.lastgroup)
        kind = "string" if match["string"] and not match["colon"] else kind
        word = match["string"] or match[0]
        tag = _TAGS[kind]
        parts.append(f"<{tag}>{escape(word)}</{tag}>{escape(match['colon'] or '')}")
        end = match.end()
    parts.append(str(escape(text[end:])))
    return Markup("").join(Markup(part) for part in parts)


def as_curl(request: Compiled) -> str:
    """A command for a terminal that sends exactly these bytes; the secret is a placeholder.

    Two commands where the service wants two requests, one after the other.
    """
    return "\n".join(map(_one_command, infobip_ivr.requests(request)))


def _one_command(request: Compiled) -> str:
    service, text = SERVICES[request.target], shlex.quote(request.text)
    piped = len(request.content) > LONGEST_ARGUMENT
    lines = [
        f"curl -X POST {shlex.quote(service.default_base_url + request.path)}",
        f"  {CURL_SIGN_IN[request.target]}",
        "  -H 'Content-Type: application/json'",
        f"  --data-binary {'@-' if piped else text}",
    ]
    command = " \\\n".join(lines) + "\n"
    return f"printf '%s' {text} | \\\n{command}" if piped else command


def highlighted_json(text: str) -> Markup:
    """A stored request or reply, covered and highlighted; as it is when it is not JSON."""
    try:
        value = json.loads(text)
    except ValueError:
        return escape(text)
    return highlighted(json.dumps(cover_secrets(value), ensure_ascii=False, indent=2))
