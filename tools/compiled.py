"""Compile the program and its templates: ``python -m tools.compiled``, when it is installed.

A service that may not write where the program is would do it again at every start.
"""

from __future__ import annotations

import compileall
import re
import sys
import tempfile
from pathlib import Path

from app import create_app

ROOT = Path(__file__).parent.parent


def templates() -> None:
    """Keep every template compiled, where the app looks for it."""
    with tempfile.TemporaryDirectory() as data:
        environment = create_app(data=Path(data)).jinja_env
        for name in environment.list_templates(extensions=("html", "svg", "txt")):
            environment.get_template(name)


def main() -> int:
    """0 when everything compiles."""
    outside = re.compile(rf"{re.escape(str(ROOT))}/\.")
    compiles = compileall.compile_dir(ROOT, quiet=1, rx=outside)
    templates()
    return 0 if compiles else 1


if __name__ == "__main__":
    sys.exit(main())
