"""Recordings: rows here, files in the data folder under the hash of their content.

A row is one unchanging sound at one unguessable address (``token``, 128 bits). Another version
is another row; the old one goes on being served, so that an edit can be undone. A file is
readable by us alone, and goes when the last row that needs it is deleted.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from msgspec import Struct
from sqlite_utils import Database

from storage.db import now, one, rows, write_tx

FOLDER = "recordings"
QUOTA_BYTES = 200_000_000
"""What the recordings of one workspace may take up together."""

TOKEN_BYTES = 16
COLUMNS = (
    "id, workspace_id, token, name, kind, hash, size, seconds, loudness, draft, created_at,"
    " replaced_by, spoken"
)


class RecordingNotFound(Exception):
    """There is no such recording in this workspace (any more)."""


class QuotaReached(Exception):
    """The workspace's recordings take up all the room they may."""


class Recording(Struct, frozen=True):
    """One sound. ``kind`` is also the ending of its address; ``size`` in bytes, ``loudness`` in
    LUFS (None: unknown). ``draft``: spoken by the draft voice, ``spoken`` a mark of the text that
    it said ("" where that is not known). ``replaced_by``: its successor.
    """

    id: int
    workspace_id: int
    token: str
    name: str
    kind: str
    hash: str
    size: int
    seconds: float
    loudness: float | None
    draft: bool
    created_at: str
    replaced_by: int | None
    spoken: str = ""

    @property
    def file_name(self) -> str:
        """The last part of its public address."""
        return f"{self.token}.{self.kind}"


class NewRecording(Struct, frozen=True, kw_only=True):
    """What is to be kept."""

    workspace_id: int
    person_id: int | None
    name: str
    kind: str
    content: bytes
    seconds: float
    loudness: float | None
    draft: bool = False
    spoken: str = ""


def add(db: Database, data: Path, new: NewRecording, replaces: int | None = None) -> Recording:
    """Keep a recording; with ``replaces`` it becomes the successor of that one.

    Raises QuotaReached, RecordingNotFound for a predecessor that is gone, and OSError when the
    disk is full: then nothing was kept.
    """
    digest = hashlib.sha256(new.content).hexdigest()
    with write_tx(db):
        if used_bytes(db, new.workspace_id) + len(new.content) > QUOTA_BYTES:
            raise QuotaReached
        # Under the write lock, so that nobody deletes a file of the same content meanwhile.
        _write(_path(data, new.workspace_id, digest), new.content)
        cursor = db.execute(
            "INSERT INTO recordings (workspace_id, token, name, kind, hash, size, seconds,"
            " loudness, draft, spoken, person_id, created_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                new.workspace_id,
                secrets.token_hex(TOKEN_BYTES),
                new.name,
                new.kind,
                digest,
                len(new.content),
                new.seconds,
                new.loudness,
                new.draft,
                new.spoken,
                new.person_id,
                now(),
            ),
        )
        added = int(cursor.lastrowid or 0)
        if replaces is not None:
            _succeed(db, new.workspace_id, replaces, added)
        return get(db, new.workspace_id, added)


def get(db: Database, workspace_id: int, recording_id: int) -> Recording:
    """One recording. Raises RecordingNotFound."""
    row = one(
        db,
        f"SELECT {COLUMNS} FROM recordings"
        " WHERE id = ? AND workspace_id = ? AND deleted_at IS NULL",
        recording_id,
        workspace_id,
    )
    if row is None:
        raise RecordingNotFound(recording_id)
    return _recording(row)


def list_all(db: Database, workspace_id: int) -> list[Recording]:
    """The workspace's recordings, newest first; versions that were replaced are among them."""
    return [
        _recording(row)
        for row in rows(
            db,
            f"SELECT {COLUMNS} FROM recordings"
            " WHERE workspace_id = ? AND deleted_at IS NULL ORDER BY id DESC",
            workspace_id,
        )
    ]


def of_token(db: Database, token: str) -> Recording | None:
    """The recording at a public address, whoever asks; None when it is not there (any more)."""
    row = one(db, f"SELECT {COLUMNS} FROM recordings WHERE token = ? AND deleted_at IS NULL", token)
    return _recording(row) if row else None


def of_tokens(db: Database, workspace_id: int, tokens: Iterable[str]) -> dict[str, Recording]:
    """Token -> the workspace's recording at that address; unknown ones are left out."""
    return {
        str(row["token"]): _recording(row)
        for row in rows(
            db,
            f"SELECT {COLUMNS} FROM recordings WHERE workspace_id = ? AND deleted_at IS NULL"
            " AND token IN (SELECT value FROM json_each(?))",
            workspace_id,
            json.dumps(list(tokens)),
        )
    }


def draft_of(db: Database, workspace_id: int, content: bytes, spoken: str) -> Recording | None:
    """The draft of this text with just this content, so that the same script is not kept twice.

    Another text may sound the same: it is a draft of its own, with its own mark.
    """
    row = one(
        db,
        f"SELECT {COLUMNS} FROM recordings"
        " WHERE workspace_id = ? AND deleted_at IS NULL AND hash = ? AND draft AND spoken = ?",
        workspace_id,
        hashlib.sha256(content).hexdigest(),
        spoken,
    )
    return _recording(row) if row else None


def rename(db: Database, workspace_id: int, recording_id: int, name: str) -> None:
    """Another name for people; the address stays. Raises RecordingNotFound."""
    with write_tx(db):
        cursor = db.execute(
            "UPDATE recordings SET name = ?"
            " WHERE id = ? AND workspace_id = ? AND deleted_at IS NULL",
            (name, recording_id, workspace_id),
        )
    if not cursor.rowcount:
        raise RecordingNotFound(recording_id)


def delete(db: Database, data: Path, workspace_id: int, recording_id: int) -> None:
    """Its address answers no more, and its file goes unless another row needs it.

    Raises RecordingNotFound.
    """
    with write_tx(db):
        gone = get(db, workspace_id, recording_id)
        db.execute(
            "UPDATE recordings SET deleted_at = ? WHERE id = ? AND workspace_id = ?",
            (now(), recording_id, workspace_id),
        )
        others = one(
            db,
            "SELECT 1 FROM recordings"
            " WHERE workspace_id = ? AND deleted_at IS NULL AND hash = ? LIMIT 1",
            workspace_id,
            gone.hash,
        )
        if others is None:
            _path(data, workspace_id, gone.hash).unlink(missing_ok=True)


def used_bytes(db: Database, workspace_id: int) -> int:
    """What the workspace's recordings take up; the same content twice is there once."""
    row = one(
        db,
        "SELECT coalesce(sum(size), 0) AS used FROM (SELECT DISTINCT hash, size FROM recordings"
        " WHERE workspace_id = ? AND deleted_at IS NULL)",
        workspace_id,
    )
    return int(row["used"]) if row else 0


def file_of(data: Path, recording: Recording) -> Path:
    """Where its file is."""
    return _path(data, recording.workspace_id, recording.hash)


def succeed(db: Database, workspace_id: int, old: int, new: int) -> None:
    """One recording becomes an earlier version of another. Raises RecordingNotFound."""
    with write_tx(db):
        _succeed(db, workspace_id, old, new)


def _succeed(db: Database, workspace_id: int, old: int, new: int) -> None:
    cursor = db.execute(
        "UPDATE recordings SET replaced_by = ?"
        " WHERE id = ? AND workspace_id = ? AND deleted_at IS NULL",
        (new, old, workspace_id),
    )
    if not cursor.rowcount:
        raise RecordingNotFound(old)


def _recording(row: dict[str, Any]) -> Recording:
    return Recording(**{**row, "draft": bool(row["draft"])})


def _path(data: Path, workspace_id: int, digest: str) -> Path:
    return data / FOLDER / str(workspace_id) / digest


def _write(path: Path, content: bytes) -> None:
    """The whole file or none, safe on the disk; one that is there already is the same."""
    for folder in (path.parent.parent, path.parent):
        folder.mkdir(mode=0o700, exist_ok=True)
    if path.exists() and path.stat().st_size == len(content):
        return
    half = path.with_suffix(".part")
    handle = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    half.replace(path)
