"""Recordings as screens show them: their measures in words, where they play, what can be chosen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from flask import request
from flask_babel import format_decimal
from flask_babel import gettext as _
from flask_login import current_user
from msgspec import Struct

from blueprints import db, person, settings
from calling.recordings import preflight
from calling.recordings.addresses import is_web, token_in
from calling.recordings.keep import Shelf
from calling.recordings.kinds import MAX_BYTES
from calling.recordings.sound import can_fit
from calling.recordings.voice import can_speak
from flows.document import Flow, Menu
from flows.memo import EachMenu, PerMenu
from flows.rules.recordings import LOUD_LUFS, QUIET_LUFS, Recording
from providers.web import WebClient
from storage import recording_uses, recordings
from storage.recording_uses import Use

MOST_FILES = 10
"""Files in one upload."""

MAX_UPLOAD_BYTES = 4 * MAX_BYTES + 1_000_000
"""What one upload may carry: four of the largest files and the form around them."""


class Line(Struct, frozen=True):
    """One recording with its measures in words; ``path`` plays it here, ``url`` everywhere."""

    recording: recordings.Recording
    path: str
    url: str
    length: str
    size: str
    loudness: str
    uses: list[Use]

    @property
    def flows(self) -> int:
        """In how many call flows it is played."""
        return len({use.flow_id for use in self.uses})


class Panel(Struct, frozen=True):
    """What the editor offers beside a menu's recording; ``problem`` is what was refused.

    ``silent`` menus play nothing yet; ``others`` are recordings on other web sites.
    """

    playing: Line | None
    path: str
    choices: list[tuple[int, str]]
    can_speak: bool
    silent: int
    others: int
    problem: str


def shelf() -> Shelf:
    """The recordings of whoever is signed in."""
    me, here = person(), settings()
    return Shelf(db(), here.data, here.base_url, me.workspace_id, me.id)


def allow_files() -> None:
    """Let somebody who is signed in send files; everybody else keeps the limit of a form."""
    if current_user.is_authenticated:
        request.max_content_length = MAX_UPLOAD_BYTES


def lines(found: Iterable[recordings.Recording]) -> list[Line]:
    """Recordings as a list shows them; where they are used comes from one query."""
    own, mine = list(found), shelf()
    used = recording_uses.uses(db(), mine.workspace_id, [one.token for one in own])
    return [
        Line(
            one,
            path_of(one),
            mine.url(one),
            length_words(one.seconds),
            size_words(one.size),
            loudness_words(one.loudness),
            used.get(one.token, []),
        )
        for one in own
    ]


def path_of(recording: recordings.Recording) -> str:
    """Where a recording plays on the page, whichever name the page was asked for by."""
    return f"/r/{recording.file_name}"


def playable(recording: str) -> str:
    """The address at which a page can play what a menu names; "" when it cannot."""
    here = f"{settings().base_url}/r/"
    if recording.startswith(here):
        return recording.removeprefix(here.removesuffix("/r/"))
    return recording if is_web(recording) else ""


def known(flow: Flow) -> dict[str, Recording]:
    """What is known of everything that a flow's menus play."""
    return known_of(preflight.played(flow))


def known_of(played: list[str]) -> dict[str, Recording]:
    """What is known of recordings, by how menus name them."""
    urls = [name for name in played if is_web(name)]
    return preflight.known(db(), person().workspace_id, settings().base_url, urls)


def try_recordings(flow: Flow) -> int:
    """Try what a flow's menus play from other web sites. Returns how many were tried."""
    here = settings()
    return preflight.try_all(
        db(),
        WebClient(here.reachable_hosts),
        person().workspace_id,
        here.base_url,
        preflight.played(flow),
    )


def known_seconds(facts: Mapping[str, Recording]) -> dict[str, float]:
    """Recording -> its length in seconds, where it is known."""
    return {url: fact.seconds for url, fact in facts.items() if fact.seconds is not None}


def panel(flow: Flow, menu: Menu | None, problem: str = "") -> Panel:
    """What can be done about a menu's recording."""
    all_own = recordings.list_all(db(), person().workspace_id)
    token = token_in(menu.recording) if menu else ""
    playing = [one for one in all_own if one.token == token]
    own = {one.token for one in all_own}
    return Panel(
        playing=lines(playing)[0] if playing else None,
        path=playable(menu.recording) if menu else "",
        choices=[(one.id, one.name) for one in all_own if one.replaced_by is None],
        can_speak=can_speak(),
        silent=sum(_silent(flow).each),
        others=sum(token_in(url) not in own for url in preflight.played(flow)),
        problem=problem,
    )


def without_recording(flow: Flow) -> list[Menu]:
    """The menus that have something to say and play nothing yet."""
    return [menu for menu, silent in zip(flow.menus, _silent(flow).each, strict=True) if silent]


_silent = EachMenu(
    PerMenu[bool](lambda menu: not menu.recording.strip() and bool(menu.script.strip()))
)


def length_words(seconds: float) -> str:
    """For example "0:12"."""
    minutes, rest = divmod(max(1, int(seconds)), 60)
    return f"{minutes}:{rest:02}"


def size_words(size: int) -> str:
    """For example "84 kB"; what is there at all takes one."""
    if size < 1_000_000:
        return _("%(number)s kB", number=max(min(size, 1), round(size / 1000)))
    return _("%(number)s MB", number=format_decimal(round(size / 1_000_000, 1)))


def loudness_words(lufs: float | None) -> str:
    """For example "good loudness (−18 LUFS)"; "" where it is not known."""
    if lufs is None:
        return "" if not can_fit() else _("silent")
    shown = f"{lufs:.0f} LUFS".replace("-", "−")
    if lufs < QUIET_LUFS:
        return _("very quiet (%(level)s)", level=shown)
    if lufs > LOUD_LUFS:
        return _("very loud (%(level)s)", level=shown)
    return _("good loudness (%(level)s)", level=shown)
