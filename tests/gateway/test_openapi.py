"""The description at /openapi.json, held against the running app: by schemathesis, and by a table
of requests that brings every answer it describes.

``OPENAPI_EXAMPLES`` is how many requests schemathesis makes up for each door and kind (valid or
not); ``make fuzz-api`` asks for many more.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from pathlib import Path
from types import SimpleNamespace

import jsonschema_rs
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import load_all_checks, not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from app import create_app
from blueprints.described import described
from calling import told
from storage import connections, inboxes, keys, recordings
from storage.credentials import secret_box
from storage.db import open_db
from tests.calling.audio import wav
from tests.gateway.conftest import example
from tests.helpers import start_server

EXAMPLES = int(os.environ.get("OPENAPI_EXAMPLES", "15"))
SLOW = {("POST /bat/messagelist", GenerationMode.NEGATIVE): 7}
"""What takes schemathesis seconds to make up -> how many times fewer are asked for. Wrong documents
by the hundred thousand are read in tests/flows/test_fuzz.py."""
SEED = int(os.environ.get("OPENAPI_SEED", "0"))
STYLES = ("seed", "live")
DOORS = {
    f"{method.upper()} {path}": door
    for path, doors in described("http://127.0.0.1", "seed")["paths"].items()
    for method, door in doors.items()
}

load_all_checks()
HOLDS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
]


def opened(first_day, folder, **env):
    """The app served for real, and everything that its doors ask for."""
    data = Path(shutil.copytree(first_day, folder / "data"))
    db, box = open_db(data / "press-one.sqlite3"), secret_box(data)
    connection = connections.save(
        db, box, 1, service="infobip", name="I", base_url="https://a.api.infobip.com",
        new_secret="quiet",
    )  # fmt: skip
    sound = recordings.add(db, data, recordings.NewRecording(
        workspace_id=1, person_id=1, name="Hello", kind="wav", content=wav(), seconds=1.0,
        loudness=-18.0,
    ))  # fmt: skip
    inbox = inboxes.inbox_keys(db, box, 1)
    address = told.notify_url("https://calls.example.com", box,
                              connections.get(db, 1, connection))  # fmt: skip
    url, process = start_server(data, folder / "log", PRESS_ONE_PRACTICE_PACE="0.01", **env)
    found = SimpleNamespace(
        url=url, process=process, inbox=inbox, told=address.rpartition("/")[2],
        key=keys.add(db, 1, "Tests", per_minute=keys.NO_LIMIT),
        slow_key=keys.add(db, 1, "Slow", per_minute=1), recording=sound.file_name,
    )  # fmt: skip
    db.close()
    return found


@pytest.fixture(scope="module")
def houses(first_day, tmp_path_factory):
    """One served app for each way of saying errors, started when it is first asked for."""
    running = {}

    def of(style):
        if style not in running:
            found = opened(first_day, tmp_path_factory.mktemp(style), VOICE_GATEWAY_ERRORS=style)
            running[style] = found
            found.document = requests.get(f"{found.url}/openapi.json", timeout=5).json()
            found.schema = schemathesis.openapi.from_dict(found.document)
            found.schema.config.generation.update(with_security_parameters=False)
        return running[style]

    yield of
    for found in running.values():
        found.process.terminate()
        found.process.wait(10)


@pytest.fixture(params=STYLES)
def house(request, houses):
    return houses(request.param)


def tts(**more):
    return {**example("voice_tts_request.json"), **more}


def messages(to="+380936670003"):
    body = example("speechcall_one_menu.json")
    body["messages"][0]["to"] = to
    return body


def asked(house, label, *, key="key", part="", **more):
    """One request at a door, with what opens it; ``part`` stands in the address."""
    method, path = label.split(" ")
    given = getattr(house, key, key)
    headers = {"x-api-key": given, "X-Authorization-Key": given,
               "X-Press-One-Secret": house.inbox.secret, **more.pop("headers", {})}  # fmt: skip
    path = path.partition("{")[0] + part if "{" in path else path
    return requests.request(method, house.url + path, headers=headers, timeout=10, **more)


# The document itself.


def test_it_is_an_openapi_document(house):
    house.schema.validate()
    assert house.document["openapi"] == "3.1.1"
    assert house.document["servers"] == [{"url": house.url}]
    broken = json.loads(json.dumps(house.document))
    del broken["info"]["version"]
    with pytest.raises(jsonschema_rs.ValidationError):
        schemathesis.openapi.from_dict(broken).validate()


def test_every_door_for_programs_is_in_it(data):
    app = create_app(data=data, TESTING=True)
    programs = ("voice_gateway", "speechcall_gateway", "inbox", "told", "schema", "media",
                "health", "metrics")  # fmt: skip
    refusals = ("wrong_method", "nothing_here")
    served = {
        f"{method} {rule.rule}".replace("<", "{").replace(">", "}")
        for rule in app.url_map.iter_rules()
        for method in rule.methods & {"GET", "POST"}
        if rule.endpoint.partition(".")[0] in programs
        and rule.endpoint.partition(".")[2] not in refusals
    }
    names = {"{bulk_id}": "{bulkId}", "{message_id}": "{messageId}", "{file_name}": "{fileName}"}
    for ours, theirs in names.items():
        served = {label.replace(ours, theirs) for label in served}
    assert served == set(DOORS)


def test_it_is_kept_and_asked_about_by_its_etag(house):
    first = requests.get(f"{house.url}/openapi.json", timeout=5)
    assert first.headers["Cache-Control"] == "public, max-age=300"
    again = {"If-None-Match": first.headers["ETag"]}
    second = requests.get(f"{house.url}/openapi.json", headers=again, timeout=5)
    assert (second.status_code, second.content) == (304, b"")
    other = {"If-None-Match": '"other"'}
    assert requests.get(f"{house.url}/openapi.json", headers=other, timeout=5).ok


# What it says, against what happens.

BEHIND_THE_FAULT = "+15055550008"
FOREIGN = {"headers": {"Host": "evil.example"}}
ELSEWHERE = {"headers": {"Origin": "https://evil.example"}}
LARGE = {"data": b" " * 1_100_000}

EVOKED = {
    "POST /api/v1/call/tts": {
        200: {"json": tts()}, 400: {"json": {}}, 401: {"json": tts(), "key": "wrong"},
        403: {"json": tts(), **ELSEWHERE}, 413: LARGE,
        429: {"json": tts(to="+15055550009")}, 500: {"json": tts(to=BEHIND_THE_FAULT)},
    },
    "GET /api/v1/call/status/{bulkId}": {
        200: {"part": "{bulk}"}, 400: {"part": "x", **FOREIGN},
        401: {"part": "x", "key": "wrong"}, 404: {"part": "x"},
        429: {"part": "x", "key": "slow_key"},
    },
    "POST /bat/messagelist": {
        200: {"json": messages()}, 400: {"data": b"{"}, 401: {"json": messages(), "key": "wrong"},
        403: {"json": messages(), **ELSEWHERE}, 413: LARGE, 422: {"json": {}},
        429: {"json": messages("+380935550009")}, 500: {"json": messages("+380935550008")},
    },
    "GET /bat/message/{messageId}": {
        200: {"part": "{message}"}, 400: {"part": "x", **FOREIGN},
        401: {"part": "x", "key": "wrong"}, 404: {"part": "x"},
        429: {"part": "x", "key": "slow_key"},
    },
    "POST /in/{token}": {
        200: {"part": "{inbox}", "json": {"mid": "1", "action": {"answer": "a", "step": "s"}}},
        400: {"part": "{inbox}", "json": {}}, 403: {"part": "{inbox}", "json": {}, **ELSEWHERE},
        404: {"part": "x", "json": {}}, 413: {"part": "{inbox}", "data": b" " * 20_000},
    },
    "POST /told/{token}": {
        200: {"part": "{told}", "json": {"results": []}}, 400: {"part": "{told}", "json": {}},
        403: {"part": "{told}", "json": {}, **ELSEWHERE}, 404: {"part": "x", "json": {}},
        413: {"part": "{told}", **LARGE},
    },
    "GET /r/{fileName}": {
        200: {"part": "{recording}"},
        206: {"part": "{recording}", "headers": {"Range": "bytes=0-9"}},
        304: {"part": "{recording}", "etag": True}, 400: {"part": "x", **FOREIGN},
        404: {"part": "x"}, 416: {"part": "{recording}", "headers": {"Range": "bytes=9999999-"}},
    },
    "GET /openapi.json": {200: {}, 304: {"etag": True}, 400: FOREIGN},
    "GET /schema/speechcall.json": {200: {}, 304: {"etag": True}, 400: FOREIGN},
    "GET /healthz": {200: {}, 400: FOREIGN},
    "GET /readyz": {200: {}, 400: FOREIGN},
    "GET /metrics": {200: {}, 400: FOREIGN, 404: {"headers": {"X-Forwarded-For": "192.0.2.1"}}},
}  # fmt: skip
"""Door -> status -> the request that brings it."""

ONLY_WHEN_BROKEN = {
    "GET /api/v1/call/status/{bulkId}": {500},
    "GET /bat/message/{messageId}": {500},
    "POST /in/{token}": {503},
    "POST /told/{token}": {503},
    "GET /r/{fileName}": {500, 503},
    "GET /readyz": {503},
    "GET /metrics": {500, 503},
}
"""What only a broken disk or database brings."""


@pytest.fixture
def known(house):
    """Names that stand in addresses: of a call of each kind, of the secret places."""
    call = asked(house, "POST /api/v1/call/tts", json=tts()).json()
    sent = asked(house, "POST /bat/messagelist", json=messages()).json()
    return {"bulk": call["tracking"]["bulkId"], "message": sent["messages"][0]["messageId"],
            "inbox": house.inbox.token, "told": house.told,
            "recording": house.recording}  # fmt: skip


@pytest.mark.parametrize("label", DOORS)
def test_every_described_status_is_really_answered_with_its_body(house, known, label):
    method, path = label.split(" ")
    responses = set(house.document["paths"][path][method.lower()]["responses"])
    statuses = {int(status) for status in responses if status.isdecimal()}
    assert statuses == EVOKED[label].keys() | ONLY_WHEN_BROKEN.get(label, set())
    for status, wanted in EVOKED[label].items():
        request = json.loads(json.dumps(wanted)) if "data" not in wanted else dict(wanted)
        request["part"] = request.get("part", "").format(**known)
        if request.pop("etag", False):
            etag = asked(house, label, part=request["part"]).headers["ETag"]
            request["headers"] = {"If-None-Match": etag}
        reply = asked(house, label, **request)
        if status == 429 and reply.status_code != 429:
            reply = asked(house, label, **request)
        assert reply.status_code == status, reply.text
        parts = dict.fromkeys(re.findall(r"{(\w+)}", path), "x")
        case = house.schema.find_operation_by_label(label).Case(path_parameters=parts)
        case.validate_response(reply, checks=HOLDS[1:])


def opening(house, label):
    """Headers that open a door, and parts of addresses that are somebody's."""
    if "/api/v1" in label:
        return {"x-api-key": house.key}
    if "/bat" in label:
        return {"X-Authorization-Key": house.key}
    return {"X-Press-One-Secret": house.inbox.secret} if "/in/" in label else {}


KINDS = {
    GenerationMode.POSITIVE: [label for label in DOORS if "{" in label or "POST" in label],
    # A part of an address that is any text can be no wrong one.
    GenerationMode.NEGATIVE: [label for label in DOORS if "POST" in label or "/r/" in label],
}


ASKED = [
    (style, kind, label)
    for style in STYLES
    for kind, labels in KINDS.items()
    for label in labels
    if style == "seed" or "/api/v1" in label
]
"""The setting changes the Voice API's doors only."""


@pytest.mark.parametrize(("house", "kind", "label"), ASKED, indirect=["house"])
def test_whatever_is_asked_is_answered_as_described(house, known, label, kind):
    door = house.schema.find_operation_by_label(label)
    parts = {"bulkId": known["bulk"], "messageId": known["message"],
             "fileName": known["recording"]}  # fmt: skip
    if "token" in label:
        parts["token"] = known["inbox" if "/in/" in label else "told"]
    seen = set()
    count = max(2, EXAMPLES // SLOW.get((label, kind), 1))

    @seed(SEED)
    @settings(max_examples=count, deadline=None, database=None, phases=[Phase.generate],
              suppress_health_check=list(HealthCheck))  # fmt: skip
    @given(case=door.as_strategy(generation_mode=kind), somebodys=st.booleans())
    def ask(case, somebodys):
        if somebodys and case.path_parameters:
            for name in case.path_parameters.keys() & parts.keys():
                case.path_parameters[name] = parts[name]
        if somebodys and isinstance(case.body, dict):
            ringing(case.body)
        reply = case.call_and_validate(
            base_url=house.url, headers=opening(house, label), checks=HOLDS, timeout=10
        )
        seen.add(reply.status_code)

    ask()
    assert seen - {401, 429}, "nothing got past the door"
    assert 200 in seen or kind is GenerationMode.NEGATIVE


def ringing(body):
    """Put numbers that practice rings where a number stands, so that calls get through."""
    if isinstance(body.get("to"), str):
        body["to"] = "+15053753840"
    for message in body["messages"] if isinstance(body.get("messages"), list) else ():
        if isinstance(message, dict) and isinstance(message.get("to"), str):
            message["to"] = "+380936670003"
