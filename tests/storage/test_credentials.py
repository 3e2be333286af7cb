"""What protects passwords."""

from argon2 import extract_parameters

from storage import credentials


def test_a_person_who_is_not_there_costs_as_much_as_a_wrong_password():
    nobody, somebody = credentials._NOBODYS_HASH, credentials.hash_password("a long password")
    assert extract_parameters(nobody) == extract_parameters(somebody)
    assert not credentials.password_matches(None, "a long password")
    assert not credentials.password_matches(somebody, "another password")
    assert credentials.password_matches(somebody, "a long password")
