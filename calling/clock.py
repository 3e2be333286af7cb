"""Moments, as every table keeps them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


def moment(at: datetime) -> str:
    """A moment as it is stored: ``2026-11-21T07:30:00.123Z``."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def parsed(stored: str) -> datetime:
    """A stored moment. Raises ValueError for anything else."""
    return datetime.fromisoformat(stored)


def later(seconds: float, than: str | None = None) -> str:
    """The moment so many seconds after ``than`` (None: the present), as it is stored."""
    start = datetime.now(UTC) if than is None else parsed(than)
    return moment(start + timedelta(seconds=seconds))
