"""Backups: a moment of the database, and every recording of that moment, in one file.

A backup is a tar file with ``press-one.sqlite3`` and ``recordings/``, readable by us alone. The
key of the stored secrets is not in it: whoever finds a backup finds no password. People go on
working while it is made.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import tarfile
import tempfile
from contextlib import closing
from pathlib import Path

from msgspec import Struct

from storage.recordings import FOLDER as RECORDINGS

FOLDER = "backups"
DATABASE = "press-one.sqlite3"

TRIES = 5
"""How often a backup begins anew when a recording is deleted while it is made."""


class NotWhole(Exception):
    """A copy does not pass its check; the sentence says why."""


class Made(Struct, frozen=True):
    """What is in a backup: bytes of the file, and how many recordings."""

    size: int
    recordings: int


def make(database: Path, data: Path, target: Path) -> Made:
    """Write a backup, whole or not at all; a file of that name is replaced.

    Raises NotWhole, OSError (no room, no permission) and sqlite3.Error.
    """
    half = target.with_name(f".{target.name}.part")
    with private_folder(data) as staged:
        stage = Path(staged)
        _stage(database, data, stage)
        found = sorted(path for path in (stage / RECORDINGS).glob("*/*") if path.is_file())
        try:
            _pack(stage, found, half)
            half.replace(target)
        finally:
            half.unlink(missing_ok=True)
    sync(target.parent)
    return Made(target.stat().st_size, len(found))


def copy_database(source: Path, target: Path) -> None:
    """One moment of a database as a single, checked file, while others write.

    All pages are copied in one step, under one read mark of the write-ahead log, so no writer
    waits and none makes the copy begin anew (sqlite.org/c3ref/backup_finish.html). Raises
    NotWhole, OSError and sqlite3.Error; then there is no target.
    """
    handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.close(handle)
    try:
        with closing(sqlite3.connect(source)) as live, closing(sqlite3.connect(target)) as copy:
            live.backup(copy, pages=-1)
            copy.execute("PRAGMA journal_mode=DELETE")
        check(target)
    except BaseException:
        target.unlink(missing_ok=True)
        raise
    sync(target)
    sync(target.parent)


def check(database: Path) -> None:
    """Every page and every reference of a database. Raises NotWhole with a sentence."""
    try:
        with closing(sqlite3.connect(database)) as db:
            said = [str(row[0]) for row in db.execute("PRAGMA integrity_check")]
            astray = db.execute("PRAGMA foreign_key_check").fetchone()
    except sqlite3.DatabaseError as problem:
        raise NotWhole(f"The database cannot be read: {problem}.") from problem
    if said != ["ok"]:
        raise NotWhole(f"The database is damaged: {said[0]}.")
    if astray is not None:
        raise NotWhole(f"A row of {astray[0]} belongs to nothing.")


def missing_recordings(database: Path, data: Path) -> list[str]:
    """Hashes of recordings that the database knows and the folder has not."""
    with closing(sqlite3.connect(database)) as db:
        known = db.execute(
            "SELECT DISTINCT workspace_id, hash FROM recordings WHERE deleted_at IS NULL"
        ).fetchall()
    return [digest for owner, digest in known if not (data / RECORDINGS / str(owner) / digest)
            .is_file()]  # fmt: skip


def private_folder(data: Path) -> tempfile.TemporaryDirectory[str]:
    """A folder for half-done work, on the disk of the data, that goes away by itself."""
    folder = data / FOLDER
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return tempfile.TemporaryDirectory(prefix=".half-", dir=folder)


def sync(path: Path) -> None:
    """Wait until a file or a folder is on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _stage(database: Path, data: Path, stage: Path) -> None:
    """The database's copy and its recordings. Recordings never change, so a link will do.

    They are linked before the copy is made, too: one that is deleted in between is still there.
    """
    for _ in range(TRIES):
        _link_recordings(data, stage)
        copy_database(database, stage / DATABASE)
        _link_recordings(data, stage)
        if not missing_recordings(stage / DATABASE, stage):
            return
    lost = missing_recordings(stage / DATABASE, stage)
    raise NotWhole(f"{len(lost)} recordings of the database have no file.")


def _link_recordings(data: Path, stage: Path) -> None:
    for file in (data / RECORDINGS).glob("*/*"):
        linked = stage / RECORDINGS / file.parent.name / file.name
        if file.suffix == ".part" or linked.exists():
            continue
        linked.parent.mkdir(parents=True, exist_ok=True)
        try:
            os.link(file, linked)
        except FileNotFoundError:
            continue
        except OSError:
            shutil.copyfile(file, linked)


def _pack(stage: Path, recordings: list[Path], half: Path) -> None:
    handle = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file, tarfile.open(fileobj=file, mode="w") as tar:
        for path in (stage / DATABASE, *recordings):
            tar.add(path, arcname=path.relative_to(stage).as_posix(), recursive=False)
        tar.close()
        file.flush()
        os.fsync(file.fileno())
