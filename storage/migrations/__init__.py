"""Every change of the database's shape, a module each. Run by ``flask --app app migrate``."""

from __future__ import annotations

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from storage.migrations import (
    answers_forwards,
    answers_inbox_addresses,
    answers_of_calls,
    call_keeping,
    call_search,
    calling_rules,
    calls_and_practice,
    flows_and_revisions,
    gateway_routes,
    inboxes_and_answers,
    journeys,
    languages_of_people,
    moderation_rules,
    people_and_workspaces,
    recordings,
    unclear_calls,
    undo_and_names_of_versions,
    ways_before_accepting,
    webhooks_under_way,
)

IN_ORDER = (
    people_and_workspaces,
    flows_and_revisions,
    calls_and_practice,
    webhooks_under_way,
    undo_and_names_of_versions,
    journeys,
    inboxes_and_answers,
    moderation_rules,
    languages_of_people,
    unclear_calls,
    gateway_routes,
    answers_of_calls,
    answers_inbox_addresses,
    answers_forwards,
    calling_rules,
    recordings,
    call_search,
    call_keeping,
    ways_before_accepting,
)
"""A module's name is what a database remembers of it: append only, never rename."""

MIGRATIONS = Migrations("press_one")
for module in IN_ORDER:
    MIGRATIONS(name=module.__name__.rpartition(".")[2])(module.up)


def migrate(db: Database) -> None:
    """Bring a database to the present shape; a database that has it already is left alone."""
    MIGRATIONS.apply(db)
