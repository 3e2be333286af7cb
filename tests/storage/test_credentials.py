"""What protects passwords."""

import subprocess
import sys

import pytest
from argon2 import Type, extract_parameters

from storage import credentials


def test_a_password_is_hashed_at_least_as_costly_as_owasp_asks():
    """As the product does it, in a process of its own: m=19 MiB, t=2, p=1 is the least
    (cheatsheetseries.owasp.org, Password Storage)."""
    code = "from storage.credentials import hash_password; print(hash_password('a long password'))"
    made = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    costs = extract_parameters(made.stdout.strip())
    assert costs.type is Type.ID
    assert costs.memory_cost >= 19 * 1024 and costs.time_cost >= 2


@pytest.mark.usefixtures("costly_hashes")
def test_a_person_who_is_not_there_costs_as_much_as_a_wrong_password():
    nobody, somebody = credentials._NOBODYS_HASH, credentials.hash_password("a long password")
    assert extract_parameters(nobody) == extract_parameters(somebody)
    assert not credentials.password_matches(None, "a long password")
    assert not credentials.password_matches(somebody, "another password")
    assert credentials.password_matches(somebody, "a long password")
