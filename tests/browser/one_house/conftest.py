"""One served app for all tests of this folder: each of them has a call flow of its own."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from flows.document import Flow
from storage import flows as store
from storage.db import open_db
from tests.helpers import Served, save_flow, start_server


@pytest.fixture(scope="session")
def served(first_day: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The app that they share."""
    folder = tmp_path_factory.mktemp("one-house")
    data = Path(shutil.copytree(first_day, folder / "data"))
    url, process = start_server(data, folder / "log")
    yield Served(url, data, process, folder / "log", "")
    process.terminate()
    process.wait(10)


Keep = Callable[[Flow], int]


@pytest.fixture
def keep(served: Served) -> Iterator[Keep]:
    """Puts a call flow into the library for the time of one test; returns its id."""
    db = open_db(served.data / "press-one.sqlite3")
    kept: list[int] = []

    def put(flow: Flow) -> int:
        kept.append(save_flow(db, flow))
        return kept[-1]

    yield put
    for flow_id in kept:
        store.delete(db, 1, flow_id)
    db.close()
