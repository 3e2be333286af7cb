"""What the tests of calls over Infobip share: a stand-in, a press, and what Infobip reports."""

from __future__ import annotations

import json

import pytest

from calling import place
from calling.numbers import normalise
from calling.reach import service_opener
from flows.targets.base import Compiled
from providers.web import WebClient
from storage import connections
from tests.providers.stand_in import Routes, answering, resetting, standing_in

PENDING = {"groupId": 1, "groupName": "PENDING", "id": 26, "name": "PENDING_ACCEPTED"}
ANSWERED = {"groupId": 3, "groupName": "DELIVERED", "id": 5, "name": "DELIVERED_TO_HANDSET"}
NO_ANSWER = {"groupId": 2, "groupName": "UNDELIVERABLE", "id": 96, "name": "NO_ANSWER"}

VOICE, REPORTS, OLDER, LOGS = (
    "tts_3_advanced", "voice_1_reports", "tts_3_reports", "tts_3_logs",
)  # fmt: skip


def item(call, status=ANSWERED, **more):
    """One report of Infobip about a call that we named."""
    return {
        "bulkId": call.bulk_id, "messageId": call.message_id or call.bulk_id,
        "to": "380936670003", "doneAt": "2026-07-01T10:00:30.000+0000",
        "status": status, "error": {"groupId": 0, "id": 0, "name": "NO_ERROR"}, **more,
    }  # fmt: skip


def results(*items):
    return answering(200, json.dumps({"results": list(items)}).encode())


@pytest.fixture
def infobip(db, box):
    """An Infobip connection to a stand-in, whose routes a test sets."""
    routes = Routes({})
    with standing_in(routes) as server:
        routes.server = server
        made = connections.save(
            db, box, 1, service="infobip", name="I", base_url=server.url, new_secret="s3cret-key",
        )  # fmt: skip
        routes.connection = connections.get(db, 1, made)
        routes.service_for = service_opener(db, box, WebClient(server.allowed), "")
        yield routes


def ring(db, flow, infobip, nonce="n1"):
    """Press once and send, whatever comes of it."""
    call, _ = place.intend(
        db,
        place.Intent(
            workspace_id=1, person_id=None, nonce=nonce, flow=flow,
            connection=infobip.connection, number=normalise("+380936670003", "UA"), sender="",
            again=True,
            compiled=Compiled("infobip", "/tts/3/advanced", {"messages": [{"destinations": [{}]}]}),
        ),
    )  # fmt: skip
    return place.send(db, call.id, infobip.service_for)


def asked(infobip, path):
    return [line for line, _, _ in infobip.server.requests() if path in line]


@pytest.fixture
def unclear(db, flow, infobip):
    """A call whose reply was lost."""
    infobip.behaviours = {VOICE: resetting}
    return ring(db, flow, infobip)
