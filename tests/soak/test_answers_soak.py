"""Many answers at once against the running server: none lost, none twice, all taken quickly.

``make soak`` sends 10 000 with a tenth of them repeats; ``make test`` a short form of it.
"""

from __future__ import annotations

import http.client
import json
import os
import random
import shutil
import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from threading import Barrier, local
from urllib.parse import urlsplit

import pytest

from blueprints.inbox import SECRET_HEADER
from storage import inboxes
from storage.credentials import secret_box
from storage.db import open_db
from tests.helpers import start_server

SENDERS = 32
"""Connections that bring answers at the same time, each as fast as it is answered."""


@dataclass
class Taken:
    """What the senders saw. ``seconds``: how long each answer took, from sending to the 200."""

    statuses: list[int] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    whole_s: float = 0.0


class Sender(local):
    """One connection for each thread, kept open as a service would."""

    connection: http.client.HTTPConnection | None = None


def bring(url: str, keys: inboxes.InboxKeys, bodies: list[bytes]) -> Taken:
    """Send everything, ``SENDERS`` at a time."""
    host, sender, taken = urlsplit(url).netloc, Sender(), Taken()
    headers = {SECRET_HEADER: keys.secret, "Content-Type": "application/json"}
    together, connections = Barrier(SENDERS), []

    def ready(_: int) -> None:
        sender.connection = http.client.HTTPConnection(host, timeout=30)
        connections.append(sender.connection)
        together.wait(10)

    def send(body: bytes) -> None:
        connection = sender.connection
        assert connection is not None
        started = time.perf_counter()
        connection.request("POST", f"/in/{keys.token}", body, headers)
        reply = connection.getresponse()
        reply.read()
        taken.seconds.append(time.perf_counter() - started)
        taken.statuses.append(reply.status)

    with ThreadPoolExecutor(SENDERS) as pool:
        list(pool.map(ready, range(SENDERS)))
        started = time.perf_counter()
        list(pool.map(send, bodies))
        taken.whole_s = time.perf_counter() - started
    for connection in connections:
        connection.close()
    return taken


def deliveries(count: int) -> list[bytes]:
    """So many deliveries in random order; every tenth is the repeat of another one."""
    order = random.Random(20261121)
    once = [
        {"from": "Bazar", "to": f"+38050{n:07}", "mid": f"m{n}",
         "action": {"answer": "confirm", "value": n % 3 == 0, "step": "s1"}}
        for n in range(count - count // 10)
    ]  # fmt: skip
    repeats = order.sample(once, count // 10)
    everything = [json.dumps(one).encode() for one in (*once, *repeats)]
    order.shuffle(everything)
    return everything


def two_cores() -> None:
    """The server and the senders share two cores, as on the machine this is promised for."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:2])


@pytest.mark.parametrize(
    "count", [300, pytest.param(10_000, marks=pytest.mark.soak)], ids=["short", "whole"]
)
def test_every_answer_is_kept_once_and_ten_thousand_quickly(
    first_day: Path, tmp_path: Path, count: int
) -> None:
    before = os.sched_getaffinity(0)
    two_cores()
    data = Path(shutil.copytree(first_day, tmp_path / "data"))
    db = open_db(data / "press-one.sqlite3")
    keys = inboxes.inbox_keys(db, secret_box(data), 1)
    url, process = start_server(data, tmp_path / "log")
    try:
        taken = bring(url, keys, deliveries(count))
    finally:
        process.terminate()
        process.wait(10)
        os.sched_setaffinity(0, before)
    kept = {row["mid"] for row in db.query("SELECT mid FROM answers")}
    rows = db.execute("SELECT count(*) FROM answers").fetchone()[0]
    db.close()
    wanted = count - count // 10
    cuts = statistics.quantiles(taken.seconds, n=100)
    print(
        f"\n{count} answers ({count // 10} of them repeats), {SENDERS} at a time:"
        f" {wanted - len(kept)} lost, {rows - wanted} twice;"
        f" p50 {cuts[49] * 1000:.0f} ms, p99 {cuts[98] * 1000:.0f} ms,"
        f" slowest {max(taken.seconds) * 1000:.0f} ms;"
        f" {count / taken.whole_s:.0f} a second"
    )
    assert set(taken.statuses) == {200}
    assert len(taken.statuses) == count
    assert (len(kept), rows) == (wanted, wanted), "0 lost, 0 twice"
    if count > 1_000:  # beside other tests on two cores the short form says nothing of speed
        assert cuts[98] < 1.0
