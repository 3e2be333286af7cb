"""Make a sample workspace to look around in: ``make demo``, or ``fill`` for pictures and tests.

    python -m tools.demo [--data FOLDER]

Everything is made by the storage's own functions and from a seed, so that it is the same every
time but for the secrets and the days, which end today.
"""

from __future__ import annotations

import argparse
import math
import random
import struct
import sys
from array import array
from datetime import UTC, datetime
from pathlib import Path

from sqlite_utils import Database

from calling.recordings.addresses import url_of
from calling.recordings.sniff import sniff
from flows import call as engine
from flows.document import SaveAnswer
from flows.edits import change_menu
from flows.journeys import record
from flows.starters import starter
from flows.starters.shapes import SHAPES
from settings import Settings
from storage import (
    audit,
    connections,
    do_not_call,
    forward_addresses,
    history,
    inboxes,
    invitations,
    journeys,
    keys,
    moderation,
    own_numbers,
    people,
    recordings,
    rules,
    shelves,
)
from storage import flows as flow_store
from storage.credentials import SecretBox, secret_box
from storage.db import open_db, write_tx
from storage.migrations import migrate
from tools import demo_calls
from tools.demo_flow import line

EMAIL, PASSWORD = "olena@bazar.example", "press one to try it"
"""How the owner of the sample signs in."""

SEED = 1
RATE = 8_000
"""Samples a second of the sample's recordings: what a phone carries."""

COLLEAGUES: tuple[tuple[str, str, people.Role], ...] = (
    ("taras@bazar.example", "Taras Shevchuk", "editor"),
    ("vira@bazar.example", "Vira Petrova", "viewer"),
)
SOUNDS = (("Delivery: hello", 11.0), ("Delivery: another day", 6.5), ("Thank you", 2.4),
          ("Survey: the first question", 8.2), ("Old greeting", 9.1))  # fmt: skip
"""Name and seconds of the recordings."""


class NotEmpty(Exception):
    """There are people already; the sample is made beside nobody's work."""


def fill(data: Path, base_url: str = "http://127.0.0.1:5000") -> None:
    """Make the sample in a data folder. Raises NotEmpty when somebody has an account there."""
    data.mkdir(parents=True, exist_ok=True)
    db, box = open_db(data / "press-one.sqlite3"), secret_box(data)
    try:
        migrate(db)
        with write_tx(db):
            if people.anybody(db):
                raise NotEmpty
            _fill(db, box, data, base_url)
    finally:
        db.close()


def _fill(db: Database, box: SecretBox, data: Path, base_url: str) -> None:
    rng = random.Random(SEED)
    owner = people.create_workspace(
        db, box, workspace="Bazar", email=EMAIL, name="Olena Koval", password=PASSWORD
    )
    team = [
        people.add(db, 1, email=email, name=name, role=role, password=PASSWORD)
        for email, name, role in COLLEAGUES
    ]
    real = connections.save(
        db, box, 1, service="speechcall", name="SpeechCall, Bazar", sender="Bazar",
        base_url="https://speechcall.example.com", new_secret="an example, not a key",
    )  # fmt: skip
    program_key = _program_keys(db, real)
    _rules(db, box, owner)
    kept = _recordings(db, data, owner)
    flows = _flows(db, owner, [url_of(base_url, recording) for recording in kept])
    over = {found.service: found for found in connections.list_all(db, 1) if found.practice}
    speechcall = connections.get(db, 1, real)
    if speechcall is None:
        raise LookupError("The connection that was just saved is not there.")
    house = demo_calls.House(db, box, flows, (owner, team[0]), over, speechcall, program_key)
    demo_calls.make(house, rng)
    _audit(db, owner)


def _program_keys(db: Database, connection: int) -> str:
    """Two keys for programs; the one of the practice network, in clear."""
    keys.add(db, 1, "Bookkeeping", connection_id=connection, per_minute=60)
    return keys.add(db, 1, "Online shop")


def _rules(db: Database, box: SecretBox, owner: int) -> None:
    """Rules of calling and of moderation, numbers not to ring, who is asked to join."""
    rules.change(
        db, 1, countries=frozenset({"UA", "BG"}), workspace_day=200, spend_day=50 * rules.UNITS,
        prices={"UA": rules.UNITS // 10, "BG": rules.UNITS // 8}, country_day={"BG": 20},
        call_me_first=False,
    )  # fmt: skip
    moderation.save(db, 1, moderation.Rules(own_words=(moderation.OwnWord("free money", "SPAM"),)))
    asked = [
        do_not_call.NewEntry("+380936670017", "asked on the phone not to be rung"),
        do_not_call.NewEntry("+380936670054", "complained by letter"),
        do_not_call.NewEntry("+359888123456"),
    ]
    do_not_call.add(db, 1, asked)
    invitations.invite(db, 1, "maksym@bazar.example", "editor", datetime.now(UTC), made_by=owner)
    mine = own_numbers.OwnNumber(
        owner, 1, asked_number="+15055550100", asked_practice=True, tries_left=5
    )
    own_numbers.ask(db, mine, "4711")
    own_numbers.answer(db, 1, owner, "4711", "")
    inboxes.inbox_keys(db, box, 1)
    forward_addresses.save(db, box, 1, "https://shop.example.com/answers", False, "an example")


def _recordings(db: Database, data: Path, owner: int) -> list[recordings.Recording]:
    """Soft tones in the place of voices; the last one was replaced by the first."""
    kept = []
    for number, (name, seconds) in enumerate(SOUNDS):
        sound = sniff(_tone(220 + 40 * number, seconds))
        new = recordings.NewRecording(
            workspace_id=1, person_id=owner, name=name, kind=sound.kind, content=sound.content,
            seconds=sound.seconds, loudness=sound.loudness, draft=number == len(SOUNDS) - 2,
        )  # fmt: skip
        kept.append(recordings.add(db, data, new))
    recordings.succeed(db, 1, kept[-1].id, kept[0].id)
    return kept


def _tone(hertz: int, seconds: float) -> bytes:
    """A WAV file of one tone that swells and fades like a sentence."""
    count = int(RATE * seconds)
    period = [math.sin(2 * math.pi * hertz * n / RATE) for n in range(RATE)]
    swell = [2_000 + 5_000 * abs(math.sin(3 * math.pi * n / RATE)) for n in range(RATE)]
    second = array("h", (int(a * b) for a, b in zip(period, swell, strict=True)))
    samples = (second * (int(seconds) + 1))[:count].tobytes()
    form = struct.pack("<HHIIHH", 1, 1, RATE, RATE * 2, 2, 16)
    head = struct.pack("<4sI4s4sI", b"RIFF", 36 + len(samples), b"WAVE", b"fmt ", 16)
    return head + form + struct.pack("<4sI", b"data", len(samples)) + samples


def _flows(db: Database, owner: int, sounds: list[str]) -> dict[str, flow_store.StoredFlow]:
    """The templates and the bigger flow, some of them edited: a history, a name, a kept call."""
    ids = {
        key: flow_store.create(
            db, 1, owner, line() if key == "line" else starter(key, "en", "Bazar"),
            "Start a call flow",
        )
        for key in ("line", *reversed(SHAPES))
    }  # fmt: skip
    _put_away(db, owner)
    _edit_order(db, ids["order"], owner, sounds)
    survey = flow_store.load(db, 1, ids["survey"]).flow
    kept = record(engine.replay(survey, ["5", "1"]), "Five stars, would recommend")
    journeys.add(db, 1, ids["survey"], owner, kept)
    flow_store.edit(
        db, 1, ids["survey"], owner, 1,
        lambda flow: change_menu(flow, survey.menus[0].id, recording=sounds[3]),
    )  # fmt: skip
    return {key: flow_store.load(db, 1, flow_id) for key, flow_id in ids.items()}


def _put_away(db: Database, owner: int) -> None:
    """A flow that is archived, and one that was deleted."""
    for name, key, put in (
        ("Summer opening hours", "transfer", shelves.archive),
        ("First try", "survey", flow_store.delete),
    ):
        flow = starter(key, "en", "Bazar").model_copy(update={"name": name})
        put(db, 1, flow_store.create(db, 1, owner, flow, "Start a call flow"))


def _edit_order(db: Database, flow_id: int, owner: int, sounds: list[str]) -> None:
    """Recordings for every menu but one, another wait, an answer more, a named version."""
    flow = flow_store.load(db, 1, flow_id).flow
    revision = 1
    for menu, sound in zip(flow.menus[:4], (*sounds[:3], sounds[2]), strict=True):
        revision = flow_store.edit(
            db, 1, flow_id, owner, revision,
            lambda f, menu=menu, sound=sound: change_menu(f, menu.id, recording=sound),
        ).revision  # fmt: skip
    history.name_revision(db, 1, flow_id, owner, revision, "Sent to the call centre")
    first = flow.menus[0]
    steps = {**first.keys, "4": (SaveAnswer(id="status-4-1", name="delivery", value="neighbour"),)}
    for change in ({"wait_ms": 8_000}, {"keys": steps}):
        revision = flow_store.edit(
            db, 1, flow_id, owner, revision,
            lambda f, change=change: f.model_copy(
                update={
                    "menus": tuple(
                        m.model_copy(update=change) if m.id == first.id else m for m in f.menus
                    )
                }
            ),
        ).revision  # fmt: skip


def _audit(db: Database, owner: int) -> None:
    """What the people of the sample did."""
    by_id = {person.id: person for person in people.list_all(db, 1)}
    olena = audit.by(by_id[owner])
    taras, vira = (audit.by(person) for person in by_id.values() if person.id != owner)
    for who, what, about, detail in (
        (olena, "first_owner", "", ""),
        (olena, "connection_saved", "SpeechCall, Bazar", ""),
        (olena, "connection_checked", "SpeechCall, Bazar", ""),
        (olena, "invited", "taras@bazar.example", "editor"),
        (taras, "joined", "", "editor"),
        (olena, "invited", "vira@bazar.example", "viewer"),
        (vira, "joined", "", "viewer"),
        (olena, "key_made", "Online shop", ""),
        (olena, "rules_changed", "countries", "UA, BG"),
        (taras, "not_to_ring", "", "3"),
        (taras, "signed_in", "", ""),
        (taras, "test_call", "Order tracking", "…0003"),
        (vira, "sign_in_refused", "", ""),
        (vira, "signed_in", "", ""),
        (vira, "calls_exported", "", ""),
        (olena, "invited", "maksym@bazar.example", "editor"),
        (olena, "test_call", "Customer line", "…0100"),
    ):
        audit.record(db, who, what, about, detail)


def main(arguments: list[str] | None = None) -> str | None:
    """Make it and say how to look at it; a sentence instead where that cannot be."""
    parser = argparse.ArgumentParser(prog="make demo", description=__doc__)
    parser.add_argument("--data", type=Path, help="an empty folder to make the sample in")
    folder = parser.parse_args(arguments).data
    settings = Settings.from_env()
    if folder and folder.exists() and any(folder.iterdir()):
        return f"The folder {folder} is not empty. Name another one: make demo DATA=folder"
    data = folder or settings.data
    try:
        fill(data, settings.base_url)
    except NotEmpty:
        return (
            f"People use the data in {data} already, so no sample is put beside their work."
            " Name an empty folder: make demo DATA=folder"
        )
    start = "make run" if data == settings.data else f"PRESS_ONE_DATA={data} make run"
    print(f"\n  A sample workspace is in {data}.\n  Start it with:  {start}")
    print(f"  Sign in as:     {EMAIL}\n  Password:       {PASSWORD}\n")
    return None


if __name__ == "__main__":
    sys.exit(main())
