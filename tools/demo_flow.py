"""The bigger call flow of the sample workspace: a shop's line with twelve menus."""

from __future__ import annotations

from flows.document import (
    AnyAction,
    Flow,
    GoTo,
    HangUp,
    Menu,
    Repeat,
    SaveAnswer,
    Webhook,
)

MENUS: dict[str, tuple[str, str, dict[str, tuple[str, ...]]]] = {
    "welcome": ("Welcome", "Hello, this is Bazar. Press 1 for your order, press 2 for returns,"
                " press 3 for our shops, or press 0 to speak to somebody.",
                {"1": ("go order",), "2": ("go returns",), "3": ("go shops",),
                 "0": ("go people",), "9": ("go welcome",)}),
    "order": ("Your order", "Press 1 to hear when it arrives, press 2 to choose another day,"
              " or press 3 to cancel it.",
              {"1": ("go arrives",), "2": ("go day",), "3": ("go cancel",), "0": ("go welcome",)}),
    "arrives": ("When it arrives", "Your parcel arrives tomorrow between nine and twelve. Press 1"
                " if somebody is at home, or press 2 to choose another day.",
                {"1": ("save delivery confirmed", "tell delivery", "go thanks"),
                 "2": ("go day",)}),
    "day": ("Another day", "Press 1 for the day after tomorrow, press 2 for Saturday, or press 3"
            " for Monday.",
            {"1": ("save day after tomorrow", "go thanks"), "2": ("save day Saturday", "go thanks"),
             "3": ("save day Monday", "go thanks"), "0": ("go order",)}),
    "cancel": ("Cancel the order", "Press 1 to cancel your order, or press 2 to keep it.",
               {"1": ("save order cancelled", "tell cancelled", "go thanks"),
                "2": ("save order kept", "go order")}),
    "returns": ("Returns", "Press 1 to send something back, press 2 to ask about a refund, or"
                " press 0 to go back.",
                {"1": ("go reason",), "2": ("go refund",), "0": ("go welcome",)}),
    "reason": ("Why it goes back", "Press 1 if it does not fit, press 2 if it is broken, or press"
               " 3 if you changed your mind.",
               {"1": ("save reason does not fit", "go refund"),
                "2": ("save reason broken", "go refund"),
                "3": ("save reason changed my mind", "go refund")}),
    "refund": ("Refund", "We send the money back within five days. Press 1 to get a message when"
               " it is sent, or press 2 to end this call.",
               {"1": ("save message yes", "go thanks"), "2": ("hang",)}),
    "shops": ("Our shops", "Press 1 for Kyiv, press 2 for Lviv, or press 3 for Odesa.",
              {"1": ("go hours",), "2": ("go hours",), "3": ("go hours",), "0": ("go welcome",)}),
    "hours": ("Opening hours", "We are open from nine to eight, every day. Press 9 to hear this"
              " again, or press 0 for the first menu.",
              {"9": ("go hours",), "0": ("go welcome",)}),
    "people": ("Speak to somebody", "Press 1 for sales, or press 2 for the workshop.",
               {"1": ("save team sales", "go evening"),
                "2": ("save team workshop", "go evening")}),
    "evening": ("After hours", "Nobody is here just now. Press 1 and we call you back tomorrow.",
                {"1": ("save call back tomorrow", "go thanks")}),
    "thanks": ("Thank you", "Thank you for calling Bazar. Good-bye.", {}),
}  # fmt: skip
"""Menu -> its name, what it says, and key -> steps in few words."""


def line() -> Flow:
    """The whole flow."""
    menus = tuple(_menu(menu_id, *parts) for menu_id, parts in MENUS.items())
    return Flow(name="Customer line", sender="Bazar", recipient="+380936670003", menus=menus)


def _menu(menu_id: str, name: str, script: str, keys: dict[str, tuple[str, ...]]) -> Menu:
    steps = {
        key: tuple(_step(f"{menu_id}-{key}-{n}", words) for n, words in enumerate(said, 1))
        for key, said in keys.items()
    }
    wrong = (Repeat(id=f"{menu_id}-again", times=2),) if keys else ()
    end = HangUp(id=f"{menu_id}-end")
    return Menu(
        id=menu_id,
        name=name,
        script=script,
        recording=f"ivr_{menu_id}",
        wait_ms=10_000 if keys else 3_000,
        keys={**steps, "wrong": (*wrong, end)},
    )


def _step(step_id: str, words: str) -> AnyAction:
    do, _, rest = words.partition(" ")
    if do == "go":
        return GoTo(id=step_id, menu=rest)
    if do == "save":
        name, _, value = rest.partition(" ")
        return SaveAnswer(id=step_id, name=name, value=value == "yes" or value)
    if do == "tell":
        return Webhook(
            id=step_id,
            url=f"https://shop.example.com/calls/{rest}",
            body={"what": rest, "shop": "Bazar"},
            headers={"X-Shop": "bazar"},
        )
    return HangUp(id=step_id)
