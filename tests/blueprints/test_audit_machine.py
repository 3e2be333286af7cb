"""What commands do, and keys that are not let in, stand in the audit log, in words."""

from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from storage import attempts, audit, keys
from storage.db import open_db, write_tx
from storage.migrations import MIGRATIONS, NAMES, migrate
from tests.helpers import PASSWORD, sign_in


def run(app, *args, **more):
    done = app.test_cli_runner().invoke(args=args, **more)
    assert done.exit_code == 0, done.output
    return done.output


def machine_lines(db, workspace=1):
    """(what, about, detail) of what was done at the machine, oldest first."""
    return [
        (row["what"], row["about"], row["detail"])
        for row in db.query(
            "SELECT * FROM audit WHERE who = 'command line' AND workspace_id = ? ORDER BY id",
            (workspace,),
        )
    ]


def add_person(app):
    run(app, "people", "add", "eve@example.com", "--name", "Eve", "--role", "editor",
        "--password-stdin", input=f"{PASSWORD}\n")  # fmt: skip


def test_people_and_keys_that_commands_add_are_noted(app, db):
    add_person(app)
    key = run(app, "keys", "add", "Shop").strip()
    assert machine_lines(db) == [
        ("person_added", "Eve (eve@example.com)", "editor"), ("key_made", "Shop", ""),
    ]  # fmt: skip
    assert key not in str(list(db.query("SELECT * FROM audit")))


def test_a_person_who_could_not_be_added_is_not_noted(app, db):
    add_person(app)
    again = app.test_cli_runner().invoke(
        args=["people", "add", "eve@example.com", "--name", "E", "--role", "owner",
              "--password-stdin"], input=f"{PASSWORD}\n")  # fmt: skip
    assert again.exit_code == 1
    assert len(machine_lines(db)) == 1


def test_backups_restores_and_new_keys_are_noted_in_every_workspace(app, stranger, data, tmp_path):
    run(app, "backup", str(tmp_path / "b.tar"))
    run(app, "rotate-secret")
    with closing(open_db(data / "press-one.sqlite3")) as db:
        for workspace in (1, 2):
            assert machine_lines(db, workspace) == [
                ("backup_made", "b.tar", ""), ("key_file_rotated", "", ""),
            ]  # fmt: skip
    run(app, "restore", str(tmp_path / "b.tar"))
    with closing(open_db(data / "press-one.sqlite3")) as db:
        assert machine_lines(db) == [("backup_restored", "b.tar", "")]


def test_a_failed_command_notes_nothing(app, db, tmp_path):
    (tmp_path / "b.tar").write_bytes(b"hello")
    for args in (("restore", str(tmp_path / "b.tar")), ("backup", str(tmp_path / "no" / "b"))):
        assert app.test_cli_runner().invoke(args=args).exit_code == 1
    assert machine_lines(db) == []


def test_a_backup_stands_even_where_it_cannot_be_noted(app, db, tmp_path):
    with write_tx(db):
        db.execute("CREATE TRIGGER full BEFORE INSERT ON audit BEGIN SELECT raise(ABORT, 'x'); END")
    said = run(app, "backup", str(tmp_path / "b.tar"))
    assert "The audit log could not tell of it" in said
    assert (tmp_path / "b.tar").exists()


def test_each_change_of_the_database_is_noted_once(db):
    last = NAMES[-1]
    with write_tx(db):
        db.execute("DELETE FROM _sqlite_migrations WHERE name = ?", (last,))
    waiting = [migration.name for migration in MIGRATIONS.pending(db)]
    assert waiting == [last]
    undo_last(db)
    migrate(db)
    migrate(db)
    assert machine_lines(db) == [("database_changed", last.replace("_", " "), "")]


def undo_last(db):
    """Take away what the last change brought, as the database was before it."""
    with closing(open_db(":memory:")) as fresh:
        MIGRATIONS.apply(fresh, stop_before=[NAMES[-1]])
        before = {name: set(fresh[name].columns_dict) for name in fresh.table_names()}
    for name in set(db.table_names()) - set(before):
        db[name].drop()
    for name, columns in before.items():
        for column in set(db[name].columns_dict) - columns:
            db.execute(f"ALTER TABLE {name} DROP COLUMN {column}")
    db.conn.commit()


@pytest.fixture
def asks(app):
    """Ask the gateways with a key; the status."""
    client = app.test_client()

    def ask(key, path="/bat/messagelist"):
        return client.post(path, headers={"X-Authorization-Key": key, "x-api-key": key},
                           json={}).status_code  # fmt: skip

    return ask


def about_keys(db):
    return [
        (row["what"], row["who"], row["workspace_id"], row["detail"])
        for row in db.query("SELECT * FROM audit WHERE what IN"
                            " ('key_refused', 'key_unknown', 'key_slowed') ORDER BY id")
    ]  # fmt: skip


def test_a_key_that_was_taken_back_is_told_of_once_an_hour(asks, db):
    shop, other = keys.add(db, 1, "Shop"), keys.add(db, 1, "Other")
    for key in keys.list_all(db, 1):
        keys.revoke(db, 1, key.id)
    for path in ("/bat/messagelist", "/api/v1/call/tts", "/bat/messagelist"):
        assert asks(shop, path) == 401
    assert about_keys(db) == [("key_refused", f"Shop ({shop[:9]}…)", 1, "127.0.0.1")]
    asks(other)
    assert [line[1] for line in about_keys(db)][1:] == [f"Other ({other[:9]}…)"]
    an_hour_ago = datetime.now(UTC) - timedelta(minutes=61)
    with write_tx(db):
        db.execute("UPDATE attempts SET at = ?", (an_hour_ago.isoformat(),))
    asks(shop)
    assert len(about_keys(db)) == 3


def test_keys_that_nobody_knows_are_one_line_an_hour_that_no_workspace_sees(asks, db, owner):
    for number in range(5):
        assert asks(f"p1_made-up-{number}") == 401
    assert asks("") == 401
    assert about_keys(db) == [("key_unknown", "", None, "127.0.0.1")]
    owner.get("/settings/audit?kind=keys")
    assert "nobody knows the key" not in owner.text


def test_a_key_that_asks_too_often_is_told_of_once(asks, db):
    shop = keys.add(db, 1, "Shop", per_minute=2)
    assert [asks(shop) == 429 for _ in range(5)] == [False, False, True, True, True]
    assert about_keys(db) == [("key_slowed", f"Shop ({shop[:9]}…)", 1, "127.0.0.1")]


def test_a_key_that_comes_in_writes_no_line(asks, db):
    key = keys.add(db, 1, "Shop")
    asks(key)
    assert about_keys(db) == []
    assert list(db.query("SELECT 1 FROM attempts")) == []


def test_a_refusal_does_not_wait_for_its_line(asks, db, data):
    """A refusal is no reason to fail when the log cannot be written."""
    with write_tx(db):
        db.execute("DROP TABLE attempts")
    assert asks("p1_made-up") == 401


def test_an_owner_reads_all_of_it_in_words(app, db, tmp_path):
    add_person(app)
    run(app, "backup", str(tmp_path / "b.tar"))
    with write_tx(db):
        for what in ("backup_restored", "key_file_rotated", "database_changed"):
            audit.record_for_all(db, what, "something")
        for what in ("key_refused", "key_slowed"):
            audit.record(db, audit.Who(1, None, "Shop (p1_abc…)"), what)
    owner = sign_in(app)
    owner.get("/settings/audit")
    for words in (
        "Somebody at the machine (command line)", "Added a person", "Eve (eve@example.com)",
        "Made a backup", "Put a backup back", "Changed the key of all stored secrets",
        "Changed the database for a newer version", "Shop (p1_abc…)",
        "Was refused: the key was taken back", "Was told to wait",
    ):  # fmt: skip
        assert words in owner.text, words
    assert ">command line<" not in owner.text
    export = owner.get("/settings/audit/export.csv?kind=keeping").get_data(as_text=True)
    assert export.count("Somebody at the machine") == 3


def test_whether_it_was_told_is_found_by_an_index(db):
    plan = str(db.execute(
        "EXPLAIN QUERY PLAN SELECT at FROM attempts WHERE kind = ? AND who = ? AND at >= ?"
        " ORDER BY at DESC LIMIT 1", ("key_refused", "x", "")).fetchall())  # fmt: skip
    assert "attempts_who" in plan
    assert attempts.MOST["key_refused"] == 1
