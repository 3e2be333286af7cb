"""Cells of files for spreadsheets stay text, wherever a spreadsheet splits the line."""

import pytest

from blueprints.sheets import csv_lines, safe_cell

COMPUTED = (
    "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "x;=HYPERLINK(1)", 'x;"=1"',
    "x; =1", "x\t@SUM(A1)",
)  # fmt: skip


@pytest.mark.parametrize("text", COMPUTED)
def test_what_a_spreadsheet_would_compute_begins_with_an_apostrophe(text):
    assert safe_cell(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "380936670003", "a=b", "a; b", "https://x.example/?a=1;b"])
def test_other_cells_stay_as_they_are(text):
    assert safe_cell(text) == text


def test_nothing_is_an_empty_cell_and_the_file_begins_with_its_encoding():
    assert list(csv_lines(["a"], [[None]])) == ["\ufeff", "a\r\n", '""\r\n']
