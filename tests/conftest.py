"""What every test may use: an app on a real database, somebody signed in, a served app."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app import create_app
from storage import keys, people
from storage.credentials import secret_box
from storage.db import open_db
from storage.migrations import migrate
from tests.helpers import OWNER, PASSWORD, Browser, Served, let_ring, sign_in, start_server


@pytest.fixture(scope="session")
def first_day(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with a migrated database, one workspace and its owner; made once.

    Its rules of calling stop nothing; the tests of the rules set their own.
    """
    folder = tmp_path_factory.mktemp("first-day")
    db = open_db(folder / "press-one.sqlite3")
    migrate(db)
    people.create_workspace(
        db, secret_box(folder), workspace="Bazar", email=OWNER, name="Olena", password=PASSWORD
    )
    let_ring(db)
    db.close()
    return folder


@pytest.fixture
def data(first_day: Path, tmp_path: Path) -> Path:
    """The test's own copy of that folder."""
    return Path(shutil.copytree(first_day, tmp_path / "data"))


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """A real browser for all tests that need one."""
    from tests.chromium import started  # only these tests wait for Playwright

    with started() as browser:
        yield browser


@pytest.fixture
def app(data: Path) -> Any:
    """The application on that folder."""
    return create_app(data=data, TESTING=True, PROPAGATE_EXCEPTIONS=False)


@pytest.fixture
def db(data: Path) -> Iterator[Any]:
    """A connection of the test's own."""
    connection = open_db(data / "press-one.sqlite3")
    yield connection
    connection.close()


@pytest.fixture
def owner(app: Any) -> Browser:
    """The owner, signed in."""
    return sign_in(app)


@pytest.fixture
def viewer(app: Any, db: Any) -> Browser:
    """A viewer of the same workspace, signed in."""
    people.add(db, 1, email="viewer@example.com", name="Vira", role="viewer", password=PASSWORD)
    return sign_in(app, "viewer@example.com")


@pytest.fixture
def stranger(app: Any, db: Any, data: Path) -> Browser:
    """The owner of another workspace, signed in."""
    people.create_workspace(
        db,
        secret_box(data),
        workspace="Other",
        email="other@example.com",
        name="Otto",
        password=PASSWORD,
    )
    return sign_in(app, "other@example.com")


@pytest.fixture
def served(data: Path, db: Any, tmp_path: Path) -> Iterator[Served]:
    """The whole app over real HTTP, its practice network five times as fast as real time."""
    log = tmp_path / "server.log"
    url, process = start_server(data, log, PRESS_ONE_PRACTICE_PACE="0.2")
    yield Served(url, data, process, log, keys.add(db, 1, "Tests"))
    process.terminate()
    process.wait(10)
