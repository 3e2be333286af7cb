"""Drawing: a laid-out map, in pixels and complete, so that whoever draws it computes nothing.

All ``y`` of texts are baselines; ``path`` and ``head`` are SVG path data.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from msgspec import Struct

State = Literal["start", "reachable", "unreachable", "trouble"]
End = Literal["", "hang up", "connect", "end"]
Sign = Literal["arrow", "again", "hang up", "connect", "end"]
"""What stands at the end of a line: only an arrow is to be filled."""


class Row(NamedTuple):
    """A key in a box. ``words`` fit in it; ``title`` says everything."""

    trigger: str
    key: str
    words: str
    title: str
    tone: str
    x: int
    y: int
    width: int
    height: int
    key_x: int
    text_x: int
    text_y: int


class Text(NamedTuple):
    """One line of text and the beginning of its baseline."""

    text: str
    x: int
    y: int


class Box(Struct, frozen=True):
    """A menu. ``visits`` say when the given call heard it, counted from 1.

    ``unnamed``: nobody gave it a name, so that its name is a sentence of ours.
    """

    menu_id: str
    number: Text
    name: tuple[Text, ...]
    unnamed: bool
    title: str
    x: int
    y: int
    width: int
    height: int
    state: State
    rows: tuple[Row, ...]
    visits: tuple[int, ...]


class Edge(NamedTuple):
    """Where keys of one menu lead: to the menu ``to``, or to an end of the call.

    ``trigger`` and ``step_id`` are those of the first of the ``triggers``; ``label`` names them
    all ("1, 2"). ``path`` and ``head`` (an arrow, or the sign of an end) are SVG path data.
    ``moves`` say when the given call came along here, counted from 1.
    """

    menu_id: str
    trigger: str
    step_id: str
    triggers: tuple[str, ...]
    to: str
    end: End
    path: str
    head: str
    sign: Sign
    label: Text
    title: str
    unreachable: bool
    moves: tuple[int, ...]


class Move(NamedTuple):
    """A key's line that the given call went along, in order of the first time.

    ``number`` says when, counted from 1; a line taken twice has both ("1, 4").
    """

    number: Text
    menu_id: str
    trigger: str
    to: str
    end: End
    path: str
    head: str
    sign: Sign


class Drawing(Struct, frozen=True):
    """Everything to draw; ``moves`` go over the edges, boxes over both.

    ``headings`` stand above menus that no caller hears.
    """

    width: int
    height: int
    boxes: tuple[Box, ...]
    edges: tuple[Edge, ...]
    headings: tuple[Text, ...]
    moves: tuple[Move, ...]

    @property
    def view_box(self) -> str:
        """The ``viewBox`` of the SVG."""
        return f"0 0 {self.width} {self.height}"
