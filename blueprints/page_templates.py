"""The environment of our templates: nothing undefined is printed, no line is left by a tag."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any

from flask import Flask
from flask.templating import Environment
from jinja2 import StrictUndefined

from blueprints.addresses import LateRule, address


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
    app.jinja_env.globals["url_for"] = address
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
