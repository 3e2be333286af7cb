"""Infobip on the screens: connected, checked, rung and watched without JavaScript; taken away."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import time

import pytest

from flows.document import Flow, GoTo, HangUp, Menu
from storage import calls, connections, keys
from storage.db import open_db
from tests.blueprints.conftest import Running, let_everybody_in
from tests.helpers import Served, save_flow, start_server
from tests.providers.stand_in import Routes, answering, standing_in

END = {"wrong": (HangUp(id="h"),)}
ONE = Flow(name="Spoken", sender="+15053761293", menus=(Menu(id="m", script="Hello.", keys=END),))
TWO = Flow(name="Branching", sender="+15053761293", menus=(
    Menu(id="a", script="Press 1.", keys={"1": (GoTo(id="g", menu="b"),), **END}),
    Menu(id="b", script="Thank you.", keys=END),
))  # fmt: skip
KEY = "canary-infobip-key"


def as_json(value):
    return json.dumps(value).encode()


def reply(status):
    return answering(200, as_json({"messages": [{"to": "380936670003", "status": status}]}))


def reported(status):
    item = {"status": status, "error": {"name": "VOICE_ANSWERED"}}
    return answering(200, as_json({"results": [item]}))


ROUTES = {
    "tts_3_advanced": reply({"groupId": 1, "id": 26, "name": "PENDING_ACCEPTED"}),
    "voice_ivr_1_scenarios": answering(200, b'{"id": "SC-1"}'),
    "voice_ivr_1_messages": reply({"groupId": 1, "id": 26, "name": "PENDING_ACCEPTED"}),
    "voice_1_reports": reported({"groupId": 3, "id": 5, "name": "DELIVERED_TO_HANDSET"}),
    "tts_3_logs": answering(200, b'{"results": []}'),
}


@pytest.fixture(scope="module")
def infobip():
    """A stand-in for Infobip."""
    routes = Routes(ROUTES)
    with standing_in(routes) as server:
        routes.server = server
        yield server


@pytest.fixture(scope="module")
def running(first_day, infobip, tmp_path_factory):
    """The served app, which may reach the stand-in."""
    folder = tmp_path_factory.mktemp("infobip")
    data = shutil.copytree(first_day, folder / "data")
    db = open_db(data / "press-one.sqlite3")
    let_everybody_in(data, db)
    allowed = ",".join(infobip.allowed)
    url, process = start_server(data, folder / "log", PRESS_ONE_ALLOWED_HOSTS=allowed)
    yield Running(Served(url, data, process, folder / "log", keys.add(db, 1, "Tests")), db)
    process.terminate()
    process.wait(10)
    db.close()


@pytest.fixture(scope="module")
def owner(running, infobip):
    """The owner, who has added the connection on its page."""
    reader = running.signed_in()
    reader.open("/connections/new/infobip")
    reader.press("Save connection", name="Our Infobip", base_url=infobip.url, secret=KEY, sender="")
    assert "Our Infobip" in reader.words
    return reader


def ours(running):
    return next(one for one in connections.list_all(running.db, 1) if one.service == "infobip")


def test_the_connection_can_be_checked(running, owner):
    owner.open("/connections")
    action = f"/connections/{ours(running).id}/check"
    owner.page.forms = [form for form in owner.page.forms if form.action == action]
    assert "Infobip knows this key." in owner.press("Check").words
    assert KEY not in owner.reply.text


@pytest.mark.parametrize(
    ("flow", "paths"),
    [
        (ONE, ["/tts/3/advanced"]),
        (TWO, ["/voice/ivr/1/scenarios", "/voice/ivr/1/messages"]),
    ],
    ids=["message", "scenario"],
)
def test_a_test_call_rings_once_and_is_followed_to_its_end(running, owner, infobip, flow, paths):
    flow_id = save_flow(running.db, flow)
    before = len(infobip.requests())
    owner.open(f"/flows/{flow_id}/call")
    owner.press("Go on", connection=str(ours(running).id), number="+38 093 667 00 03")
    owner.press("Ring this number")
    call_id = int(owner.path.removeprefix("/calls/"))
    end = time.monotonic() + 20
    while not (call := calls.by_id(running.db, call_id)).final and time.monotonic() < end:
        time.sleep(0.1)
    assert (call.state, call.outcome) == ("accepted", "answered")
    assert call.bulk_id and call.bulk_id == call.message_id
    asked = [line.split()[:2] for line, _, _ in infobip.requests()[before:]]
    assert [path for method, path in asked if method == "POST"] == paths
    assert "Answered" in owner.open(f"/calls/{call_id}").words
    assert KEY not in owner.reply.text


@pytest.mark.parametrize(("flow", "count"), [(ONE, 1), (TWO, 2)], ids=["message", "scenario"])
def test_the_curl_commands_send_what_is_sent(running, owner, infobip, flow, count):
    flow_id = save_flow(running.db, flow)
    script = owner.open(f"/flows/{flow_id}/export/infobip.curl").reply.text
    before = len(infobip.requests())
    done = subprocess.run(
        ["bash", "-euc", script.replace("https://api.infobip.com", infobip.url)],
        capture_output=True, timeout=20, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    sent = infobip.requests()[before:]
    assert len(sent) == count
    assert {headers["authorization"] for _, headers, _ in sent} == {"App YOUR_API_KEY"}
    posts = [
        (re.sub(r" HTTP.*", "", line).removeprefix("POST "), sorted(json.loads(body)))
        for line, _, body in sent
    ]
    assert (
        posts
        == [
            [("/tts/3/advanced", ["messages"])],
            [
                ("/voice/ivr/1/scenarios", ["description", "name", "script"]),
                ("/voice/ivr/1/messages", ["messages"]),
            ],
        ][count - 1]
    )
