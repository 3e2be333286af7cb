"""Compiled templates: kept for the next start, never older than what they are of."""

from __future__ import annotations

from pathlib import Path

import pytest
from jinja2 import Environment, FileSystemLoader

from blueprints.page_templates import Compiled


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    """A folder with one page."""
    folder = tmp_path / "pages"
    folder.mkdir()
    (folder / "page.html").write_text("before {{ 6 * 7 }}")
    return folder


def start(pages: Path, kept: Path) -> Environment:
    """What a start of the program knows of templates."""
    return Environment(
        loader=FileSystemLoader(pages), bytecode_cache=Compiled(kept), autoescape=True
    )


def forbid_compiling(environment: Environment, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fail as soon as a template is read anew."""

    def compiled(*_args: object, **_named: object) -> None:
        raise AssertionError("compiled again")

    monkeypatch.setattr(environment, "compile", compiled)


def test_the_next_start_compiles_nothing_again(pages, tmp_path, monkeypatch):
    assert start(pages, tmp_path / "kept").get_template("page.html").render() == "before 42"
    second = start(pages, tmp_path / "kept")
    forbid_compiling(second, monkeypatch)
    assert second.get_template("page.html").render() == "before 42"


def test_a_changed_page_is_shown_as_it_is_now(pages, tmp_path):
    start(pages, tmp_path / "kept").get_template("page.html")
    (pages / "page.html").write_text("after {{ 6 * 7 }}")
    assert start(pages, tmp_path / "kept").get_template("page.html").render() == "after 42"


def test_a_page_is_shown_where_nothing_can_be_kept(pages):
    nowhere = Path("/proc/nowhere")
    assert start(pages, nowhere).get_template("page.html").render() == "before 42"
    assert not nowhere.exists()


@pytest.mark.parametrize("broken", [b"", b"j2", b"not what Jinja writes", b"\x00" * 64])
def test_a_kept_page_that_is_damaged_is_compiled_again(pages, tmp_path, broken):
    start(pages, tmp_path / "kept").get_template("page.html")
    (file,) = (tmp_path / "kept").iterdir()
    file.write_bytes(broken)
    assert start(pages, tmp_path / "kept").get_template("page.html").render() == "before 42"


def test_a_kept_page_that_was_cut_short_is_compiled_again(pages, tmp_path):
    start(pages, tmp_path / "kept").get_template("page.html")
    (file,) = (tmp_path / "kept").iterdir()
    file.write_bytes(file.read_bytes()[:-20])
    assert start(pages, tmp_path / "kept").get_template("page.html").render() == "before 42"


def test_another_version_of_jinja_reads_nothing_of_this_one(pages, tmp_path, monkeypatch):
    start(pages, tmp_path / "kept").get_template("page.html")
    monkeypatch.setattr("jinja2.__version__", "99")
    start(pages, tmp_path / "kept").get_template("page.html")
    assert len(list((tmp_path / "kept").iterdir())) == 2


def test_the_app_keeps_its_templates(app):
    assert isinstance(app.jinja_env.bytecode_cache, Compiled)
