"""The house: who may rely on whom. Imports go one way, and some doors stay shut."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = ("flows", "providers", "storage", "calling", "blueprints")
MAY_IMPORT = {
    "flows": {"flows"},
    "providers": {"flows", "providers"},
    "storage": {"flows", "storage"},
    "calling": {"flows", "providers", "storage", "calling", "settings"},
    "jobs": {"flows", "providers", "storage", "calling", "settings"},
    "blueprints": {
        "flows", "providers", "storage", "calling", "jobs", "settings", "blueprints",
    },
    "app": {"blueprints", "settings", "storage"},
    "serve": {"app", "blueprints", "jobs", "settings", "storage"},
    "settings": set(),
}  # fmt: skip
OURS = set(MAY_IMPORT)
NEVER = {
    "flows": {"flask", "requests", "sqlite3", "sqlite_utils", "random", "secrets", "time", "os"},
    "providers": {"flask", "sqlite3", "sqlite_utils"},
    "storage": {"flask", "requests"},
    "calling": {"flask", "requests", "sqlite3"},
    "blueprints": {"requests"},
}


def _files(room: str) -> list[Path]:
    single = ROOT / f"{room}.py"
    return [single] if single.exists() else sorted((ROOT / room).rglob("*.py"))


def _imports(path: Path) -> set[str]:
    names: set[str] = set()
    for item in ast.walk(ast.parse(path.read_text())):
        if isinstance(item, ast.Import):
            names |= {alias.name.split(".")[0] for alias in item.names}
        elif isinstance(item, ast.ImportFrom) and item.module and not item.level:
            names.add(item.module.split(".")[0])
    return names


@pytest.mark.parametrize("room", MAY_IMPORT)
def test_a_room_relies_only_on_the_rooms_below_it(room):
    for path in _files(room):
        ours = _imports(path) & OURS
        assert ours <= MAY_IMPORT[room], f"{path.relative_to(ROOT)} imports {ours}"


@pytest.mark.parametrize("room", NEVER)
def test_a_room_never_uses_what_belongs_elsewhere(room):
    for path in _files(room):
        if room == "flows" and path.name == "__main__.py":
            continue  # the command line reads a file and the arguments
        assert not _imports(path) & NEVER[room], path.relative_to(ROOT)


def test_only_the_guarded_client_speaks_http():
    users = [p for room in ROOMS for p in _files(room) if "requests" in _imports(p)]
    assert [p.relative_to(ROOT).as_posix() for p in users] == ["providers/web.py"]


def test_only_the_stores_write_sql():
    words = ("SELECT ", "INSERT ", "UPDATE ", "DELETE FROM")
    for room in ("flows", "providers", "calling", "blueprints"):
        for path in _files(room):
            for item in ast.walk(ast.parse(path.read_text())):
                if isinstance(item, ast.Constant) and isinstance(item.value, str):
                    assert not item.value.startswith(words), path.relative_to(ROOT)


def test_templates_never_switch_escaping_off_or_carry_scripts():
    for path in sorted((ROOT / "templates").rglob("*.html")):
        text = path.read_text()
        for forbidden in ("|safe", "| safe", "hx-on", "javascript:", "onclick", " style="):
            assert forbidden not in text, path.relative_to(ROOT)
