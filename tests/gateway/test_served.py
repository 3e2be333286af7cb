"""The gateways, the queue and the practice network, served for real by granian."""

from __future__ import annotations

import json
import signal
import socket
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
import requests

from calling import place
from calling.numbers import normalise
from flows.document import Flow, HangUp, Menu, Webhook
from flows.targets import speechcall, voice_api
from settings import Settings
from storage import call_list, calls, connections, keys, people, practice
from storage import flows as flow_store
from storage.credentials import secret_box
from storage.db import open_db
from storage.migrations import migrate
from tests.gateway.conftest import example
from tests.helpers import start_server

TTS = example("voice_tts_request.json")
TARGETS = {"speechcall": speechcall.compile_flow, "voice_api": voice_api.compile_flow}


@pytest.fixture
def data(tmp_path):
    folder = tmp_path / "data"
    folder.mkdir()
    db = open_db(folder / "press-one.sqlite3")
    migrate(db)
    people.create_workspace(
        db, secret_box(folder), workspace="A", email="a@example.com", name="A", password="long one"
    )
    db.close()
    return folder


@pytest.fixture
def told():
    """A web address on loopback; what it was told."""
    bodies = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            bodies.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_):
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    bodies_host = f"127.0.0.1:{server.server_port}"
    yield bodies_host, bodies
    server.shutdown()
    server.server_close()


@pytest.fixture
def start(data, tmp_path):
    """Starts the server on the data; may be called again after the last one was killed."""
    running = []

    def begin(**env):
        url, process = start_server(
            data, tmp_path / "log", **{"PRESS_ONE_PRACTICE_PACE": "0.02", **env}
        )
        running.append(process)
        return url, process

    yield begin
    for process in running:
        process.terminate()
        process.wait(10)


def data_db(data):
    return open_db(Settings(data=data).database)


@pytest.fixture
def db(data):
    db = data_db(data)
    yield db
    db.close()


def until(check, seconds=15.0):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if check():
            return
        time.sleep(0.02)
    raise AssertionError("it did not happen in time")


def flow(host):
    tell = Webhook(id="w", url=f"http://{host}/hook", body={"confirm": True})
    keys_of_menu = {"1": (tell, HangUp(id="h")), "wrong": (HangUp(id="h2"),)}
    return Flow(name="F", sender="Bazar", menus=(Menu(id="m", recording="ivr_1", script="Hi",
                                                      keys=keys_of_menu),))  # fmt: skip


def spoken():
    return Flow(name="V", menus=(Menu(id="m", script="Hi", keys={"wrong": (HangUp(id="h"),)}),))


def press(db, service, number, made, nonce="n"):
    """What the button does: write the call down."""
    flow_id = flow_store.create(db, 1, 1, made, "made")
    connection = next(c for c in connections.list_all(db, 1) if c.service == service)
    e164 = normalise(number, "UA")
    return place.intend(
        db,
        place.Intent(
            workspace_id=1, person_id=1, nonce=nonce, flow=flow_store.load(db, 1, flow_id),
            connection=connection, number=e164, sender=made.sender,
            compiled=TARGETS[service](made, e164.e164),
        ),
    )[0]  # fmt: skip


def test_a_queued_call_rings_tells_and_is_followed_to_its_end(start, db, told):
    host, bodies = told
    call = press(db, "speechcall", "+380935550001", flow(host))
    start(PRESS_ONE_ALLOWED_HOSTS=host)
    until(lambda: calls.by_id(db, call.id).final)
    done = calls.by_id(db, call.id)
    assert (done.state, done.outcome) == ("accepted", "answered")
    until(lambda: bodies)
    assert bodies == [
        {
            "from": "Bazar",
            "to": "+380935550001",
            "mid": done.message_id,
            "action": {"confirm": True},
        }
    ]
    until(lambda: "webhook_told" in {event.code for event in calls.events(db, done)})
    seen = [event.code for event in calls.events(db, done)]
    for code in ("queued", "sending", "accepted", "ringing", "answered", "webhook_told", "status"):
        assert code in seen
    assert [c.id for c in call_list.list_page(db, 1)] == [call.id]


def test_a_dropped_connection_leaves_an_unclear_call_and_one_request(start, db):
    call = press(db, "voice_api", "+15055550010", spoken())
    start()
    until(lambda: calls.by_id(db, call.id).final)
    done = calls.by_id(db, call.id)
    assert (done.state, done.outcome) == ("unknown", "unknown")
    taken = db.execute("SELECT count(*) FROM practice_calls").fetchone()[0]
    assert taken == 1


@pytest.mark.parametrize("ending", ["0008", "0009"])
def test_a_failing_gateway_gets_one_request_and_rings_nothing(start, db, ending):
    call = press(db, "voice_api", f"+1505555{ending}", spoken())
    start()
    until(lambda: calls.by_id(db, call.id).final)
    assert calls.by_id(db, call.id).state in ("refused", "unknown")
    assert db.execute("SELECT count(*) FROM practice_calls").fetchone()[0] == 0


def test_a_phone_rings_within_a_second(start, db):
    url, _ = start(PRESS_ONE_PRACTICE_PACE="1")
    key = keys.add(db, 1, "Tests")
    begun = time.monotonic()
    body = {**TTS, "to": "+15055551234"}
    reply = requests.post(
        f"{url}/api/v1/call/tts", json=body, headers={"x-api-key": key}, timeout=5
    ).json()
    message_id = reply["tracking"]["messages"][0]["messageId"]
    until(lambda: practice.by_message(db, message_id).phase == "ringing", 5)
    assert time.monotonic() - begun < 1.0


def test_the_log_names_every_request_of_a_program(start, db, tmp_path):
    url, _ = start()
    headers = {"x-api-key": keys.add(db, 1, "Tests"), "X-Request-Id": "order-7"}
    requests.post(f"{url}/api/v1/call/tts", json=TTS, headers=headers, timeout=5)
    log = (tmp_path / "log").read_text()
    assert "request=order-7" in log
    assert headers["x-api-key"] not in log


def test_the_bytes_break_off_on_the_wire(start, db):
    url, _ = start()
    key = keys.add(db, 1, "Tests")
    with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
        requests.post(
            f"{url}/api/v1/call/tts",
            json={**TTS, "to": "+15055550010"},
            headers={"x-api-key": key},
            timeout=5,
        )
    # The server itself goes on.
    reply = requests.post(f"{url}/api/v1/call/tts", json=TTS, headers={"x-api-key": key}, timeout=5)
    assert reply.status_code == 200


def test_a_body_that_is_far_too_large_gets_a_json_error(start, db):
    url, _ = start()
    key = keys.add(db, 1, "Tests")

    def parts(count):
        for _ in range(count):
            yield b" " * 500_000

    def status(body):
        reply = requests.post(
            f"{url}/bat/messagelist", data=body, headers={"X-Authorization-Key": key}, timeout=10
        )
        assert "error" in reply.json() or reply.ok
        return reply.status_code

    assert status(b" " * 3_000_000) == 413
    assert status(parts(6)) == 413
    assert status(parts(1)) == 400
    assert status(iter([json.dumps(example("speechcall_one_menu.json")).encode()])) == 200


def test_calls_survive_kill_nine_and_go_on_after_the_restart(start, db, told):
    host, bodies = told
    url, process = start(PRESS_ONE_PRACTICE_PACE="0.3", PRESS_ONE_ALLOWED_HOSTS=host)
    key = keys.add(db, 1, "Tests")
    body = example("speechcall_one_menu.json")
    body["messages"][0]["to"] = "+380935550001"
    steps = body["messages"][0]["menu"][0]["dtmfActions"]
    steps["d1"][0]["url"] = f"http://{host}/hook"
    reply = requests.post(
        f"{url}/bat/messagelist", json=body, headers={"X-Authorization-Key": key}, timeout=5
    )
    message_id = reply.json()["messages"][0]["messageId"]
    until(lambda: practice.by_message(db, message_id).phase != "enroute")
    process.send_signal(signal.SIGKILL)
    process.wait(10)
    queued = press(db, "speechcall", "+380935550001", flow(host), "queued before")
    stuck = press(db, "speechcall", "+380935550001", flow(host), "sending before")
    calls.claim(db, stuck.id)
    db.execute("UPDATE calls SET updated_at = '2020-01-01T00:00:00.000Z' WHERE id = ?", [stuck.id])
    db.conn.commit()
    start(PRESS_ONE_ALLOWED_HOSTS=host)
    until(lambda: practice.by_message(db, message_id).phase == "ended", 20)
    until(lambda: calls.by_id(db, queued.id).final, 20)
    until(lambda: calls.by_id(db, stuck.id).state == "unknown", 20)
    until(lambda: len(bodies) == 2)
    assert calls.by_id(db, queued.id).outcome == "answered"
    placed = db.execute("SELECT count(*) FROM practice_calls").fetchone()[0]
    assert placed == 2


def test_the_server_stops_when_asked(start):
    url, process = start()
    host, port = url.removeprefix("http://").split(":")
    process.send_signal(signal.SIGTERM)
    assert process.wait(15) is not None
    with pytest.raises(OSError):
        socket.create_connection((host, int(port)), 1)
