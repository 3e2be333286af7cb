"""Server time of the screens of calls with a million of them, beside a bare Flask route.

``python -m benchmarks.bench_calls``: milliseconds (median of the runs, the slowest, and the
processor's, which other programs do not disturb) and the ratio to a bare route that sends as much
text. ``CALLS=20000`` makes fewer. The database
is built once and kept in the folder for temporary files; ``REBUILD=1`` builds it anew.
"""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import statistics
import sys
import tempfile
import time
import tracemalloc
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient

from benchmarks.bench_edit import PASSWORD, median_ms, signed_in
from calling.clock import moment
from flows.document import Flow, HangUp, Menu
from storage import flows, people
from storage.credentials import secret_box
from storage.db import now, open_db
from storage.migrations import call_search, migrate

CALLS = int(os.environ.get("CALLS", "1000000"))
DAYS = 400
RUNS = 25
FLOWS = (
    "Survey after delivery", "Appointment reminder", "Order tracking", "Verification by code",
    "Payment reminder", "Опитування після доставки", "Нагадування про візит",
    "Проследяване на поръчка", "Win back", "Birthday", "Debt notice", "School closed",
)  # fmt: skip
STATUSES = {"answered": 600, "not_answered": 190, "busy": 80, "failed": 50, "refused": 30,
            "unknown": 10, "waiting": 1}  # fmt: skip
"""How calls end -> how many of about a thousand."""

OPERATORS = ("50", "63", "66", "67", "68", "73", "93", "95", "96", "97", "98", "99")


def built() -> tuple[Path, float]:
    """The data folder with the calls, and the seconds it took; 0 when it was there."""
    shape = zlib.crc32(Path(call_search.__file__).read_bytes())
    folder = Path(tempfile.gettempdir()) / f"press-one-bench-{CALLS}-{shape:08x}"
    if os.environ.get("REBUILD"):
        shutil.rmtree(folder, ignore_errors=True)
    if (folder / "ready").exists():
        db = open_db(folder / "press-one.sqlite3")
        migrate(db)
        db.close()
        return folder, 0
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    started = time.perf_counter()
    _build(folder)
    (folder / "ready").touch()
    return folder, time.perf_counter() - started


def _build(folder: Path) -> None:
    db = open_db(folder / "press-one.sqlite3")
    migrate(db)
    people.create_workspace(
        db, secret_box(folder), workspace="A", email="a@example.com", name="A", password=PASSWORD
    )
    for name in FLOWS:
        menu = Menu(id="m", name="Menu", recording="r", keys={"wrong": (HangUp(id="w"),)})
        flows.create(db, 1, 1, Flow(name=name, sender="Bazar", menus=(menu,)), "bench")
    db.conn.execute("PRAGMA journal_mode = OFF")
    db.conn.execute("PRAGMA synchronous = OFF")
    db.conn.execute("PRAGMA cache_size = -400000")
    db.conn.execute("BEGIN")
    db.conn.executemany(
        "INSERT INTO calls (workspace_id, origin, nonce, flow_id, flow_revision, flow_name,"
        " connection_id, person_id, service, to_number, sender, state, outcome, bulk_id,"
        " message_id, request_path, request, reply_status, reply, problem, created_at,"
        " updated_at, finished_at) VALUES (1, 'app', ?, ?, 1, ?, ?, 1, ?, ?, ?, ?, ?, ?, ?,"
        " '/bat/messagelist', ?, 200, ?, ?, ?, ?, ?)",
        _calls(),
    )
    for code in ("queued", "sending", "accepted", "status"):
        db.execute(
            "INSERT INTO call_events (workspace_id, call_id, at, code)"
            " SELECT 1, id, created_at, ? FROM calls",
            (code,),
        )
    db.conn.commit()
    db.close()


def _calls() -> Iterator[tuple[object, ...]]:
    dice, first = random.Random(1), datetime.now(UTC) - timedelta(DAYS)
    step = timedelta(DAYS) / CALLS
    for number in range(CALLS):
        flow = min(int(dice.expovariate(0.3)), len(FLOWS) - 1)
        status = dice.choices(tuple(STATUSES), tuple(STATUSES.values()))[0]
        service = "voice_api" if flow % 3 == 2 else "speechcall"
        phone = f"+380{dice.choice(OPERATORS)}{dice.randrange(10**7):07}"
        at = moment(first + step * number)
        request = json.dumps({"messages": [{"to": phone, "ivr": [{"intro": "r" * 500}]}]})
        yield (
            f"n{number}", flow + 1, FLOWS[flow], 1 + flow % 3 // 2, service, phone,
            "Bazar" if flow % 4 else "380936670003", "accepted", status, f"b{number}",
            f"m{number}", request, json.dumps({"messageId": f"m{number}", "status": "ok"}),
            "The service did not answer in time." if status == "failed" else "", at, at,
            None if status == "waiting" else at,
        )  # fmt: skip


def bare_ms(length: int) -> float:
    """A route that sends so many characters."""
    bare, page = Flask("bare"), "x" * length

    @bare.get("/")
    def show() -> str:
        return page

    client = bare.test_client()
    return median_ms(lambda _run: client.get("/"))


def addresses(client: FlaskClient) -> dict[str, str]:
    """What is measured: what it is -> its address."""
    today = datetime.now(UTC).date()
    month = f"since={today - timedelta(60)}&until={today - timedelta(31)}"
    call = re.findall(r'href="(/calls/\d+)"', client.get("/calls").text)[0]
    number = re.search(r"<bdi>(\+380[^<]+)</bdi>", client.get("/calls?before=500").text)
    assert number
    return {
        "the list": "/calls",
        "its part that updates": "/calls/live",
        "older, in the middle": f"/calls?before={CALLS // 2}",
        "newer, in the middle": f"/calls?after={CALLS // 2}",
        "a flow": "/calls?flow=2",
        "an outcome, frequent": "/calls?status=answered",
        "an outcome, rare": "/calls?status=waiting",
        "a service": "/calls?via=voice_api",
        "a connection": "/calls?via=c1",
        "came in: none": "/calls?origin=gateway",
        "a month a while ago": f"/calls?{month}",
        "all days": f"/calls?since={today - timedelta(DAYS + 1)}",
        "flow and outcome": "/calls?flow=9&status=busy",
        "four filters": "/calls?flow=3&status=unknown&via=voice_api&origin=app",
        "four filters, nothing": "/calls?flow=1&status=answered&via=voice_api&origin=app",
        "outcome in a month": f"/calls?status=waiting&{month}",
        "a number, in full": f"/calls?q={number[1].replace('+380 ', '0').replace(' ', '+')}",
        "how numbers end": "/calls?q=0003",
        "how numbers begin": "/calls?q=093",
        "a frequent word": "/calls?q=survey",
        "a frequent sender": "/calls?q=bazar",
        "the beginning of a word": "/calls?q=appoint",
        "a word that is nowhere": "/calls?q=zebra",
        "words and outcome": "/calls?q=delivery+survey&status=waiting",
        "words of a problem, a flow": "/calls?q=did+not+answer&flow=12",
        "a number's end, a month": f"/calls?q=0003&{month}",
        "a call": call,
        "the library": "/",
    }


def export_s(client: FlaskClient, address: str) -> tuple[float, float]:
    """Seconds and megabytes of an export."""
    started, size = time.perf_counter(), 0
    reply = client.get(address, buffered=False)
    for piece in reply.response:
        size += len(piece)
    reply.close()
    return time.perf_counter() - started, size / 1e6


def export_memory(client: FlaskClient, days: int) -> tuple[int, float]:
    """Lines of an export of some days, and the most memory it took, in megabytes."""
    since = datetime.now(UTC).date() - timedelta(days)
    tracemalloc.start()
    lines = 0
    reply = client.get(f"/calls/export.jsonl?since={since}", buffered=False)
    for piece in reply.response:
        lines += piece.count(b"\n")
    reply.close()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return lines, peak / 1e6


def main() -> None:
    """Print the table."""
    data, seconds = built()
    size = (data / "press-one.sqlite3").stat().st_size / 1e9
    how = f"built in {seconds:.0f} s" if seconds else "kept from an earlier run"
    print(f"{CALLS} calls with {4 * CALLS} lines of history: {size:.1f} GB, {how} ({now()})")
    client = signed_in(data)
    print(f"{'':28} median  slowest processor    bare  ratio")
    for what, address in addresses(client).items():
        taken, busy, length = [], [], 0
        for _run in range(RUNS + 2):
            started, before = time.perf_counter(), time.process_time()
            reply = client.get(address)
            busy.append((time.process_time() - before) * 1000)
            taken.append((time.perf_counter() - started) * 1000)
            assert reply.status_code == 200, address
            length = len(reply.text)
        middle, bare = statistics.median(taken[2:]), bare_ms(length)
        print(
            f"{what:28}{middle:5.1f}ms {max(taken[2:]):6.1f}ms {statistics.median(busy[2:]):7.1f}ms"
            f" {bare:5.2f}ms {middle / bare:6.1f}"
        )
    for ending in ("csv", "jsonl"):
        took, megabytes = export_s(client, f"/calls/export.{ending}")
        print(f"export of all calls as {ending}: {took:.1f} s, {megabytes:.0f} MB")
    for days in (3, 40):
        lines, most = export_memory(client, days)
        print(f"export of {lines} calls: at most {most:.1f} MB of memory")


if __name__ == "__main__":
    sys.exit(main())
