"""What the tests of screens share: one app for a whole module, and a served one."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from app import create_app
from calling import forward
from flows import call as engine
from flows.document import Flow, HangUp, Menu
from flows.journeys import record
from storage import (
    answers,
    calls,
    connections,
    do_not_call,
    forward_addresses,
    forwards,
    invitations,
    journeys,
    keys,
    people,
    recordings,
)
from storage.credentials import secret_box
from storage.db import open_db
from tests.blueprints.reader import PageReader
from tests.helpers import OWNER, PASSWORD, Browser, Served, save_flow, sign_in, start_server

VIEWER, EDITOR, STRANGER = "viewer@example.com", "editor@example.com", "other@example.com"


@dataclass(frozen=True)
class House:
    """An app on a data folder of its own, and everybody who may knock."""

    app: Any
    db: Any
    data: Path
    owner: Browser

    def somebody(self, email: str) -> Browser:
        """Another person, signed in."""
        return sign_in(self.app, email)


def let_everybody_in(data: Path, db: Any) -> None:
    """A viewer and an editor of the first workspace, and the owner of another."""
    for email, role in ((VIEWER, "viewer"), (EDITOR, "editor")):
        people.add(db, 1, email=email, name=role.title(), role=role, password=PASSWORD)
    people.create_workspace(
        db, secret_box(data), workspace="Other", email=STRANGER, name="Otto", password=PASSWORD
    )


@pytest.fixture(scope="module")
def house(first_day: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """One app for the tests of a module that do not get in each other's way."""
    data = Path(shutil.copytree(first_day, tmp_path_factory.mktemp("house") / "data"))
    db = open_db(data / "press-one.sqlite3")
    let_everybody_in(data, db)
    app = create_app(data=data, TESTING=True, PROPAGATE_EXCEPTIONS=False)
    yield House(app, db, data, sign_in(app))
    db.close()


def token(browser: Browser) -> str:
    """A good token from the page that is open."""
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', browser.text)
    assert found, "no form on this page"
    return found[1]


@pytest.fixture(scope="module")
def ours(house: House) -> dict[str, int]:
    """Ids of things of the first workspace, by the name they have in addresses."""
    end = {"1": (HangUp(id="s"),), "wrong": (HangUp(id="w"),)}
    menu = Menu(id="m", name="Our menu", recording="ivr_1", keys=end)
    flow = Flow(name="Ours alone", sender="Bazar", menus=(menu,))
    flow_id = save_flow(house.db, flow)
    keys.add(house.db, 1, "Our key")
    call = calls.NewCall(
        workspace_id=1, origin="app", nonce="ours", flow_id=flow_id, flow_revision=1,
        flow_name=flow.name, service="speechcall", to_number="+380501234567", sender="",
        request_path="/", request="{}", state="queued",
    )  # fmt: skip
    connection = connections.save(
        house.db, house.app.config["SECRET_BOX"], 1, service="voice_api", name="Our connection",
        base_url="https://api.sespcl.com/api/v1",
    )  # fmt: skip
    do_not_call.add(house.db, 1, [do_not_call.NewEntry("+380509876543")])
    journey = record(engine.replay(flow, ["1"]), "Our test")
    return {
        "flow_id": flow_id,
        "call_id": calls.add(house.db, call, [])[0].id,
        "connection_id": connection,
        "key_id": keys.list_all(house.db, 1)[0].id,
        "entry_id": do_not_call.page(house.db, 1)[0].id,
        "journey_id": journeys.add(house.db, 1, flow_id, 1, journey).id,
        "forward_id": _told_on(house),
        "recording_id": _recording(house),
        "person_id": people.by_email(house.db, EDITOR).id,
        "invitation_id": _invited(house),
    }


def _recording(house: House) -> int:
    """A recording that our call flow does not play; its id."""
    new = recordings.NewRecording(
        workspace_id=1, person_id=1, name="Ours alone, spoken", kind="mp3", content=b"sound",
        seconds=1.0, loudness=-18.0,
    )  # fmt: skip
    return recordings.add(house.db, house.data, new).id


def _invited(house: House) -> int:
    """Somebody who was invited; the id."""
    moment = datetime.now(UTC)
    invitations.invite(house.db, 1, "ours-alone@example.com", "viewer", moment, made_by=1)
    return invitations.waiting(house.db, 1, moment)[0].id


def _told_on(house: House) -> int:
    """An answer that is to be told on; its id there."""
    box = house.app.config["SECRET_BOX"]
    forward_addresses.save(
        house.db, box, 1, "https://ours.example.com/", True, forward.new_secret()
    )
    answers.receive(house.db, 1, answers.Answer("m", "s", "Ours alone", 1, "", "+380501234567"))
    return forwards.page(house.db, 1)[0].id


@dataclass(frozen=True)
class Running:
    """The served app of a module: its process, its database, its people."""

    served: Served
    db: Any

    def visitor(self) -> PageReader:
        """Somebody without JavaScript who is not signed in."""
        return PageReader(self.served.url)

    def signed_in(self, email: str = OWNER) -> PageReader:
        """Somebody who went through the sign-in page."""
        reader = self.visitor()
        reader.open("/login")
        reader.press("Sign in", email=email, password=PASSWORD)
        assert reader.status == 200
        return reader


@pytest.fixture(scope="module")
def running(first_day: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """``python serve.py`` for a whole module, its practice network five times as fast."""
    folder = tmp_path_factory.mktemp("running")
    data = Path(shutil.copytree(first_day, folder / "data"))
    db = open_db(data / "press-one.sqlite3")
    let_everybody_in(data, db)
    url, process = start_server(data, folder / "log", PRESS_ONE_PRACTICE_PACE="0.2")
    yield Running(Served(url, data, process, folder / "log", keys.add(db, 1, "Tests")), db)
    process.terminate()
    process.wait(10)
    db.close()
