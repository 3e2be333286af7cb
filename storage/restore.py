"""Putting a backup back: checked before anything changes, then all of it at once.

What a backup cannot know is settled on its copy first: a call that waited to be sent when the
backup was made may have rung since, and sessions, invitations and other links that were ended or
used since must stay so.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import sqlite3
import tarfile
from contextlib import closing, suppress
from pathlib import Path
from typing import IO

from msgspec import Struct
from sqlite_utils import Database

from storage import audit, backup, calls, sealed
from storage.backup import DATABASE, NotWhole
from storage.calls import NewEvent
from storage.credentials import SecretBox
from storage.db import now, open_db, rows, write_tx
from storage.in_use import alone
from storage.migrations import MIGRATIONS, NAMES, migrate
from storage.recordings import FOLDER as RECORDINGS

BEFORE = "before-restore.sqlite3"
DAMAGED = "damaged.sqlite3"

_RECORDING = re.compile(rf"{RECORDINGS}/([0-9]{{1,19}})/([0-9a-f]{{64}})")
_SQLITE = b"SQLite format 3\0"
"""How every SQLite file begins (sqlite.org/fileformat.html, section 1.3)."""

_CHUNK_BYTES = 1_000_000


class Restored(Struct, frozen=True):
    """What came back. ``unclear``: calls that may have rung since; ``unreadable``: stored
    secrets that the present key does not open; ``set_aside``: where the database before is."""

    recordings: int
    unclear: int
    unreadable: int
    set_aside: Path | None


def restore(file: Path, database: Path, data: Path, box: SecretBox) -> Restored:
    """Put a backup in the place of what is there, which is set aside first.

    ``file`` may also be a copy of the database alone, as ``migrate`` makes them; the recordings
    stay what they are then.
    Raises NotWhole with a sentence, in_use.InUse, OSError and sqlite3.Error; then the data is
    as it was before, but for recordings that nobody knows of.
    """
    with alone(data), backup.private_folder(data) as staged:
        stage = Path(staged)
        found = _bring_out(file, stage)
        with closing(open_db(stage / DATABASE)) as db:
            _bring_up_to_date(db)
            unclear = _settle(db, file.name)
            unreadable = sealed.readable(db, box).unreadable
        set_aside = _set_aside(database, data)
        _bring_recordings(stage, data)
        with closing(open_db(stage / DATABASE)) as copy, closing(open_db(database)) as live:
            # One transaction of the live database: a reader sees the one or the other.
            copy.conn.backup(live.conn, pages=-1)
        os.chmod(database, 0o600)
        backup.check(database)
    return Restored(found, unclear, unreadable, set_aside)


def _bring_out(file: Path, stage: Path) -> int:
    """The checked content of a backup, or of a copy of the database; how many recordings."""
    with file.open("rb") as opened:
        alone_in_it = opened.read(len(_SQLITE)) == _SQLITE
    if alone_in_it:
        backup.copy_database(file, stage / DATABASE)
        return 0
    taken = _unpack(file, stage)
    lost = backup.missing_recordings(stage / DATABASE, stage)
    if lost:
        raise NotWhole(f"{len(lost)} recordings are missing in this file.")
    return taken


def _unpack(file: Path, stage: Path) -> int:
    """The checked content of a backup; nothing else that may be in the file."""
    taken = 0
    try:
        with tarfile.open(file, "r:*") as tar:
            for member in tar:
                named = _RECORDING.fullmatch(member.name)
                source = tar.extractfile(member) if member.isreg() else None
                if source is None or not (named or member.name == DATABASE):
                    raise NotWhole(f"{member.name} does not belong into a backup.")
                digest = _take(source, stage / member.name)
                if named and named[2] != digest:
                    raise NotWhole(f"The recording {digest[:12]} is damaged.")
                taken += bool(named)
    except (tarfile.TarError, EOFError) as problem:
        raise NotWhole(f"This is no whole backup: {problem}.") from problem
    if not (stage / DATABASE).is_file():
        raise NotWhole("There is no database in this file.")
    backup.check(stage / DATABASE)
    return taken


def _take(source: IO[bytes], target: Path) -> str:
    """Copy a file out of the tar; gives the SHA-256 of what was there."""
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    digest = hashlib.sha256()
    handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as copy:
        while chunk := source.read(_CHUNK_BYTES):
            digest.update(chunk)
            copy.write(chunk)
        copy.flush()
        os.fsync(copy.fileno())
    return digest.hexdigest()


def _bring_up_to_date(db: Database) -> None:
    if {migration.name for migration in MIGRATIONS.applied(db)} - set(NAMES):
        raise NotWhole("This backup is from a newer Press One: install that version first.")
    migrate(db, copies=False)


def _settle(db: Database, name: str) -> int:
    """End sessions and links, and say of calls under way that they may have rung; how many those
    are.

    The log tells from here on that what stands before is as old as the file ``name``.
    """
    with write_tx(db):
        audit.record_for_all(db, "backup_restored", name)
        db.execute("DELETE FROM sessions")
        for table in ("invitations", "setup_links"):
            db.execute(f"DELETE FROM {table} WHERE used_at IS NULL")
        open_calls = rows(db, "SELECT id FROM calls WHERE state IN ('queued', 'sending')")
        for row in open_calls:
            calls.apply_change(
                db,
                int(row["id"]),
                [NewEvent("restored")],
                state="unknown",
                outcome="unknown",
                finished_at=now(),
                next_poll_at=None,
            )
    return len(open_calls)


def _set_aside(database: Path, data: Path) -> Path | None:
    """A copy of what is there now; one that cannot be read any more is moved away as it is."""
    if not database.exists():
        return None
    folder = data / backup.FOLDER
    try:
        backup.copy_database(database, folder / BEFORE)
        return folder / BEFORE
    except (NotWhole, sqlite3.DatabaseError):
        for ending in ("", "-wal", "-shm"):
            with suppress(FileNotFoundError):
                os.replace(f"{database}{ending}", f"{folder / DAMAGED}{ending}")
        return folder / DAMAGED


def _bring_recordings(stage: Path, data: Path) -> None:
    for file in sorted((stage / RECORDINGS).glob("*/*")):
        target = data / RECORDINGS / file.parent.name / file.name
        for folder in (target.parent.parent, target.parent):
            folder.mkdir(mode=0o700, exist_ok=True)
        shutil.move(file, target)
        backup.sync(target.parent)
