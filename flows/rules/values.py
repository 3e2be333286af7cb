"""What is written in a flow: every value an edit could bring in, judged as the reader does."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from flows.document import PRACTICE_RECORDING, Connect, Flow, JsonObject, Menu, SaveAnswer, Webhook
from flows.findings import Finding, shown
from flows.problems import Fix, Problem
from flows.rules.spots import MESSAGE, WHOLE, Facts, Spot
from flows.said import said
from flows.shape import ECHOED
from flows.values import (
    BIDI_CONTROLS,
    check_body,
    check_characters,
    check_headers,
    check_number,
    check_recording,
    check_sender,
    check_text,
    check_url,
    check_wait_ms,
    has_error,
)


def without_marks(text: str) -> str:
    """The text without the hidden marks that change its reading order."""
    return "".join(c for c in text if c not in BIDI_CONTROLS)


def over_https(url: str) -> str:
    """An http address as https; the port 80 that belongs to http goes."""
    rest = url.partition("://")[2]
    authority_end = min((rest.find(c) for c in "/?#" if c in rest), default=len(rest))
    return f"https://{rest[:authority_end].removesuffix(':80')}{rest[authority_end:]}"


def _problems(at: Spot, findings: Iterable[Finding], facts: Facts) -> Iterator[Problem]:
    for finding in findings:
        if finding.code == "private_url" and finding.params["host"] in facts.allowed_hosts:
            continue
        yield at.problem(finding.code, finding.params)


def _text_problems(at: Spot, text: str, facts: Facts, must: bool, long: bool) -> Iterator[Problem]:
    """``must``: it may not be empty; ``long``: people hear it, so its length matters."""
    for finding in (*check_characters(text), *check_text(text)):
        place = at.place
        if (finding.code == "empty" and not must) or (finding.code == "long_text" and not long):
            continue
        params = {"menu_id": place.menu_id, "step_id": place.step_id, "field": place.field}
        remove = Fix("remove_marks", said("Remove the hidden marks"), params)
        removable = finding.code == "bidi_control" and without_marks(text).strip()
        yield at.problem(finding.code, finding.params, [remove if removable else None])


def _unknown(at: Spot, where: str, extra: JsonObject) -> Iterator[Problem]:
    for name in extra:
        if where == "message" and name == ECHOED:
            continue
        place = at.place
        params = {"where": where, "menu_id": place.menu_id, "step_id": place.step_id, "name": name}
        fix = Fix("remove_unknown", said("Remove it"), params)
        yield at.control(name, name).problem("unknown_field_kept", {"field": shown(name)}, [fix])


def flow_values(flow: Flow, facts: Facts) -> Iterator[Problem]:
    """Name, sender, recipient, text, and what is kept unknown."""
    at = MESSAGE
    yield from _text_problems(WHOLE.control("name"), flow.name, facts, False, False)
    sender = at.control("sender", "from")
    if flow.sender or facts.target == "speechcall":
        errors = [f for f in check_sender(flow.sender) if f.code != "bidi_control"]
        yield from _problems(sender, errors, facts)
        yield from _text_problems(sender, flow.sender, facts, False, False)
    yield from _problems(at.control("recipient", "to"), check_number(flow.recipient), facts)
    if facts.target == "speechcall":
        yield from _text_problems(at.control("text", "text"), flow.text, facts, True, True)
    yield from _unknown(at, "message", flow.message_extra)
    yield from _unknown(WHOLE, "envelope", flow.envelope_extra)


def menu_values(menu: Menu, at: Spot, facts: Facts) -> Iterator[Problem]:
    """What the caller hears, the wait, and what is kept unknown."""
    # A script that the Voice API cannot speak is an error of that target already.
    long = facts.target != "voice_api"
    yield from _text_problems(at.control("name"), menu.name, facts, False, False)
    yield from _text_problems(at.control("script"), menu.script, facts, False, long)
    recording = at.control("recording", "introUrl")
    if menu.recording.strip():
        yield from _problems(recording, check_recording(menu.recording), facts)
    elif facts.target == "speechcall":
        fix = Fix(
            "name_practice_recording", said("Use a practice name for now"), {"menu_id": menu.id}
        )
        yield recording.problem("missing_recording", fixes=(fix,))
    if menu.recording == PRACTICE_RECORDING and facts.target == "speechcall":  # others speak
        yield recording.problem("practice_recording", {"name": PRACTICE_RECORDING})
    if menu.wait_ms is not None:
        wait = at.control("wait_ms", "idleTimeoutMsec")
        yield from _problems(wait, check_wait_ms(menu.wait_ms), facts)
    yield from _unknown(at, "menu", menu.extra)


def step_values(menu: Menu, at: Spot, facts: Facts) -> Iterator[Problem]:
    """The values of every step."""
    for trigger, position, action in menu.all_actions():
        judge = _STEP_VALUES.get(action.kind)
        if judge is not None or action.extra:
            spot = at.key(trigger).step(action, position)
            if judge is not None:
                yield from judge(spot, action, facts)
            yield from _unknown(spot, "step", action.extra)


def _webhook(at: Spot, step: Webhook, facts: Facts) -> Iterator[Problem]:
    findings = check_url(step.url)
    yield from _problems(at.control("url", "url"), findings, facts)
    private = any(f.code == "private_url" for f in findings)
    if step.url.lower().startswith("http:") and not private and not has_error(findings):
        params = {"menu_id": at.place.menu_id, "step_id": at.place.step_id}
        fix = None
        if not has_error(check_url(over_https(step.url))):
            fix = Fix("use_https", said("Use https"), params)
        yield at.control("url", "url").problem("insecure_webhook", fixes=[fix])
    for finding in check_headers(step.headers or {}):
        yield _header_problem(at, finding)
    if step.body is not None:
        yield from _problems(at.control("body", "body"), check_body(step.body), facts)


def _header_problem(at: Spot, finding: Finding) -> Problem:
    fix = None
    if finding.code == "header_forbidden":
        place, name = at.place, finding.params["name"]
        params = {"menu_id": place.menu_id, "step_id": place.step_id, "name": name}
        fix = Fix("remove_header", said("Remove this header"), params)
    return at.control("headers", "headers").problem(finding.code, finding.params, [fix])


def _save_answer(at: Spot, step: SaveAnswer, facts: Facts) -> Iterator[Problem]:
    yield from _text_problems(at.control("name", "name"), step.name, facts, True, False)


def _connect(at: Spot, step: Connect, facts: Facts) -> Iterator[Problem]:
    yield from _problems(at.control("number", "number"), check_number(step.number), facts)


_STEP_VALUES: dict[str, Callable[[Spot, Any, Facts], Iterator[Problem]]] = {
    "webhook": _webhook,
    "save_answer": _save_answer,
    "connect": _connect,
}
"""Action kind -> how its values are judged; the other kinds hold none of their own."""

RULES = (menu_values, step_values)
"""Each takes the menu, its spot and the facts."""
