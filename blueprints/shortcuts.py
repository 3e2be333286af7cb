"""What the keyboard does, in one table: the page of keys and the box under ``?`` both show it."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from msgspec import Struct


class Shortcut(Struct, frozen=True):
    """One row. ``keys``: every way to press it, each the keys that are held together.

    ``alone``: a character pressed by itself, which a person must be able to switch off (WCAG 2.2,
    2.1.4).
    """

    keys: tuple[tuple[Any, ...], ...]
    does: Any
    alone: bool = False


class Place(Struct, frozen=True):
    """Where a group of shortcuts works."""

    name: Any
    shortcuts: tuple[Shortcut, ...]


CTRL, SHIFT, ALT = _l("Ctrl"), _l("Shift"), _l("Alt")
ARROWS = (("←",), ("↑",), ("→",), ("↓",))

PLACES = (
    Place(
        _l("On every page"),
        (
            Shortcut((("?",),), _l("Show this list"), alone=True),
            Shortcut((("/",),), _l("Search"), alone=True),
            Shortcut(((_l("Esc"),),), _l("Close what is open")),
            Shortcut(((_l("Tab"),),), _l("To the next field or button; with Shift, back")),
        ),
    ),
    Place(
        _l("In the editor"),
        (
            Shortcut(((CTRL, "Z"),), _l("Undo")),
            Shortcut(((CTRL, SHIFT, "Z"), (CTRL, "Y")), _l("Redo")),
            Shortcut(((CTRL, "S"),), _l("Save what is being typed")),
            Shortcut((("p",),), _l("Play the call from the chosen menu"), alone=True),
            Shortcut((("n",),), _l("Add a menu"), alone=True),
            Shortcut(((ALT, "↑"), (ALT, "↓")), _l("Move the chosen menu")),
            Shortcut(ARROWS, _l("From key to key of a keypad")),
            Shortcut(((_l("Enter"),),), _l("Open the key, or press it")),
        ),
    ),
    Place(
        _l("On the phone"),
        (
            Shortcut((("0",), ("…",), ("9",), ("*",), ("#",)), _l("Press that key"), alone=True),
            Shortcut(ARROWS, _l("From key to key")),
        ),
    ),
)
"""Every shortcut, by where it works."""
