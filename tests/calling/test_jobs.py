"""The queue: what it does by itself, and what it finds again after it forgot everything."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

import jobs as queue
from calling.clock import later
from calling.practice import Ring
from flows.document import Flow, HangUp, Menu, Webhook
from settings import Settings
from storage import calls
from storage import practice as book
from storage.calls import NewCall
from storage.db import now

ROOT = Path(__file__).parents[2]


def until(check, seconds=15.0):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if check():
            return
        time.sleep(0.02)
    raise AssertionError("it did not happen in time")


@pytest.fixture
def settings(tmp_path, path, listener):
    return Settings(data=tmp_path, practice_pace=0.01, allowed_hosts=frozenset({listener.host}))


@pytest.fixture
def work(settings):
    """Starts consumers, and stops them at the end."""
    stops = []

    def begin():
        tasks = queue.Jobs(settings)
        stops.append(queue.start_consumer_thread(tasks.huey))
        return tasks

    yield begin
    for stop in stops:
        stop()


def ring(key, listener, mid="m1"):
    tell = Webhook(id="w", url=listener.url, body={})
    menu = Menu(id="m", keys={"1": (tell, HangUp(id="h"))})
    return Ring(
        key=key, service="speechcall", flow=Flow(name="F", menus=(menu,)), sender="S",
        to_number="+15055550001", bulk_id="b", message_id=mid, request_path="/", request="{}",
    )  # fmt: skip


def test_a_practice_call_runs_to_its_end_by_itself(db, key, work, listener):
    work().practice_network(db).accept([ring(key, listener)])
    until(lambda: book.by_message(db, "m1").phase == "ended")
    until(lambda: len(listener.requests) == 1)


def test_the_network_accepts_calls_while_nobody_works(db, key, settings, listener):
    queue.Jobs(settings).practice_network(db).accept([ring(key, listener)])
    assert book.by_message(db, "m1").phase == "enroute"


def test_what_a_lost_queue_forgot_is_found_in_the_database(db, key, work, settings, listener):
    queue.Jobs(settings).practice_network(db).accept([ring(key, listener)])
    for file in settings.data.glob("queue.sqlite3*"):
        file.unlink()
    lost = NewCall(
        workspace_id=1, origin="app", nonce="n", flow_name="F", service="speechcall",
        to_number="+380936670003", sender="S", request_path="/x", request="{}", state="queued",
    )  # fmt: skip
    queued, _ = calls.add(db, lost, [])
    work()
    until(lambda: book.by_message(db, "m1").phase == "ended")
    until(lambda: len(listener.requests) == 1)
    # There is no connection any more, so it is refused, in words, and not left hanging.
    until(lambda: calls.by_id(db, queued.id).state == "refused")


def test_a_queue_that_breaks_does_not_break_the_page(db, key, settings, listener, caplog):
    tasks = queue.Jobs(settings)
    tasks.huey.storage.close()
    (settings.data / "queue.sqlite3").unlink()
    tasks.huey.storage.filename = str(settings.data / "no" / "such" / "folder")
    tasks.place_call(1)
    tasks.practice_network(db).accept([ring(key, listener)])
    assert book.by_message(db, "m1").phase == "enroute"
    assert "next sweep" in caplog.text


def test_a_task_that_fails_does_not_stop_the_workers(db, key, work, listener):
    tasks = work()
    tasks.place_call(999_999)
    tasks._now(tasks._tell, "no such call")
    tasks.practice_network(db).accept([ring(key, listener)])
    until(lambda: book.by_message(db, "m1").phase == "ended")


def test_a_due_poll_is_swept_up(db, work, settings):
    row = NewCall(
        workspace_id=1, origin="app", nonce="n", flow_name="F", service="speechcall",
        to_number="+380936670003", sender="S", request_path="/x", request="{}",
        state="accepted", message_id="x",
    )  # fmt: skip
    call, _ = calls.add(db, row, [])
    calls.change(db, call.id, [], next_poll_at=now())
    work()
    until(lambda: calls.by_id(db, call.id).polls == 1)


def test_a_queue_that_nobody_works_off_does_not_grow_with_every_sweep(db, settings):
    due = ["2000-01-01T00:00:00.000Z", later(30)]
    for number, (state, next_poll_at) in enumerate(
        [("queued", None), ("queued", None), ("accepted", due[0]), ("accepted", due[1])]
    ):
        row = NewCall(
            workspace_id=1, origin="app", nonce=f"n{number}", flow_name="F", service="speechcall",
            to_number="+380936670003", sender="S", request_path="/x", request="{}", state=state,
        )  # fmt: skip
        call, _ = calls.add(db, row, [])
        calls.change(db, call.id, [], next_poll_at=next_poll_at)
    tasks = queue.Jobs(settings)
    for _ in range(5):
        tasks.sweep()
    waiting = [*tasks.huey.pending(), *tasks.huey.scheduled()]
    put = sorted((*task.args, task.eta is None) for task in waiting)
    assert put == [(1, True), (2, True), (3, True), (4, False)]


def test_a_worker_sweeps_once_as_its_process_starts(settings):
    tasks = queue.Jobs(settings)
    for _ in range(3):
        tasks._at_start()
    waiting = [*tasks.huey.pending(), *tasks.huey.scheduled()]
    put = [(task.name, task.eta is None) for task in waiting]
    assert put == [("sweep", True), ("sweep", False)]


@pytest.mark.skipif(shutil.which("redis-server") is None, reason="redis-server is not installed")
def test_the_same_tasks_run_over_redis_in_a_process_of_their_own(
    db, key, settings, listener, tmp_path
):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen(
        ["redis-server", "--port", str(port), "--save", "", "--bind", "127.0.0.1"],
        stdout=subprocess.DEVNULL, cwd=tmp_path,
    )  # fmt: skip
    url = f"redis://127.0.0.1:{port}/0"
    env = {
        **os.environ, "QUEUE_URL": url, "PRESS_ONE_DATA": str(settings.data),
        "PRESS_ONE_PRACTICE_PACE": "0.01", "PRESS_ONE_ALLOWED_HOSTS": listener.host,
    }  # fmt: skip
    until(lambda: _listens(port))
    consumer = subprocess.Popen(
        [sys.executable, "-m", "huey.bin.huey_consumer", "jobs.huey", "-w", "2", "-d", "0.1"],
        cwd=ROOT, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        tasks = queue.Jobs(Settings(data=settings.data, queue_url=url, practice_pace=0.01))
        tasks.practice_network(db).accept([ring(key, listener)])
        until(lambda: book.by_message(db, "m1").phase == "ended", 30)
        until(lambda: len(listener.requests) == 1)
        tasks.huey.storage.conn.close()
    finally:
        for process in (consumer, server):
            process.terminate()
            process.wait(10)


def _listens(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_an_unknown_name_of_the_module_is_an_error():
    with pytest.raises(AttributeError):
        queue.no_such_thing  # noqa: B018
