"""Every hostile document gets its verdict, status, code and path; see tests/data/hostile."""

import json

import pytest

from flows.reading import Unreadable, document_to_json, read
from tests.data.hostile.expand import CASES, expand


def same_json(one: object, other: object) -> bool:
    """Whether two values are the same JSON: to Python 1, 1.0 and True are equal."""
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_it_gets_the_verdict_it_must_get(case):
    content, expected = expand(case["document"]), case["expect"]
    try:
        imported = read(content)
    except Unreadable as unreadable:
        verdict, status, problems = "reject", unreadable.status, unreadable.problems
    else:
        problems = imported.warnings
        verdict, status = ("accept_warn" if problems else "accept"), 200
        assert same_json(document_to_json(imported.document), json.loads(content))
    assert (verdict, status) == (expected["verdict"], expected["http"])
    found = {(p.code, p.path) for p in problems}
    if "path" in expected:
        assert (expected["code"], expected["path"]) in found
    elif "code" in expected:
        assert expected["code"] in {code for code, _ in found}
    assert all(p.located_message for p in problems)
