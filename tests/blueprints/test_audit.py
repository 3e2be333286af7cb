"""The audit log: what is noted, that it only grows, filters and pages; and the server's log."""

import csv
import io
import json
import re
import sqlite3
import time
from datetime import UTC, datetime

import pytest
import requests

from blueprints.audit import KINDS, WORDS
from flows.document import Flow, Menu
from storage import audit, people
from storage.db import write_tx
from tests.helpers import OWNER, PASSWORD, Browser, save_flow, sign_in, start_server


def noted(db):
    """(what, about) of every line, oldest first."""
    return [(row["what"], row["about"]) for row in db.query("SELECT * FROM audit ORDER BY id")]


def test_every_kind_and_every_event_has_its_words():
    assert set(KINDS) == set(audit.KINDS)
    assert set(WORDS) == set(audit.KIND_OF)


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE audit SET who = 'somebody else'",
        "DELETE FROM audit",
        "INSERT OR REPLACE INTO audit (id, at, who, kind, what) SELECT id, at, '', kind, what"
        " FROM audit",
        "UPDATE OR REPLACE audit SET id = id + 1",
    ],
)
def test_a_line_can_neither_be_changed_nor_deleted(app, db, sql):
    sign_in(app)
    before = noted(db)
    assert before
    with pytest.raises(sqlite3.IntegrityError, match="can only grow"):
        db.conn.execute(sql)
    db.conn.rollback()
    assert noted(db) == before


def test_what_was_not_done_is_not_noted(db):
    who = audit.by(people.get(db, 1, 1))
    with pytest.raises(people.LastOwner), write_tx(db):
        audit.record(db, who, "removed", "Olena")
        people.remove(db, 1, 1)
    assert noted(db) == []
    assert people.get(db, 1, 1) is not None


DEEDS = [
    ("/settings/keys", {"key_name": "Shop", "route": "practice", "per_minute": "5"}, "key_made"),
    ("/settings/keys/caller-id", {"caller_id": "+380441234567"}, "caller_id_changed"),
    ("/settings/rules/pause", {"paused": "1"}, "paused"),
    ("/settings/rules/pause", {"paused": "0"}, "went_on"),
    ("/settings/rules/call-me-first", {"call_me_first": "0"}, "rules_changed"),
    ("/settings/rules/do-not-call/add", {"number": "+380501234567"}, "not_to_ring"),
    ("/connections/new/voice_api", {"name": "Real", "secret": "hush hush"}, "connection_saved"),
    ("/calls/keeping", {"days": "30"}, "calls_kept"),
    ("/answers/delete", {"number": "+380501234567"}, "caller_erased"),
    ("/answers/inbox/rotate", {"grace": "0"}, "inbox_rotated"),
    ("/answers/forward", {"url": "https://example.com/x", "enabled": "y"}, "address_saved"),
    ("/settings/people/invite", {"email": "a@example.com", "role": "viewer"}, "invited"),
    ("/account/profile", {"name": "Olena B", "language": ""}, "profile_changed"),
]


def test_deeds_are_noted_with_who_did_them_and_without_secrets_or_whole_numbers(app, db, owner):
    for path, typed, what in DEEDS:
        owner.get("/account")
        assert owner.post(path, **typed).status_code == 200, path
        assert noted(db)[-1][0] == what, path
    flow_id = save_flow(db, Flow(name="Parcels", menus=(Menu(id="m"),)))
    owner.get("/account")
    owner.post(f"/flows/{flow_id}/delete")
    assert noted(db)[-1] == ("flow_deleted", "Parcels")
    owner.get("/calls/export.csv")
    assert noted(db)[-1] == ("calls_exported", "csv")
    lines = list(db.query("SELECT * FROM audit"))
    assert {row["who"] for row in lines} <= {f"{name} ({OWNER})" for name in ("Olena", "Olena B")}
    assert "hush hush" not in str(lines)
    assert "+380501234567" not in str(lines)
    owner.get("/settings/audit")
    for words in ("Paused all calls", "Made a key", "Deleted a call flow", "+380…567"):
        assert words in owner.text


def test_coming_in_is_noted_when_it_goes_well_and_when_not(app, db):
    browser = Browser(app.test_client())
    browser.get("/login")
    browser.post("/login", email=OWNER, password="wrong password")
    browser.post("/login", email="nobody@example.com", password="wrong password")
    browser.post("/login", email=OWNER, password=PASSWORD)
    browser.post("/logout")
    assert noted(db) == [
        ("sign_in_refused", OWNER), ("sign_in_refused", ""),
        ("signed_in", ""), ("signed_out", ""),
    ]  # fmt: skip
    ours = sign_in(app)
    ours.get("/settings/audit")
    assert "nobody@example.com" not in ours.text
    assert "Sign-in refused: wrong password" in ours.text


def fill(db, count, who="Olena", workspace=1, **more):
    """Lines of the log."""
    person = audit.Who(workspace, more.pop("person_id", 1), who)
    for number in range(count):
        audit.record(db, person, more.get("what", "key_made"), f"line {number}")


def test_the_log_comes_in_pages_and_none_is_missed(owner, db):
    fill(db, 120)
    seen, path = [], "/settings/audit?kind=keys"
    while path:
        owner.get(path)
        seen += re.findall(r"line (\d+)<", owner.text)
        fill(db, 1, what="paused")  # what comes in meanwhile moves nothing
        older = re.search(r'href="([^"]+before=[^"]+)"', owner.text)
        path = older[1].replace("&amp;", "&") if older else ""
    assert seen == [str(number) for number in reversed(range(120))]


def test_filters_by_person_kind_and_day(owner, db):
    vera = people.add(db, 1, email="v@example.com", name="V", role="viewer", password=PASSWORD)
    fill(db, 2)
    fill(db, 3, "V", person_id=vera, what="paused")
    today = datetime.now(UTC).date().isoformat()
    for query, count in [
        (f"person={vera}", 3), ("person=1&kind=keys", 2), (f"person={vera}&kind=keys", 0),
        (f"since={today}&until={today}&kind=rules", 3), ("until=2020-01-01", 0),
        ("since=9999-12-31", 0), ("until=9999-12-31&kind=keys", 2),
        ("kind=nonsense&since=x&person=-&until=2020-13-01&before=zzz", 6),
    ]:  # fmt: skip
        assert owner.get(f"/settings/audit?{query}").status_code == 200
        assert owner.text.count("<li><small>") == count, query


def test_the_file_has_every_line_and_no_cell_that_computes(owner, db):
    fill(db, 600)
    audit.record(db, audit.Who(1, 1, "=cmd|' /C calc'!A0"), "key_made", "@SUM(1)", "+1")
    reply = owner.get("/settings/audit/export.csv?kind=keys")
    lines = list(csv.reader(io.StringIO(reply.get_data(as_text=True).lstrip("\ufeff"))))
    assert len(lines) == 1 + 601
    assert lines[1][1:] == ["'=cmd|' /C calc'!A0", "Made a key", "'@SUM(1)", "'+1"]
    assert noted(db)[-1][0] == "audit_exported"


def test_another_workspace_and_others_than_owners_see_nothing_of_it(owner, viewer, stranger, db):
    fill(db, 1, "Ours alone")
    for path in ("/settings/audit", "/settings/audit/export.csv"):
        assert viewer.get(path).status_code == 403
        assert "Ours alone" not in stranger.get(path).get_data(as_text=True)


@pytest.mark.parametrize(
    ("where", "index"),
    [("", "audit_workspace"), (" AND person_id = 1", "audit_person"),
     (" AND kind = 'keys'", "audit_kind")],
)  # fmt: skip
def test_a_page_of_the_log_is_found_by_an_index(db, where, index):
    sql = f"SELECT id FROM audit WHERE workspace_id = 1{where} ORDER BY id DESC LIMIT 51"
    plan = str(db.execute(f"EXPLAIN QUERY PLAN {sql}").fetchall())
    assert index in plan
    assert "TEMP B-TREE" not in plan


SECRETS = {
    "in": "inbox-token-1", "r": "recording-token-2", "told": "told-token-3",
    "join": "join-token-4", "password": "password-token-5", "welcome": "welcome-token-6",
}  # fmt: skip


@pytest.mark.parametrize("style", ["json", "plain"])
def test_the_servers_log_has_one_line_an_event_and_nothing_that_lets_in(data, db, tmp_path, style):
    log = tmp_path / "server.log"
    url, process = start_server(data, log, PRESS_ONE_LOG=style)
    try:
        for part, token in SECRETS.items():
            requests.get(f"{url}/{part}/{token}", timeout=5)
            requests.post(f"{url}/{part}/{token}/more", json={}, timeout=5)
        requests.post(f"{url}/bat/messagelist", headers={"x-api-key": "p1_verysecretkey"}, json={},
                      timeout=5)  # fmt: skip
        requests.get(f"{url}/forged%0d%0a2026-01-01 info press_one.audit removed", timeout=5)
        page = requests.get(f"{url}/login", timeout=5, headers={"X-Request-Id": "my-request-7"})
        assert page.headers["X-Request-Id"] == "my-request-7"
        odd = {"X-Request-Id": "odd id"}
        assert (
            requests.get(f"{url}/login", timeout=5, headers=odd).headers["X-Request-Id"] != "odd id"
        )
        browser = requests.Session()
        token = re.search(
            r'name="csrf_token"[^>]*value="([^"]+)"', browser.get(f"{url}/login").text
        )
        browser.post(f"{url}/login", data={"csrf_token": token[1], "email": "x\r\nforged@a.b",
                                           "password": "typed-secret-8"}, timeout=5)  # fmt: skip
        time.sleep(0.3)
    finally:
        process.terminate()
        process.wait(10)
    text = log.read_text()
    for secret in (*SECRETS.values(), "verysecretkey", "typed-secret-8", token[1]):
        assert secret not in text, secret
    assert "my-request-7" in text
    assert "/in/…" in text
    assert not [line for line in text.splitlines() if line.startswith(("2026-01-01", "forged"))]
    ours = [line for line in text.splitlines() if "press_one." in line]
    assert len([line for line in ours if "/forged" in line]) == 1
    if style == "json":
        events = [json.loads(line) for line in ours]
        assert all({"at", "level", "logger", "event"} <= event.keys() for event in events)
        assert any(event["logger"] == "press_one.audit" for event in events)
