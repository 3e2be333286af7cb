"""What the tests of one press share: its fixtures, and what SpeechCall answers."""

from __future__ import annotations

import json

import pytest

from calling import place
from calling.numbers import normalise
from calling.reach import service_opener
from flows.document import Flow, HangUp, Menu
from flows.targets.base import Compiled
from providers.web import WebClient
from storage import calls, connections
from storage import flows as flow_store

ACCEPTED = json.dumps(
    {"messages": [{"messageId": "mid-1", "recipient": "+380936670003", "status": "sent"}]}
).encode()


@pytest.fixture
def flow(db):
    menu = Menu(id="m", recording="ivr_1", keys={"wrong": (HangUp(id="h"),)})
    flow_id = flow_store.create(db, 1, None, Flow(name="F", menus=(menu,)), "made")
    return flow_store.load(db, 1, flow_id)


@pytest.fixture
def connection(db, box, listener):
    made = connections.save(
        db, box, 1, service="speechcall", name="Real", base_url=listener.url,
        username="u", new_secret="s",
    )  # fmt: skip
    return connections.get(db, 1, made)


@pytest.fixture
def service_for(db, box, listener):
    return service_opener(db, box, WebClient(frozenset({listener.host})), "http://127.0.0.1:9")


def intent(flow, connection, nonce="n1"):
    number = normalise("+380936670003", "UA")
    compiled = Compiled("speechcall", "/bat/messagelist", {"messages": [{"big": 10**30}]})
    return place.Intent(
        workspace_id=1, person_id=None, nonce=nonce, flow=flow, connection=connection,
        number=number, sender="S", compiled=compiled,
    )  # fmt: skip


def now_due(db, call):
    return calls.change(db, call.id, [], next_poll_at="2000-01-01T00:00:00.000Z")
