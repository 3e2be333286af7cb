"""The JSON Schema says what the reader says, as far as JSON Schema can."""

import json

import pytest
from jsonschema import Draft202012Validator

from flows.schema import speechcall_schema
from tests.data.hostile.expand import CASES, expand
from tests.flows.test_reading import ACCEPTED, REFUSALS, WARNED, content

VALIDATOR = Draft202012Validator(speechcall_schema())

NOT_EXPRESSIBLE = {
    # The integral float 1.0.
    "H051",
}


def test_it_is_a_schema_itself():
    Draft202012Validator.check_schema(speechcall_schema())


JSON_CASES = {
    name: case
    for name, case in CASES.items()
    if case["expect"]["http"] in (200, 422) and name not in NOT_EXPRESSIBLE
}


@pytest.mark.parametrize("case", JSON_CASES.values(), ids=JSON_CASES)
def test_it_agrees_with_the_verdict(case):
    value = json.loads(expand(case["document"]))
    assert VALIDATOR.is_valid(value) == (case["expect"]["verdict"] != "reject")


@pytest.mark.parametrize("document", [*ACCEPTED.values(), *(w[0] for w in WARNED)])
def test_it_accepts_what_the_reader_accepts(document):
    assert VALIDATOR.is_valid(json.loads(content(document).decode("utf-8-sig")))


# What JSON Schema has no words for.
BEYOND = {"lone_surrogate", "bad_number"}
SHAPES = {r[0]: r for r in REFUSALS if r[2] == 422 and r[3] not in BEYOND}


@pytest.mark.parametrize("document", [r[1] for r in SHAPES.values()], ids=SHAPES)
def test_it_refuses_what_the_reader_refuses(document):
    assert not VALIDATOR.is_valid(json.loads(content(document)))
