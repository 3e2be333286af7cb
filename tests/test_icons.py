"""The sprite of icons: exactly those that templates use, nameless, and in their right version."""

from __future__ import annotations

import re
from pathlib import Path

from tools.icons import HEAD, SPRITE, sprite, used


def test_the_sprite_has_exactly_the_icons_that_templates_use():
    drawn = re.findall(r'<symbol id="([^"]+)"', SPRITE.read_text())
    assert drawn == sorted(used())
    assert len(drawn) > 9


def test_the_sprite_names_its_licence_and_version():
    assert SPRITE.read_text().startswith(HEAD)


def test_a_sprite_keeps_every_shape_of_an_icon(tmp_path):
    (tmp_path / "x.svg").write_text(
        '<svg xmlns="http://www.w3.org/2000/svg"><path d="M1 1"/><circle cx="2" r="1"/></svg>'
    )
    made = sprite(tmp_path, {"x"})
    assert '<path d="M1 1"/><circle cx="2" r="1"/></symbol>' in made


BUTTON = re.compile(r"<(button|a|summary)\b((?:\{\{.*?\}\}|\{%.*?%\}|[^>])*)>(.*?)</\1>", re.DOTALL)
ICON = re.compile(r'\{\{ icon\("[^"]+"\) \}\}')


def test_a_button_with_only_an_icon_has_a_name():
    pages = (Path(__file__).parent.parent / "templates").rglob("*.html")
    only_icons = [
        (page.name, inside, tag)
        for page in pages
        for _, tag, inside in BUTTON.findall(page.read_text())
        if ICON.fullmatch(inside.strip())
    ]
    assert len(only_icons) > 4
    assert [found for found in only_icons if "aria-label" not in found[2]] == []
