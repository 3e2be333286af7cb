"""kill -9 in every state of a call: nothing rings twice, nothing is forgotten.

Drafted: the press is on its way and nothing was acknowledged. Queued: written down, not taken.
Sending: the request is at the service. Accepted: the service is being asked how it went.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.soak.house import (
    CARRIED,
    Button,
    House,
    Line,
    Presser,
    build,
    hold,
    kill,
    line,
    number,
    show,
)
from tests.soak.service import service

NO_QUEUE = "redis://127.0.0.1:1/0"
"""Nobody listens there: what is pressed is written down and stays where it is."""


class Round:
    """One life of a server, from its start to kill -9."""

    def __init__(self, house: House, index: int, first: int, **env: str) -> None:
        self.house = house
        self.url, self.process = house.start(**env)
        self.somebody = Presser(house, self.url)
        carrier = CARRIED[index % len(CARRIED)]
        where = house.connect("fine")[carrier]
        self.button = self.somebody.find(carrier, where, number(first + index))

    def state(self) -> str:
        """The state of this round's call; "" when it is not written down."""
        nonce = self.button.form["nonce"]
        return next((row.state for row in self.house.rows() if row.nonce == nonce), "")

    def wait_for(self, state: str, seconds: float = 30.0) -> None:
        """Until the call is in this state."""
        nonce = self.button.form["nonce"]
        self.house.until(
            lambda rows: any(row.nonce == nonce and row.state == state for row in rows), seconds
        )


def pressed(house: House, index: int) -> Round:
    """Killed while the press is on its way, a little later each time; then pressed again."""
    life = Round(house, index, 4_000_000)
    hand = threading.Thread(target=life.somebody.press, args=(life.button,))
    hand.start()
    time.sleep(0.002 * index)
    kill(life.process)
    hand.join()
    url, process = house.start()
    assert life.somebody.press(life.button, url)
    kill(process)
    return life


def queued(house: House, index: int) -> Round:
    """Killed after the press was acknowledged, before anybody took the call."""
    life = Round(house, index, 5_000_000, QUEUE_URL=NO_QUEUE)
    assert life.somebody.press(life.button)
    assert life.state() == "queued"
    kill(life.process)
    return life


def sending(house: House, index: int) -> Round:
    """Killed while the service holds its answer back."""
    life = Round(house, index, 6_000_000)
    house.service.hold_placing.set()
    assert life.somebody.press(life.button)
    life.wait_for("sending")
    before = sum(house.service.placed.values())
    house_until(lambda: sum(house.service.placed.values()) >= max(before, index + 1))
    kill(life.process)
    house.service.hold_placing.clear()
    assert life.state() == "sending"
    return life


def accepted(house: House, index: int) -> Round:
    """Killed while the service is being asked how the call went, or just before."""
    life = Round(house, index, 7_000_000)
    house.service.hold_questions.set()
    assert life.somebody.press(life.button)
    life.wait_for("accepted")
    if index % 2:
        asked = sum(house.service.questions.values())
        house_until(lambda: sum(house.service.questions.values()) > asked)
    kill(life.process)
    house.service.hold_questions.clear()
    return life


def house_until(done: Callable[[], bool], seconds: float = 30.0) -> None:
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end
        time.sleep(0.02)


STATES: dict[str, Callable[[House, int], Round]] = {
    "pressed": pressed,
    "queued": queued,
    "sending": sending,
    "accepted": accepted,
}


def killed(house: House, state: str, rounds: int) -> list[Button]:
    return [STATES[state](house, index).button for index in range(rounds)]


def after(house: House, state: str, buttons: list[Button]) -> Line:
    """Start once more, and wait until every call is over; the line says how long that took."""
    house.start()
    took = house.until(
        lambda rows: all(row.outcome == "answered" or row.state == "unknown" for row in rows),
        LIMITS_S[state],
    )
    return line(f"kill -9 when {state}", house, buttons, f"over {took:.0f} s after the restart")


LIMITS_S = {"pressed": 60.0, "queued": 60.0, "sending": 120.0, "accepted": 45.0}
"""Seconds from the restart until everything is settled. A poll resumes within 30 s, a call that
lost its sender is given up after 30 s and swept up with the next minute."""


@pytest.mark.soak
@pytest.mark.parametrize("state", STATES)
def test_a_server_killed_twenty_times_in_one_state(
    first_day: Path, tmp_path: Path, state: str
) -> None:
    with service() as taking:
        house = build(first_day, tmp_path / "house", taking)
        try:
            buttons = killed(house, state, 20)
            made = after(house, state, buttons)
        finally:
            house.close()
    show([made])
    hold([made])
    assert made.calls == 20


def test_a_server_killed_with_a_call_in_its_queue_places_it_later(
    first_day: Path, tmp_path: Path
) -> None:
    with service() as taking:
        house = build(first_day, tmp_path / "house", taking)
        try:
            buttons = killed(house, "queued", 1)
            made = after(house, "queued", buttons)
        finally:
            house.close()
    show([made])
    hold([made])
    assert (made.calls, made.posts) == (1, 1)


def test_a_server_killed_while_it_sends_does_not_send_again(
    first_day: Path, tmp_path: Path
) -> None:
    with service() as taking:
        house = build(first_day, tmp_path / "house", taking)
        try:
            buttons = killed(house, "sending", 1)
            house.start()
            time.sleep(3)
            made = line("kill -9 when sending", house, buttons)
        finally:
            house.close()
    show([made])
    hold([made])
    assert (made.posts, dict(made.ends)) == (1, {"sending": 1})
