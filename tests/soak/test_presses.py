"""Presses: through every fault, and fifty at once; a table says what became of them."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.soak.house import CARRIED, Button, House, Line, Presser, build, hold, line, number, show
from tests.soak.service import FAULTS, service

ENDS = {
    "time-out before accepting": {"unknown"},
    "time-out after accepting": {"unknown", "accepted"},
    "reset after accepting": {"unknown", "accepted"},
    "429": {"refused"},
    "500": {"unknown"},
    "HTML": {"unknown", "accepted"},
    "10 MB": {"unknown", "accepted"},
    "one byte a second": {"unknown", "accepted"},
}
"""Fault -> the states its calls may end in; accepted are those that Infobip was asked about."""

QUICK = ("reset after accepting", "429", "500", "HTML")


@contextmanager
def house_of(first_day: Path, folder: Path) -> Iterator[House]:
    with service() as taking:
        house = build(first_day, folder, taking)
        try:
            yield house
        finally:
            house.close()


def through(house: House, url: str, fault: str, presses: int, first: int) -> list[Button]:
    """Press so many buttons of connections that go wrong in this way."""
    at = house.connect(fault)
    somebody, buttons = Presser(house, url), []
    for index in range(presses):
        carrier = CARRIED[index % len(CARRIED)]
        button = somebody.find(carrier, at[carrier], number(first + index))
        buttons.append(button)
        assert somebody.press(button)
    return buttons


def settled(house: House, fault: str, buttons: list[Button], seconds: float) -> Line:
    """Wait until every call left; then a lost one that Infobip took is found there."""
    house.until(lambda rows: all(row.state not in ("queued", "sending") for row in rows), seconds)
    lost = [row.id for row in house.rows() if row.service == "infobip" and row.state == "unknown"]
    more = ""
    if lost and FAULTS[fault].taken:
        took = house.until(
            lambda rows: all(row.outcome == "answered" for row in rows if row.id in lost), 90
        )
        more = f"the last {len(lost)} found at Infobip after {took:.0f} s"
    made = line(fault, house, buttons, more)
    assert set(made.ends) <= ENDS[fault], made
    return made


@pytest.mark.soak
def test_eight_faults_with_fifty_presses_each(first_day: Path, tmp_path: Path) -> None:
    faults = [name for name in FAULTS if name != "fine"]
    assert len(faults) == 8
    with ExitStack() as stack, ThreadPoolExecutor(8) as hands:
        houses = [stack.enter_context(house_of(first_day, tmp_path / str(n))) for n in range(8)]

        def one(index: int) -> Line:
            house, fault = houses[index], faults[index]
            url, _ = house.start()
            buttons = through(house, url, fault, 50, 1_000_000 + 100 * index)
            return settled(house, fault, buttons, 600)

        lines = list(hands.map(one, range(8)))
    show(lines)
    hold(lines)
    assert sum(one.presses for one in lines) == sum(one.calls for one in lines) == 400


def test_quick_faults_with_a_few_presses_each(first_day: Path, tmp_path: Path) -> None:
    with house_of(first_day, tmp_path / "house") as house:
        url, _ = house.start()
        pressed = {
            fault: through(house, url, fault, 3, 2_000_000 + 100 * index)
            for index, fault in enumerate(QUICK)
        }
        house.until(lambda rows: all(r.state not in ("queued", "sending") for r in rows), 60)
        lines = [line(fault, house, buttons) for fault, buttons in pressed.items()]
    show(lines)
    hold(lines)
    for one in lines:
        assert (one.calls, set(one.ends) <= ENDS[one.name]) == (3, True)


@pytest.mark.parametrize(
    ("at_once", "rounds"),
    [pytest.param(20, 3, id="short"), pytest.param(50, 100, marks=pytest.mark.soak, id="whole")],
)
def test_many_presses_of_one_button_in_two_processes_are_one_call(
    first_day: Path, tmp_path: Path, at_once: int, rounds: int
) -> None:
    with house_of(first_day, tmp_path / "house") as house, ThreadPoolExecutor(at_once) as hands:
        urls = [house.start()[0], house.start()[0]]
        somebody, at = Presser(house, urls[0]), house.connect("fine")
        buttons = []
        for index in range(rounds):
            carrier = CARRIED[index % len(CARRIED)]
            button = somebody.find(carrier, at[carrier], number(3_000_000 + index))
            buttons.append(button)
            pages = hands.map(
                lambda n, button=button: somebody.press(button, urls[n % 2]), range(at_once)
            )
            assert len(set(pages)) == 1
        house.until(lambda rows: all(row.outcome == "answered" for row in rows), 120)
        made = line(f"{at_once} at once × {rounds}, two processes", house, buttons)
    made.presses = at_once * rounds
    show([made])
    hold([made])
    assert made.posts == made.calls == rounds
