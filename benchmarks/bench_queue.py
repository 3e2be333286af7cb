"""Calls a minute that the queue places and follows, by where the queue is and who works it off.

``python -m benchmarks.bench_queue``: calls that were written down, sent to a service that takes
100 ms to answer, and asked about once. Without redis-server only the SQLite queue is measured.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from flows.targets.base import Compiled
from jobs import WORKERS
from storage import calls, people
from storage.calls import NewCall, StoredCall
from storage.credentials import secret_box
from storage.db import open_db
from storage.migrations import migrate
from tests.helpers import OWNER, PASSWORD
from tests.soak.house import House, build
from tests.soak.service import service
from tests.soak.test_machines import redis

CALLS = 300
ANSWERS_AFTER_S = 0.1

REQUEST = Compiled("voice_api", "/call/tts", {"to": "+380501234567", "text": "Hello."})


def first_day(folder: Path) -> Path:
    """A data folder with an owner."""
    folder.mkdir()
    db = open_db(folder / "press-one.sqlite3")
    migrate(db)
    people.create_workspace(
        db, secret_box(folder), workspace="B", email=OWNER, name="O", password=PASSWORD
    )
    db.close()
    return folder


def write_down(house: House) -> None:
    """Queued calls, as a press leaves them behind."""
    connection = house.connect("fine")["voice_api"]
    db = open_db(house.database)
    for index in range(CALLS):
        row = NewCall(
            workspace_id=1, origin="app", nonce=f"bench-{index}", flow_name="F",
            service="voice_api", connection_id=connection, to_number=f"+38050{index:07}",
            sender="", request_path=REQUEST.path, request=REQUEST.text, state="queued",
        )  # fmt: skip
        calls.add(db, row, [])
    db.close()


def seconds(house: House, processes: int, threads: int, url: str) -> float:
    """From the start of the first call to the last one that was accepted."""
    if url:
        for _ in range(processes):
            house.run("-m", "huey.bin.huey_consumer", "jobs.huey", "-w", str(threads),
                      "-d", "0.05", "-m", "0.2", QUEUE_URL=url)  # fmt: skip
    else:
        house.start()

    def begun(rows: list[StoredCall]) -> bool:
        return any(row.state == "accepted" for row in rows)

    house.until(begun, 60)
    began = time.monotonic()
    house.until(lambda rows: all(row.state == "accepted" for row in rows), 300)
    return time.monotonic() - began


def main() -> None:
    """Print one line for every way to work the queue off."""
    ways = [("SQLite, beside the server", 1, WORKERS, False)]
    if shutil.which("redis-server"):
        ways += [(f"Redis, {n} × huey_consumer -w 4", n, 4, True) for n in (1, 2, 4)]
    print(f"{CALLS} calls to a service that answers after {ANSWERS_AFTER_S * 1000:.0f} ms")
    for name, processes, threads, over_redis in ways:
        with tempfile.TemporaryDirectory() as folder, service() as taking, ExitStack() as stack:
            taking.delay_s = ANSWERS_AFTER_S
            house = build(first_day(Path(folder) / "first"), Path(folder) / "house", taking)
            write_down(house)
            url = stack.enter_context(redis(Path(folder))) if over_redis else ""
            try:
                took = seconds(house, processes, threads, url)
            finally:
                house.close()
            posts = max(taking.placed.values())
            print(f"{name:34} {CALLS / took:6.1f} calls/s, {posts} POST a call at most")


if __name__ == "__main__":
    main()
