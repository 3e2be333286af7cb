"""The schema of Voice API requests says what the check says, and never refuses what it takes."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from flows.targets.voice_api import FIELDS, MAX_TEXT, check_request
from flows.voice_schema import ABOUT, voice_schema

VALIDATOR = Draft202012Validator(voice_schema())
GOOD = {"to": "+15053753840", "text": "Hello"}
PARTS = st.sampled_from(
    ["", None, "+15053753840", "15053753840", "0123", "+380XXXXXXXXX", "1", "#", "12", "Hello",
     "a" * (MAX_TEXT + 1), "https://a.example.com/x.mp3", "https://1.2.3.256/", "ftp://a", 7,
     "x\0y", "https://a b/"]
)  # fmt: skip


def test_it_is_a_schema_and_tells_of_every_field():
    Draft202012Validator.check_schema(voice_schema())
    assert list(ABOUT) == list(FIELDS)


@settings(max_examples=500, deadline=None)
@given(st.dictionaries(st.sampled_from([*FIELDS, "more"]), PARTS))
def test_it_never_refuses_what_the_check_takes(body):
    for asked in (body, {**GOOD, **body}):
        if check_request(asked) is None:
            assert VALIDATOR.is_valid(asked)


@pytest.mark.parametrize(
    "change",
    [
        {"to": ""}, {"to": None}, {"to": "0123"}, {"to": "+380XXXXXXXXX"}, {"to": 7},
        {"text": ""}, {"text": "a" * (MAX_TEXT + 1)}, {"text": "x\0y"}, {"from": "Bazar"},
        {"audioUrl": "ftp://a"}, {"audioUrl": "https://a b/"}, {"transferToNumber": "+15055559999"},
        {"dtmfTransferDigit": "1"}, {"transferToNumber": "+15055559999", "dtmfTransferDigit": ""},
        {"transferToNumber": "+15055559999", "dtmfTransferDigit": "12"},
    ],
)  # fmt: skip
def test_it_refuses_what_the_check_refuses(change):
    assert check_request({**GOOD, **change}) is not None
    assert not VALIDATOR.is_valid({**GOOD, **change})
