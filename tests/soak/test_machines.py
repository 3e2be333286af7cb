"""More than one machine: consumers over a real redis-server, one of them killed with -9."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.helpers import free_port
from tests.soak.house import CARRIED, House, Presser, build, hold, kill, line, number, show
from tests.soak.service import service

pytestmark = pytest.mark.skipif(
    shutil.which("redis-server") is None, reason="redis-server is not installed"
)


@contextmanager
def redis(folder: Path) -> Iterator[str]:
    """A redis-server of its own, and its address."""
    port = free_port()
    server = subprocess.Popen(
        ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", ""],
        cwd=folder, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        end = time.monotonic() + 20
        while True:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            assert time.monotonic() < end
            time.sleep(0.05)
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        server.terminate()
        server.wait(10)


def consumer(house: House, url: str) -> subprocess.Popen[bytes]:
    """Work the queue off in a process of its own, as docs/scale.md says."""
    command = ("-m", "huey.bin.huey_consumer", "jobs.huey", "-w", "2", "-d", "0.1", "-m", "0.5")
    return house.run(*command, QUEUE_URL=url)


def asked_for(house: House) -> int:
    """How many calls the service was asked for."""
    return sum(house.service.placed.values())


@pytest.mark.parametrize(
    "presses", [pytest.param(9, id="short"), pytest.param(90, id="whole", marks=pytest.mark.soak)]
)
def test_one_of_two_consumers_is_killed_and_every_call_is_placed_once_and_followed(
    first_day: Path, tmp_path: Path, presses: int
) -> None:
    with service() as taking, redis(tmp_path) as url:
        house = build(first_day, tmp_path / "house", taking)
        try:
            server, _ = house.start(QUEUE_URL=url)
            somebody, at = Presser(house, server), house.connect("fine")
            taking.delay_s = 0.3
            buttons = []
            for index in range(presses):
                carrier = CARRIED[index % len(CARRIED)]
                button = somebody.find(carrier, at[carrier], number(8_000_000 + index))
                buttons.append(button)
                assert somebody.press(button)
            # The server works nothing off by itself: nothing was asked for so far.
            assert asked_for(house) == 0
            first, _second = consumer(house, url), consumer(house, url)
            house.until(lambda _: asked_for(house) >= presses // 2, 60)
            kill(first)
            consumer(house, url)
            house.until(
                lambda rows: all(r.outcome == "answered" or r.state == "sending" for r in rows), 90
            )
            lost = sum(row.state == "sending" for row in house.rows())
            if presses > 9:
                house.until(lambda rows: not any(r.state == "sending" for r in rows), 120)
            made = line("Redis, two consumers, one killed", house, buttons, f"{lost} lost")
        finally:
            house.close()
    show([made])
    hold([made])
    assert made.calls == presses
    assert lost <= 2, "a consumer of two workers has no more than two calls in its hands"


@pytest.mark.soak
def test_the_questions_of_a_killed_consumer_are_asked_by_another(
    first_day: Path, tmp_path: Path
) -> None:
    with service() as taking, redis(tmp_path) as url:
        house = build(first_day, tmp_path / "house", taking)
        try:
            server, _ = house.start(QUEUE_URL=url)
            first = consumer(house, url)
            somebody, at = Presser(house, server), house.connect("fine")
            taking.hold_questions.set()
            buttons = [
                somebody.find(CARRIED[index % 3], at[CARRIED[index % 3]], number(9_000_000 + index))
                for index in range(30)
            ]
            for button in buttons:
                assert somebody.press(button)
            house.until(lambda rows: all(row.state == "accepted" for row in rows), 60)
            house.until(lambda _: sum(taking.questions.values()) >= 2, 60)
            kill(first)
            taking.hold_questions.clear()
            consumer(house, url)
            took = house.until(lambda rows: all(row.outcome == "answered" for row in rows), 45)
            made = line("Redis, killed while asking", house, buttons, f"all told in {took:.0f} s")
        finally:
            house.close()
    show([made])
    hold([made])
    assert took < 40
