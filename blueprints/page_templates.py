"""The environment of our templates: nothing undefined is printed, no line is left by a tag."""

from __future__ import annotations

from collections.abc import MutableMapping
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

import jinja2
from flask import Flask
from flask.templating import Environment
from jinja2 import FileSystemBytecodeCache, StrictUndefined
from jinja2.bccache import Bucket

from blueprints.addresses import LateRule, address

KEPT = Path(__file__).parent.parent / "templates" / "__pycache__"
"""Where compiled templates are kept, as Python keeps compiled modules: beside what they are of."""


class Compiled(FileSystemBytecodeCache):
    """Templates compiled at an earlier start: most of the time of the first page goes into them.

    A file tells of which source, Python, Jinja and version of this module it is; no filter of
    ours is worked out while a template is compiled (``tests/blueprints/test_page_templates.py``).
    What cannot be read is compiled again, and where nothing may be written, each start compiles
    what it shows.
    """

    def __init__(self, folder: Path = KEPT) -> None:
        made_by = sha256(Path(__file__).read_bytes() + jinja2.__version__.encode()).hexdigest()
        with suppress(OSError):
            folder.mkdir(exist_ok=True)
        super().__init__(str(folder), f"%s-{made_by[:16]}.cache")

    def load_bytecode(self, bucket: Bucket) -> None:
        """Called by Jinja before it compiles. A damaged file can raise anything (``pickle``)."""
        try:
            super().load_bytecode(bucket)
        except Exception:
            bucket.reset()

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Called by Jinja after it has compiled. As the sources, it may be read by everybody."""
        with suppress(OSError):
            super().dump_bytecode(bucket)
            Path(self._get_cache_filename(bucket)).chmod(0o644)


class _Environment(Environment):
    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """All that a template knows as one plain dict.

        Jinja's chain of two is walked key by key for every ``include`` and ``import``: a fifth
        of the time of the editor's page. What is registered after a template was loaded is not
        seen by it; everything of ours is registered before.
        """
        return {**self.globals, **(d or {})}


class PressOne(Flask):
    """Flask with our templates and routes."""

    jinja_environment = _Environment
    url_rule_class = LateRule


def init_app(app: Flask) -> None:
    """Set what the syntax of our templates relies on."""
    app.jinja_env.bytecode_cache = Compiled()
    app.jinja_env.globals["url_for"] = address
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
