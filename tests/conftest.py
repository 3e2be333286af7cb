"""What every test may use: an app on a real database, somebody signed in, a served app."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from hypothesis import settings

from app import create_app
from storage import credentials, keys, people
from storage.credentials import secret_box
from storage.db import open_db
from storage.migrations import migrate
from tests.helpers import OWNER, PASSWORD, Browser, Served, let_ring, sign_in, start_server

SLOW = ("security/test_fuzz_forms", "security/test_stored", "browser/", "soak/", "flows/test_fixes",
        "flows/test_fuzz", "gateway/", "test_deploy", "test_screens", "test_spoken")  # fmt: skip
"""Beginnings of the files that take longest: most of them wait for a browser or a server."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Slow files begin the run, and quick ones, which keep the processor busy, between them."""
    here, files = Path(__file__).parent, dict[Path, list[pytest.Item]]()
    for item in items:
        files.setdefault(item.path, []).append(item)
    names = {file: file.relative_to(here).as_posix() for file in files}
    slow = [file for begin in SLOW for file in files if names[file].startswith(begin)]
    quick = [file for file in files if file not in slow]
    share = len(quick) // max(1, len(slow))
    order = [f for at, file in enumerate(slow) for f in (file, *quick[at * share :][:share])]
    order += quick[len(slow) * share :]
    items[:] = [item for file in order for item in files[file]]


# A gate that is green for one is green for all; `make fuzz` looks for other examples.
settings.register_profile("the same for all", derandomize=True)
settings.register_profile("others", derandomize=False)
settings.load_profile("others" if "FUZZ_EXAMPLES" in os.environ else "the same for all")


def _hash_with(hasher: PasswordHasher) -> None:
    credentials._HASHER = hasher
    credentials._NOBODYS_HASH = credentials._nobodys_hash()


@pytest.fixture(scope="session", autouse=True)
def cheap_hashes() -> None:
    """Passwords whose hashes cost next to nothing: the real ones cost more than most tests."""
    _hash_with(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


@pytest.fixture
def costly_hashes() -> Iterator[None]:
    """Passwords hashed as the product does."""
    cheap = credentials._HASHER
    _hash_with(PasswordHasher())
    yield
    _hash_with(cheap)


@pytest.fixture(scope="session")
def first_day(tmp_path_factory: pytest.TempPathFactory, cheap_hashes: None) -> Path:
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
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The sample workspace, served, with every screen to be seen in it; nobody may change it."""
    from tools.screens import open_house  # only these tests wait for it

    with open_house(tmp_path_factory.mktemp("sample") / "data") as house:
        yield house


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
