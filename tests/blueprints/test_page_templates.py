"""Compiled templates: kept for the next start, never older than what they are of."""

from __future__ import annotations

from pathlib import Path

import pytest
from jinja2 import Environment, FileSystemLoader, nodes

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


def test_a_kept_page_that_was_cut_short_or_spoilt_is_compiled_again(pages, tmp_path):
    start(pages, tmp_path / "kept").get_template("page.html")
    (file,) = (tmp_path / "kept").iterdir()
    whole = file.read_bytes()
    cut = [whole[:length] for length in range(len(whole))]
    for broken in (*cut, whole[:15] + b"\x00" * 64, b"not what Jinja writes"):
        file.write_bytes(broken)
        assert start(pages, tmp_path / "kept").get_template("page.html").render() == "before 42"
        assert file.read_bytes() == whole, "and is kept anew"


def test_a_page_is_shown_where_a_file_stands_in_the_place_of_the_folder(pages, tmp_path):
    (tmp_path / "kept").write_text("in the way")
    assert start(pages, tmp_path / "kept").get_template("page.html").render() == "before 42"


def test_what_the_owner_of_the_program_compiled_can_be_read_by_the_service(pages, tmp_path):
    start(pages, tmp_path / "kept").get_template("page.html")
    (file,) = (tmp_path / "kept").iterdir()
    assert file.stat().st_mode & 0o777 == 0o644


def test_no_template_has_a_filter_that_is_worked_out_while_it_is_compiled(app):
    environment = app.jinja_env
    for name in environment.list_templates(filter_func=lambda path: "__pycache__" not in path):
        source = environment.loader.get_source(environment, name)[0]
        for node in environment.parse(source).find_all((nodes.Filter, nodes.Test)):
            with pytest.raises(nodes.Impossible):
                node.as_const(nodes.EvalContext(environment, name))


def test_another_version_of_jinja_reads_nothing_of_this_one(pages, tmp_path, monkeypatch):
    start(pages, tmp_path / "kept").get_template("page.html")
    monkeypatch.setattr("jinja2.__version__", "99")
    start(pages, tmp_path / "kept").get_template("page.html")
    assert len(list((tmp_path / "kept").iterdir())) == 2


def test_the_app_keeps_its_templates(app):
    assert isinstance(app.jinja_env.bytecode_cache, Compiled)
