"""docs/api.md and the README's own command: each is typed, in order, and does what it says."""

import json
import re
import shlex
import shutil
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
import schemathesis
from standardwebhooks import WebhookVerificationError

from calling import forward
from storage import answers, inboxes, recordings
from storage.credentials import secret_box
from storage.db import open_db
from tests.calling.audio import wav
from tests.helpers import ROOT, Served, start_server

DOC = (ROOT / "docs" / "api.md").read_text()
BLOCKS = re.findall(r"```(\w+)(?: test=([\w-]+))?\n(.*?)```", DOC, flags=re.DOTALL)
README = re.search(r"```sh\n(KEY=.*?)```", (ROOT / "README.md").read_text(), flags=re.DOTALL)[1]
SHELL = [*((name, text) for kind, name, text in BLOCKS if kind == "sh"), ("readme", README)]
MARK = "\x01"


@pytest.fixture(scope="module")
def service(served_once):
    """Everything that the document's commands printed, by the name of their block."""
    served, db = served_once
    inbox = inboxes.inbox_keys(db, secret_box(served.data), 1)
    sound = recordings.add(db, served.data, recordings.NewRecording(
        workspace_id=1, person_id=1, name="Hello", kind="wav", content=wav(), seconds=1.0,
        loudness=-18.0,
    ))  # fmt: skip
    script = "".join(f"printf '{MARK}{name}{MARK}'\n{text}\n" for name, text in SHELL)
    for theirs, ours in ((".venv/bin/", f"{shlex.quote(str(Path(sys.executable).parent))}/"),
                         ("http://127.0.0.1:5000", served.url)):  # fmt: skip
        script = script.replace(theirs, ours)
    env = {"PRESS_ONE_DATA": str(served.data), "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8",
           "INBOX": f"{served.url}/in/{inbox.token}", "SECRET": inbox.secret,
           "RECORDING": f"{served.url}/r/{sound.file_name}"}  # fmt: skip
    done = subprocess.run(["/bin/sh", "-euc", script], cwd=ROOT, env=env, capture_output=True,
                          text=True, timeout=60)  # fmt: skip
    assert done.returncode == 0, done.stderr
    parts = done.stdout.split(MARK)[1:]
    return dict(zip(parts[::2], parts[1::2], strict=True))


@pytest.fixture(scope="module")
def served_once(first_day, tmp_path_factory):
    folder = tmp_path_factory.mktemp("api-doc")
    data = Path(shutil.copytree(first_day, folder / "data"))
    url, process = start_server(data, folder / "log", PRESS_ONE_PRACTICE_PACE="0.01")
    db = open_db(data / "press-one.sqlite3")
    yield Served(url, data, process, folder / "log", ""), db
    db.close()
    process.terminate()
    process.wait(10)


def test_every_command_of_the_document_has_a_name_and_is_run(service):
    assert all(name for kind, name, _ in BLOCKS)
    assert {name for name, _ in SHELL} == service.keys()


def test_the_description_is_one(service):
    document = json.loads(service["described"])
    schemathesis.openapi.from_dict(document).validate()
    for path in re.findall(r"http://127\.0\.0\.1:5000(/[\w/.]+)", DOC):
        assert any(known.startswith(path.rstrip("/")) for known in document["paths"]), path


def test_a_call_of_each_service_is_placed_and_asked_about(service):
    for name in ("voice-call", "readme"):
        assert json.loads(service[name])["message"] == "Call initiated successfully."
    assert isinstance(json.loads(service["voice-status"])["results"], list)
    (message,) = json.loads(service["speechcall-call"])["messages"]
    assert message["status"] == "sent"
    status = json.loads(service["speechcall-status"])
    assert status["messageId"] == message["messageId"]
    words = ("scheduled", "processing", "delivered", "undeliverable", "permanenterror")
    assert status["deliverystatus"] in words
    assert all(f"`{word}`" in DOC for word in words)


def test_the_failing_number_fails_as_the_document_says(service):
    assert json.loads(service["failing"])["error"].startswith("Failed to initiate call")


def test_the_answer_is_kept(service, served_once):
    assert json.loads(service["inbox"]) == {"status": "ok"}
    (kept,) = answers.of_message(served_once[1], 1, "7748021")
    assert (kept.name, kept.value, kept.step) == ("delivery", "confirmed", "a1b2c3")


def test_the_recording_and_the_health_are_as_the_document_says(service):
    assert service["recording"] == "206 audio/wav"
    assert service["health"].count('"ok"') == 2


def test_the_python_of_the_document_takes_what_is_told_and_nothing_else():
    (source,) = [text for kind, name, text in BLOCKS if name == "verify"]
    names = {}
    exec(source, names)
    secret = forward.new_secret()
    content = forward._content("answer.received", "2026-01-31T09:30:00.000Z", forward.SAMPLE)
    at = datetime.fromtimestamp(int(time.time()), UTC)
    headers = forward.headers_for("msg_1", content, [secret], at)
    assert names["answer_of"](secret, content, headers) == forward.SAMPLE
    with pytest.raises(WebhookVerificationError):
        names["answer_of"](forward.new_secret(), content, headers)
