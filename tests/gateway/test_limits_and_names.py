"""How often a key may ask, and the names that requests carry."""

from __future__ import annotations

import logging
import multiprocessing

import pytest
import requests

from storage import keys
from storage.rate_limits import FILE, RateLimits
from tests.gateway.conftest import example

TTS = example("voice_tts_request.json")
ONE = example("speechcall_one_menu.json")


@pytest.fixture
def buckets(tmp_path):
    found = RateLimits(tmp_path / FILE)
    yield found
    found.close()


def test_a_minutes_requests_pass_and_the_next_must_wait(buckets):
    assert [buckets.take(1, 3, 1000.0) for _ in range(3)] == [0.0] * 3
    assert buckets.take(1, 3, 1000.0) == pytest.approx(20.0)
    assert buckets.take(1, 3, 1019.0) == pytest.approx(1.0)
    assert buckets.take(1, 3, 1020.5) == 0.0
    assert buckets.take(2, 3, 1000.0) == 0.0


def test_a_clock_that_was_set_back_shuts_nobody_out(buckets):
    for _ in range(4):
        buckets.take(1, 3, 1_000_000.0)
    assert buckets.take(1, 3, 1000.0) == 0.0


def _take(path, count, passed):
    buckets = RateLimits(path)
    passed.put(sum(buckets.take(1, 50, 1000.0) == 0.0 for _ in range(count)))
    buckets.close()


def test_processes_share_the_buckets(tmp_path):
    context = multiprocessing.get_context("spawn")
    passed = context.Queue()
    several = [context.Process(target=_take, args=(tmp_path / FILE, 40, passed)) for _ in range(3)]
    for process in several:
        process.start()
    assert sum(passed.get(timeout=30) for _ in several) == 50
    for process in several:
        process.join(10)


def test_too_many_requests_are_429_with_the_seconds_to_wait(url, db):
    key = keys.add(db, 1, "Slow", per_minute=2)
    voice = {"x-api-key": key}
    for _ in range(2):
        assert requests.get(f"{url}/api/v1/call/status/x", headers=voice, timeout=5).ok is False
    refused = requests.post(f"{url}/api/v1/call/tts", json=TTS, headers=voice, timeout=5)
    assert (refused.status_code, list(refused.json())) == (429, ["error"])
    assert 1 <= int(refused.headers["Retry-After"]) <= 30
    listed = requests.post(f"{url}/bat/messagelist", json=ONE, auth=("u", key), timeout=5)
    assert (listed.status_code, listed.json()["error"]["code"]) == (429, "RATE_LIMIT_EXCEEDED")
    assert int(listed.headers["Retry-After"]) >= 1
    assert db.execute("SELECT count(*) FROM calls").fetchone()[0] == 0
    other = keys.add(db, 1, "Other")
    assert requests.post(
        f"{url}/api/v1/call/tts", json=TTS, headers={"x-api-key": other}, timeout=5
    ).ok


@pytest.mark.parametrize("given", ["order-7", "a:b/c=d@e+f~g"])
def test_the_clients_own_name_of_a_request_comes_back_and_is_in_the_log(url, key, caplog, given):
    with caplog.at_level(logging.INFO, logger="press_one.gateway"):
        headers = {"x-api-key": key, "X-Request-Id": given}
        reply = requests.post(f"{url}/api/v1/call/tts", json=TTS, headers=headers, timeout=5)
    assert reply.headers["X-Request-Id"] == given
    line = caplog.messages[-1]
    assert f"request={given}" in line
    assert "POST '/api/v1/call/tts' 200" in line
    assert key[:9] in line
    assert key not in line


@pytest.mark.parametrize("given", ["", "a b", "x" * 129, "<b>"])
def test_a_name_that_is_none_is_replaced(url, given):
    headers = {"X-Request-Id": given}
    for path in ("/bat", "/bat/messagelist", "/api/v1/call/tts", "/api/v1/nothing"):
        named = requests.post(url + path, headers=headers, timeout=5).headers["X-Request-Id"]
        assert len(named) == 36
