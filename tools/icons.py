"""Make static/icons.svg: one sprite of the icons that templates use, from lucide-static.

npm pack lucide-static@0.469.0 && tar xzf lucide-static-0.469.0.tgz
python -m tools.icons package
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).parent.parent
SPRITE = ROOT / "static" / "icons.svg"
VERSION = "0.469.0"
SVG = "{http://www.w3.org/2000/svg}"
HEAD = f"""<!-- Icons of lucide-static {VERSION} (https://lucide.dev), those that are used here.
ISC License. Copyright (c) for portions of Lucide are held by Cole Bemis 2013-2022 as part of
Feather (MIT). All other copyright (c) for Lucide are held by Lucide Contributors 2022.
Permission to use, copy, modify, and/or distribute this software for any purpose with or without
fee is hereby granted, provided that the above copyright notice and this permission notice appear
in all copies. The software is provided "as is" and the author disclaims all warranties. -->
"""
_USED = re.compile(r"\bicon\(\"([a-z0-9-]+)\"\)")


def used() -> set[str]:
    """The names of all icons that templates ask for."""
    pages = (ROOT / "templates").rglob("*.html")
    return {name for page in pages for name in _USED.findall(page.read_text(encoding="utf-8"))}


def sprite(icons: Path, names: set[str]) -> str:
    """One file with a symbol for every name. ``icons`` is the package's folder of SVG files."""
    symbols = (_symbol(name, (icons / f"{name}.svg").read_text()) for name in sorted(names))
    head = '<svg xmlns="http://www.w3.org/2000/svg">\n'
    return HEAD + head + "".join(symbols) + "</svg>\n"


def _symbol(name: str, text: str) -> str:
    drawn = "".join(
        f"<{shape.tag.removeprefix(SVG)} "
        + " ".join(f'{key}="{value}"' for key, value in shape.attrib.items())
        + "/>"
        for shape in ElementTree.fromstring(text)
    )
    return f'<symbol id="{name}" viewBox="0 0 24 24">{drawn}</symbol>\n'


if __name__ == "__main__":
    SPRITE.write_text(sprite(Path(sys.argv[1]) / "icons", used()), encoding="utf-8")
