"""A disk that runs full: the old version stays, reads work, and no call is placed.

The short form runs with every test; the long one with ``make soak``.
"""

from __future__ import annotations

import errno
import os
import random
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from tests.helpers import start_server
from tests.soak import house as calling_house
from tests.soak.faults import Editor, Result, hold, saved, show, sound
from tests.soak.service import service


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[Path]:
    """A disk of its own; the test is skipped where none can be made."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "press-one-test", str(folder)]
    try:
        made = subprocess.run(mount, capture_output=True, text=True)
    except FileNotFoundError:
        pytest.skip("there is no mount command here")
    if made.returncode:
        pytest.skip(f"a small disk needs root: {made.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(disk: Path, leave: int) -> Path:
    """Take all room of a disk but so many bytes."""
    filler = disk / "filler"
    room = os.statvfs(disk)
    with filler.open("wb", buffering=0) as file:
        try:
            file.write(b"x" * max(0, room.f_bavail * room.f_frsize - leave))
        except OSError as problem:  # the server took some of it meanwhile: it is full all the same
            if problem.errno != errno.ENOSPC:
                raise
    return filler


def full_disks(first_day: Path, folder: Path, rounds: int) -> Result:
    """A disk that runs full, sooner or later in each round, and gets room again."""
    result, chance = Result("disk full while saving", rounds), random.Random(2)
    refused = 0
    with small_disk(folder / "disk", 16) as disk, service() as taking:
        place = calling_house.build(first_day, disk / "data", taking)
        database = place.database
        url, process = start_server(
            place.data, folder / "log", PRESS_ONE_ALLOWED_HOSTS=taking.allowed
        )
        try:
            where = place.connect("fine")["speechcall"]
            presser = calling_house.Presser(place, url)
            editor = Editor(url, place.flow_of["speechcall"]).sign_in()
            for index in range(rounds):
                result.errors += editor.save().status_code != 303
                button = presser.find("speechcall", where, calling_house.number(index))
                filler = fill(disk, chance.choice((0, 4_096, 40_000, 120_000)))
                reply = until_full(editor)
                refused += 1
                result.errors += reply.status_code != 507
                result.errors += "Nothing was saved, because the disk is full" not in reply.text
                result.errors += f"edit-{editor.sent} edit-{editor.sent}" not in reply.text
                there = saved(database, editor.flow_id)
                result.lost += there.number != editor.told
                result.torn += not there.whole
                result.errors += not reads_work(editor)
                fill_up(filler)
                pressed = presser.session.post(url + button.path, data=button.form, timeout=60)
                result.errors += pressed.status_code != 507
                filler.unlink()
                result.errors += editor.save().status_code != 303
            result.errors += sum(taking.placed.values()) + len(place.rows())
            result.acknowledged = editor.acknowledged
        finally:
            process.terminate()
            process.wait(20)
        result.errors += not sound(database)
    result.more = (
        f"{refused} edits refused, {rounds} calls pressed, {sum(taking.placed.values())} placed"
    )
    return result


def until_full(editor: Editor) -> requests.Response:
    """Save until there is no room; the answer to the edit that found none."""
    for _ in range(500):
        reply = editor.save()
        if reply.status_code != 303:
            editor.statuses.clear()
            return reply
    raise AssertionError("the disk never ran full")


def fill_up(filler: Path) -> None:
    """Take what was left."""
    with filler.open("ab", buffering=0) as file:
        for size in (4096, 512, 1):
            try:
                while True:
                    file.write(b"x" * size)
            except OSError:
                continue


def reads_work(editor: Editor) -> bool:
    paths = ("/", f"/flows/{editor.flow_id}", "/calls", "/answers", "/readyz")
    return all(editor.session.get(editor.url + path, timeout=30).ok for path in paths)


def test_a_full_disk_keeps_the_old_version_and_places_no_call(first_day, tmp_path):
    hold(show(full_disks(first_day, tmp_path, 1)))


@pytest.mark.soak
def test_a_disk_that_runs_full_twenty_times(first_day: Path, tmp_path: Path) -> None:
    hold(show(full_disks(first_day, tmp_path, 20)))
