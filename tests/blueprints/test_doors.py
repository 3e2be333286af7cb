"""Who is let in where: generated from every route the app has, so that none is forgotten."""

from __future__ import annotations

import re

import pytest
import requests
from werkzeug.test import EnvironBuilder, run_wsgi_app

from blueprints.security import HEADERS
from tests.blueprints.conftest import STRANGER, VIEWER, token
from tests.helpers import OWNER, PASSWORD, Browser

OPEN = {
    ("GET", "auth.login"): 200,
    ("POST", "auth.login"): 422,
    ("GET", "auth.first_owner"): 410,
    ("POST", "auth.first_owner"): 410,
    ("POST", "auth.logout"): 303,
    ("GET", "invited.join"): 410,
    ("POST", "invited.join"): 410,
    ("GET", "invited.reset"): 410,
    ("POST", "invited.reset"): 410,
    ("GET", "static"): 200,
    ("GET", "health.healthz"): 200,
    ("GET", "health.readyz"): 200,
    ("GET", "metrics.metrics"): 200,
    ("GET", "schema.speechcall"): 200,
    ("GET", "schema.openapi"): 200,
    ("POST", "inbox.deliver"): 404,
    ("GET", "media.recording"): 404,
    ("POST", "told.receive"): 404,
    ("POST", "speechcall_gateway.place_calls"): 401,
    ("GET", "speechcall_gateway.message_status"): 401,
    ("POST", "voice_gateway.place_call"): 401,
    ("GET", "voice_gateway.call_status"): 401,
}
"""(method, route) that needs no session -> what a stranger without any key gets there."""

SHUT = {"speechcall_gateway.wrong_method": 405, "speechcall_gateway.nothing_here": 404,
        "voice_gateway.wrong_method": 405, "voice_gateway.nothing_here": 404}  # fmt: skip
"""Routes that only refuse, whoever asks."""

UNDER_WAY = {"authenticator.picture"}
"""Routes that are there only while something is being set up."""

VIEWERS_MAY = {"auth.login", "auth.logout", "second_step.code", "phone.press",
               "account.profile", "account.password", "account.end_session",
               "account.end_sessions", "authenticator.page", "authenticator.begin",
               "authenticator.new_codes", "authenticator.turn_off"}  # fmt: skip
"""Routes that change nothing of the workspace, or only the viewer's own session."""

OWNERS_AND_EDITORS_SEE = {"importing.document", "guide.welcome", "test_call.start",
                          "test_call.confirm", "own_number.page",
                          "call_keeping.settings", "people.listing", "people.remove",
                          "audit.listing", "audit.download",
                          "connections.new", "connections.choose", "connections.edit",
                          "preview.page", "copying.ask_menu", "copying.ask_steps",
                          "gateway_keys.listing", "gateway_keys.edit", "answers.look_up",
                          "answers_inbox.inbox", "answers_inbox.own_address",
                          "preview.download", "preview.curl", "preview.whole"}  # fmt: skip
"""Pages that viewers have no use for."""

EXAMPLES = {
    "service": "speechcall",
    "menu_id": "m", "step_id": "s", "slug": "1", "kind": "hangup", "direction": "down",
    "target": "speechcall", "number": 1, "filename": "press-one.css", "file_name": "none.mp3",
    "token": "none",
    "message_id": "none", "bulk_id": "none", "rest": "none", "language": "en",
    "handle": "none", "key": "survey", "event_id": 1, "ending": "csv",
}  # fmt: skip
"""A value for every part of an address that is no id of ours; a new part needs a row here."""

FORM = {
    "revision": "1", "name": "Taken over", "wait": "5", "recording": "ivr_9", "sender": "Evil",
    "recipient": "+380501234567", "text": "ivr", "edit": "add_wrong", "do": "hangup", "key": "1",
    "connection": "1", "number": "+15055550100", "nonce": "theirs", "key_name": "Theirs",
    "days": "1", "sure": "y", "paused": "1", "lines": "+380671234567", "code": "1234",
    "call_me_first": "0",
    "url": "https://evil.example.com", "enabled": "y", "grace": "0", "route": "practice",
    "per_minute": "5", "caller_id": "+380441234567",
    "service": "speechcall", "base_url": "https://evil.example.com", "press": "1", "keys": "1",
    "role": "owner", "email": "theirs@example.com", "password": "their own password",
    "word": "theirs", "category": "SPAM", "own_number": "+380441234567", "fail_open": "1",
    "classifier_url": "https://evil.example.com", "sentence": "Theirs.", "statistics": "y",
}  # fmt: skip
"""Fields that would do something if the form were taken."""


def routes(house):
    """(method, route, its parts) of everything the app answers."""
    return [
        (method, rule.endpoint, sorted(rule.arguments), rule)
        for rule in house.app.url_map.iter_rules()
        for method in sorted(rule.methods - {"HEAD", "OPTIONS"})
    ]


def knock(house, browser, method, rule, ours):
    """Ask for a route with a good token and a form that would do something."""
    values = {name: ours.get(name, EXAMPLES.get(name)) for name in rule.arguments}
    assert None not in values.values(), f"EXAMPLES needs a value for a part of {rule.rule}"
    with house.app.test_request_context():
        path = house.app.url_map.bind("localhost").build(rule.endpoint, values, method=method)
    form = {"csrf_token": token(browser), **FORM} if method != "GET" else None
    reply = browser.client.open(path, method=method, data=form)
    reply.get_data()
    reply.close()
    return reply


def everything(house):
    """Every row of everything that could be changed."""
    tables = (
        "flows",
        "flow_revisions",
        "calls",
        "connections",
        "api_keys",
        "people",
        "journeys",
        "workspaces",
        "practice_calls",
        "calling_rules",
        "moderation_rules",
        "do_not_call",
        "own_numbers",
        "recordings",
        "recording_trials",
        "answers",
        "forwards",
        "forward_addresses",
        "invitations",
        "recovery_codes",
    )
    return {
        table: [str(row) for row in house.db.query(f"SELECT * FROM {table}")] for table in tables
    }


def test_every_route_but_the_open_ones_sends_a_visitor_to_sign_in(house, ours):
    before = everything(house)
    for method, name, _, rule in routes(house):
        visitor = Browser(house.app.test_client())
        visitor.get("/login")
        reply = knock(house, visitor, method, rule, ours)
        expected = SHUT.get(name) or OPEN.get((method, name))
        if expected is None:
            assert reply.status_code == 302, (method, rule.rule)
            assert reply.headers["Location"].startswith("/login"), (method, rule.rule)
        else:
            assert reply.status_code == expected, (method, rule.rule)
        assert "Ours alone" not in reply.text
    assert everything(house) == before


def test_every_route_to_something_of_ours_is_not_found_by_another_workspace(house, ours):
    before, asked, stranger = everything(house), 0, house.somebody(STRANGER)
    for method, _, arguments, rule in routes(house):
        if not ours.keys() & set(arguments):
            continue
        stranger.get("/")
        reply = knock(house, stranger, method, rule, ours)
        assert reply.status_code == 404, (method, rule.rule)
        assert "Ours alone" not in reply.text
        asked += 1
    assert asked > 30
    assert everything(house) == before


def test_pages_without_an_id_show_another_workspace_nothing_of_ours(house, ours):
    stranger, asked = house.somebody(STRANGER), 0
    for method, name, arguments, rule in routes(house):
        if method != "GET" or arguments or name in {*SHUT, *UNDER_WAY}:
            continue
        stranger.get("/")
        reply = knock(house, stranger, method, rule, ours)
        assert reply.status_code in (200, 302, 303), rule.rule
        for secret in ("Ours alone", "Our connection", "Our key", "+380501234567"):
            assert secret not in reply.text, rule.rule
        asked += 1
    assert asked >= 7


def test_viewers_see_every_page_and_change_nothing(house, ours):
    viewer, before = house.somebody(VIEWER), everything(house)
    for method, name, _, rule in routes(house):
        if (method, name) in OPEN or name in {*SHUT, *UNDER_WAY, *VIEWERS_MAY}:
            continue
        viewer.get("/")
        reply = knock(house, viewer, method, rule, ours)
        refused = method != "GET" or name in OWNERS_AND_EDITORS_SEE
        assert reply.status_code < 400 or refused, (method, rule.rule, reply.status_code)
        assert not refused or reply.status_code == 403, (method, rule.rule, reply.status_code)
    assert everything(house) == before


def test_no_id_is_too_large_for_any_route(house, ours):
    huge = {**dict.fromkeys(ours, 10**30), "number": 10**30}
    for method, _, arguments, rule in routes(house):
        if not huge.keys() & set(arguments):
            continue
        house.owner.get("/")
        values = {**EXAMPLES, **ours, **{n: huge[n] for n in huge if n in arguments}}
        path = re.sub(r"<(?:\w+:)?(\w+)>", lambda part, v=values: str(v[part[1]]), rule.rule)
        form = {"csrf_token": token(house.owner), **FORM} if method != "GET" else None
        reply = house.owner.client.open(path, method=method, data=form)
        assert reply.status_code == 404, (method, path)


ODD = [
    ("POST", "/login"), ("GET", "/nothing"), ("PUT", "/login"), ("GET", "/calls"),
    ("GET", "/static/nothing.css"), ("HEAD", "/login"), ("OPTIONS", "/login"),
    ("POST", "/bat/messagelist"), ("BREW", "/api/v1/call/tts"), ("GET", "/calls//1"),
]  # fmt: skip
"""Requests that end early, each in its own way."""


def test_every_answer_carries_the_security_headers(house, ours):
    house.owner.get("/")
    replies = [knock(house, house.owner, "GET", rule, ours)
               for method, _, _, rule in routes(house) if method == "GET"]  # fmt: skip
    client = house.app.test_client()
    replies += [client.open(path, method=method) for method, path in ODD]
    assert {reply.status_code for reply in replies} >= {200, 302, 308, 400, 401, 404, 405}
    for reply in replies:
        for header, value in HEADERS.items():
            assert reply.headers[header] == value, reply.request.path
        if reply.mimetype == "text/html":
            assert reply.headers["Cache-Control"] == "no-store", reply.request.path
    policy = HEADERS["Content-Security-Policy"]
    assert "default-src 'none'; script-src 'self'; style-src 'self'" in policy
    assert "unsafe" not in policy


def test_no_page_has_script_or_style_of_its_own(house, ours):
    for method, name, _, rule in routes(house):
        if method == "GET" and name != "static":
            house.owner.get("/")
            reply = knock(house, house.owner, method, rule, ours)
            if reply.mimetype == "image/svg+xml":  # shown by <img>, where nothing can run
                continue
            text = reply.text
            assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:", text), rule.rule
            assert not re.search(r"<script(?![^>]*\ssrc=)", text), rule.rule


def test_the_cookie_of_a_session_is_out_of_reach_of_scripts_and_other_sites(house):
    browser = Browser(house.app.test_client())
    browser.get("/login")
    reply = browser.post("/login", follow=False, email=OWNER, password=PASSWORD)
    (cookie,) = (one for one in reply.headers.getlist("Set-Cookie") if one.startswith("press_one="))
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_served_files_and_pages_are_protected_alike(running):
    address = running.served.url
    page = requests.get(f"{address}/login", timeout=5)
    for header, value in HEADERS.items():
        assert page.headers[header] == value
    for found in re.findall(r'(?:src|href)="(/static/[^"]+)"', page.text):
        file = requests.get(address + found, timeout=5)
        assert (file.status_code, file.headers["X-Content-Type-Options"]) == (200, "nosniff")
        assert "max-age=31536000" in file.headers["Cache-Control"]
    lost = requests.get(f"{address}/static/../press-one.sqlite3", timeout=5)
    assert lost.status_code == 404
    assert requests.get(f"{address}/static/none.css", timeout=5).status_code == 404


def test_a_foreign_host_name_is_refused(house):
    reply = house.app.test_client().get("/login", headers={"Host": "evil.example"})
    assert reply.status_code == 400
    assert "PRESS_ONE_BASE_URL" in reply.text
    assert "evil.example" not in reply.text
    for origin in ("https://evil.example", "null"):
        headers = {"Host": "evil.example", "Origin": origin, "Sec-Fetch-Site": "cross-site"}
        assert house.app.test_client().post("/login", headers=headers).status_code == 400


@pytest.mark.parametrize("host", ["[::1", "localhost:99999", "a b", "", "localhost:x", "\xff"])
def test_a_host_name_that_cannot_be_one_is_refused(house, host):
    environ = EnvironBuilder("/login", method="POST").get_environ() | {"HTTP_HOST": host}
    _, status, _ = run_wsgi_app(house.app, environ)
    assert status.startswith("400"), status
