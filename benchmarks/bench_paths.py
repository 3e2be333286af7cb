"""How long the proof and the checks take: 200 menus, beside a plain walk over the same menus.

Run: python -m benchmarks.bench_paths
The promise is under 20 ms for every shape. The ratio to a plain breadth-first walk, taken in the
same run, says how much of that is this machine's speed.
"""

from __future__ import annotations

import random
import statistics
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator

from flows.checks import check
from flows.document import DEFAULT_WAIT_MS, KEYS, WRONG, AnyAction, Flow, GoTo, HangUp, Menu
from flows.paths import prove

MENUS = 200
ROUNDS = 15


def build(target: Callable[[int, int], int | None]) -> Flow:
    """``target(menu, key)`` gives the place a key leads to, or None for a hang-up."""

    def step(menu: int, key: int) -> tuple[AnyAction, ...]:
        place = target(menu, key)
        step_id = f"s{menu}.{key}"
        return (HangUp(id=step_id) if place is None else GoTo(id=step_id, menu=f"m{place}"),)

    return Flow(
        name="bench",
        menus=tuple(
            Menu(
                id=f"m{menu}",
                script=f"Menu {menu}. " + "Press 1 to go on. " * (menu % 5),
                wait_ms=DEFAULT_WAIT_MS,
                keys={key: step(menu, i) for i, key in enumerate((*KEYS, WRONG))},
            )
            for menu in range(MENUS)
        ),
    )


def shapes() -> dict[str, Flow]:
    """The flows that are measured, by name."""
    dice = random.Random(1)
    tangled = [[dice.randrange(MENUS) for _ in range(13)] for _ in range(MENUS)]

    def tree(menu: int, key: int) -> int | None:
        child = menu * 11 + key + 1
        return 0 if key == 11 else None if key == 12 or child >= MENUS else child

    return {
        "tree that returns to the main menu": build(tree),
        "forward only": build(
            lambda menu, key: menu + key + 1 if key < 12 and menu + key + 1 < MENUS else None
        ),
        "next, previous, main menu": build(
            lambda menu, key: {0: min(menu + 1, MENUS - 1), 1: max(menu - 1, 0), 2: 0}.get(key)
        ),
        "every key to a random menu": build(
            lambda menu, key: None if (menu, key) == (7, 3) else tangled[menu][key]
        ),
    }


def plain_walk(flow: Flow) -> int:
    """A breadth-first walk and nothing else: the least that any answer needs."""
    place = flow.indexes()
    seen, queue = {0}, deque([0])
    while queue:
        for actions in flow.menus[queue.popleft()].keys.values():
            for action in actions:
                if isinstance(action, GoTo) and place[action.menu] not in seen:
                    seen.add(place[action.menu])
                    queue.append(place[action.menu])
    return len(seen)


def milliseconds(work: Callable[[Flow], object], flows: Iterable[Flow]) -> float:
    """The median time of the work over these flows."""
    times = []
    for flow in flows:
        started = time.perf_counter()
        work(flow)
        times.append((time.perf_counter() - started) * 1000)
    return statistics.median(times)


def never_seen(flow: Flow) -> Iterator[Flow]:
    """Copies whose menus nobody has looked at yet."""
    for _ in range(ROUNDS):
        menus = tuple(menu.model_copy() for menu in flow.menus)
        yield flow.model_copy(update={"menus": menus})


def edited(flow: Flow) -> Iterator[Flow]:
    """Copies in which one menu is new and all others are known."""
    for number in range(ROUNDS):
        menus = list(flow.menus)
        menus[number] = menus[number].model_copy()
        yield flow.model_copy(update={"menus": tuple(menus)})


def main() -> None:
    """Prints a line for each shape and question."""
    print_proofs()
    print_checks()


def print_proofs() -> None:
    """The proof, for every shape."""
    print(f"proof of {MENUS} menus x 13 keys (promise: under 20 ms)")
    for name, flow in shapes().items():
        proof = prove(flow)
        walk = milliseconds(plain_walk, [flow] * ROUNDS)
        first, again = milliseconds(prove, never_seen(flow)), milliseconds(prove, edited(flow))
        exact = proof.longest is not None and proof.longest.exact
        print(
            f"  {name:36} first {first:6.2f} ms, after an edit {again:6.2f} ms,"
            f" {again / walk:5.1f} x a plain walk ({walk:.2f} ms)"
            f"  {'exact' if exact else 'lower bound for the longest call'}"
        )


def print_checks() -> None:
    """All checks, for a flow as people build them: six announced keys in each menu."""
    flow = shapes()["tree that returns to the main menu"]
    script = "Press " + ", ".join(f"{key} for branch {key}" for key in KEYS[:6])
    menus = tuple(
        menu.model_copy(
            update={
                "script": script,
                "recording": "ivr_1",
                "keys": {key: menu.keys[key] for key in (*KEYS[:6], WRONG)},
            }
        )
        for menu in flow.menus
    )
    flow = flow.model_copy(update={"menus": menus, "sender": "Bazar"})
    first, again = milliseconds(check, never_seen(flow)), milliseconds(check, edited(flow))
    print(f"checks of {MENUS} menus x 7 keys: first {first:.2f} ms, after an edit {again:.2f} ms")


if __name__ == "__main__":
    main()
