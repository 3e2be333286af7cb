"""What people type as a phone number."""

from __future__ import annotations

import pytest

from calling.numbers import NumberRefused, normalise


@pytest.mark.parametrize(
    ("typed", "e164", "country"),
    [
        ("+380936670003", "+380936670003", "Ukraine"),
        ("093 667 00 03", "+380936670003", "Ukraine"),
        (" +1 (505) 375-3840 ", "+15053753840", "United States"),
        ("+359 88 812 3456", "+359888123456", "Bulgaria"),
        ("+1 505 555 0100", "+15055550100", "United States"),
        ("+380 93 555 0001", "+380935550001", "Ukraine"),
        ("+44 20 7946 0958", "+442079460958", "United Kingdom"),
    ],
)
def test_a_number_is_understood_however_it_is_written(typed, e164, country):
    number = normalise(typed, "UA")
    assert (number.e164, number.country_name) == (e164, country)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "missing"),
        ("   ", "missing"),
        ("+380XXXXXXXXX", "placeholder"),
        ("+380 XX XXX XX XX", "placeholder"),
        ("call me", "not_a_number"),
        ("1-800-FLOWERS", "not_a_number"),
        ("+380 93 667 0003;ext=2", "not_a_number"),
        ("+٣٨٠٩٣٦٦٧٠٠٠٣", "not_a_number"),
        ("+38093", "not_possible"),
        ("+380112", "emergency_number"),
        ("112", "emergency_number"),
        ("+112", "emergency_number"),
        ("101", "emergency_number"),
        ("911", "emergency_number"),
        ("+19005551234", "premium_number"),
        ("+881612345678", "satellite_number"),
        ("+882 16 1234 5678", "satellite_number"),
    ],
)
def test_what_cannot_be_rung_is_refused_with_a_sentence(typed, code):
    with pytest.raises(NumberRefused) as refused:
        normalise(typed, "UA")
    assert refused.value.code == code
    assert refused.value.message.endswith(".")
