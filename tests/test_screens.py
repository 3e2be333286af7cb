"""The sample workspace and the table of all screens: complete, and all of it works."""

from __future__ import annotations

import shutil

import pytest
import requests

from app import create_app
from storage import people
from storage.db import open_db
from tools import demo
from tools.screens import open_house, unnamed_routes

FOR_PROGRAMS = {
    "static", "health.healthz", "health.readyz", "metrics.metrics", "media.recording",
    "voice_gateway.nothing_here", "voice_gateway.call_status", "voice_gateway.wrong_method",
    "speechcall_gateway.nothing_here", "speechcall_gateway.message_status",
    "speechcall_gateway.wrong_method",
}  # fmt: skip
PARTS_OF_PAGES = {
    "answers.live", "calls.live", "calls.live_list", "authenticator.picture", "glance.small_map",
    "guide.drawing",
}  # fmt: skip
FILES = {
    "answers.export_csv", "answers.export_json", "call_export.download", "audit.download",
    "preview.curl", "preview.download", "preview.whole", "schema.speechcall", "schema.openapi",
    "script.text",
}  # fmt: skip
"""Addresses that show no screen."""


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """The sample, served."""
    with open_house(tmp_path_factory.mktemp("seen") / "data") as served:
        yield served


@pytest.fixture(scope="module")
def visitors(house):
    """Everybody who looks at screens, as a client that is signed in."""
    found = {}
    for who in {screen.who for screen in house.screens}:
        found[who] = requests.Session()
        for cookie in house.cookies(who):
            found[who].cookies.set(cookie["name"], cookie["value"])
    return found


def test_the_sample_has_500_calls_in_every_state_and_300_answers(house):
    db = open_db(house.data / "press-one.sqlite3")
    count = {
        "calls": "SELECT count(*) FROM calls WHERE workspace_id = 1 AND listed",
        "answers": "SELECT count(*) FROM answers WHERE workspace_id = 1",
        "days": "SELECT count(DISTINCT substr(created_at, 1, 10)) FROM calls",
        "states": "SELECT count(DISTINCT state) FROM calls",
        "outcomes": "SELECT count(DISTINCT outcome) FROM calls",
        "owed": "SELECT count(*) FROM call_events WHERE code = 'webhook_due'",
    }
    found = {name: db.execute(sql).fetchone()[0] for name, sql in count.items()}
    db.close()
    assert (found["calls"], found["answers"]) == (500, 300)
    assert found["days"] > 20
    assert (found["states"], found["outcomes"], found["owed"]) == (5, 8, 0)


def test_the_sample_is_the_same_every_time(house, tmp_path):
    def story(folder):
        db = open_db(folder / "press-one.sqlite3")
        try:
            return list(
                db.execute(
                    "SELECT flow_name, to_number, state, outcome FROM calls"
                    " WHERE workspace_id = 1 ORDER BY id"
                )
            )
        finally:
            db.close()

    demo.fill(tmp_path / "again")
    assert story(tmp_path / "again") == story(house.data)


def test_no_sample_is_put_beside_peoples_work(data, capsys):
    before = len(people.list_all(open_db(data / "press-one.sqlite3"), 1))
    with pytest.raises(demo.NotEmpty):
        demo.fill(data)
    assert "not empty" in demo.main(["--data", str(data)])
    assert len(people.list_all(open_db(data / "press-one.sqlite3"), 1)) == before
    shutil.rmtree(data)
    assert demo.main(["--data", str(data)]) is None
    assert demo.PASSWORD in capsys.readouterr().out


def test_every_screen_can_be_seen(house, visitors):
    expected = {"link-gone": 410, "first-run-used": 410, "forbidden": 403, "nothing-here": 404,
                "export-problems": 422}  # fmt: skip
    for screen in house.screens:
        reply = visitors[screen.who].get(house.url + screen.path, timeout=20, allow_redirects=False)
        status = int(screen.name[6:]) if screen.name.startswith("error-") else 200
        assert reply.status_code == expected.get(screen.name, status), screen
        assert "<main" in reply.text, screen


def test_no_page_is_missing_in_the_table(house):
    without = [screen for screen in house.screens if screen.name != "audit"]
    expected = FOR_PROGRAMS | PARTS_OF_PAGES | FILES
    assert unnamed_routes(house.app, without) - expected == {"audit.listing"}
    missing = unnamed_routes(house.app, house.screens) - expected
    assert not missing, "Give each of these a line in tools/screens.py"


def test_nobody_reaches_the_pages_of_errors_outside_this_house(data):
    assert create_app(data=data).test_client().get("/screens/error/500").status_code == 404
