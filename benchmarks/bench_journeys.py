"""How long it takes to replay 500 journeys after an edit of a flow of 50 menus.

Run: python -m benchmarks.bench_journeys
The promise is under 100 ms, also when the edit changed the way of every one of them.
"""

from __future__ import annotations

import random
import statistics
import time

from flows.call import SILENCE, replay
from flows.document import KEYS, WRONG, AnyAction, Flow, GoTo, HangUp, Menu, Repeat, Webhook
from flows.edits import change_menu, set_actions
from flows.journeys import Journey, judge, record

MENUS, JOURNEYS, INPUTS, ROUNDS = 50, 500, 8, 9


def build() -> Flow:
    """Menus whose every key tells a web address and leads to another menu."""
    dice = random.Random(1)

    def steps(menu: int, key: str) -> tuple[AnyAction, ...]:
        place = f"{menu}.{key}"
        told = Webhook(id=f"w{place}", url="https://hooks.example.com/k", body={"key": place})
        return told, GoTo(id=f"g{place}", menu=f"m{dice.randrange(MENUS)}")

    def menu(number: int) -> Menu:
        silent = (Repeat(id=f"r{number}", times=2), HangUp(id=f"h{number}"))
        keys = {key: steps(number, key) for key in KEYS}
        return Menu(id=f"m{number}", name=f"Menu {number}", keys={**keys, WRONG: silent})

    return Flow(name="bench", menus=tuple(menu(number) for number in range(MENUS)))


def journeys(flow: Flow) -> list[Journey]:
    """Calls of eight inputs each, every eighth of them a silence."""
    dice = random.Random(2)
    pressed = (*KEYS, SILENCE, SILENCE)
    return [
        record(replay(flow, dice.choices(pressed, k=INPUTS)), f"Call {number}")
        for number in range(JOURNEYS)
    ]


def main() -> None:
    """Prints a line for each kind of edit."""
    flow = build()
    kept = journeys(flow)
    edited = {
        "an edit that changes no way": change_menu(flow, "m7", script="New words"),
        "an edit of one key": set_actions(flow, "m7", "1", (HangUp(id="x"),)),
        "an edit that changes every way": change_menu(flow, "m0", keys={}),
    }
    print(f"{JOURNEYS} journeys of {INPUTS} inputs, {MENUS} menus (promise: under 100 ms)")
    for name, new in edited.items():
        times = []
        for _ in range(ROUNDS):
            started = time.perf_counter()
            changes = judge(new, kept)
            times.append((time.perf_counter() - started) * 1000)
        median = statistics.median(times)
        print(f"  {name:32} {median:6.1f} ms, {len(changes)} go another way")


if __name__ == "__main__":
    main()
