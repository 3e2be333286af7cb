"""The script: every prompt of a flow, numbered, for the voice talent and for approval."""

from __future__ import annotations

from dataclasses import dataclass

from flows.document import KEYS, WRONG, Flow, Menu
from flows.durations import prompt_ms, seconds_in_words, wait_ms
from flows.said import joined, said
from flows.step_words import Names, key_does, menu_names, one_line
from flows.words import trigger_name


@dataclass(frozen=True)
class KeyLine:
    """What one key does: ``key`` as it is printed ("1", "anything else, or silence")."""

    trigger: str
    key: str
    does: str

    @property
    def line(self) -> str:
        """For example "9 – says this again"."""
        return joined([self.key, self.does], " – ")


@dataclass(frozen=True)
class Prompt:
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
        if self.wait_seconds == 1:
            return said("1 second")
        return said("{seconds} seconds", seconds=f"{self.wait_seconds:g}")


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


def as_text(flow: Flow) -> str:
    """The script as plain text, for a download. Ends with a line break."""
    prompts = script(flow)
    count = "1 prompt" if len(prompts) == 1 else f"{len(prompts)} prompts"
    sender = f"Call from {one_line(flow.sender)}, {count}" if flow.sender.strip() else count
    head = f"{one_line(flow.name) or 'Call flow'}\n{sender}\n"
    return "\n".join([head, *map(_as_text, prompts)])


def _as_text(prompt: Prompt) -> str:
    length = f" (about {prompt.length})" if prompt.length else ""
    lines = [f"{prompt.number}. {prompt.name}{length}"]
    if prompt.recording:
        lines.append(f"   Recording: {one_line(prompt.recording)}")
    spoken = prompt.text.splitlines() or ["(Nothing is written for this prompt yet.)"]
    lines += ["", *(f"   {line.strip()}".rstrip() for line in spoken), ""]
    lines.append(f"   Then it waits {prompt.wait} for a key:")
    lines += [f"   {one_line(key.line)}" for key in prompt.keys]
    return "\n".join(lines) + "\n"
