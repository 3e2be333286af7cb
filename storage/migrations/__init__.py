"""Every change of the database's shape, a module each. Run by ``flask --app app migrate``."""

from __future__ import annotations

from pathlib import Path

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from storage import audit, backup
from storage.migrations import (
    answers_forwards,
    answers_inbox_addresses,
    answers_of_calls,
    call_keeping,
    call_search,
    calling_rules,
    calls_and_practice,
    first_steps_of_people,
    flows_and_revisions,
    gateway_routes,
    inboxes_and_answers,
    journeys,
    languages_of_people,
    makers_of_links,
    moderation_rules,
    people_and_workspaces,
    recordings,
    shelves_and_search_of_flows,
    texts_of_drafts,
    trust,
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
    trust,
    shelves_and_search_of_flows,
    first_steps_of_people,
    makers_of_links,
    texts_of_drafts,
)
"""A module's name is what a database remembers of it: append only, never rename."""

NAMES = tuple(module.__name__.rpartition(".")[2] for module in IN_ORDER)

MIGRATIONS = Migrations("press_one")
for name, module in zip(NAMES, IN_ORDER, strict=True):
    MIGRATIONS(name=name)(module.up)


COPIES = 5
"""Copies of the database from before its last changes that are kept."""


def migrate(db: Database, copies: bool = True) -> None:
    """Bring a database to the present shape; a database that has it already is left alone.

    Before each change a checked copy goes to ``backups/before-<name>.sqlite3`` beside it (not
    for ``copies=False``); a database that is only being made needs none. Raises backup.NotWhole
    and OSError when a copy cannot be made; then that change was not made either. Each change that
    was made stands in the audit log.
    """
    if not copies or not MIGRATIONS.applied(db):
        MIGRATIONS.apply(db)
        return
    while waiting := MIGRATIONS.pending(db):
        first, *later = (migration.name for migration in waiting)
        _copy_before(db, first)
        MIGRATIONS.apply(db, stop_before=later[:1])
        if db["audit"].exists():
            audit.record_for_all(db, "database_changed", first.replace("_", " "))


def _copy_before(db: Database, name: str) -> None:
    path = Path(str(db.execute("PRAGMA database_list").fetchone()[2]))
    folder = path.parent / backup.FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    backup.copy_database(path, folder / f"before-{name}.sqlite3")
    kept = (folder / f"before-{known}.sqlite3" for known in NAMES)
    made = [(copy.stat().st_mtime_ns, copy) for copy in kept if copy.exists()]
    for _, old in sorted(made)[:-COPIES]:
        old.unlink()
