"""Flows for property tests, as hypothesis makes them: small, tangled and often wrong."""

from __future__ import annotations

from hypothesis import strategies as st

from flows.document import (
    KEYS,
    TRIGGERS,
    WRONG,
    AnyAction,
    Connect,
    Flow,
    GoTo,
    HangUp,
    Menu,
    Repeat,
    SaveAnswer,
    Webhook,
)

SCRIPTS = (
    "",
    "Press 1 to confirm, press 2 to cancel.",
    "Hello. Press 9 to hear this again, or star to speak to us.",
    "Натисніть один, щоб підтвердити, або 2, щоб скасувати.",
    "Натиснете три за оператор.\u202e",
    "Welcome.",
)
URLS = (
    "https://hooks.example.com/k1",
    "http://hooks.example.com/k1",
    "http://hooks.example.com:80/k1",
    "http://localhost/1",
    "ftp://hooks.example.com/",
    "https://user:pass@hooks.example.com/",
    "https://bücher.example/",
    "",
)
HEADERS = (None, {"X-Ok": "1"}, {"Host": "x", "X-Ok": "2"}, {"bad name": "1"})


@st.composite
def flows(draw: st.DrawFn, most_menus: int = 5, keys: tuple[str, ...] = KEYS) -> Flow:
    """A flow of up to ``most_menus`` menus whose actions come in any order."""
    ids = [f"m{number}" for number in range(draw(st.integers(0, most_menus)))]
    numbers = iter(range(10_000))

    def step(trigger: str) -> AnyAction:
        step_id = f"s{next(numbers)}"
        kinds = ["webhook", "save", "goto", "goto", "goto", "connect", "hangup"]
        kind = draw(st.sampled_from([*kinds, "repeat"] if trigger == WRONG else kinds))
        extra = draw(st.sampled_from([{}, {}, {}, {"unknown": 1}]))
        match kind:
            case "webhook":
                url, headers = draw(st.sampled_from(URLS)), draw(st.sampled_from(HEADERS))
                return Webhook(id=step_id, url=url, headers=headers, extra=extra)
            case "save":
                return SaveAnswer(id=step_id, name=draw(st.sampled_from(["score", ""])))
            case "goto":
                return GoTo(id=step_id, menu=draw(st.sampled_from([*ids, *ids, "gone", ""])))
            case "repeat":
                return Repeat(id=step_id, times=draw(st.integers(1, 3)))
            case "connect":
                return Connect(id=step_id, number=draw(st.sampled_from(["+15055559999", "x"])))
            case _:
                return HangUp(id=step_id, extra=extra)

    def menu(menu_id: str) -> Menu:
        used = draw(st.lists(st.sampled_from([*keys, WRONG]), max_size=7, unique=True))
        return Menu(
            id=menu_id,
            name=draw(st.sampled_from(["", "Main", "Another day"])),
            script=draw(st.sampled_from(SCRIPTS)),
            recording=draw(st.sampled_from(["ivr_1", "ivr_1", ""])),
            wait_ms=draw(st.sampled_from([None, 10_000, 45_000, 1])),
            keys={
                trigger: tuple(step(trigger) for _ in range(draw(st.integers(0, 3))))
                for trigger in TRIGGERS
                if trigger in used
            },
            extra=draw(st.sampled_from([{}, {}, {"unknown": True}])),
        )

    return Flow(
        name="generated",
        sender=draw(st.sampled_from(["BazarCOM", "BazarCOM", ""])),
        recipient=draw(st.sampled_from(["+380936670003", "+380XXXXXXXXX", "12"])),
        menus=tuple(menu(menu_id) for menu_id in ids),
    )
