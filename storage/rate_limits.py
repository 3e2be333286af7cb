"""How often each API key asks: one leaky bucket a key, shared by every process of this machine.

A file of its own, without waiting for the disk: losing it in a power cut costs a minute of
counting, and calls need not wait for it. A bucket is the moment at which it will be empty
(the "generic cell rate algorithm" of ITU-T I.371), so one statement fills it or refuses.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path
from threading import Lock

FILE = "rate-limits.sqlite3"

WINDOW_US = 60_000_000
"""A bucket holds so many microseconds of requests: a whole minute's may come at once."""

_FILL = (
    "INSERT INTO buckets (key_id, empty_at) VALUES (:key, :now + :each)"
    " ON CONFLICT (key_id) DO UPDATE SET empty_at = max(empty_at, :now) + :each"
    " WHERE max(empty_at, :now) + :each <= :now + :window"
    # A clock that was set back must not shut a key out for long.
    " OR empty_at > :now + 2 * :window"
)


class RateLimits:
    """The buckets of one data folder. Safe to share among threads."""

    def __init__(self, path: Path) -> None:
        self._lock = Lock()
        self._db = sqlite3.connect(path, timeout=5.0, isolation_level=None, check_same_thread=False)
        for sql in (
            "PRAGMA journal_mode=WAL",
            "PRAGMA synchronous=OFF",
            "CREATE TABLE IF NOT EXISTS buckets (key_id INTEGER PRIMARY KEY,"
            " empty_at INTEGER NOT NULL) WITHOUT ROWID",
        ):
            self._db.execute(sql)

    def take(self, key_id: int, per_minute: int, now_s: float) -> float:
        """Count one request; 0.0 when it may pass, else the seconds until the next one may.

        ``now_s``: seconds since 1970. A request that may not pass is not counted.
        """
        now, each = round(now_s * 1_000_000), WINDOW_US // per_minute
        known = {"key": key_id, "now": now, "each": each, "window": WINDOW_US}
        with self._lock:
            if self._db.execute(_FILL, known).rowcount == 1:
                return 0.0
            found = self._db.execute("SELECT empty_at FROM buckets WHERE key_id = :key", known)
            (empty_at,) = found.fetchone()
        return max(1, int(empty_at) + each - now - WINDOW_US) / 1_000_000

    def close(self) -> None:
        """Let the file go."""
        self._db.close()
