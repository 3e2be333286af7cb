"""What a start waits for: nothing that the first page does not need."""

import subprocess
import sys
import threading
from contextlib import closing

from werkzeug.routing import Map, Rule
from whitenoise.compress import Compressor

from app import create_app
from blueprints.assets import STATIC, serve_compressed
from tests.helpers import ROOT

LOADED = """
import sys, serve
serve.application().test_client().get("/login")
print(*sys.modules)
"""


def loaded(data, **env):
    done = subprocess.run(
        [sys.executable, "-c", LOADED], cwd=ROOT, capture_output=True, text=True, timeout=60,
        env={"PRESS_ONE_DATA": str(data), "PATH": "/usr/bin", **env},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return set(done.stdout.splitlines()[-1].split())


def test_a_start_loads_neither_what_asks_services_nor_a_queue_that_is_not_used(data):
    with_file = loaded(data)
    assert "blueprints.editor" in with_file
    assert not {"requests", "urllib3", "redis.client"} & with_file


def test_a_start_with_redis_loads_redis(data):
    assert "redis.client" in loaded(data, QUEUE_URL="redis://127.0.0.1:1/0")


def test_every_address_is_written_as_werkzeug_writes_it(app):
    for rule in app.url_map.iter_rules():
        usual = Rule(rule.rule, endpoint=rule.endpoint, methods=rule.methods)
        Map([usual])
        values = dict.fromkeys(rule.arguments, 7 if "int" in rule.rule else "é/x")
        for more in ({"q": "a b", "rule": "c", "list": ["1", "2"]}, {}):
            for unknown in (True, False):
                expected = usual.build({**values, **more}, unknown)
                assert rule.build({**values, **more}, unknown) == expected, rule


def file_of(data):
    """Some static file's address, and where its copy goes."""
    name = next(STATIC.glob("htmx*")).name
    return f"/static/{name}?v=1", data / "static" / name


def test_files_come_while_they_are_compressed_and_after(data, monkeypatch):
    app = create_app(data=data, TESTING=True)
    path, copy = file_of(data)
    go_on, compress = threading.Event(), Compressor.compress

    def wait_and_compress(self, draft):
        assert go_on.wait(20)
        return compress(self, draft)

    monkeypatch.setattr(Compressor, "compress", wait_and_compress)
    thread = serve_compressed(app)
    whole = app.test_client().get(path)
    assert whole.data and not copy.exists()
    go_on.set()
    thread.join()
    with closing(app.test_client().get(path, headers={"Accept-Encoding": "br"})) as small:
        assert small.headers["Content-Encoding"] == "br"
        assert len(small.data) < len(whole.data) / 2
    for answer in (whole, small):
        assert "max-age=31536000" in answer.headers["Cache-Control"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.mimetype == "text/javascript"


def test_a_start_that_was_cut_off_while_compressing_is_made_up_for(data, monkeypatch, caplog):
    path, copy = file_of(data)
    with monkeypatch.context() as cut_off:
        cut_off.setattr(Compressor, "compress", full_disk)
        app = create_app(data=data, TESTING=True)
        serve_compressed(app).join()
    assert not copy.exists()
    assert "No space left" in caplog.text
    assert app.test_client().get(path).status_code == 200
    serve_compressed(create_app(data=data, TESTING=True)).join()
    assert copy.exists() and copy.with_name(f"{copy.name}.br").exists()
    assert not list(data.glob("static-*"))


def full_disk(_self, _path):
    raise OSError(28, "No space left on device")
