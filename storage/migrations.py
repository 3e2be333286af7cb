"""Every change of the database's shape, in order. Run by ``flask --app app migrate``."""

from __future__ import annotations

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

MIGRATIONS = Migrations("press_one")


@MIGRATIONS()
def people_and_workspaces(db: Database) -> None:
    """Who may come in. Tokens and keys are kept as SHA-256 hashes only."""
    for sql in (
        "CREATE TABLE workspaces (id INTEGER PRIMARY KEY, name TEXT NOT NULL,"
        " created_at TEXT NOT NULL)",
        "CREATE TABLE people (id INTEGER PRIMARY KEY,"
        " workspace_id INTEGER NOT NULL REFERENCES workspaces(id),"
        " email TEXT NOT NULL COLLATE NOCASE UNIQUE, name TEXT NOT NULL,"
        " role TEXT NOT NULL CHECK (role IN ('owner','editor','viewer')),"
        " password_hash TEXT NOT NULL, created_at TEXT NOT NULL)",
        "CREATE INDEX people_workspace ON people(workspace_id)",
        "CREATE TABLE sessions (token_hash TEXT PRIMARY KEY,"
        " workspace_id INTEGER NOT NULL REFERENCES workspaces(id),"
        " person_id INTEGER NOT NULL REFERENCES people(id),"
        " created_at TEXT NOT NULL, seen_at TEXT NOT NULL)",
        "CREATE INDEX sessions_person ON sessions(person_id)",
        "CREATE TABLE setup_links (token_hash TEXT PRIMARY KEY, created_at TEXT NOT NULL,"
        " used_at TEXT)",
        "CREATE TABLE api_keys (id INTEGER PRIMARY KEY,"
        " workspace_id INTEGER NOT NULL REFERENCES workspaces(id), name TEXT NOT NULL,"
        " purpose TEXT NOT NULL CHECK (purpose IN ('outside','practice')),"
        " prefix TEXT NOT NULL, key_hash TEXT NOT NULL UNIQUE, created_at TEXT NOT NULL,"
        " revoked_at TEXT)",
        "CREATE INDEX api_keys_workspace ON api_keys(workspace_id)",
        "CREATE TABLE connections (id INTEGER PRIMARY KEY,"
        " workspace_id INTEGER NOT NULL REFERENCES workspaces(id),"
        " service TEXT NOT NULL, name TEXT NOT NULL, base_url TEXT NOT NULL,"
        " username TEXT NOT NULL DEFAULT '', secret BLOB, sender TEXT NOT NULL DEFAULT '',"
        " practice INTEGER NOT NULL DEFAULT 0, created_at TEXT NOT NULL,"
        " updated_at TEXT NOT NULL)",
        "CREATE INDEX connections_workspace ON connections(workspace_id)",
    ):
        db.execute(sql)


@MIGRATIONS()
def flows_and_revisions(db: Database) -> None:
    """A revision names its menus by the hash of their content; equal menus are kept once."""
    for sql in (
        "CREATE TABLE flows (id INTEGER PRIMARY KEY,"
        " workspace_id INTEGER NOT NULL REFERENCES workspaces(id), name TEXT NOT NULL,"
        " revision INTEGER NOT NULL, menu_count INTEGER NOT NULL, created_at TEXT NOT NULL,"
        " updated_at TEXT NOT NULL, deleted_at TEXT)",
        "CREATE INDEX flows_workspace ON flows(workspace_id, deleted_at, updated_at)",
        "CREATE TABLE menu_versions (workspace_id INTEGER NOT NULL REFERENCES workspaces(id),"
        " hash TEXT NOT NULL, body TEXT NOT NULL,"
        " PRIMARY KEY (workspace_id, hash)) WITHOUT ROWID",
        "CREATE TABLE flow_revisions (id INTEGER PRIMARY KEY,"
        " workspace_id INTEGER NOT NULL REFERENCES workspaces(id),"
        " flow_id INTEGER NOT NULL REFERENCES flows(id), number INTEGER NOT NULL,"
        " head TEXT NOT NULL, menus TEXT NOT NULL, summary TEXT NOT NULL,"
        " person_id INTEGER REFERENCES people(id), created_at TEXT NOT NULL,"
        " UNIQUE (flow_id, number))",
    ):
        db.execute(sql)


@MIGRATIONS()
def calls_and_practice(db: Database) -> None:
    """``calls``: every call that people placed here or that a gateway accepted.

    ``practice_calls``: the practice phone network's own book.
    """
    for sql in (
        "CREATE TABLE calls (id INTEGER PRIMARY KEY,"
        " workspace_id INTEGER NOT NULL REFERENCES workspaces(id),"
        " origin TEXT NOT NULL CHECK (origin IN ('app','gateway')),"
        " listed INTEGER NOT NULL DEFAULT 1, nonce TEXT NOT NULL,"
        " flow_id INTEGER REFERENCES flows(id), flow_revision INTEGER, flow_name TEXT NOT NULL,"
        " connection_id INTEGER REFERENCES connections(id),"
        " api_key_id INTEGER REFERENCES api_keys(id), person_id INTEGER REFERENCES people(id),"
        " service TEXT NOT NULL, to_number TEXT NOT NULL, sender TEXT NOT NULL,"
        " state TEXT NOT NULL, outcome TEXT NOT NULL, bulk_id TEXT NOT NULL DEFAULT '',"
        " message_id TEXT NOT NULL DEFAULT '', request_path TEXT NOT NULL,"
        " request TEXT NOT NULL, reply_status INTEGER, reply TEXT NOT NULL DEFAULT '',"
        " problem TEXT NOT NULL DEFAULT '', created_at TEXT NOT NULL, updated_at TEXT NOT NULL,"
        " finished_at TEXT, polls INTEGER NOT NULL DEFAULT 0, next_poll_at TEXT,"
        " UNIQUE (workspace_id, nonce))",
        "CREATE INDEX calls_listed ON calls(workspace_id, listed, id)",
        "CREATE INDEX calls_flow ON calls(workspace_id, flow_id, id)",
        "CREATE INDEX calls_message ON calls(workspace_id, message_id)",
        "CREATE INDEX calls_bulk ON calls(workspace_id, bulk_id)",
        "CREATE INDEX calls_due ON calls(next_poll_at) WHERE next_poll_at IS NOT NULL",
        "CREATE INDEX calls_unsent ON calls(state) WHERE state IN ('queued','sending')",
        "CREATE TABLE call_events (id INTEGER PRIMARY KEY,"
        " workspace_id INTEGER NOT NULL REFERENCES workspaces(id),"
        " call_id INTEGER NOT NULL REFERENCES calls(id), at TEXT NOT NULL,"
        " code TEXT NOT NULL, detail TEXT NOT NULL DEFAULT '{}', raw TEXT NOT NULL DEFAULT '')",
        "CREATE INDEX call_events_call ON call_events(call_id, id)",
        "CREATE TABLE practice_calls (message_id TEXT PRIMARY KEY,"
        " workspace_id INTEGER NOT NULL REFERENCES workspaces(id),"
        " call_id INTEGER NOT NULL REFERENCES calls(id), service TEXT NOT NULL,"
        " bulk_id TEXT NOT NULL, customer_message_id TEXT NOT NULL DEFAULT '',"
        " sender TEXT NOT NULL, to_number TEXT NOT NULL, flow TEXT NOT NULL,"
        " script TEXT NOT NULL, phase TEXT NOT NULL, inputs TEXT NOT NULL DEFAULT '[]',"
        " result TEXT NOT NULL DEFAULT '', created_at TEXT NOT NULL, answered_at TEXT,"
        " ended_at TEXT, next_at TEXT)",
        "CREATE INDEX practice_calls_bulk ON practice_calls(workspace_id, bulk_id)",
        "CREATE INDEX practice_calls_due ON practice_calls(next_at) WHERE next_at IS NOT NULL",
        "CREATE INDEX practice_calls_ringing ON practice_calls(workspace_id, phase)",
    ):
        db.execute(sql)


@MIGRATIONS()
def webhooks_under_way(db: Database) -> None:
    """Finds the web addresses still to tell without reading every call's history."""
    db.execute(
        "CREATE INDEX call_events_webhooks ON call_events(code)"
        " WHERE code IN ('webhook_due', 'webhook_started')"
    )


@MIGRATIONS()
def undo_and_names_of_versions(db: Database) -> None:
    """Where Undo and Redo lead from every revision; names that people give to some of them."""
    for sql in (
        "ALTER TABLE flow_revisions ADD COLUMN kind TEXT NOT NULL DEFAULT 'edit'"
        " CHECK (kind IN ('edit','undo','redo','restore'))",
        "ALTER TABLE flow_revisions ADD COLUMN state_of INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE flow_revisions ADD COLUMN undo_to INTEGER",
        "ALTER TABLE flow_revisions ADD COLUMN redo_to INTEGER",
        "UPDATE flow_revisions SET state_of = number,"
        " undo_to = CASE WHEN number > 1 THEN number - 1 END",
        "CREATE TABLE revision_names (id INTEGER PRIMARY KEY,"
        " workspace_id INTEGER NOT NULL REFERENCES workspaces(id),"
        " flow_id INTEGER NOT NULL, number INTEGER NOT NULL,"
        " name TEXT NOT NULL COLLATE NOCASE, person_id INTEGER REFERENCES people(id),"
        " created_at TEXT NOT NULL, UNIQUE (flow_id, number), UNIQUE (flow_id, name),"
        " FOREIGN KEY (flow_id, number) REFERENCES flow_revisions(flow_id, number))",
    ):
        db.execute(sql)


@MIGRATIONS()
def journeys(db: Database) -> None:
    """Calls kept as tests: the keys, and what must happen, as JSON."""
    for sql in (
        "CREATE TABLE journeys (id INTEGER PRIMARY KEY,"
        " workspace_id INTEGER NOT NULL REFERENCES workspaces(id),"
        " flow_id INTEGER NOT NULL REFERENCES flows(id), name TEXT NOT NULL,"
        " start_menu TEXT NOT NULL, inputs TEXT NOT NULL, expected TEXT NOT NULL,"
        " person_id INTEGER REFERENCES people(id), created_at TEXT NOT NULL,"
        " updated_at TEXT NOT NULL)",
        "CREATE INDEX journeys_flow ON journeys(flow_id, id)",
    ):
        db.execute(sql)


@MIGRATIONS()
def inboxes_and_answers(db: Database) -> None:
    """Where services bring answers to (one address a workspace), and what they brought."""
    for sql in (
        "CREATE TABLE inboxes (workspace_id INTEGER PRIMARY KEY REFERENCES workspaces(id),"
        " token_hash TEXT NOT NULL UNIQUE, sealed BLOB NOT NULL, created_at TEXT NOT NULL)",
        "CREATE TABLE answers (id INTEGER PRIMARY KEY,"
        " workspace_id INTEGER NOT NULL REFERENCES workspaces(id), mid TEXT NOT NULL,"
        " step TEXT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL,"
        " from_number TEXT NOT NULL, to_number TEXT NOT NULL, received_at TEXT NOT NULL,"
        " UNIQUE (workspace_id, mid, step))",
    ):
        db.execute(sql)


@MIGRATIONS()
def moderation_rules(db: Database) -> None:
    """What each workspace changed about moderation; lists as JSON. No row: the usual rules."""
    db.execute(
        "CREATE TABLE moderation_rules ("
        " workspace_id INTEGER PRIMARY KEY REFERENCES workspaces(id),"
        " categories TEXT NOT NULL, own_words TEXT NOT NULL, own_numbers TEXT NOT NULL,"
        " statistics INTEGER NOT NULL, classifier_url TEXT NOT NULL,"
        " fail_open INTEGER NOT NULL, updated_at TEXT NOT NULL)"
    )


def migrate(db: Database) -> None:
    """Bring a database to the present shape; a database that has it already is left alone."""
    MIGRATIONS.apply(db)
