"""The outside classifier: a web service of the workspace's choice that gives an opinion.

What it is told: ``{"text": "…"}`` as JSON. What it answers: 200 with ``{"category": "SPAM"}``, or
``""`` or ``null`` for a text that may be spoken (ours; a small bridge fits any real service).
"""

from __future__ import annotations

import json
from typing import Any

from msgspec import Struct

from flows.said import said
from providers.web import WebClient, WebError
from storage.moderation import CATEGORIES

TIMEOUT_S = 2.0
"""Seconds for the whole question: the caller of the gateway waits for it."""


class Answer(Struct, frozen=True):
    """``category``: one of CATEGORIES, or "" for nothing wrong or no answer.

    ``problem``: why there was no usable answer, in words; "" when there was one.
    """

    category: str
    problem: str = ""


def ask_classifier(web: WebClient, url: str, text: str) -> Answer:
    """One question, never repeated; a fault of any kind is an Answer with a problem."""
    content = json.dumps({"text": text}, ensure_ascii=False).encode()
    headers = {"Content-Type": "application/json"}
    try:
        reply = web.post(url, content=content, headers=headers, timeout_s=TIMEOUT_S)
    except WebError as fault:
        return Answer("", str(fault))
    if reply.status != 200:
        return Answer("", said("The outside classifier answered {status}.", status=reply.status))
    return _read(reply.content)


def _read(content: bytes) -> Answer:
    try:
        body: Any = json.loads(content)
    except (ValueError, RecursionError):
        return Answer("", said("The outside classifier's answer could not be read."))
    if not isinstance(body, dict) or "category" not in body:
        return Answer("", said("The outside classifier's answer has no category."))
    category = body["category"] or ""
    if category and category not in CATEGORIES:
        return Answer("", said("The outside classifier named a category that does not exist."))
    return Answer(category)
