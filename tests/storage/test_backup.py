"""Backups: whole or not at all, without the key, and put back without ringing anybody twice."""

import os
import sqlite3
import stat
import tarfile
import threading
from contextlib import closing
from datetime import UTC, datetime

import pytest

from storage import backup, calls, connections, invitations, people, recordings
from storage.backup import NotWhole
from storage.credentials import secret_box
from storage.db import now, open_db, rows, write_tx
from storage.in_use import InUse, hold
from storage.restore import restore

SOUND = b"a sound that nobody hears"


def database(data):
    return data / "press-one.sqlite3"


def record(data, db, name="Hello", content=SOUND):
    new = recordings.NewRecording(
        workspace_id=1, person_id=1, name=name, kind="mp3", content=content, seconds=1.0,
        loudness=None,
    )  # fmt: skip
    return recordings.add(db, data, new)


def note(db, index):
    with write_tx(db):
        db.execute("UPDATE workspaces SET name = ? WHERE id = 1", (f"{index}",))


def name_of(path):
    with closing(sqlite3.connect(path)) as db:
        return db.execute("SELECT name FROM workspaces WHERE id = 1").fetchone()[0]


def restored(file, data):
    return restore(file, database(data), data, secret_box(data))


def call_in(db, state):
    new = calls.NewCall(
        workspace_id=1, origin="app", nonce=state, flow_name="F", service="speechcall",
        to_number="+380501234567", sender="", request_path="/", request="{}", state=state,
    )  # fmt: skip
    return calls.add(db, new, [])[0].id


def test_a_backup_holds_the_database_and_the_recordings_and_not_the_key(data, db, tmp_path):
    record(data, db)
    made = backup.make(database(data), data, tmp_path / "b.tar")
    with tarfile.open(tmp_path / "b.tar") as tar:
        names = tar.getnames()
    assert names[0] == "press-one.sqlite3"
    assert len(names) == 2
    assert made.recordings == 1
    content = (tmp_path / "b.tar").read_bytes()
    assert SOUND in content
    assert (data / "secret.key").read_bytes() not in content


def test_a_backup_is_readable_by_us_alone_and_leaves_nothing_half(data, tmp_path):
    target = tmp_path / "b.tar"
    backup.make(database(data), data, target)
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert list((data / "backups").iterdir()) == []
    assert sorted(path.name for path in tmp_path.iterdir()) == ["b.tar", "data"]


def test_links_that_waited_when_the_backup_was_made_come_back_worthless(data, db, tmp_path):
    moment = datetime.now(UTC)
    people.add(db, 1, email="e@example.com", name="E", role="viewer", password="a long password")
    links = [
        ("join", invitations.invite(db, 1, "new@example.com", "viewer", moment, made_by=1)),
        ("password", invitations.for_password(db, 1, 2, moment, made_by=1)),
    ]
    setup = people.new_setup_link(db)
    backup.make(database(data), data, tmp_path / "b.tar")
    for kind, token in links:
        assert invitations.of_token(db, kind, token, moment)
    assert people.setup_link_works(db, setup)
    restored(tmp_path / "b.tar", data)
    with closing(open_db(database(data))) as back:
        for kind, token in links:
            assert invitations.of_token(back, kind, token, moment) is None
        assert not people.setup_link_works(back, setup)
        assert people.by_email(back, "e@example.com")


def test_what_was_restored_is_what_was_there(data, db, tmp_path):
    kept = record(data, db)
    note(db, "before")
    backup.make(database(data), data, tmp_path / "b.tar")
    note(db, "after")
    recordings.delete(db, data, 1, kept.id)
    done = restored(tmp_path / "b.tar", data)
    assert name_of(database(data)) == "before"
    assert recordings.file_of(data, recordings.get(db, 1, kept.id)).read_bytes() == SOUND
    assert (done.recordings, done.unreadable) == (1, 0)
    assert name_of(done.set_aside) == "after"


def test_backups_under_write_load_hold_every_earlier_acknowledgement(data, tmp_path):
    written, stop = [0], threading.Event()

    def write():
        with closing(open_db(database(data))) as db:
            while not stop.is_set():
                note(db, written[0] + 1)
                written[0] += 1

    hand = threading.Thread(target=write)
    hand.start()
    try:
        for index in range(5):
            before = written[0]
            backup.make(database(data), data, tmp_path / f"{index}.tar")
            with tarfile.open(tmp_path / f"{index}.tar") as tar:
                tar.extract("press-one.sqlite3", tmp_path / f"{index}", filter="data")
            copy = tmp_path / f"{index}" / "press-one.sqlite3"
            backup.check(copy)
            if before:
                assert int(name_of(copy)) >= before
    finally:
        stop.set()
        hand.join()
    assert written[0] > 5


def test_a_call_that_waited_when_the_backup_was_made_never_rings_again(data, db, tmp_path):
    ids = {state: call_in(db, state) for state in ("queued", "sending", "refused")}
    backup.make(database(data), data, tmp_path / "b.tar")
    done = restored(tmp_path / "b.tar", data)
    states = {state: calls.by_id(db, row).state for state, row in ids.items()}
    assert states == {"queued": "unknown", "sending": "unknown", "refused": "refused"}
    assert done.unclear == 2
    assert calls.last_event(db, ids["queued"], ["restored"]) is not None


def test_a_session_that_was_ended_since_stays_ended(data, db, tmp_path):
    with write_tx(db):
        db.execute(
            "INSERT INTO sessions (token_hash, workspace_id, person_id, created_at, seen_at)"
            " VALUES ('x', 1, 1, ?, ?)", (now(), now()),
        )  # fmt: skip
    backup.make(database(data), data, tmp_path / "b.tar")
    restored(tmp_path / "b.tar", data)
    assert rows(db, "SELECT 1 FROM sessions") == []


def test_a_backup_restored_with_another_key_says_how_many_secrets_it_does_not_open(
    data, db, tmp_path
):
    connections.save(
        db, secret_box(data), 1, service="speechcall", name="C", base_url="https://a.example.com",
        new_secret="quiet",
    )  # fmt: skip
    backup.make(database(data), data, tmp_path / "b.tar")
    (data / "secret.key").unlink()
    assert restored(tmp_path / "b.tar", data).unreadable == 3  # two of Practice, and this one


def test_nothing_is_restored_while_somebody_works_with_the_folder(data, tmp_path):
    backup.make(database(data), data, tmp_path / "b.tar")
    handle = hold(data)
    with pytest.raises(InUse):
        restored(tmp_path / "b.tar", data)
    os.close(handle)
    restored(tmp_path / "b.tar", data)


def test_a_database_that_cannot_be_read_any_more_is_moved_away(data, tmp_path):
    note(open_db(database(data)), "before")
    backup.make(database(data), data, tmp_path / "b.tar")
    for ending in ("-wal", "-shm"):
        database(data).with_name(f"press-one.sqlite3{ending}").unlink(missing_ok=True)
    database(data).write_bytes(b"not a database at all" * 1000)
    done = restored(tmp_path / "b.tar", data)
    assert name_of(database(data)) == "before"
    assert done.set_aside.read_bytes().startswith(b"not a database")


def cut_short(file):
    file.write_bytes(file.read_bytes()[:-30_000])


def turned_byte(file):
    content = file.read_bytes()
    at = content.index(SOUND)
    file.write_bytes(content[:at] + b"A" + content[at + 1 :])


def damaged_page(file):
    content = bytearray(file.read_bytes())
    content[512 + 4096 * 8 : 512 + 4096 * 12] = b"\xff" * (4096 * 4)
    file.write_bytes(content)


def with_a_stranger(file):
    with tarfile.open(file, "a") as tar:
        tar.add(__file__, arcname="../evil.py")


def without_recordings(file):
    with tarfile.open(file) as tar:
        content = tar.extractfile("press-one.sqlite3").read()
    inside = file.with_name("inside")
    inside.write_bytes(content)
    with tarfile.open(file, "w") as tar:
        tar.add(inside, arcname="press-one.sqlite3")


def nonsense(file):
    file.write_bytes(b"hello")


@pytest.mark.parametrize(
    "damage", [cut_short, turned_byte, damaged_page, with_a_stranger, without_recordings, nonsense]
)
def test_a_damaged_backup_changes_nothing(data, db, tmp_path, damage):
    record(data, db)
    file = tmp_path / "b.tar"
    backup.make(database(data), data, file)
    note(db, "after")
    damage(file)
    with pytest.raises(NotWhole):
        restored(file, data)
    assert name_of(database(data)) == "after"
    assert not (tmp_path / "evil.py").exists()


def test_a_backup_of_a_newer_press_one_is_refused(data, db, tmp_path):
    with write_tx(db):
        db.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at)"
            " VALUES ('press_one', 'of_tomorrow', '')"
        )
    backup.make(database(data), data, tmp_path / "b.tar")
    with pytest.raises(NotWhole, match="newer"):
        restored(tmp_path / "b.tar", data)


def test_a_recording_without_its_file_is_told_of_and_not_backed_up_silently(data, db, tmp_path):
    recordings.file_of(data, record(data, db)).unlink()
    with pytest.raises(NotWhole, match="1 recordings"):
        backup.make(database(data), data, tmp_path / "b.tar")
    assert not (tmp_path / "b.tar").exists()
