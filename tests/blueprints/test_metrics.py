"""``/metrics`` and ``/readyz``: what monitoring sees, and who does not."""

import sqlite3

import pytest
from prometheus_client.parser import text_string_to_metric_families

from app import create_app
from blueprints import health
from storage import answers, calls
from storage.figures import CALLS, WAITING

TOKEN = "a-long-metrics-token"


def figures(text):
    return {
        (sample.name, *sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def call(db, nonce, state, **more):
    new = calls.NewCall(
        workspace_id=1, origin="app", nonce=nonce, flow_name="F", service="speechcall",
        to_number="+380501234567", sender="", request_path="/", request="{}", state=state, **more,
    )  # fmt: skip
    calls.add(db, new, [])


def test_calls_answers_the_queue_and_sizes_are_counted(app, db):
    call(db, "a", "queued")
    call(db, "b", "accepted", outcome="answered")
    call(db, "c", "accepted", outcome="answered")
    answers.receive(db, 1, answers.Answer("m", "s", "F", 1, "", "+380501234567"))
    client = app.test_client()
    client.get("/login")
    client.get("/no-such-page")
    reply = client.get("/metrics")
    assert reply.headers["Content-Type"].startswith("text/plain; version=")
    found = figures(reply.text)
    kind = (("origin", "app"), ("service", "speechcall"))
    assert found["press_one_calls", *kind, ("status", "answered")] == 2
    assert found["press_one_calls", *kind, ("status", "queued")] == 1
    assert found["press_one_oldest_waiting_seconds",] >= 0
    assert found["press_one_answers",] == 1
    assert found["press_one_queue_tasks", ("due", "now")] == 0
    assert found["press_one_database_bytes",] > 100_000
    asked = ("press_one_request_seconds_count", ("method", "GET"))
    assert found[*asked, ("route", "/login"), ("status", "200")] == 1
    assert found[*asked, ("route", "none"), ("status", "404")] == 1


def test_methods_and_paths_that_somebody_invents_make_no_lines(app):
    client = app.test_client()
    for index in range(5):
        client.open(f"/invented-{index}", method=f"BREW{index}")
    text = client.get("/metrics").text
    assert "invented" not in text
    assert "BREW" not in text


ASKED = {
    "from this machine": ({}, "127.0.0.1", 200),
    "from this machine, by its newer address": ({}, "::1", 200),
    "from elsewhere": ({}, "192.0.2.1", 404),
    "through a proxy on this machine": ({"X-Forwarded-For": "192.0.2.1"}, "127.0.0.1", 404),
    "through a proxy that says so otherwise": ({"Forwarded": "for=x"}, "127.0.0.1", 404),
    "from elsewhere with the token": ({"Authorization": f"Bearer {TOKEN}"}, "192.0.2.1", 200),
    "with another token": ({"Authorization": "Bearer another"}, "192.0.2.1", 404),
    "with a password": ({"Authorization": f"Basic {TOKEN}"}, "192.0.2.1", 404),
    "with nothing as a token": ({"Authorization": "Bearer "}, "192.0.2.1", 404),
    "from nowhere": ({}, "", 404),
}


@pytest.mark.parametrize("how", ASKED)
def test_metrics_are_not_for_everybody(data, how):
    headers, address, status = ASKED[how]
    app = create_app(data=data, metrics_token=TOKEN, TESTING=True)
    reply = app.test_client().get(
        "/metrics", headers=headers, environ_overrides={"REMOTE_ADDR": address}
    )
    assert reply.status_code == status


def test_without_a_token_none_is_right(app):
    for given in ("", "Bearer", "Bearer ", f"Bearer {TOKEN}"):
        reply = app.test_client().get(
            "/metrics", headers={"Authorization": given},
            environ_overrides={"REMOTE_ADDR": "192.0.2.1"},
        )  # fmt: skip
        assert reply.status_code == 404


@pytest.mark.parametrize("query", [CALLS, WAITING])
def test_monitoring_reads_no_table_of_calls_through(db, query):
    plan = [row[3] for row in db.execute(f"EXPLAIN QUERY PLAN {query}")]
    assert not [step for step in plan if step.startswith("SCAN") and "INDEX" not in step
                and step != "SCAN w"]  # fmt: skip


VERSIONS = {(3, 40, 1): True, (3, 51, 2): True, (3, 51, 3): False, (3, 60, 0): False}


@pytest.mark.parametrize("version", VERSIONS)
def test_readyz_advises_backups_where_sqlite_is_old(app, monkeypatch, version):
    monkeypatch.setattr(sqlite3, "sqlite_version_info", version)
    ready = app.test_client().get("/readyz").get_json()
    assert ready["sqlite"] == sqlite3.sqlite_version
    assert (ready.get("advice") == health.OLD_SQLITE) is VERSIONS[version]
