"""What the documents name is there: links, pictures, targets of make, settings, words on screen."""

import ast
import re
from pathlib import Path

import pytest

from tests.helpers import ROOT

DOCS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
README = (ROOT / "README.md").read_text()
GUIDE = (ROOT / "docs" / "guide.md").read_text()
TARGETS = set(re.findall(r"^([a-z][\w-]*):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE))
LINK = re.compile(r"\]\(([^)\s]+)\)")
MOST_PICTURE_BYTES = 150_000


def named(path):
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", DOCS, ids=named)
def test_every_link_and_picture_leads_to_something(path):
    for target in LINK.findall(path.read_text()):
        if not re.match(r"https?:|mailto:|#", target):
            assert (path.parent / target.partition("#")[0]).exists(), target


@pytest.mark.parametrize("path", DOCS, ids=named)
def test_every_target_of_make_that_is_named_exists(path):
    text = path.read_text()
    code = [*re.findall(r"`([^`\n]+)`", text), *re.findall(r"^make .*$", text, flags=re.MULTILINE)]
    for words in code:
        for target in re.findall(r"^make ([a-z][\w-]*)", words):
            assert target in TARGETS, target


def test_every_picture_that_documents_show_is_committed_with_them():
    ignored = (ROOT / ".gitignore").read_text().splitlines()
    for path in DOCS:
        for target in LINK.findall(path.read_text()):
            if "pictures/" in target:
                assert f"!docs/pictures/{Path(target).name}" in ignored
    for picture in (ROOT / "docs" / "pictures").glob("guide-*.png"):
        assert picture.stat().st_size <= MOST_PICTURE_BYTES, picture.name


def settings_read():
    """Names of environment variables that settings.py reads."""
    calls = [item for item in ast.walk(ast.parse((ROOT / "settings.py").read_text()))
             if isinstance(item, ast.Call)]  # fmt: skip
    texts = {arg.value for call in calls for arg in call.args
             if isinstance(arg, ast.Constant) and isinstance(arg.value, str)}  # fmt: skip
    return {text for text in texts if re.fullmatch(r"[A-Z][A-Z_]+", text)} - {"UA"}


def test_the_readme_names_every_setting_and_no_other():
    rows = re.findall(r"^\| (`[^|]+) \|", README, flags=re.MULTILINE)
    listed = {name for row in rows for name in re.findall(r"`([A-Z][A-Z_]+)`", row)}
    assert len(listed) > 10
    assert listed == settings_read()
    for name in re.findall(r"\b(?:PRESS_ONE|SMTP|QUEUE|METRICS|VOICE)_[A-Z_]+\b", README):
        assert name in listed


def test_the_readme_begins_with_the_two_commands():
    commands = re.search(r"```sh\n(.*?)```", README, flags=re.DOTALL)[1].splitlines()
    assert [line.split("#")[0].strip() for line in commands] == ["make run", "make test"]
    assert README.index("make run") < 100


def test_every_word_in_bold_of_the_guide_is_on_a_screen():
    sources = [*(ROOT / "templates").rglob("*.html"), *(ROOT / "blueprints").rglob("*.py"),
               *(ROOT / "providers").rglob("*.py"), *(ROOT / "calling").rglob("*.py"),
               *(ROOT / "storage").rglob("*.py")]  # fmt: skip
    screens = "\n".join(path.read_text() for path in sources)
    bold = {
        " ".join(words.split()) for words in re.findall(r"\*\*(.+?)\*\*", GUIDE, flags=re.DOTALL)
    }
    assert len(bold) > 30
    missing = {words for words in bold - {"bold", "call flow"} if f'"{words}"' not in screens}
    assert missing == set()
