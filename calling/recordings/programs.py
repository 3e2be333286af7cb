"""The programs of the machine that help when they are there: ffmpeg and espeak-ng.

They are started without a shell, with nothing of our surroundings but the path, in a folder of
their own, with a time limit; at most two run at once, so that pages stay quick.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from threading import BoundedSemaphore

LIMIT_S = 30.0
"""Seconds that one run may take (ten minutes of sound take ffmpeg about three)."""

LOOKED_UP_EVERY_S = 20
"""Seconds after which a program that was installed meanwhile is found."""

AT_ONCE = BoundedSemaphore(2)


class ProgramFailed(Exception):
    """A program took too long or gave up; what it said is in the text, for the log."""


def installed(name: str) -> bool:
    """Whether a program is there. Every page of the editor asks, so it is looked up at times."""
    return _is_there(name, os.environ.get("PATH", ""), int(time.monotonic() / LOOKED_UP_EVERY_S))


@lru_cache(maxsize=8)
def _is_there(name: str, path: str, _moment: int) -> bool:
    return shutil.which(name, path=path) is not None


@contextmanager
def workplace() -> Iterator[Path]:
    """A folder that only we can read, and that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="press-one-") as folder:
        yield Path(folder)


def run(
    name: str, arguments: Sequence[str], folder: Path, given: bytes = b"", limit_s: float = LIMIT_S
) -> str:
    """Run a program in a folder. Returns what it reported (stderr). Raises ProgramFailed."""
    path = shutil.which(name)
    if path is None:
        raise ProgramFailed(f"{name} is not installed")
    try:
        with AT_ONCE:
            done = subprocess.run(
                [path, *arguments],
                cwd=folder,
                input=given,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                timeout=limit_s,
                env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8"},
                check=False,
            )
    except (OSError, subprocess.TimeoutExpired) as problem:
        raise ProgramFailed(str(problem)) from problem
    said = done.stderr.decode(errors="replace")
    if done.returncode:
        raise ProgramFailed(said[-2_000:])
    return said
