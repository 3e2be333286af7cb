"""Another key for the stored secrets, without ever being without one.

The new key is a file of its own (``secret.key.next``) before the database knows of it; all
secrets change in one transaction; then the new file takes the place of the old one. Whoever
finds ``secret.key.next`` later asks the database which of the two opens its secrets.
"""

from __future__ import annotations

import os
from contextlib import closing
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from storage import audit, sealed
from storage.credentials import KEY_BYTES, KEY_FILE, SecretBox
from storage.db import open_db, write_tx
from storage.in_use import alone

NEXT_FILE = f"{KEY_FILE}.next"
OLD_FILE = f"{KEY_FILE}.old"


def rotate(data: Path, database: Path, keep_old: bool = False) -> sealed.Kept:
    """Change the key and every secret that is kept with it.

    ``keep_old`` leaves the old key as ``secret.key.old``, for backups that were made before.
    Gives how many secrets moved, and how many the old key did not open; those stay as they are.
    Raises in_use.InUse, and OSError or sqlite3.Error with everything as it was.
    """
    with alone(data):
        _settle(data, database)
        old, new = _box(data / KEY_FILE), _new_key(data)
        with closing(open_db(database)) as db:
            # What was kept with the old key is overwritten, not only let go.
            db.conn.execute("PRAGMA secure_delete=ON")
            with write_tx(db):
                kept = sealed.reseal(db, old, new)
                audit.record_for_all(db, "key_file_rotated")
            db.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        if keep_old:
            _write(data / OLD_FILE, old.key)
        _take_next(data)
    return kept


def settle(data: Path, database: Path) -> None:
    """Finish or undo a change of the key that was interrupted. Raises in_use.InUse."""
    if (data / NEXT_FILE).exists():
        with alone(data):
            _settle(data, database)


def _settle(data: Path, database: Path) -> None:
    path = data / NEXT_FILE
    if not path.exists():
        return
    with closing(open_db(database)) as db:
        changed = _whole(path) and sealed.readable(db, _box(path)).readable > 0
    if changed:
        _take_next(data)
    else:
        path.unlink()


def _take_next(data: Path) -> None:
    os.replace(data / NEXT_FILE, data / KEY_FILE)
    _sync(data)


def _new_key(data: Path) -> SecretBox:
    key = AESGCM.generate_key(256)
    _write(data / NEXT_FILE, key)
    return SecretBox(key)


def _write(path: Path, key: bytes) -> None:
    path.unlink(missing_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(key)
        file.flush()
        os.fsync(file.fileno())
    _sync(path.parent)


def _whole(path: Path) -> bool:
    """Whether a key file was written to its end."""
    return path.stat().st_size == KEY_BYTES


def _box(path: Path) -> SecretBox:
    return SecretBox(path.read_bytes())


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
