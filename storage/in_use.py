"""Who works with a data folder: many at a time, or one that changes everything, alone.

The servers and consumers of a folder hold it together; restoring a backup and changing the key
need it alone. The lock is the kernel's (``flock``), so that it goes with its process, however
that ends.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

FILE = "in-use.lock"


class InUse(Exception):
    """A server or a consumer works with this folder."""


def hold(data: Path) -> int:
    """Work with the folder until this process ends; waits for whoever has it alone.

    Gives the open file, which the lock belongs to.
    """
    handle = _open(data)
    fcntl.flock(handle, fcntl.LOCK_SH)
    return handle


@contextmanager
def alone(data: Path) -> Iterator[None]:
    """The folder to oneself for the time of a ``with`` block. Raises InUse."""
    handle = _open(data)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        raise InUse from None
    try:
        yield
    finally:
        os.close(handle)


def _open(data: Path) -> int:
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    return os.open(data / FILE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
