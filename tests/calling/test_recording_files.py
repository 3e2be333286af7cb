"""Files that people bring: real sound is found and kept, and nothing else of them."""

from __future__ import annotations

import random
import struct
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from calling.recordings.keep import clean_name
from calling.recordings.kinds import MAX_BYTES, NotARecording
from calling.recordings.narrow import narrowed
from calling.recordings.sniff import sniff
from calling.recordings.sound import fit
from calling.recordings.voice import speak, spoken_language
from tests.calling.audio import (
    chunk,
    id3,
    m4a,
    made,
    mp3,
    needs_espeak,
    needs_ffmpeg,
    tone,
    wav,
)

HTML = b"<html><script>alert(1)</script></html>"
SVG = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"
ELSEWHERE = b"http://127.0.0.1:9/secret"


@pytest.mark.parametrize(
    ("content", "kind", "seconds"),
    [(wav(1.5), "wav", 1.5), (mp3(50), "mp3", 1.8), (m4a(), "m4a", 2.0)],
    ids=["wav", "mp3", "m4a"],
)
def test_sound_is_found_by_what_is_in_the_file(content, kind, seconds):
    sound = sniff(content)
    assert (sound.kind, round(sound.seconds, 3)) == (kind, seconds)


@needs_ffmpeg
@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("a.mp3", ()),
        ("low.mp3", ("-ar", "8000", "-b:a", "8k")),
        ("a.wav", ()),
        ("mulaw.wav", ("-c:a", "pcm_mulaw", "-ar", "8000")),
        ("deep.wav", ("-c:a", "pcm_s24le")),
        ("opus.ogg", ("-c:a", "libopus")),
        ("vorbis.ogg", ("-c:a", "libvorbis")),
        ("a.m4a", ()),
        ("fast.m4a", ("-movflags", "+faststart")),
    ],
)
def test_what_programs_write_is_taken_and_made_fit_for_a_phone(tmp_path, name, arguments):
    sound = sniff(made(tmp_path, name, *arguments))
    assert sound.kind == name.rpartition(".")[2]
    assert sound.seconds == pytest.approx(2, abs=0.25)
    fitted = fit(sound)
    assert fitted.kind == "mp3"
    assert fitted.seconds == pytest.approx(2, abs=0.25)
    assert fitted.loudness == pytest.approx(-18, abs=2)


@pytest.mark.parametrize(
    "content",
    [
        HTML,
        SVG,
        b"#EXTM3U\n#EXTINF:1,\n" + ELSEWHERE + b"\n",
        b"ffconcat version 1.0\nfile '/etc/passwd'\n",
        b"[playlist]\nFile1=" + ELSEWHERE,
        b"GIF89a" + bytes(500),
        b"\x89PNG\r\n\x1a\n" + bytes(500),
        b"PK\x03\x04" + bytes(500),
        b"%PDF-1.7\n" + bytes(500),
        b"\x1aE\xdf\xa3" + bytes(500),
        b"RIFF\0\0\0\0AVI LIST" + bytes(500),
        b"fLaC" + bytes(500),
        id3(HTML),
        id3(HTML) + HTML * 30,
        HTML + mp3(100),
        mp3(2),
        mp3(3) + HTML * 100,
        b"RIFF" + bytes(4) + b"WAVE" + chunk(b"fmt ", bytes(16)) + chunk(b"data", HTML),
        wav(0),
        wav(1)[:30],
        wav(1)[:5_000],
        b"OggS" + bytes(200),
        b"OggS" + HTML,
        m4a()[:-20],
        m4a(reference=bytes(4)),
        m4a(offset=1_000_000),
        m4a(seconds=0),
        m4a(seconds=601),
        wav(601),
        b"",
        bytes(5_000),
        b"\xff" * 5_000,
    ],
)  # fmt: skip
def test_what_is_no_sound_is_refused_in_one_sentence(content):
    with pytest.raises(NotARecording) as refused:
        sniff(content)
    assert refused.value.reason.endswith(".")
    assert "{" not in refused.value.reason


def test_one_byte_too_many_is_refused_and_the_last_allowed_one_is_not():
    room = MAX_BYTES - len(wav(1)) - 8
    padded = wav(1, 8_000, 0.3, chunk(b"junk", bytes(room)))
    assert len(padded) == MAX_BYTES
    assert sniff(padded).seconds == 1
    with pytest.raises(NotARecording, match="larger than 10 MB"):
        sniff(padded + b"\0")


@pytest.mark.parametrize(
    "content",
    [
        id3(HTML) + mp3(),
        mp3() + HTML,
        mp3(40) + HTML + mp3(40),
        wav(1, 8_000, 0.3, chunk(b"LIST", HTML)),
        wav(1) + HTML,
        wav(1) + chunk(b"data", HTML),
    ],
    ids=["in a tag", "behind frames", "between frames", "in a chunk", "behind", "second data"],
)
def test_what_stands_around_the_sound_is_not_kept(content):
    assert b"script" in content
    assert b"script" not in sniff(content).content


@needs_ffmpeg
def test_of_a_polyglot_only_the_sound_is_left_after_ffmpeg(tmp_path):
    tagged = made(tmp_path, "a.ogg", "-c:a", "libopus", "-metadata", f"title={HTML.decode()}")
    assert b"script" in sniff(tagged).content
    assert b"script" not in fit(sniff(tagged)).content


@needs_ffmpeg
@pytest.mark.parametrize("kind", ["mp3", "wav", "ogg", "m4a"])
def test_ffmpeg_never_follows_what_a_file_says(tmp_path, kind):
    """Even past the first reader: a playlist in the place of the sound reaches nobody."""
    asked = []

    class Listener(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)

        def log_message(self, *_):
            return

    server = HTTPServer(("127.0.0.1", 0), Listener)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}/secret.mp3"
    from calling.recordings.kinds import Sound

    for trick in (
        f"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n{url}\n#EXT-X-ENDLIST\n",
        f"ffconcat version 1.0\nfile '{url}'\n",
        "ffconcat version 1.0\nfile /etc/passwd\n",
        f"<?xml version='1.0'?><MPD><BaseURL>{url}</BaseURL></MPD>",
    ):
        with pytest.raises(NotARecording):
            fit(Sound(kind, 1.0, trick.encode()))
    server.shutdown()
    server.server_close()
    assert asked == []


@needs_ffmpeg
def test_a_header_that_claims_more_than_there_is_changes_nothing():
    streamed = wav(1)[:-16_008] + b"data" + struct.pack("<I", 0x7FFFF000) + tone(1)
    assert sniff(streamed).seconds == 1
    assert fit(sniff(streamed)).seconds == pytest.approx(1, abs=0.25)


@needs_ffmpeg
def test_ffmpeg_gives_up_in_words_on_frames_that_hold_no_sound(tmp_path):
    broken = bytearray(made(tmp_path, "a.m4a"))
    start = broken.index(b"mdat")
    broken[start + 4 : start + 2_000] = random.Random(1).randbytes(1_996)
    try:
        fitted = fit(sniff(bytes(broken)))
    except NotARecording as refused:
        assert refused.reason.endswith(".")
    else:
        assert fitted.kind == "mp3"


@pytest.mark.parametrize("content", [wav(0.2), mp3(20), m4a()], ids=["wav", "mp3", "m4a"])
def test_no_broken_byte_gets_a_reader_into_trouble(content):
    """Every reader refuses in words or reads; whatever is flipped, cut off or doubled."""
    chance = random.Random(7)
    for _ in range(400):
        bent = bytearray(content)
        for _ in range(chance.randint(1, 8)):
            bent[chance.randrange(len(bent))] = chance.randrange(256)
        cut = bytes(bent[: chance.randint(0, len(bent))]) if chance.random() < 0.3 else bytes(bent)
        try:
            sound = sniff(cut)
        except NotARecording:
            continue
        assert 0 < sound.seconds <= 600


@needs_ffmpeg
def test_no_broken_byte_gets_the_ogg_reader_into_trouble(tmp_path):
    content, chance = made(tmp_path, "a.ogg", "-c:a", "libopus", seconds=0.3), random.Random(7)
    for _ in range(300):
        bent = bytearray(content)
        bent[chance.randrange(len(bent))] = chance.randrange(256)
        try:
            sniff(bytes(bent[: chance.randint(50, len(bent))]))
        except NotARecording:
            continue


def test_without_ffmpeg_a_recording_is_checked_and_kept_as_it_is(monkeypatch):
    monkeypatch.setenv("PATH", "")
    sound = fit(sniff(wav(1)))
    assert (sound.kind, sound.seconds) == ("wav", 1.0)
    assert sound.loudness == pytest.approx(-14.2, abs=0.5)


@needs_espeak
@needs_ffmpeg
def test_a_script_is_spoken_for_a_phone():
    sound = speak("Hello. Press 1 to confirm, press 2 to cancel.", "en")
    assert sound.kind == "mp3"
    assert 2 < sound.seconds < 8
    assert sound.loudness is not None and sound.loudness > -30


@needs_espeak
@needs_ffmpeg
@pytest.mark.parametrize("script", ["Yes.", "Press 1.", "Hello. Press 1 to confirm.", "Привіт."])
def test_a_few_words_are_as_loud_as_many(script):
    assert speak(script, "en").loudness == pytest.approx(-18, abs=6)


@pytest.mark.parametrize(
    ("text", "language", "spoken"),
    [
        ("Press 1.", "en", "en"),
        ("Натисніть 1, щоб підтвердити.", "uk", "uk"),
        ("Натисніть 1, щоб підтвердити.", "en", "uk"),
        ("Натиснете 1, за да потвърдите.", "en", "bg"),
        ("Press 1.", "uk", "en"),
        ("Pritisnite 1.", "xx", "en"),
        ("Press 1.", "--help", "en"),
    ],
)
def test_a_draft_speaks_the_language_of_the_flow_or_of_its_letters(text, language, spoken):
    assert spoken_language(text, language) == spoken


@pytest.mark.parametrize("script", ["", "  \n", "x" * 4_001])
def test_nothing_to_say_and_too_much_to_say_are_refused(script):
    with pytest.raises(NotARecording):
        speak(script, "en")


@needs_espeak
@pytest.mark.parametrize(
    "script", ["--version", "<speak>Hi</speak>", "$(id) `id`; [[h@'l]]", "\0a"]
)
def test_a_script_is_only_ever_spoken(script):
    assert speak(script, "en").seconds > 0.1


def test_a_draft_without_ffmpeg_is_narrow_enough_for_a_phone():
    """A tone that a phone can carry stays, one that would be folded back goes."""
    low = sniff(wav(0.5, 22_050))
    assert narrowed(low).loudness == pytest.approx(low.loudness, abs=0.3)
    assert narrowed(low).seconds == pytest.approx(0.5, abs=0.01)
    samples = b"".join(struct.pack("<h", sign * 9_000) for sign in (1, 0, -1, 0)) * 3_000
    form = struct.pack("<HHIIHH", 1, 1, 22_050, 44_100, 2, 16)
    body = chunk(b"fmt ", form) + chunk(b"data", samples)
    high = sniff(b"RIFF" + struct.pack("<I", 4 + len(body)) + b"WAVE" + body)
    quieter = narrowed(high).loudness
    assert quieter is None or quieter < (high.loudness or 0) - 40


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("n\x00ul\r\n.wav", "n ul"),
        ("a\u202ecod.mp3", "a cod"),
        ("../../etc/passwd", "passwd"),
        (".mp3", "Recording"),
        ("  two   words  .ogg", "two words"),
        ("Привіт.м4а.mp3", "Привіт.м4а"),
    ],
)
def test_a_name_is_one_line_of_plain_characters(typed, name):
    assert clean_name(typed) == name
