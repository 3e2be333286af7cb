"""A workspace's rules of moderation: which categories stop a message, its own words and numbers,
and the outside classifier. A workspace that never changed anything has ``Rules()``.
"""

from __future__ import annotations

import json
from collections.abc import Callable

from msgspec import Struct
from sqlite_utils import Database

from storage.db import now, one, write_tx

CATEGORIES = ("TOXICITY", "PROFANITY", "THREAT", "SEXUALLY_EXPLICIT", "SPAM")
"""What a message can be flagged as; the names stand in the Voice API's answers."""


class OwnWord(Struct, frozen=True):
    """A word or phrase the workspace forbids (``stem*`` for every ending), and as what."""

    text: str
    category: str = "TOXICITY"


class Rules(Struct, frozen=True):
    """What moderation goes by.

    ``own_numbers``: phone numbers that no message may name. ``statistics``: also ask
    alt-profanity-check, where it is installed. ``classifier_url``: "" for none;
    ``fail_open``: whether a text may be spoken when the classifier gives no answer.
    """

    categories: frozenset[str] = frozenset(CATEGORIES)
    own_words: tuple[OwnWord, ...] = ()
    own_numbers: tuple[str, ...] = ()
    statistics: bool = False
    classifier_url: str = ""
    fail_open: bool = True


def get(db: Database, workspace_id: int) -> Rules:
    """The workspace's rules."""
    row = one(db, "SELECT * FROM moderation_rules WHERE workspace_id = ?", workspace_id)
    if row is None:
        return Rules()
    return Rules(
        categories=frozenset(json.loads(row["categories"])),
        own_words=tuple(OwnWord(*pair) for pair in json.loads(row["own_words"])),
        own_numbers=tuple(json.loads(row["own_numbers"])),
        statistics=bool(row["statistics"]),
        classifier_url=row["classifier_url"],
        fail_open=bool(row["fail_open"]),
    )


def change(db: Database, workspace_id: int, edit: Callable[[Rules], Rules]) -> Rules:
    """What ``edit`` makes of the rules, saved; nobody's change of the same moment is lost."""
    with write_tx(db):
        rules = edit(get(db, workspace_id))
        save(db, workspace_id, rules)
        return rules


def save(db: Database, workspace_id: int, rules: Rules) -> None:
    """Keep these rules for the workspace, in the place of those it had."""
    with write_tx(db):
        db.execute(
            "INSERT INTO moderation_rules (workspace_id, categories, own_words, own_numbers,"
            " statistics, classifier_url, fail_open, updated_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (workspace_id) DO UPDATE SET categories = excluded.categories,"
            " own_words = excluded.own_words, own_numbers = excluded.own_numbers,"
            " statistics = excluded.statistics, classifier_url = excluded.classifier_url,"
            " fail_open = excluded.fail_open, updated_at = excluded.updated_at",
            (
                workspace_id,
                json.dumps(sorted(rules.categories)),
                json.dumps([(word.text, word.category) for word in rules.own_words]),
                json.dumps(rules.own_numbers),
                rules.statistics,
                rules.classifier_url,
                rules.fail_open,
                now(),
            ),
        )
