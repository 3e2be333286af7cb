"""Nothing that can be sent breaks a route: no 5xx, no traceback, no growing memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from tests.helpers import ROOT

SECONDS = float(os.environ.get("FUZZ_SECONDS", "60"))
MOST_GROWN_MB = 40


@pytest.fixture(scope="module")
def fuzzed():
    """What a minute of made-up requests did to the app."""
    run = subprocess.run(
        [sys.executable, "-m", "tests.security.fuzz_forms"],
        cwd=ROOT, capture_output=True, text=True, timeout=SECONDS * 2 + 120,
        env={**os.environ, "FUZZ_SECONDS": str(SECONDS)},
    )  # fmt: skip
    print(run.stdout)
    assert run.stdout.rstrip().endswith("}"), run.stderr[-3000:]
    return {**json.loads(run.stdout.rstrip().rpartition("\n")[2]), "said": run.stdout}


def test_no_request_ends_in_an_error_of_ours(fuzzed):
    assert (fuzzed["bad"], fuzzed["logged"]) == (0, 0), fuzzed["said"]


def test_the_routes_were_asked_and_most_kinds_of_answers_came(fuzzed):
    # Some of what is made up cannot be put into a request.
    assert fuzzed["routes"] >= 0.95 * fuzzed["of"]
    assert fuzzed["statuses"].keys() >= {"200", "302", "303", "400", "401", "403", "404", "405"}


def test_memory_does_not_grow(fuzzed):
    assert fuzzed["grown_mb"] < MOST_GROWN_MB, fuzzed
