"""Files for spreadsheets: CSV whose cells stay text."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from itertools import chain

BOM = "\ufeff"
"""Without it spreadsheets read UTF-8 as something else."""

FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠")
"""Beginnings that make a spreadsheet compute (OWASP, "CSV Injection"), full-width ones too."""

AFTER_A_SEPARATOR = re.compile(r"[;\t][\s\"]*[=+\-@＝＋－＠]")
"""Spreadsheets of countries with decimal commas split cells at semicolons, quoted or not."""


def safe_cell(value: object) -> str:
    """A value as a cell that no spreadsheet computes."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(FORMULAS) or AFTER_A_SEPARATOR.search(text) else text


def csv_lines(header: Iterable[object], lines: Iterable[Iterable[object]]) -> Iterator[str]:
    """A CSV file, line by line: ``header`` first, every cell safe."""
    yield BOM
    line = io.StringIO()
    writer = csv.writer(line)
    for cells in chain([header], lines):
        writer.writerow([safe_cell(value) for value in cells])
        yield line.getvalue()
        line.seek(0)
        line.truncate()
