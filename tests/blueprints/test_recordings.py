"""Recordings as people and services meet them: upload, serve, use, replace, delete, try."""

from __future__ import annotations

import io
import re
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from calling.recordings.kinds import MAX_BYTES
from flows.document import Flow, HangUp, Menu
from storage import connections, history, recordings
from storage import flows as flow_store
from tests.blueprints.ringing import mends
from tests.calling.audio import chunk, id3, m4a, mp3, needs_espeak, needs_ffmpeg, tone, wav
from tests.helpers import save_flow

HTML = b"<html><script>alert(1)</script></html>"
KEYS = {"1": (HangUp(id="s"),), "wrong": (HangUp(id="w"),)}


@pytest.fixture
def plain(monkeypatch):
    """A computer without ffmpeg and espeak-ng."""
    monkeypatch.setenv("PATH", "")


@pytest.fixture
def send(owner):
    """Upload files as the page's form does."""

    def upload(*files, path="/recordings", page="/recordings", field="files", **more):
        owner.get(page)
        parts = [(io.BytesIO(content), name) for name, content in files]
        return owner.post(path, **{field: parts if field == "files" else parts[0]}, **more)

    return upload


@pytest.fixture
def kept(send, db):
    """A recording of the workspace."""
    send(("hello.wav", wav(1)))
    return recordings.list_all(db, 1)[0]


def flow_playing(db, *urls, script="Press 1."):
    menus = tuple(
        Menu(id=f"m{i}", name=f"Menu {i}", script=script, recording=url, keys=KEYS)
        for i, url in enumerate(urls)
    )
    return save_flow(db, Flow(name="Survey", sender="Bazar", menus=menus))


def address(recording):
    return f"http://127.0.0.1:5000/r/{recording.file_name}"


def played(db, flow_id):
    return [menu.recording for menu in flow_store.load(db, 1, flow_id).flow.menus]


# Bringing recordings in.


@needs_ffmpeg
def test_several_files_are_made_fit_and_kept_under_their_names(send, owner, db):
    send(("Welcome.wav", wav(1)), ("good bye.mp3", mp3(60)))
    found = {one.name: one for one in recordings.list_all(db, 1)}
    assert set(found) == {"Welcome", "good bye"}
    assert {one.kind for one in found.values()} == {"mp3"}
    assert "2 recordings were kept." in owner.text
    assert "good loudness (−18 LUFS)" in owner.text


def test_without_ffmpeg_they_are_checked_and_kept(plain, send, owner, db):
    send(("a.wav", wav(2)))
    assert [one.kind for one in recordings.list_all(db, 1)] == ["wav"]
    assert "ffmpeg is not installed here" in owner.text
    assert "0:02 · 32 kB · wav" in owner.text


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("page.mp3", HTML),
        ("drawing.wav", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"),
        ("list.m4a", b"#EXTM3U\nhttp://127.0.0.1/\n"),
        ("tag.mp3", id3(HTML)),
        ("cut.wav", wav(1)[:9_000]),
        ("empty.ogg", b""),
        ("hours.m4a", m4a(seconds=601)),
    ],
)
def test_what_is_no_recording_is_refused_beside_its_name_and_the_others_are_kept(
    plain, send, owner, db, name, content
):
    reply = send((name, content), ("good.wav", wav(1)))
    assert reply.status_code == 422
    assert f"{name.partition('.')[0]}: " in owner.text
    assert [one.name for one in recordings.list_all(db, 1)] == ["good"]
    assert "<script>alert" not in owner.text


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("../../etc/x.mp3", "x"),
        ("..\\..\\x.wav", "x"),
        ("/r/../../secret.key", "secret"),
        ("....wav", "Recording"),
        ("a\u202e3pm.exe.wav", "a 3pm.exe"),
        ("<b>bold</b>.wav", "b&gt;"),
        ("x" * 300 + ".wav", "x" * 80),
    ],
)
def test_a_name_is_only_ever_shown_and_leads_nowhere(plain, send, owner, db, data, typed, shown):
    send((typed, wav(1)))
    (one,) = recordings.list_all(db, 1)
    path = recordings.file_of(data, one)
    assert path.parent == data / "recordings" / "1"
    assert re.fullmatch("[0-9a-f]{64}", path.name)
    assert sorted(p.name for p in path.parent.iterdir()) == [path.name]
    assert "/" not in one.name and "\\" not in one.name and one.name.isprintable()
    assert shown in owner.text
    assert "<b>" not in one.name or "<b>bold" not in owner.text


def test_strangers_may_send_only_forms(app):
    sent = app.test_client().post("/recordings", data=b"x" * 3_000_000)
    assert sent.status_code == 413
    assert "Recordings" not in sent.text


def test_the_served_app_takes_ten_megabytes_and_not_one_byte_more(running):
    """Over real HTTP, with as many files as a form may carry."""
    reader, url = running.signed_in(), f"{running.served.url}/recordings"
    padding = MAX_BYTES - len(wav(1)) - 8
    full = wav(1, 8_000, 0.3, chunk(b"junk", bytes(padding)))

    def upload(*contents):
        form, _ = reader.open("/recordings").form("Upload")
        files = [("files", (f"f{n}.wav", content)) for n, content in enumerate(contents)]
        return reader.session.post(url, data=form.fields, files=files, timeout=60)

    taken = upload(full, full + b"\0")
    assert taken.status_code == 422
    assert "One recording was kept." in taken.text
    assert "f1: This file is larger than 10 MB" in taken.text
    assert [one.name for one in recordings.list_all(running.db, 1)] == ["f0"]
    refused = upload(*[full] * 5)
    assert refused.status_code == 413
    assert "all together 40 MB" in refused.text


def test_a_full_quota_says_what_to_do(plain, send, owner, db, monkeypatch):
    monkeypatch.setattr(recordings, "QUOTA_BYTES", 20_000)
    send(("a.wav", wav(1)))
    assert send(("b.wav", wav(1.1))).status_code == 422
    assert "delete some you do not use" in owner.text
    assert len(recordings.list_all(db, 1)) == 1


def test_nothing_chosen_is_said_at_the_field(send, owner):
    owner.get("/recordings")
    assert owner.post("/recordings").status_code == 422
    assert "Choose a file first." in owner.text


# Serving them to the world.


@pytest.fixture
def world(app):
    """A service somewhere: no cookies, no session."""
    client = app.test_client(use_cookies=False)

    def ask(path, method="GET", **headers):
        reply = client.open(
            path,
            method=method,
            headers={name.replace("_", "-"): value for name, value in headers.items()},
        )
        reply.get_data()
        reply.close()
        return reply

    return ask


def test_anybody_with_the_address_gets_the_sound_and_only_as_sound(kept, world, data):
    reply = world(f"/r/{kept.file_name}")
    assert reply.status_code == 200
    assert reply.data == recordings.file_of(data, kept).read_bytes()
    expected = {
        "Content-Type": {"mp3": "audio/mpeg", "wav": "audio/wav"}[kept.kind],
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Accept-Ranges": "bytes",
    }
    assert {name: reply.headers[name] for name in expected} == expected
    assert "max-age=86400" in reply.headers["Cache-Control"]
    assert "public" in reply.headers["Cache-Control"]
    assert "Set-Cookie" not in reply.headers


def test_a_part_of_it_can_be_asked_for_and_it_is_not_sent_twice(kept, world):
    whole = world(f"/r/{kept.file_name}")
    part = world(f"/r/{kept.file_name}", Range="bytes=10-19")
    assert (part.status_code, part.data) == (206, whole.data[10:20])
    assert part.headers["Content-Range"] == f"bytes 10-19/{kept.size}"
    beyond = world(f"/r/{kept.file_name}", Range=f"bytes={kept.size}-")
    assert beyond.status_code == 416
    again = world(f"/r/{kept.file_name}", If_None_Match=whole.headers["ETag"])
    assert (again.status_code, again.data) == (304, b"")
    head = world(f"/r/{kept.file_name}", "HEAD")
    assert (head.status_code, head.content_length, head.data) == (200, kept.size, b"")


def test_any_other_address_is_nothing(kept, world):
    other = "wav" if kept.kind == "mp3" else "mp3"
    for name in (
        f"{kept.token}.{other}", kept.token, f"{kept.token}.html", f"{'0' * 32}.mp3",
        f"{kept.file_name}%00", f"..%2f{kept.file_name}", kept.hash, "..", f"{kept.file_name}/",
    ):  # fmt: skip
        assert world(f"/r/{name}").status_code == 404, name


def test_html_in_a_recording_is_harmless_even_if_it_were_kept(app, db, data, world):
    new = recordings.NewRecording(
        workspace_id=1, person_id=1, name="x", kind="wav", content=wav(1) + HTML, seconds=1.0,
        loudness=None,
    )  # fmt: skip
    reply = world(f"/r/{recordings.add(db, data, new).file_name}")
    assert reply.headers["Content-Type"] == "audio/wav"
    assert reply.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in reply.headers["Content-Security-Policy"]


# Where they are used, and what becomes of that.


def test_the_page_says_where_it_is_used(kept, owner, db):
    flow_id = flow_playing(db, "ivr_1", address(kept))
    owner.get(f"/recordings/{kept.id}")
    assert "Survey: 2 Menu 1" in owner.text
    assert f'href="/flows/{flow_id}?menu=m1"' in owner.text
    owner.get("/recordings")
    assert "used in one call flow" in owner.text


@pytest.mark.parametrize("count", [1, 3])
def test_replacing_changes_every_flow_by_an_edit_that_undo_takes_back(
    plain, send, kept, owner, db, world, count
):
    ids = [flow_playing(db, address(kept), "ivr_1", address(kept)) for _ in range(count)]
    send(("new.wav", wav(2)), field="file", path=f"/recordings/{kept.id}/replace",
         page=f"/recordings/{kept.id}")  # fmt: skip
    new = recordings.list_all(db, 1)[0]
    assert (new.name, new.seconds) == (kept.name, 2.0)
    for flow_id in ids:
        assert played(db, flow_id) == [address(new), "ivr_1", address(new)]
    assert world(f"/r/{kept.file_name}").status_code == 200
    history.undo(db, 1, ids[0], 1, flow_store.load(db, 1, ids[0]).revision)
    assert played(db, ids[0]) == [address(kept), "ivr_1", address(kept)]
    assert "Earlier versions" in owner.get("/recordings").text


def test_a_replacement_that_is_no_recording_changes_nothing(plain, send, kept, owner, db):
    flow_id = flow_playing(db, address(kept))
    reply = send(("new.wav", HTML), field="file", path=f"/recordings/{kept.id}/replace",
                 page=f"/recordings/{kept.id}")  # fmt: skip
    assert reply.status_code == 422
    assert "not a recording" in owner.text
    assert played(db, flow_id) == [address(kept)]


def test_deleting_asks_where_it_is_used_and_does_nothing_before(kept, owner, db, world):
    flow_id = flow_playing(db, address(kept))
    owner.get(f"/recordings/{kept.id}?ask=delete")
    assert "what should callers hear there instead?" in owner.text
    assert owner.post(f"/recordings/{kept.id}/delete").status_code == 422
    assert world(f"/r/{kept.file_name}").status_code == 200
    assert played(db, flow_id) == [address(kept)]


@pytest.mark.parametrize("choice", ["nothing", "other"])
def test_deleting_puts_something_else_or_nothing_in_its_place(
    plain, send, kept, owner, db, world, data, choice
):
    send(("other.wav", wav(2)))
    other = recordings.list_all(db, 1)[0]
    flow_id = flow_playing(db, address(kept))
    owner.get(f"/recordings/{kept.id}?ask=delete")
    instead = "nothing" if choice == "nothing" else str(other.id)
    assert owner.post(f"/recordings/{kept.id}/delete", instead=instead).status_code == 200
    assert played(db, flow_id) == ["" if choice == "nothing" else address(other)]
    assert world(f"/r/{kept.file_name}").status_code == 404
    assert not recordings.file_of(data, kept).exists()


def test_a_deleted_recording_that_undo_brings_back_into_a_flow_stops_sending(kept, owner, db):
    flow_id = flow_playing(db, address(kept))
    owner.get(f"/recordings/{kept.id}?ask=delete")
    owner.post(f"/recordings/{kept.id}/delete", instead="nothing")
    history.undo(db, 1, flow_id, 1, flow_store.load(db, 1, flow_id).revision)
    assert "This recording was deleted" in owner.get(f"/flows/{flow_id}").text


def test_another_workspace_neither_sees_nor_touches_it(kept, stranger, db, world):
    for path in (f"/recordings/{kept.id}", f"/recordings/{kept.id}?ask=delete"):
        assert stranger.get(path).status_code == 404
    stranger.get("/recordings")
    for action in ("rename", "replace", "delete"):
        assert stranger.post(f"/recordings/{kept.id}/{action}", name="x").status_code == 404
        stranger.get("/recordings")
    assert kept.name not in stranger.get("/recordings").text.partition("<main")[2]
    theirs = flow_store.create(db, 2, None, Flow(name="T", menus=(Menu(id="m"),)), "Start")
    stranger.get(f"/flows/{theirs}")
    chosen = stranger.post(f"/flows/{theirs}/menus/m/recording", recording=str(kept.id))
    assert chosen.status_code == 404


# In the editor.


def test_one_of_the_recordings_is_chosen_for_a_menu(kept, owner, db):
    flow_id = flow_playing(db, "", "ivr_1")
    owner.get(f"/flows/{flow_id}")
    assert f'<option value="{kept.id}">{kept.name}</option>' in owner.text
    owner.post(f"/flows/{flow_id}/menus/m0/recording", recording=str(kept.id))
    assert played(db, flow_id) == [address(kept), "ivr_1"]
    assert f'src="/r/{kept.file_name}"' in owner.text
    assert "Nobody outside can reach" not in owner.text


def test_a_file_is_brought_in_for_a_menu_and_a_bad_one_is_refused_there(plain, send, owner, db):
    flow_id = flow_playing(db, "ivr_1")
    path = f"/flows/{flow_id}/menus/m0/recording/upload"
    assert (
        send(("x.mp3", HTML), field="file", path=path, page=f"/flows/{flow_id}").status_code == 422
    )
    assert "not a recording" in owner.text
    assert played(db, flow_id) == ["ivr_1"]
    send(("x.mp3", mp3()), field="file", path=path, page=f"/flows/{flow_id}")
    assert played(db, flow_id) == [address(recordings.list_all(db, 1)[0])]


def test_the_phone_plays_the_recording_instead_of_reading_aloud(kept, owner, db):
    flow_id = flow_playing(db, address(kept), "ivr_1")
    shown = owner.get(f"/flows/{flow_id}?tab=phone&keys=").text
    assert re.search(
        rf'<audio[^>]* src="/r/{kept.file_name}"[^>]* id="plays-1-0" data-plays=""', shown
    )
    assert "data-speak" not in shown
    assert 'data-prompt="1' in shown
    assert "data-speak" in owner.get(f"/flows/{flow_id}?tab=phone&keys=&start=1").text


@needs_espeak
@needs_ffmpeg
def test_a_draft_is_spoken_marked_undoable_and_said_before_a_real_call(owner, db, app):
    flow_id = flow_playing(db, "ivr_1", script="Press 1 to hang up.")
    owner.get(f"/flows/{flow_id}")
    owner.post(f"/flows/{flow_id}/menus/m0/recording/draft")
    (draft,) = recordings.list_all(db, 1)
    assert draft.draft and draft.name == "Draft: Menu 0"
    assert played(db, flow_id) == [address(draft)]
    assert "This is a draft voice" in owner.text
    assert "Draft voice</span>" in owner.text
    owner.post(f"/flows/{flow_id}/menus/m0/recording/draft")
    assert recordings.list_all(db, 1) == [draft]
    connection = connections.save(
        db, app.config["SECRET_BOX"], 1, service="speechcall", name="Real",
        base_url="https://sms.example.com",
    )  # fmt: skip
    asked = f"/flows/{flow_id}/call/confirm?connection={connection}&number=%2B380501234567"
    assert "This is a draft voice" in owner.get(asked).text
    history.undo(db, 1, flow_id, 1, flow_store.load(db, 1, flow_id).revision)
    assert played(db, flow_id) == ["ivr_1"]


@needs_espeak
def test_another_script_makes_another_draft_and_the_old_one_steps_back(owner, db):
    flow_id = flow_playing(db, "")
    for script in ("One.", "Two, and more."):
        stored = flow_store.load(db, 1, flow_id)
        changed = stored.flow.menus[0].model_copy(update={"script": script})
        newest = stored.flow.model_copy(update={"menus": (changed,)})
        flow_store.edit(db, 1, flow_id, 1, stored.revision, lambda _, newest=newest: newest)
        owner.get(f"/flows/{flow_id}")
        owner.post(f"/flows/{flow_id}/menus/m0/recording/draft")
    newer, older = recordings.list_all(db, 1)
    assert older.replaced_by == newer.id
    assert played(db, flow_id) == [address(newer)]


@needs_espeak
def test_a_draft_of_an_older_text_is_told_until_there_is_a_new_one(owner, db):
    older = "The draft voice still says an older text"
    flow_id = flow_playing(db, "")
    for script in ("Press one.", "Press  one", "PRESS ONE."):  # all of them sound the same
        stored = flow_store.load(db, 1, flow_id)
        changed = stored.flow.menus[0].model_copy(update={"script": script})
        newest = stored.flow.model_copy(update={"menus": (changed,)})
        flow_store.edit(db, 1, flow_id, 1, stored.revision, lambda _, newest=newest: newest)
        assert (older in owner.get(f"/flows/{flow_id}").text) == (script != "Press one.")
        owner.post(f"/flows/{flow_id}/menus/m0/recording/draft")
        assert older not in owner.text
        assert "This is a draft voice" in owner.text


@needs_espeak
def test_every_menu_without_a_recording_is_spoken_in_one_edit(owner, db):
    flow_id = flow_playing(db, "", "ivr_1", "")
    owner.get(f"/flows/{flow_id}")
    assert "for all 2 menus without one" in owner.text
    owner.post(f"/flows/{flow_id}/recordings/drafts")
    first, second, third = played(db, flow_id)
    assert first == third and "/r/" in first and second == "ivr_1"
    assert flow_store.load(db, 1, flow_id).revision == 2


def test_without_espeak_the_button_says_how_to_install_it(plain, owner, db):
    flow_id = flow_playing(db, "ivr_1")
    owner.get(f"/flows/{flow_id}")
    assert owner.post(f"/flows/{flow_id}/menus/m0/recording/draft").status_code == 422
    assert "apt install espeak-ng" in owner.text
    assert played(db, flow_id) == ["ivr_1"]


def test_a_menu_without_a_script_cannot_be_spoken(owner, db):
    flow_id = flow_playing(db, "ivr_1", script=" ")
    owner.get(f"/flows/{flow_id}")
    assert owner.post(f"/flows/{flow_id}/menus/m0/recording/draft").status_code == 422


# Trying recordings of other web sites.


@pytest.fixture
def site():
    """A web site with recordings, good and bad; (its address, what was asked)."""
    quiet = wav(2, 8_000, 0.002)
    pages = {
        "/good.wav": (200, "audio/wav", wav(2)),
        "/quiet.wav": (200, "audio/wav", quiet),
        "/page.mp3": (200, "text/html", HTML),
        "/odd.wav": (200, "text/plain", wav(2)),
        "/moved.wav": (302, "audio/wav", b""),
        "/long.wav": (200, "audio/wav", wav(125)),
        "/large.wav": (200, "audio/wav", wav(1) + bytes(MAX_BYTES)),
    }
    asked = []

    class Site(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            status, kind, body = pages.get(self.path, (404, "text/plain", b"no"))
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            try:
                self.wfile.write(body)
            except ConnectionError:
                self.close_connection = True

        def log_message(self, *_):
            return

    server = HTTPServer(("127.0.0.1", 0), Site)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    server.server_close()


@pytest.fixture
def tried(site, data, db):
    """Press the button for a flow that plays these; the page afterwards."""
    from app import create_app
    from tests.helpers import sign_in

    def press(*paths, allowed=True):
        hosts = frozenset({site[0].removeprefix("http://"), "127.0.0.1"} if allowed else ())
        browser = sign_in(create_app(data=data, allowed_hosts=hosts, TESTING=True))
        flow_id = flow_playing(db, *[site[0] + path for path in paths])
        browser.get(f"/flows/{flow_id}")
        browser.post(f"/flows/{flow_id}/recordings/try")
        return browser

    return press


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("/quiet.wav", "very quiet"),
        ("/page.mp3", "What is at this address is no recording"),
        ("/odd.wav", "calls its recording “text/plain”"),
        ("/moved.wav", "It leads on to another address"),
        ("/gone.wav", "The web site answered 404."),
        ("/long.wav", "lasts 2 min 5 s"),
        ("/large.wav", "larger than 10 MB"),
    ],
)
def test_what_is_wrong_with_a_recording_elsewhere_becomes_a_check(tried, path, sentence):
    page = tried(path).text
    assert "One recording was tried: see Checks." in page
    assert sentence in page
    assert "alert(1)" not in page


def test_a_good_recording_elsewhere_is_nothing_to_mend(tried, site, db):
    page = tried("/good.wav", "/good.wav").text
    assert site[1] == ["/good.wav"]
    for word in ("did not come", "no recording", "very quiet", "calls its recording"):
        assert word not in page


def test_private_places_are_never_asked(tried, site):
    page = tried("/good.wav", allowed=False).text
    assert site[1] == []
    assert "leads to a private place, so nothing was sent" in page


def test_our_own_recordings_are_judged_from_disk_and_nobody_is_asked(kept, owner, db):
    flow_id = flow_playing(db, address(kept))
    owner.get(f"/flows/{flow_id}")
    owner.post(f"/flows/{flow_id}/recordings/try")
    assert "All recordings of this call flow are here" in owner.text


def test_a_recording_at_an_address_of_before_is_put_right_by_its_fix(kept, owner, db):
    flow_id = flow_playing(db, f"https://old.example.com/r/{kept.file_name}")
    owner.get(f"/flows/{flow_id}")
    assert "has another address by now" in owner.text
    button = re.search(r'value="(0 recording_moved [^"]+)"', owner.text)
    owner.post(f"/flows/{flow_id}/fix", fix=button[1])
    assert played(db, flow_id) == [address(kept)]


def test_before_a_real_call_an_address_of_before_is_put_right_and_leads_back_to_that_call(
    kept, owner, db
):
    box = owner.client.application.config["SECRET_BOX"]
    real = connections.save(db, box, 1, service="speechcall", name="Real", sender="Bazar",
                            base_url="https://sms.example.com")  # fmt: skip
    flow_id = flow_playing(db, f"https://old.example.com/r/{kept.file_name}")
    owner.get(f"/flows/{flow_id}/call/confirm?connection={real}&number=%2B380501234567")
    assert "has another address by now" in owner.text
    action, fields = mends(owner.text)[0]
    owner.post(action, **fields)
    assert played(db, flow_id) == [address(kept)]
    assert owner.page.request.path == f"/flows/{flow_id}/call/confirm"
    assert owner.page.status_code == 200
    assert "has another address by now" not in owner.text


def test_before_a_real_call_everything_is_tried_and_before_a_practice_call_nothing(site, data, db):
    from app import create_app
    from tests.helpers import sign_in

    app = create_app(data=data, allowed_hosts=frozenset({"127.0.0.1"}), TESTING=True)
    browser = sign_in(app)
    real = connections.save(db, app.config["SECRET_BOX"], 1, service="speechcall", name="Real",
                            base_url="https://sms.example.com")  # fmt: skip
    practice = next(c for c in connections.list_all(db, 1) if c.practice)
    flow_id = flow_playing(db, f"{site[0]}/page.mp3")
    browser.get(f"/flows/{flow_id}/call")
    browser.post(f"/flows/{flow_id}/call", connection=str(practice.id), number="+15055550100")
    assert site[1] == []
    assert "What callers may not hear well" not in browser.text
    browser.get(f"/flows/{flow_id}/call")
    browser.post(f"/flows/{flow_id}/call", connection=str(real), number="+380501234567")
    assert site[1] == ["/page.mp3"]
    assert "What callers may not hear well" in browser.text
    assert "What is at this address is no recording" in browser.text
    assert "Use a practice name for now" in browser.text


def test_a_chunk_of_sound_is_what_the_helpers_say():
    assert wav(1).endswith(tone(1))


def test_trying_recordings_before_a_call_goes_back_to_that_call_whatever_else_is_asked(owner, db):
    flow_id = save_flow(db, Flow(name="F", menus=(Menu(id="m", recording="ivr_1"),)))
    owner.get(f"/flows/{flow_id}")
    asked = "connection=1&number=%2B15055550100&rule=x&flow_id=7&endpoint=y&_scheme=ftp"
    there = owner.post(f"/flows/{flow_id}/recordings/try?{asked}", follow=False, back="confirm")
    assert there.headers["Location"] == (
        f"/flows/{flow_id}/call/confirm?connection=1&number=%2B15055550100"
    )


def test_a_workspace_that_keeps_nothing_has_used_nothing(owner, send):
    owner.get("/recordings")
    assert "0 kB of 200 MB used" in owner.text
    send(("hello.wav", wav(1)))
    owner.get("/recordings")
    assert "0 kB of" not in owner.text
