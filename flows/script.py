"""The script: every prompt of a flow, numbered, for the voice talent and for approval."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from flows.document import KEYS, WRONG, Flow, Menu
from flows.durations import prompt_ms, seconds_in_words, wait_ms
from flows.said import counted, joined, said
from flows.step_words import Names, key_does, menu_names
from flows.widths import one_line
from flows.words import trigger_name


class KeyLine(Struct, frozen=True):
    """What one key does: ``key`` as it is printed ("1", "anything else, or silence")."""

    trigger: str
    key: str
    does: str

    @property
    def line(self) -> str:
        """For example "9 – says this again"."""
        return joined([self.key, self.does], " – ")


class Prompt(Struct, frozen=True):
    """One menu as it is read out.

    ``number`` counts from 1; ``text`` keeps its line breaks and is "" where nothing is written;
    ``wait_seconds`` is the wait for a key; ``length`` is about how long the text takes to say
    ("" without a text).
    """

    number: int
    menu_id: str
    name: str
    text: str
    recording: str
    wait_seconds: float
    length: str
    keys: tuple[KeyLine, ...]

    @property
    def wait(self) -> str:
        """The wait in words: "10 seconds", "1 second", "2.5 seconds"."""
        seconds = self.wait_seconds
        whole = int(seconds) if seconds == int(seconds) else seconds
        return counted("{number} second", "{number} seconds", whole)


def script(flow: Flow) -> tuple[Prompt, ...]:
    """Every prompt in the order of the menus, with what each of its keys does.

    Keys that do nothing of their own are left out; "anything else, or silence" always stands
    last, because something always happens then.
    """
    names = menu_names(flow)
    return tuple(_prompt(names, menu, number) for number, menu in enumerate(flow.menus, start=1))


def _prompt(names: Names, menu: Menu, number: int) -> Prompt:
    used = [key for key in KEYS if menu.actions(key)]
    lines = [KeyLine(key, key, key_does(names, menu, key)) for key in used]
    otherwise = trigger_name(WRONG) if used else said("no key to press: any key, or silence")
    lines.append(KeyLine(WRONG, otherwise, key_does(names, menu, WRONG)))
    text = menu.script.strip()
    return Prompt(
        number=number,
        menu_id=menu.id,
        name=one_line(menu.name) or said("Menu {number}", number=number),
        text=text,
        recording=menu.recording,
        wait_seconds=wait_ms(menu) / 1000,
        length=seconds_in_words(prompt_ms(menu)) if text else "",
        keys=tuple(lines),
    )


Say = Callable[[str], str]
"""A sentence of ours in the reader's language."""


def as_text(flow: Flow, say: Say = str) -> str:
    """The script as plain text, for a download. Ends with a line break."""
    prompts = script(flow)
    count = counted("{number} prompt", "{number} prompts", len(prompts))
    sender = said("Call from {sender}, {prompts}", sender=one_line(flow.sender), prompts=count)
    name = one_line(flow.name) or say(said("Call flow"))
    head = f"{name}\n{say(sender if flow.sender.strip() else count)}\n"
    return "\n".join([head, *(_as_text(prompt, say) for prompt in prompts)])


def _as_text(prompt: Prompt, say: Say) -> str:
    length = say(said(" (about {length})", length=prompt.length)) if prompt.length else ""
    # A name that somebody typed is not looked up; ours is a sentence that remembers.
    lines = [f"{prompt.number}. {say(joined([prompt.name]))}{length}"]
    if prompt.recording:
        lines.append("   " + say(said("Recording: {name}", name=one_line(prompt.recording))))
    unwritten = said("(Nothing is written for this prompt yet.)")
    spoken = prompt.text.splitlines() or [say(unwritten)]
    lines += ["", *(f"   {line.strip()}".rstrip() for line in spoken), ""]
    lines.append("   " + say(said("Then it waits {wait} for a key:", wait=prompt.wait)))
    lines += [f"   {one_line(say(key.line))}" for key in prompt.keys]
    return "\n".join(lines) + "\n"
