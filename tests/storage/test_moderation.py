"""A workspace's rules of moderation, kept and found again."""

from __future__ import annotations

from storage import moderation
from storage.db import open_db
from storage.moderation import OwnWord, Rules

CHANGED = Rules(
    categories=frozenset({"SPAM", "THREAT"}),
    own_words=(OwnWord("казино*", "SPAM"), OwnWord("free money")),
    own_numbers=("+380441234567",),
    statistics=True,
    classifier_url="https://judge.example.com/",
    fail_open=False,
)


def test_a_workspace_that_changed_nothing_has_the_usual_rules(two_workspaces):
    assert moderation.get(open_db(two_workspaces), 1) == Rules()


def test_rules_are_kept_for_their_workspace_only(two_workspaces):
    moderation.save(open_db(two_workspaces), 1, CHANGED)
    db = open_db(two_workspaces)
    assert moderation.get(db, 1) == CHANGED
    assert moderation.get(db, 2) == Rules()
    moderation.save(db, 1, Rules())
    assert moderation.get(db, 1) == Rules()
