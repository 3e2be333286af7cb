"""Faults of the machine: killed while saving, a locked database, backups under load.

Short forms run with every test; the long ones, and their table, with ``make soak``.
"""

from __future__ import annotations

import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import closing, suppress
from pathlib import Path

import pytest
import requests

from storage import backup, recordings
from storage.credentials import secret_box
from storage.db import open_db
from storage.restore import restore
from tests.helpers import ROOT, start_server
from tests.soak.faults import Editor, Result, hold, house, saved, show, sound

LATEST_KILL_S = 0.12
"""A life is ended at most so long after the first edit of it was acknowledged or lost."""


class Lives:
    """The app that is started and killed; always at the same address."""

    def __init__(self, data: Path) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        handle = self._listener.fileno()
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._log = (data / "lives.log").open("ab")
        self._maker = subprocess.Popen(
            [sys.executable, "-m", "tests.soak.lives", str(data), str(handle)], cwd=ROOT,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._log, pass_fds=[handle],
            text=True,
        )  # fmt: skip
        self._living = 0

    def start(self) -> None:
        """A new life."""
        assert self._maker.stdin
        assert self._maker.stdout
        self._maker.stdin.write("\n")
        self._maker.stdin.flush()
        self._living = int(self._maker.stdout.readline())

    def kill(self) -> None:
        """kill -9."""
        os.kill(self._living, signal.SIGKILL)

    def close(self) -> None:
        self._maker.communicate("", timeout=20)
        self._listener.close()
        self._log.close()


def kills_while_saving(first_day: Path, folder: Path, rounds: int) -> Result:
    data, flows = house(first_day, folder / "house", 2)
    lives, chance = Lives(data), random.Random(1)
    result = Result("kill -9 while saving", rounds)
    lives.start()
    editor = Editor(lives.url, flows[0]).sign_in()
    editors = [editor, editor.share(flows[1])]
    in_flight = 0
    for index in range(rounds):
        ended = threading.Event()
        hands = [threading.Thread(target=until_it_ends, args=(one, ended)) for one in editors]
        before = [one.told for one in editors]
        for hand in hands:
            hand.start()
        while all(one.told == was for one, was in zip(editors, before, strict=True)):
            assert any(hand.is_alive() for hand in hands), [one.statuses for one in editors]
            time.sleep(0.001)
        time.sleep(chance.uniform(0, LATEST_KILL_S))
        lives.kill()
        ended.set()
        lives.start()
        for hand in hands:
            hand.join()
        for one in editors:
            there = saved(data / "press-one.sqlite3", one.flow_id)
            result.lost += there.number < one.told
            result.torn += not there.whole or there.number > one.sent
            in_flight += there.number > one.told
            # What was under way and came through counts as told from now on.
            one.told, one.revision = there.number, there.revision
        if index % 25 == 0 or index == rounds - 1:
            result.errors += not sound(data / "press-one.sqlite3")
    lives.kill()
    lives.close()
    result.acknowledged = sum(one.acknowledged for one in editors)
    result.errors += sum(len(one.statuses) for one in editors)
    result.more = f"{in_flight} saved without the answer getting through"
    return result


def until_it_ends(editor: Editor, ended: threading.Event) -> None:
    """Save without a pause, until a life ended and its last request has its answer or has none."""
    with suppress(requests.RequestException):
        while editor.save().status_code == 303 and not ended.is_set():
            pass
    editor.session.close()


def writers(first_day: Path, folder: Path, seconds: float, count: int, processes: int) -> Result:
    """So many people saving without a pause at some servers over one database."""
    data, flows = house(first_day, folder / "house", count)
    servers = [start_server(data, folder / f"log{i}") for i in range(processes)]
    try:
        first = Editor(servers[0][0], flows[0]).sign_in()
        editors = [first.share(flow, servers[i % processes][0]) for i, flow in enumerate(flows)]
        end = time.monotonic() + seconds

        def work(editor: Editor) -> None:
            while time.monotonic() < end:
                editor.save()

        hands = [threading.Thread(target=work, args=(one,)) for one in editors]
        for hand in hands:
            hand.start()
        for hand in hands:
            hand.join()
    finally:
        for _, process in servers:
            process.terminate()
            process.wait(20)
    result = Result(f"{count} writers for {seconds:.0f} s", 1)
    for one in editors:
        there = saved(data / "press-one.sqlite3", one.flow_id)
        result.lost += there.number < one.told
        result.torn += not there.whole
        result.errors += len(one.statuses)
        result.acknowledged += one.acknowledged
    fewest = min(one.acknowledged for one in editors)
    slowest = max(one.slowest_s for one in editors)
    result.more = f"slowest {slowest:.1f} s; at least {fewest} each"
    return result


def locked(first_day: Path, folder: Path, seconds: float) -> tuple[requests.Response, Editor]:
    """One edit while somebody else keeps the database locked for so long."""
    data, flows = house(first_day, folder / "house", 1)
    url, process = start_server(data, folder / "log")
    try:
        editor = Editor(url, flows[0]).sign_in()
        with closing(open_db(data / "press-one.sqlite3")) as other:
            other.conn.execute("BEGIN IMMEDIATE")
            free = threading.Timer(seconds, other.conn.rollback)
            free.start()
            reply = editor.save()
            free.join()
        return reply, editor
    finally:
        process.terminate()
        process.wait(20)


def backups_under_load(first_day: Path, folder: Path, rounds: int) -> Result:
    """Backups while two people save; each is put into an empty folder and looked through."""
    data, flows = house(first_day, folder / "house", 2)
    record(data)
    url, process = start_server(data, folder / "log")
    result, stop = Result("backup while saving, put back", rounds), threading.Event()
    try:
        first = Editor(url, flows[0]).sign_in()
        editors = [first, first.share(flows[1])]

        def work(editor: Editor) -> None:
            while not stop.is_set():
                editor.save()

        hands = [threading.Thread(target=work, args=(one,)) for one in editors]
        for hand in hands:
            hand.start()
        took = []
        for index in range(rounds):
            told = [one.told for one in editors]
            began = time.monotonic()
            backup.make(data / "press-one.sqlite3", data, folder / "b.tar")
            took.append(time.monotonic() - began)
            back = folder / f"back-{index}"
            database = back / "press-one.sqlite3"
            done = restore(folder / "b.tar", database, back, secret_box(back))
            result.errors += done.recordings != 1 or not sound(database)
            for one, promised in zip(editors, told, strict=True):
                there = saved(database, one.flow_id)
                result.lost += there.number < promised
                result.torn += not there.whole
    finally:
        stop.set()
        for hand in hands:
            hand.join()
        process.terminate()
        process.wait(20)
    result.acknowledged = sum(one.acknowledged for one in editors)
    result.errors += sum(len(one.statuses) for one in editors)
    result.more = f"slowest backup {max(took):.2f} s, slowest edit {slowest_of(editors):.2f} s"
    return result


def slowest_of(editors: list[Editor]) -> float:
    return max(one.slowest_s for one in editors)


def record(data: Path) -> None:
    with closing(open_db(data / "press-one.sqlite3")) as db:
        new = recordings.NewRecording(
            workspace_id=1, person_id=1, name="R", kind="mp3", content=b"sound" * 9000,
            seconds=1.0, loudness=None,
        )  # fmt: skip
        recordings.add(db, data, new)


# The short forms.


def test_a_server_killed_while_saving_keeps_every_acknowledged_edit_whole(first_day, tmp_path):
    result = show(kills_while_saving(first_day, tmp_path, 5))
    hold(result)
    assert result.acknowledged >= 5


def test_twenty_writers_all_get_their_turn(first_day, tmp_path):
    result = show(writers(first_day, tmp_path, 1.0, 20, 1))
    hold(result)
    assert result.acknowledged >= 20


def test_backups_made_while_saving_can_be_put_back(first_day, tmp_path):
    hold(show(backups_under_load(first_day, tmp_path, 2)))


# The long ones.


@pytest.mark.soak
def test_five_hundred_kills_while_saving(first_day: Path, tmp_path: Path) -> None:
    result = show(kills_while_saving(first_day, tmp_path, 500))
    hold(result)
    assert result.acknowledged >= 500


@pytest.mark.soak
def test_twenty_writers_for_a_minute(first_day: Path, tmp_path: Path) -> None:
    hold(show(writers(first_day, tmp_path, 60.0, 20, 2)))


@pytest.mark.soak
def test_a_lock_longer_than_five_seconds_keeps_what_was_typed(
    first_day: Path, tmp_path: Path
) -> None:
    reply, editor = locked(first_day, tmp_path, 8.0)
    assert reply.status_code == 503
    assert 4.5 < editor.slowest_s < 8
    assert f"edit-{editor.sent} edit-{editor.sent}" in reply.text
    assert "Try again with what I typed" in reply.text
    show(Result("locked for 8 s", 1, more=f"503 after {editor.slowest_s:.1f} s, the text kept"))


@pytest.mark.soak
def test_fifty_backups_while_saving_are_put_back(first_day: Path, tmp_path: Path) -> None:
    hold(show(backups_under_load(first_day, tmp_path, 50)))
