"""The house: who may rely on whom. Imports go one way, and some doors stay shut."""

import ast
import re
from functools import cache
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
    "worker": {"app", "blueprints", "jobs", "settings", "storage"},
    "serve": {"settings"},
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


@cache
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


@cache
def _whole_names(path: Path) -> set[str]:
    """Every module that a file imports, with its dots, and each name taken out of one."""
    names: set[str] = set()
    for item in ast.walk(ast.parse(path.read_text())):
        if isinstance(item, ast.Import):
            names |= {alias.name for alias in item.names}
        elif isinstance(item, ast.ImportFrom) and item.module and not item.level:
            names |= {item.module} | {f"{item.module}.{alias.name}" for alias in item.names}
    return names


TO_THE_WORLD = {
    "requests": {"providers/sending.py"},
    "urllib3": {"providers/sending.py"},
    "http.client": {"providers/sending.py"},
    "socket": {"providers/sending.py", "providers/line.py"},
    "smtplib": {"providers/mail.py"},
    "ssl": {"providers/mail.py"},
    "subprocess": {"calling/recordings/programs.py"},
    **{
        never: set()
        for never in (
            "urllib.request", "httpx", "httpcore", "aiohttp", "pycurl", "asyncio", "websockets",
            "websocket", "ftplib", "telnetlib", "imaplib", "poplib", "xmlrpc", "socketserver",
            "http.server", "paramiko", "dns", "ctypes", "pickle", "marshal", "shelve", "xml",
            "lxml", "yaml",
        )
    },
}  # fmt: skip
"""What could speak to other machines or run what it reads -> the only files that may use it."""


def test_the_way_out_is_taken_by_the_one_client_only():
    users = {
        path.relative_to(ROOT).as_posix()
        for room in MAY_IMPORT
        for path in _files(room)
        if "providers.sending" in _whole_names(path)
    }
    assert users == {"providers/web.py"}


@pytest.mark.parametrize("module", TO_THE_WORLD)
def test_what_leads_out_of_the_house_has_one_door(module):
    users = {
        path.relative_to(ROOT).as_posix()
        for room in MAY_IMPORT
        for path in _files(room)
        if any(name == module or name.startswith(f"{module}.") for name in _whole_names(path))
    }
    assert users == TO_THE_WORLD[module]


def test_nothing_that_was_read_is_run():
    for room in MAY_IMPORT:
        for path in _files(room):
            for item in ast.walk(ast.parse(path.read_text())):
                name = item.func.id if isinstance(item, ast.Call) and isinstance(
                    item.func, ast.Name) else ""  # fmt: skip
                assert name not in ("eval", "exec", "compile", "__import__"), path
                shell = isinstance(item, ast.keyword) and item.arg == "shell"
                assert not shell, path


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


MOMENT = re.compile(r'<time datetime="\{\{ ([^}]+) \}\}">\{\{ \(?([^}]+?)\)?\|moment \}\}')


def test_a_moment_in_a_template_can_be_told_in_the_readers_own_time():
    for path in sorted((ROOT / "templates").rglob("*.html")):
        text = path.read_text()
        told = MOMENT.findall(text)
        assert len(told) == text.count("|moment"), path
        assert all(stands == said for stands, said in told), path
