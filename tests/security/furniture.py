"""A workspace with one of everything that holds words, whatever the words are."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from calling import forward
from calling.words import EVENTS
from flows import call as engine
from flows.document import Connect, Flow, GoTo, HangUp, Menu, Repeat, SaveAnswer, Webhook
from flows.journeys import record
from storage import (
    answers,
    audit,
    calls,
    connections,
    do_not_call,
    flows,
    forward_addresses,
    forwards,
    history,
    invitations,
    journeys,
    keys,
    people,
    recordings,
)
from storage.credentials import secret_box
from storage.db import now, open_db
from storage.migrations import migrate
from tests.helpers import OWNER, PASSWORD, let_ring

PEOPLE = {"viewer@example.com": "viewer", "editor@example.com": "editor"}


@dataclass(frozen=True)
class Things:
    """The ids of one of everything, by the name they have in addresses, and the menu's."""

    ids: dict[str, int]
    key: str
    recording: str


def new_house(data: Path) -> None:
    """A data folder with an owner, a viewer and an editor; no rule of calling stops anything."""
    data.mkdir(parents=True)
    db = open_db(data / "press-one.sqlite3")
    migrate(db)
    box = secret_box(data)
    people.create_workspace(
        db, box, workspace="Bazar", email=OWNER, name="Olena", password=PASSWORD
    )
    for email, role in PEOPLE.items():
        people.add(db, 1, email=email, name=role.title(), role=role, password=PASSWORD)
    let_ring(db)
    db.close()


def a_flow(text: str) -> Flow:
    """A flow with ``text`` in every field that can hold words."""
    keys = {
        "1": (Webhook(id="s1", url="https://hooks.invalid/a", body={text: [text, {"a": text}]},
                      headers={"X-Note": text}, extra={text: text}),
              SaveAnswer(id="s2", name=text, value=text), GoTo(id="s3", menu="n")),
        "2": (Webhook(id="s4", url=text), Connect(id="s5", number=text)),
        "3": (GoTo(id="s6", menu=text),),
        "wrong": (Repeat(id="s7", times=2), HangUp(id="s8")),
    }  # fmt: skip
    return Flow(
        name=text, sender=text, recipient=text, text=text,
        menus=(Menu(id="m", name=text, script=text, recording=text, keys=keys,
                    extra={text: {text: text}}),
               Menu(id="n", name=text, recording=f"https://sounds.invalid/{text}",
                    keys={"1": (HangUp(id="s9"),), "wrong": ()})),
        message_extra={text: text}, envelope_extra={text: text},
    )  # fmt: skip


def furnish(db: Any, data: Path, text: str, mark: str) -> Things:
    """One of everything with ``text`` in it; ``mark`` tells one furnishing from another."""
    box, moment = secret_box(data), datetime.now(UTC)
    flow = a_flow(text)
    flow_id = flows.create(db, 1, 1, flow, text)
    history.name_revision(db, 1, flow_id, 1, 1, text)
    flows.edit(db, 1, flow_id, 1, 1, lambda old: old.model_copy(update={"sender": f"{text}2"}),
               text, settings=True)  # fmt: skip
    journey = record(engine.replay(flow, ["1"]), text)
    connection = connections.save(
        db, box, 1, service="voice_api", name=text, base_url="https://service.invalid/api",
        username=text, sender=text, new_secret="canary",
    )  # fmt: skip
    key = keys.add(db, 1, text)
    do_not_call.add(db, 1, [do_not_call.NewEntry("+380509876543", text)])
    person_id = people.insert(
        db, 1, email=f"{mark}@example.com", name=text, role="viewer", password_hash="none"
    )
    invitations.invite(db, 1, f"{mark}@elsewhere.example.com", "viewer", moment, made_by=1)
    sound = recordings.add(db, data, recordings.NewRecording(
        workspace_id=1, person_id=1, name=text, kind="mp3", content=mark.encode(), seconds=1.0,
        loudness=-18.0,
    ))  # fmt: skip
    forward_addresses.save(
        db, box, 1, "https://ours.invalid/", True, forward.new_secret()
    )  # the answers below are owed to it
    call = calls.add(db, _call(flow, flow_id, text, mark), _events(text))[0]
    for mid, step in ((call.message_id, "s2"), (f"nobody {mark}", text)):
        answers.receive(db, 1, answers.Answer(mid, step, text, text, text, text))
    calls.change(db, call.id, _events(text), reply_status=500, reply=text, problem=text,
                 state="accepted", outcome="failed", finished_at=now())  # fmt: skip
    audit.record(db, audit.Who(1, 1, text), "test_call", text, text)
    ids = {
        "flow_id": flow_id, "call_id": call.id, "connection_id": connection,
        "key_id": keys.list_all(db, 1)[-1].id, "entry_id": do_not_call.page(db, 1)[0].id,
        "journey_id": journeys.add(db, 1, flow_id, 1, journey).id,
        "forward_id": forwards.page(db, 1)[0].id, "recording_id": sound.id,
        "person_id": person_id,
        "invitation_id": invitations.waiting(db, 1, moment)[0].id,
        "event_id": calls.events(db, call)[0].id, "number": 1,
    }  # fmt: skip
    return Things(ids, key, sound.token)


def _call(flow: Flow, flow_id: int, text: str, mark: str) -> calls.NewCall:
    return calls.NewCall(
        workspace_id=1, origin="app", nonce=mark, flow_id=flow_id, flow_revision=1,
        flow_name=flow.name, service="speechcall", to_number="+380501234567", sender=text,
        request_path=text, request=text, state="queued", message_id=f"message {mark}",
        bulk_id=f"bulk {mark}", person_id=1,
    )  # fmt: skip


def _events(text: str) -> list[calls.NewEvent]:
    """Every kind of thing that services and web addresses say of a call, in their words."""
    names = {name for sentence in EVENTS.values() for name in re.findall(r"{(\w+)", sentence)}
    said = dict.fromkeys((*names, "reason", "words", "name", "value", "description"), text)
    return [calls.NewEvent(code, said, text) for code in EVENTS]


def copied(first: Path, to: Path) -> Path:
    """A folder of one's own."""
    return Path(shutil.copytree(first, to))
