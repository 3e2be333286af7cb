"""Records are what their fields say: a default is a value, every package is pinned."""

from __future__ import annotations

import dataclasses
import importlib
import pkgutil
import re
import types
from collections.abc import Iterator

import pytest
from msgspec import NODEFAULT, Struct

import app as whole_app
from tests.helpers import ROOT

PACKAGES = ("blueprints", "calling", "flows", "providers", "storage")
NO_VALUES = (dataclasses.Field, types.MemberDescriptorType)
"""What stands in a class's body where a default was meant: it would be everybody's value."""


def records() -> Iterator[type[Struct]]:
    """Every record of the program."""
    for package in PACKAGES:
        path = importlib.import_module(package).__path__
        for module in pkgutil.walk_packages(path, f"{package}."):
            importlib.import_module(module.name)
    assert whole_app
    waiting = list(Struct.__subclasses__())
    while waiting:
        record = waiting.pop()
        waiting += record.__subclasses__()
        if record.__module__.split(".")[0] in (*PACKAGES, "settings", "jobs"):
            yield record


def test_every_default_of_a_record_is_a_value():
    found = list(records())
    assert len(found) > 200
    for record in found:
        for default in record.__struct_defaults__:
            value = NODEFAULT if default is NODEFAULT else getattr(default, "factory", default)
            assert not isinstance(value, NO_VALUES), record


def canonical(name: str) -> str:
    """A package's name as pip compares it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_what_is_required_is_pinned_to_the_same_version_beside_what_it_needs(name):
    pins = re.compile(r"^([\w.-]+)(?:\[[\w,-]+\])?==(\S+)", re.MULTILINE)
    kept = {canonical(n): v for n, v in pins.findall((ROOT / "constraints.txt").read_text())}
    asked = {canonical(n): v for n, v in pins.findall((ROOT / name).read_text())}
    assert asked
    assert asked.items() <= kept.items()
