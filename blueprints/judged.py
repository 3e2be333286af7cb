"""What moderation says of a call flow's scripts, as the page before a test call shows it."""

from __future__ import annotations

from msgspec import Struct

from blueprints import db, person, settings
from blueprints.editor_view import View
from calling.moderation.scripts import Judgement, judge_scripts, judge_texts
from flows.document import Flow, menu_label
from providers.web import WebClient
from storage import moderation
from storage.connections import Connection
from storage.flows import StoredFlow


class Found(Struct, frozen=True):
    """A text that may not be spoken: why, and the menus that say it with their addresses."""

    sentence: str
    menus: tuple[tuple[str, str], ...]


class Words(Struct, frozen=True):
    """What is wrong with the scripts. A practice call is warned, a real one is ``stopped``."""

    found: tuple[Found, ...]
    unjudged: str
    stops: bool
    stopped: bool


def words_of(stored: StoredFlow, connection: Connection) -> Words:
    """The scripts of a flow, judged for a call over a connection. May ask the web."""
    judgement = judge_scripts(stored.flow, _rules(), _web())
    found = tuple(
        Found(
            flagged.verdict.words,
            tuple(_menu(stored.flow, View(stored.id, menu=menu)) for menu in flagged.menus),
        )
        for flagged in judgement.flagged
    )
    stopped = judgement.stops and not connection.practice
    return Words(found, judgement.unjudged, judgement.stops, stopped)


def judged_sentence(text: str) -> Judgement:
    """One text, judged by the workspace's rules and nothing kept. May ask the web."""
    return judge_texts({text: ()}, _rules(), _web())


def _menu(flow: Flow, view: View) -> tuple[str, str]:
    return menu_label(flow, view.menu), view.url("script")


def _rules() -> moderation.Rules:
    return moderation.get(db(), person().workspace_id)


def _web() -> WebClient:
    return WebClient(settings().reachable_hosts)
