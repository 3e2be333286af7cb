"""docs/security.md names only tests that exist, and leaves out no requirement of level 1."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / "docs" / "security.md").read_text()

LEVEL_1 = """
1.2.1 1.2.2 1.2.3 1.2.4 1.2.5 1.3.1 1.3.2 1.5.1 2.1.1 2.2.1 2.2.2 2.3.1 3.2.1 3.2.2 3.3.1 3.4.1
3.4.2 3.5.1 3.5.2 3.5.3 4.1.1 4.4.1 5.2.1 5.2.2 5.3.1 5.3.2 6.1.1 6.2.1 6.2.2 6.2.3 6.2.4 6.2.5
6.2.6 6.2.7 6.2.8 6.3.1 6.3.2 6.4.1 6.4.2 7.2.1 7.2.2 7.2.3 7.2.4 7.4.1 7.4.2 8.1.1 8.2.1 8.2.2
8.3.1 9.1.1 9.1.2 9.1.3 9.2.1 10.4.1 10.4.2 10.4.3 10.4.4 10.4.5 11.3.1 11.3.2 11.4.1 12.1.1
12.2.1 12.2.2 13.4.1 14.2.1 14.3.1 15.1.1 15.2.1 15.3.1
"""
"""The level 1 requirements of ASVS 5.0.0 (github.com/OWASP/ASVS, 5.0/docs_en, the CSV)."""

VERDICTS = ("met", "partly", "not met", "does not apply")


@pytest.mark.parametrize("path", sorted(set(re.findall(r"`((?:tests|[a-z]+)/[\w/.]+)`", TEXT))))
def test_every_file_that_the_document_names_exists(path):
    assert (ROOT / path).exists()


def test_every_link_leads_to_a_page():
    for link in re.findall(r"\]\(([^)#]+)\)", TEXT):
        assert (ROOT / "docs" / link).exists(), link


def test_every_requirement_of_level_1_has_its_verdict_in_its_order():
    rows = re.findall(r"^\| ([\d.]+) \| [^|]+ \| ([^|]+) \| ([^|]+) \|$", TEXT, re.MULTILINE)
    assert [number for number, _, _ in rows] == LEVEL_1.split()
    assert {verdict for _, verdict, _ in rows} <= set(VERDICTS)


def test_every_promise_names_a_test_and_a_requirement():
    promises = TEXT.partition("## Rules that")[0]
    rows = [line for line in promises.splitlines() if line.startswith("| ") and "---" not in line]
    rows = [line for line in rows if not line.startswith(("| attack", "| fault"))]
    assert len(rows) >= 27
    for row in rows:
        assert re.search(r"`tests/[\w/]+\.py`", row), row
        assert re.search(r"\d+\.\d+\.\d+[^|]*\|$", row), row
