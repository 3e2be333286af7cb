"""Recordings: rows and files, whose they are, how much they may take up, where they are used."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from flows.document import Flow, Menu
from flows.edits import change_menu
from storage import flows as flow_store
from storage import recording_uses, recordings
from storage.db import open_db
from storage.recordings import NewRecording, QuotaReached, RecordingNotFound


@pytest.fixture
def db(two_workspaces: Path):
    connection = open_db(two_workspaces)
    yield connection
    connection.close()


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path


def new(content: bytes = b"sound", workspace_id: int = 1, **values) -> NewRecording:
    return NewRecording(
        workspace_id=workspace_id, person_id=1, kind="mp3", content=content, seconds=2.0,
        loudness=-18.0, **{"name": "Hello", **values},
    )  # fmt: skip


def playing(*urls: str) -> Flow:
    menus = tuple(Menu(id=f"m{i}", name=f"Menu {i}", recording=u) for i, u in enumerate(urls))
    return Flow(name="Survey", menus=menus)


def address(recording: recordings.Recording) -> str:
    return f"https://press.example.com/r/{recording.file_name}"


def test_a_recording_is_a_file_that_only_we_can_read_named_by_its_content(db, data):
    kept = recordings.add(db, data, new())
    path = recordings.file_of(data, kept)
    assert path.read_bytes() == b"sound"
    assert path.name == kept.hash and len(kept.hash) == 64
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    for folder in (path.parent, path.parent.parent):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert len(kept.token) == 32 and kept.token not in str(path)


def test_addresses_differ_although_the_sound_is_the_same(db, data):
    first, second = recordings.add(db, data, new()), recordings.add(db, data, new())
    assert first.token != second.token
    assert first.hash == second.hash
    assert recordings.used_bytes(db, 1) == len(b"sound")


def test_the_file_goes_with_the_last_recording_that_needs_it(db, data):
    first, second = recordings.add(db, data, new()), recordings.add(db, data, new())
    theirs = recordings.add(db, data, new(workspace_id=2))
    path = recordings.file_of(data, first)
    recordings.delete(db, data, 1, first.id)
    assert path.exists()
    assert recordings.of_token(db, first.token) is None
    recordings.delete(db, data, 1, second.id)
    assert not path.exists()
    assert recordings.file_of(data, theirs).exists()
    assert recordings.used_bytes(db, 1) == 0


def test_a_workspace_may_only_fill_its_quota(db, data, monkeypatch):
    monkeypatch.setattr(recordings, "QUOTA_BYTES", 10)
    recordings.add(db, data, new(b"1234567"))
    with pytest.raises(QuotaReached):
        recordings.add(db, data, new(b"another"))
    assert len(recordings.list_all(db, 1)) == 1
    assert len(list((data / "recordings" / "1").iterdir())) == 1
    recordings.add(db, data, new(b"theirs!", workspace_id=2))


def test_another_workspace_sees_none_of_it(db, data):
    ours = recordings.add(db, data, new(draft=True))
    assert recordings.list_all(db, 2) == []
    assert recordings.of_tokens(db, 2, [ours.token]) == {}
    assert recordings.draft_of(db, 2, b"sound", "") is None
    for attempt in (
        lambda: recordings.get(db, 2, ours.id),
        lambda: recordings.rename(db, 2, ours.id, "Theirs"),
        lambda: recordings.delete(db, data, 2, ours.id),
        lambda: recordings.succeed(db, 2, ours.id, ours.id),
        lambda: recordings.add(db, data, new(b"x", workspace_id=2), replaces=ours.id),
    ):
        with pytest.raises(RecordingNotFound):
            attempt()
    assert recordings.list_all(db, 2) == []
    assert recordings.list_all(db, 1) == [ours]


def test_a_successor_takes_its_place_and_the_old_one_is_still_there(db, data):
    old = recordings.add(db, data, new())
    newer = recordings.add(db, data, new(b"better"), replaces=old.id)
    assert recordings.get(db, 1, old.id).replaced_by == newer.id
    assert recordings.of_token(db, old.token) is not None


def test_it_is_found_where_the_newest_revisions_play_it_and_nowhere_else(db, data):
    kept, other = recordings.add(db, data, new()), recordings.add(db, data, new(b"other"))
    first = flow_store.create(db, 1, 1, playing("ivr_1", address(kept), address(kept)), "Start")
    second = flow_store.create(db, 1, 1, playing(address(kept)), "Start")
    gone = flow_store.create(db, 1, 1, playing(address(kept)), "Start")
    flow_store.create(db, 2, 3, playing(address(kept)), "Start")
    flow_store.edit(db, 1, second, 1, 1, lambda flow: change_menu(flow, "m0", recording="ivr_2"))
    flow_store.delete(db, 1, gone)
    found = recording_uses.uses(db, 1, [kept.token, other.token])
    assert set(found) == {kept.token}
    assert [(use.flow_id, use.number, use.menu_name) for use in found[kept.token]] == [
        (first, 2, "Menu 1"), (first, 3, "Menu 2"),
    ]  # fmt: skip
    assert {use.recording for use in found[kept.token]} == {address(kept)}


def test_uses_are_found_by_indexes(db):
    asked = db.query(f"EXPLAIN QUERY PLAN {recording_uses.USES}", ("[]", 1, 1))
    plan = " ".join(row["detail"] for row in asked)
    assert "menu_versions_recording (workspace_id=? AND recording_token=?)" in plan
    assert "SCAN menu_versions" not in plan and "SCAN f " not in plan and "SCAN r" not in plan


@pytest.mark.parametrize(
    ("sql", "index"),
    [
        ("token = 'x' AND deleted_at IS NULL", "sqlite_autoindex_recordings_1"),
        ("workspace_id = 1 AND deleted_at IS NULL AND hash = 'x'", "recordings_workspace"),
        ("workspace_id = 1 AND deleted_at IS NULL", "recordings_workspace"),
    ],
)
def test_recordings_are_found_by_an_index(db, sql, index):
    plan = next(db.query(f"EXPLAIN QUERY PLAN SELECT * FROM recordings WHERE {sql}"))["detail"]
    assert index in plan


def test_what_was_tried_is_known_until_it_is_too_old_and_only_at_home(db):
    url = "https://audio.example.com/a.mp3"
    recording_uses.keep_trials(db, 1, {url: {"size": 5}})
    recording_uses.keep_trials(db, 1, {url: {"size": 6}})
    assert recording_uses.trials(db, 1, [url], "2000")[url].result == {"size": 6}
    assert recording_uses.trials(db, 1, [url], "2999") == {}
    assert recording_uses.trials(db, 2, [url], "2000") == {}


def test_menus_that_cannot_be_read_as_json_stop_nobody(db):
    db.execute("INSERT INTO menu_versions (workspace_id, hash, body) VALUES (1, 'h', 'no json')")
    assert recording_uses.uses(db, 1, ["x"]) == {}
